"""What a page draws with: its pictures, and text where no reader of text looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from handoff.documents.pdf import operators
from handoff.documents.pdf.objects import entries
from handoff.documents.pdf.stills import legible

_Number = tuple[int, int]


@dataclass(slots=True)
class Reach:
    """What hangs below one page.

    Attributes:
        pictures: image XObjects that could show a word, by object number.
        hides_text: text is shown by a pattern, a soft mask or a Type 3 glyph, which neither
            PDFium nor pdfminer reports.
        shared: object numbers of what redaction changes and another page may have too: content
            streams, forms, resources.
    """

    pictures: dict[_Number, Any] = field(default_factory=dict)
    hides_text: bool = False
    shared: set[_Number] = field(default_factory=set)


def reach_of(page: Any, shows: dict[_Number, bool]) -> Reach:  # noqa: ANN401
    """Follow the resources of one scrubbed page.

    Args:
        page: the page's dictionary.
        shows: remembers, over all pages, whether a stream shows text.
    """
    found = Reach(shared=_own(page))
    seen: set[_Number] = set()
    pending = [(page.get("/Resources"), False)]
    while pending:
        resources, is_hidden = pending.pop()
        for font in _type3(resources):
            if font.objgen not in seen:
                pending.append((font.get("/Resources"), True))
                _note(font, seen)
        for stream, hidden in _streams(resources, is_hidden):
            if stream.objgen in seen:
                continue
            _note(stream, seen)
            if stream.get("/Subtype") == pikepdf.Name.Image:
                if legible(stream):
                    found.pictures[stream.objgen] = stream
                continue
            found.shared.add(stream.objgen)
            found.hides_text |= hidden and _shows_text(stream, shows)
            pending.append((stream.get("/Resources"), hidden))
    return found


def _own(page: Any) -> set[_Number]:  # noqa: ANN401
    contents = page.get("/Contents")
    parts = [page.get("/Resources"), contents]
    parts += list(contents) if isinstance(contents, pikepdf.Array) else []
    return {part.objgen for part in parts if isinstance(part, pikepdf.Object) and part.is_indirect}


def _note(item: Any, seen: set[_Number]) -> None:  # noqa: ANN401
    """Remember an object; one without a number stands in one place only."""
    if item.is_indirect:
        seen.add(item.objgen)


def _streams(resources: Any, hidden: bool) -> Iterator[tuple[Any, bool]]:  # noqa: ANN401
    """Streams that `resources` name, and whether their text is out of the readers' sight."""
    if not isinstance(resources, pikepdf.Dictionary):
        return
    for item in _values(resources.get("/XObject")):
        if isinstance(item, pikepdf.Stream):
            yield item, hidden
    for item in _out_of_sight(resources):
        if isinstance(item, pikepdf.Stream):
            yield item, True


def _out_of_sight(resources: Any) -> Iterator[Any]:  # noqa: ANN401
    """Patterns, groups of soft masks, and glyphs of Type 3 fonts."""
    yield from _values(resources.get("/Pattern"))
    for state in _values(resources.get("/ExtGState")):
        mask = state.get("/SMask") if isinstance(state, pikepdf.Dictionary) else None
        if isinstance(mask, pikepdf.Dictionary):
            yield mask.get("/G")
    for font in _type3(resources):
        yield from _values(font.get("/CharProcs"))


def _type3(resources: Any) -> Iterator[Any]:  # noqa: ANN401
    """Type 3 fonts, whose glyphs have resources of their own."""
    fonts = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    for font in _values(fonts):
        if isinstance(font, pikepdf.Dictionary) and font.get("/Subtype") == pikepdf.Name.Type3:
            yield font


def _values(group: Any) -> Iterator[Any]:  # noqa: ANN401
    if isinstance(group, pikepdf.Dictionary):
        yield from (value for _, value in entries(group))


def _shows_text(stream: Any, shows: dict[_Number, bool]) -> bool:  # noqa: ANN401
    known = shows.get(stream.objgen)
    if known is None:
        known = shows[stream.objgen] = operators.shows_text(stream, stream.read_bytes())
    return known
