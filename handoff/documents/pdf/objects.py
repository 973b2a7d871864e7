"""Careful ways through the objects of a PDF that pikepdf has opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from handoff.errors import LimitError

MAX_NODES = 100_000
"""Of a tree (bookmarks, names); a real one has a few thousand."""


def text_of(value: Any) -> str:  # noqa: ANN401 - pikepdf objects are dynamic
    """A text string without NULs and lone surrogates, "" for anything else."""
    if isinstance(value, pikepdf.Stream):
        return ""
    if not isinstance(value, pikepdf.String):
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def entries(group: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Keys and values of a dictionary or stream; a key that is no UTF-8 has lone surrogates.

    pikepdf's `get` does not take such keys, which programs of before PDF 1.2 wrote.
    """
    return ((key, group[key]) for key in group.keys())  # noqa: SIM118


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream of the file, those inside of others too, each once."""
    for item in pdf.objects:
        pending = [item]
        while pending:
            current = pending.pop()
            if isinstance(current, pikepdf.Array):
                pending.extend(child for child in current if _inside(child))
            elif isinstance(current, pikepdf.Dictionary | pikepdf.Stream):
                yield current
                pending.extend(child for _, child in entries(current) if _inside(child))


def _inside(value: Any) -> bool:  # noqa: ANN401
    """Whether `value` is part of the object it was found in, and not met in its own turn."""
    is_container = isinstance(value, pikepdf.Array | pikepdf.Dictionary)
    return is_container and not value.is_indirect


def tree_items(root: Any, leaf: str) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """Key and value pairs of a name tree ("/Names") or number tree ("/Nums").

    See ISO 32000-1, 7.9.6 and 7.9.7. A node that is met twice is walked once.

    Raises:
        LimitError: the tree has more nodes than any document needs.
    """
    pending, seen, count = [root], set(), 0
    while pending:
        node = pending.pop()
        if not isinstance(node, pikepdf.Dictionary):
            continue
        if node.is_indirect:
            if node.objgen in seen:
                continue
            seen.add(node.objgen)
        count += 1
        if count > MAX_NODES:
            raise LimitError("a tree in the PDF is larger than the limit allows")
        entries: Any = node.get(leaf, [])
        if isinstance(entries, pikepdf.Array):
            for position in range(0, len(entries) - 1, 2):
                yield entries[position], entries[position + 1]
        kids: Any = node.get("/Kids", [])
        if isinstance(kids, pikepdf.Array):
            pending.extend(reversed(list(kids)))
