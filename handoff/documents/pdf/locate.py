"""Text units of a prepared document, and the way back from a redaction to places on pages."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from handoff.documents import ocr
from handoff.documents.pdf.boxes import Box, widened
from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.layout import PageText, Paragraph, quarter_turns
from handoff.errors import DamagedError
from handoff.model import Redaction, TextUnit, UnitKind

_STRIP = 0.2
"""Glyphs are hit in this share of their box around its middle, so that a neighbour whose box
overlaps (kerning, italics, tight lines) is not hit too."""
_LEAST_STRIP = 0.05
_VERTICAL_PADDING = 1.0
_SIDE_PADDING = 0.3
_LEAST_HEIGHT = 0.7
"""Of the font size: a box over "..." is as high as over "Tj", and tells no more."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An area to be blackened in the page as drawn, in its pixels, and the text to draw in it."""

    box: ocr.Box
    label: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PagePlan:
    """What to do on one page.

    Attributes:
        index: the page, counted from 0.
        letters: what must stand on the page afterwards, labels aside, and how often.
        removed: indexes of the characters that go.
        strips: where their glyphs are hit.
        boxes: what is drawn.
        marks: what is drawn over words that only the page as a picture shows.
        as_picture: the page is delivered as a picture whatever else.
    """

    index: int
    letters: Counter[str] = field(repr=False)
    removed: frozenset[int]
    strips: tuple[Rect, ...]
    boxes: tuple[Box, ...]
    marks: tuple[Mark, ...] = ()
    as_picture: bool = False


def units_of_page(
    index: int, text: PageText, kind: UnitKind = UnitKind.BODY
) -> tuple[TextUnit, ...]:
    """One unit a paragraph; the ids follow from the position alone."""
    return tuple(
        TextUnit(_unit_id(index, position), kind, paragraph.text, f"page {index + 1}")
        for position, paragraph in enumerate(text.paragraphs)
    )


def _unit_id(index: int, position: int) -> str:
    return f"p{index + 1}.{position + 1}"


def plan_page(
    index: int, text: PageText, redactions: Sequence[Redaction], *, quantised: bool = False
) -> PagePlan:
    """Turn redactions of one page into glyphs to remove and boxes to draw.

    With `quantised`, boxes are widened in steps as far as there is room (`widths`).

    Raises:
        DamagedError: a redaction points to a unit or a span that is not there.
    """
    chars, starts = text.chars, _starts(text)
    removed: set[int] = set()
    boxes: list[Box] = []
    for redaction, shown in zip(redactions, _shown(index, text, redactions), strict=True):
        removed.update(shown)
        boxes.extend(_boxes(chars, starts, shown, redaction.replacement))
    if quantised:
        boxes = widened(boxes, chars, removed)
    strips = tuple(_strip(chars.box(i)) for i in sorted(removed))
    letters = Counter(chars.text)
    letters.subtract(chars.text[i] for i in removed)
    return PagePlan(index, letters, frozenset(removed), strips, tuple(boxes))


def places(index: int, chars: Chars, redactions: Sequence[Redaction]) -> Iterator[tuple[Rect, ...]]:
    """Where each of `redactions` stands on its page: the areas that `plan_page` would box.

    Raises:
        DamagedError: a redaction points to a unit or a span that is not there.
    """
    text = PageText(chars)
    starts = _starts(text)
    for shown in _shown(index, text, redactions):
        yield tuple(box.area for box in _boxes(chars, starts, shown, ""))


def _starts(text: PageText) -> list[int]:
    return sorted(line.start_index for line in text.lines)


def _shown(index: int, text: PageText, redactions: Sequence[Redaction]) -> Iterator[list[int]]:
    """For each redaction the indexes of the characters under it that the page shows."""
    known = {_unit_id(index, i): p for i, p in enumerate(text.paragraphs)}
    for redaction in redactions:
        paragraph = known.get(redaction.finding.unit_id)
        if paragraph is None or redaction.finding.end > len(paragraph.chars):
            raise DamagedError("the PDF does not read as it did the first time")
        hit = _glyphs(paragraph, redaction.finding.start, redaction.finding.end)
        yield [i for i in hit if not text.chars.generated(i)]


def _glyphs(paragraph: Paragraph, start: int, end: int) -> list[int]:
    """Indexes behind a span, and those between them that no text shows (dividing hyphens)."""
    span = sorted(set(paragraph.chars[start:end]))
    if not span:
        return []
    readable = set(paragraph.chars)
    between = (i for i in range(span[0], span[-1]) if i not in readable)
    return sorted({*span, *between})


def _boxes(chars: Chars, starts: Sequence[int], indexes: Sequence[int], label: str) -> list[Box]:
    """One box a line; the widest one carries the label."""
    runs = list(_runs(chars, starts, indexes))
    if not runs:
        return []
    areas = [_area(chars, run) for run in runs]
    quarters = [quarter_turns(chars.angle(run[0])) for run in runs]
    lengths = [
        area.height if quarter % 2 else area.width
        for area, quarter in zip(areas, quarters, strict=True)
    ]
    widest = lengths.index(max(lengths))
    return [
        Box(area, quarter, label if position == widest else "")
        for position, (area, quarter) in enumerate(zip(areas, quarters, strict=True))
    ]


class _Place(NamedTuple):
    """A character as it stands: its line, its direction, the middle and the size of its box."""

    line: int
    quarter: int
    x: float
    y: float
    extent: float


def _place(chars: Chars, starts: Sequence[int], index: int) -> _Place:
    box = chars.loose(index)
    extent = max(chars.size(index), box.height, box.width)
    quarter = quarter_turns(chars.angle(index))
    return _Place(bisect_right(starts, index), quarter, *box.center, extent)


def _runs(chars: Chars, starts: Sequence[int], indexes: Sequence[int]) -> Iterator[list[int]]:
    """Split by lines, and inside a line where a wide gap or another direction begins."""
    run: list[int] = []
    before: _Place | None = None
    for index in indexes:
        place = _place(chars, starts, index)
        if before is not None and not _adjoins(before, place):
            yield run
            run = []
        run.append(index)
        before = place
    if run:
        yield run


def _adjoins(a: _Place, b: _Place) -> bool:
    gap = 3 * max(a.extent, b.extent)
    return a[:2] == b[:2] and abs(a.x - b.x) + abs(a.y - b.y) < gap


def _strip(box: Rect) -> Rect:
    x, y = box.center
    dx = max(box.width * _STRIP, _LEAST_STRIP)
    dy = max(box.height * _STRIP, _LEAST_STRIP)
    return Rect(x - dx, y - dy, x + dx, y + dy)


def _area(chars: Chars, run: Sequence[int]) -> Rect:
    """Around the glyphs of a run, padded, and never thinner than letters are."""
    whole = chars.extent(run)
    least = _LEAST_HEIGHT * max(chars.size(index) for index in run)
    sideways = quarter_turns(chars.angle(run[0])) % 2 == 1
    across = whole.width if sideways else whole.height
    pad = _VERTICAL_PADDING + max(0.0, (least - across) / 2)
    return whole.grown(pad, _SIDE_PADDING) if sideways else whole.grown(_SIDE_PADDING, pad)
