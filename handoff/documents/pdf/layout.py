"""Characters of a page grouped into paragraphs, each with the way back to its glyphs. No I/O.

A paragraph is one unit, its lines joined by a line break, so that a name over two lines can be
found. The text of a unit is what a person reads: ligatures spelled out, dividing hyphens and
invisible characters left out; `chars` says for each of its characters which glyph shows it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from handoff.documents.pdf.engine import Char
from handoff.documents.pdf.geometry import Rect, around

_GAP = 1.9
"""Lines further apart than this many line heights belong to different paragraphs."""
_SIZE_CHANGE = 1.6
_SOFT_HYPHENS = frozenset("\u00ad\u0002\ufffe")
_LINE_BREAKS = frozenset("\r\n\u2028\u2029\u0085\x0b\x0c")


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
    """Characters that stand in one line, by their indexes into the page's characters."""

    indexes: tuple[int, ...]
    start: float
    end: float
    middle: float
    height: float
    quarter: int


def paragraphs(chars: Sequence[Char]) -> list[Paragraph]:
    """The paragraphs of a page in reading order; every visible character is in exactly one."""
    result = []
    for block in _blocks(lines(chars)):
        paragraph = _paragraph(chars, block)
        if paragraph.text.strip():
            result.append(paragraph)
    return result


def lines(chars: Sequence[Char]) -> list[Line]:
    """The lines of a page, in PDFium's order."""
    result: list[Line] = []
    current: list[int] = []
    for index, char in enumerate(chars):
        if char.text in _LINE_BREAKS:
            if current:
                result.append(_line(chars, current))
            current = []
        else:
            current.append(index)
    if current:
        result.append(_line(chars, current))
    return result[::-1] if _upside_down(result) else result


def _upside_down(every_line: Sequence[Line]) -> bool:
    """PDFium gives text that lies on its side (/Rotate) with the last line first."""
    steps = [
        above.middle - below.middle
        for above, below in pairwise(every_line)
        if above.quarter == below.quarter
        and abs(above.middle - below.middle) < _GAP * max(above.height, below.height)
    ]
    return sum(step < 0 for step in steps) > len(steps) / 2


def _line(chars: Sequence[Char], indexes: list[int]) -> Line:
    """Measure a line in its own direction: x along the text, y towards its top."""
    drawn = [chars[i] for i in indexes if not chars[i].generated] or [chars[indexes[0]]]
    quarter = quarter_turns(drawn[0].angle)
    boxes = [_turned(char.loose, quarter) for char in drawn]
    whole = around([(b.left, b.bottom) for b in boxes] + [(b.right, b.top) for b in boxes])
    first = boxes[0]
    return Line(
        tuple(indexes), whole.left, whole.right, first.center[1], max(first.height, 0.1), quarter
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
    drop = above.middle - below.middle
    overlaps = below.start < above.end and above.start < below.end
    return -0.5 * big < drop < _GAP * big and (overlaps or drop < 0.5 * big)


def _paragraph(chars: Sequence[Char], block: Sequence[Line]) -> Paragraph:
    text: list[str] = []
    origin: list[int] = []
    for position, line in enumerate(block):
        following = block[position + 1] if position + 1 < len(block) else None
        divided = False
        for index in line.indexes:
            divided = chars[index].hyphen
            for piece in "" if divided else _readable(chars, index):
                text.append(piece)
                origin.append(index)
        if following is None:
            break
        joint = _joint(chars, following, divided=divided)
        text.extend(joint)
        origin.extend([line.indexes[-1]] * len(joint))
    return Paragraph("".join(text), tuple(origin))


def _joint(chars: Sequence[Char], following: Line, *, divided: bool) -> str:
    """What stands between two lines: nothing in a divided word, its hyphen before a capital."""
    if not divided:
        return "\n"
    return "-" if chars[following.indexes[0]].text.isupper() else ""


def _readable(chars: Sequence[Char], index: int) -> str:
    """A character as a person reads it; "" for what cannot be seen."""
    text = chars[index].text
    if "\ud800" <= text <= "\udfff":
        return _surrogate(chars, index)
    if text in _SOFT_HYPHENS or unicodedata.category(text) == "Cf":
        return ""
    if unicodedata.category(text) in {"Zs", "Cc"}:
        return " "
    if "\ufb00" <= text <= "\ufb06" or "\uff01" <= text <= "\uff5e":
        return unicodedata.normalize("NFKC", text)
    return text


def _surrogate(chars: Sequence[Char], index: int) -> str:
    """PDFium gives characters beyond U+FFFF as two halves: the first half speaks for both."""
    text = chars[index].text
    if text >= "\udc00":
        return "" if index and "\ud800" <= chars[index - 1].text < "\udc00" else "\ufffd"
    other = chars[index + 1].text if index + 1 < len(chars) else ""
    if not "\udc00" <= other <= "\udfff":
        return "\ufffd"
    return (text + other).encode("utf-16", "surrogatepass").decode("utf-16")
