"""Characters of a page grouped into paragraphs, each with the way back to its glyphs. No I/O.

A paragraph is one unit, its lines joined by a line break, so that a name over two lines can be
found. The text of a unit is what a person reads: ligatures spelled out, dividing hyphens and
invisible characters left out; `chars` says for each of its characters which glyph shows it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.spacing import blanks_in_words

_GAP = 1.9
"""Lines further apart than this many line heights belong to different paragraphs."""
_SIZE_CHANGE = 1.6
_SOFT_HYPHENS = frozenset("\u00ad\u0002\ufffe")
_LINE = re.compile("[^\r\n\u2028\u2029\u0085\x0b\x0c]+")
_PLAIN = re.compile("[\\x20-\\x7e\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027]*")
"""Characters that a person reads just as they are."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a page.

    Attributes:
        text: what a person reads, lines joined by a line break.
        chars: for each character of `text` the index of the page's character that shows it.
    """

    text: str = field(repr=False)
    chars: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The characters from `start_index` up to `end_index` stand in one line.

    Measured in the line's own direction, `quarter` turns against the clock: `start` and `end`
    along the text, `first_middle`, `last_middle` (a word divided over two lines makes them one)
    and `height` across it.
    """

    start_index: int
    end_index: int
    start: float
    end: float
    first_middle: float
    last_middle: float
    height: float
    quarter: int


class PageText:
    """The characters of a page in lines and paragraphs, worked out once."""

    def __init__(self, chars: Chars) -> None:
        self.chars = chars
        self.lines = lines(chars)
        self.paragraphs = paragraphs(chars, self.lines)


def paragraphs(chars: Chars, every_line: Sequence[Line]) -> list[Paragraph]:
    """The paragraphs of a page in reading order; every visible character is in exactly one."""
    result = []
    for block in _blocks(every_line):
        paragraph = _paragraph(chars, block)
        if paragraph.text.strip():
            result.append(paragraph)
    return result


def lines(chars: Chars) -> list[Line]:
    """The lines of a page, in PDFium's order."""
    result = [_line(chars, *match.span()) for match in _LINE.finditer(chars.text)]
    return result[::-1] if _upside_down(result) else result


def _upside_down(every_line: Sequence[Line]) -> bool:
    """PDFium gives text that lies on its side (/Rotate) with the last line first."""
    steps = [
        above.last_middle - below.first_middle
        for above, below in pairwise(every_line)
        if above.quarter == below.quarter
        and abs(above.last_middle - below.first_middle) < _GAP * max(above.height, below.height)
    ]
    return sum(step < 0 for step in steps) > len(steps) / 2


def _line(chars: Chars, start: int, end: int) -> Line:
    """Measure a line by its first and last glyph."""
    drawn = [i for i in (start, end - 1) if not chars.generated(i)] or [
        next((i for i in range(start, end) if not chars.generated(i)), start)
    ]
    quarter = quarter_turns(chars.angle(drawn[0]))
    first, last = _turned(chars.loose(drawn[0]), quarter), _turned(chars.loose(drawn[-1]), quarter)
    whole = first.joined(last)
    return Line(
        start,
        end,
        whole.left,
        whole.right,
        first.center[1],
        last.center[1],
        max(first.height, 0.1),
        quarter,
    )


def quarter_turns(angle: float) -> int:
    """The direction of text as 0 to 3 quarter turns, the nearest one."""
    if not math.isfinite(angle):
        return 0
    return round(angle / (math.pi / 2)) % 4


def _turned(box: Rect, quarter: int) -> Rect:
    """`box` seen in the frame of text that runs in direction `quarter`."""
    if quarter == 1:
        return Rect(box.bottom, -box.right, box.top, -box.left)
    if quarter == 2:
        return Rect(-box.right, -box.top, -box.left, -box.bottom)
    if quarter == 3:
        return Rect(-box.top, box.left, -box.bottom, box.right)
    return box


def _blocks(every_line: Sequence[Line]) -> Iterator[list[Line]]:
    block: list[Line] = []
    for line in every_line:
        if block and not _continues(block[-1], line):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _continues(above: Line, below: Line) -> bool:
    """Whether `below` reads on from `above`: same direction and size, next below or beside it."""
    if above.quarter != below.quarter:
        return False
    big, small = max(above.height, below.height), min(above.height, below.height)
    if big > small * _SIZE_CHANGE:
        return False
    drop = above.last_middle - below.first_middle
    overlaps = below.start < above.end and above.start < below.end
    return -0.5 * big < drop < _GAP * big and (overlaps or drop < 0.5 * big)


def _paragraph(chars: Chars, block: Sequence[Line]) -> Paragraph:
    text: list[str] = []
    origin: list[int] = []
    previous: Line | None = None
    for line in block:
        if previous is not None:
            text.append("\n")
            origin.append(_break_between(previous, line))
        _append_line(chars, line, text, origin)
        previous = line
    return Paragraph("".join(text), tuple(origin))


def _break_between(previous: Line, line: Line) -> int:
    """Index of the line break character, so that a span over it hits no glyph for it."""
    forward = line.start_index > previous.start_index
    return line.start_index - 1 if forward else line.end_index


def _append_line(chars: Chars, line: Line, text: list[str], origin: list[int]) -> None:
    start, end = line.start_index, line.end_index
    plain = chars.text[start:end]
    blanks = blanks_in_words(chars, start, end)
    if not blanks and _PLAIN.fullmatch(plain):
        text.append(plain)
        origin.extend(range(start, end))
        return
    for index in range(start, end):
        piece = "" if index in blanks else _readable(chars, index)
        text.append(piece)
        origin.extend([index] * len(piece))


def _readable(chars: Chars, index: int) -> str:
    """A character as a person reads it; "" for what cannot be seen."""
    text = chars.text[index]
    if chars.hyphen(index):
        # PDFium joins the lines of a divided word: its hyphen goes, but a double name keeps it.
        return "-" if chars.text[index + 1 : index + 2].isupper() else ""
    if "\ud800" <= text <= "\udfff":
        return _surrogate(chars, index)
    if text in _SOFT_HYPHENS or unicodedata.category(text) == "Cf":
        return ""
    if unicodedata.category(text) in {"Zs", "Cc"}:
        return " "
    if "\ufb00" <= text <= "\ufb06" or "\uff01" <= text <= "\uff5e":
        return unicodedata.normalize("NFKC", text)
    return text


def _surrogate(chars: Chars, index: int) -> str:
    """PDFium gives characters beyond U+FFFF as two halves: the first half speaks for both."""
    text = chars.text[index]
    if text >= "\udc00":
        return "" if index and "\ud800" <= chars.text[index - 1] < "\udc00" else "\ufffd"
    other = chars.text[index + 1 : index + 2]
    if not "\udc00" <= other <= "\udfff":
        return "\ufffd"
    return (text + other).encode("utf-16", "surrogatepass").decode("utf-16")
