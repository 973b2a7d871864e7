"""The second look: RapidOCR where Tesseract saw nothing or doubts, and what neither can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from PIL import Image

from handoff.documents.ocr import rapid
from handoff.documents.ocr.agreement import agree
from handoff.documents.ocr.ink import Marks, like_a_sign, marks_outside
from handoff.documents.ocr.judge import HALF_SURE, SEEN, SURE, confidence
from handoff.documents.ocr.page import Box, OcrWord, joined

_SEEK_SIDE = 1400
"""Pixels of the longer side when writing is sought that may be hardly legible."""
_MARGIN = 6
_FEW = 3


@dataclass(slots=True)
class _Looked:
    words: list[OcrWord] = field(default_factory=list)
    unread: list[rapid.Line] = field(default_factory=list)


def second_look(picture: Image.Image, words: Sequence[OcrWord]) -> tuple[list[OcrWord], list[Box]]:
    """Words that RapidOCR reads beside Tesseract's `words`, and where neither reads the writing.

    Args:
        picture: RGB, as Tesseract had it.
        words: what it read.
    """
    doubted = _doubted(words, picture.size)
    read = [word.box for word in words if word.confidence >= HALF_SURE]
    marks = marks_outside(picture, read)
    seek = marks.telling or len(doubted) > _FEW
    seen = rapid.find_lines(picture, rapid.seek_scale(picture, _SEEK_SIDE)) if seek else []
    if seek:
        # What Tesseract made of texture is no line where the network sees no writing.
        doubted = [line for line in doubted if _meets(line, seen)]
    missed = [line for line in seen if _holds_any(line.box, marks)]
    first = _read(picture, doubted, len(words))
    second = _read(picture, missed, len(words) + len(doubted))
    if first.unread and not seek:
        seen = rapid.find_lines(picture, rapid.seek_scale(picture, _SEEK_SIDE))
    unread = [line for line in first.unread if _meets(line, _surely(seen))]
    unread += _surely(second.unread)
    boxes = [line.box for line in unread if not like_a_sign(picture, line.box)]
    left = [box for box in boxes if _holds_any(box, marks) and not _is_read(box, read)]
    return first.words + second.words, left


def _doubted(words: Sequence[OcrWord], size: tuple[int, int]) -> list[rapid.Line]:
    """The lines in which Tesseract doubts a word, where it saw them."""
    lines = groupby(words, key=lambda word: word.line)
    read = (list(line) for _, line in lines)
    doubted = (line for line in read if any(HALF_SURE <= w.confidence < SURE for w in line))
    return [rapid.Line.of(joined(line).padded(_MARGIN, size)) for line in doubted]


def _read(picture: Image.Image, lines: Sequence[rapid.Line], first: int) -> _Looked:
    """The words of `lines`, and those lines of which they are not certain."""
    looked = _Looked()
    for number, line in enumerate(lines, first + 1):
        read = rapid.read_line(picture, line, number)
        certain = confidence(read) >= SURE
        if certain:
            looked.words += read
            certain = agree(picture, line, " ".join(word.text for word in read))
        if not certain:
            looked.unread.append(line)
    return looked


def _surely(lines: Sequence[rapid.Line]) -> list[rapid.Line]:
    return [line for line in lines if line.score >= SEEN]


def _meets(line: rapid.Line, others: Sequence[rapid.Line]) -> bool:
    """Whether one of `others` covers most of the line, or lies mostly inside of it."""
    smaller = (min(line.box.area, other.box.area) for other in others)
    return any(2 * line.box.meet(o.box) > area for o, area in zip(others, smaller, strict=True))


def _is_read(line: Box, words: Sequence[Box]) -> bool:
    """Whether most of the length of a line that RapidOCR cannot read is words of Tesseract's."""
    inside = (box for box in words if 2 * box.meet(line) > box.area)
    return sum(box.right - box.left for box in inside) > (line.right - line.left) / 2


def _holds_any(box: Box, marks: Marks) -> bool:
    return any(2 * box.meet(mark) > mark.area for mark in marks.boxes)
