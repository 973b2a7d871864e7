"""The manifests of a batch: the first, and one more for each time it was sealed anew.

The names are specified in docs/formats/sealing.md, "A batch that is sealed anew".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r"(?:.*/)?manifest\.json(?:\.([1-9][0-9]{0,5}))?\.age")


def manifest_name(revision: int) -> str:
    """The last part of the sealed manifest's object key; revision 1 is the first."""
    return f"{_stem(revision)}.age"


def signature_name(revision: int) -> str:
    """The last part of its signature's object key."""
    return f"{_stem(revision)}.sig"


def manifest_key(batch_id: str, revision: int) -> str:
    """The object key of the sealed manifest."""
    return f"{batch_id}/{manifest_name(revision)}"


def signature_key(batch_id: str, revision: int) -> str:
    """The object key of its signature."""
    return f"{batch_id}/{signature_name(revision)}"


def keys_of(batch_id: str, revision: int) -> set[str]:
    """Both object keys of a revision."""
    return {manifest_key(batch_id, revision), signature_key(batch_id, revision)}


def _stem(revision: int) -> str:
    return "manifest.json" if revision == 1 else f"manifest.json.{revision}"


def revision_of(name: str) -> int:
    """Which revision's manifest an object key or file name is, 0 if it is none."""
    match = _KEY.fullmatch(name)
    if match is None or match[1] == "1":
        return 0
    return int(match[1] or 1)


def latest(names: Iterable[str]) -> int:
    """The highest revision among object keys or file names, 0 if there is no manifest."""
    return max(map(revision_of, names), default=0)


def record_path(records: Path, batch_id: str, revision: int) -> Path:
    """Where the firm keeps a revision's manifest; its signature lies beside it, with `.sig`."""
    return records / f"{batch_id}.{_stem(revision)}"
