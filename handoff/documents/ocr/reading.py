"""Read a picture by both engines, and judge whether that was all there is to read.

Tesseract reads the page. Where it was unsure, or ink lies outside of its words, RapidOCR looks too:
what the two miss differs (design notes), so together they miss little.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import groupby

from PIL import Image

from handoff.documents.ocr import rapid, tess
from handoff.documents.ocr.allowance import allow_page
from handoff.documents.ocr.ink import Marks, marks_outside
from handoff.documents.ocr.judge import (
    HALF_SURE,
    SURE,
    confidence,
    judge,
    shaped_like_writing,
)
from handoff.documents.ocr.memory import once
from handoff.documents.ocr.page import Box, OcrPage, OcrWord, joined
from handoff.documents.ocr.paragraphs import in_paragraphs
from handoff.documents.ocr.prepare import enlarged, flattened, gray
from handoff.documents.ocr.turning import read_turned
from handoff.errors import DocumentError, OcrMissingError, ScanError

_SEEK_SIDE, _AGAIN_SIDE, _LEAST_SCALE = 1400, 1056, 0.3
"""Pixels of the longer side when writing is sought: hardly legible, and for reading again."""
_MARGIN = 6


def recognize(image: Image.Image) -> OcrPage:
    """All words in `image`, of any mode; boxes are in its pixels.

    The picture is taken as it stands: apply EXIF's orientation before.

    Raises:
        OcrMissingError: an engine or its language data is not installed.
    """
    return once(image, partial(_recognize, image))


def _recognize(image: Image.Image) -> OcrPage:
    allow_page(image.size)
    with _translated():
        picture, factor = enlarged(flattened(image))
        words = _steady(read_turned(gray(picture)))
        more, unread = _second_look(picture, words)
    verdict = judge(words, more, unread)
    return OcrPage(image.size, _original((*words, *more), factor), verdict)


def second_opinion(image: Image.Image) -> OcrPage:
    """The words of `image` by the other engine alone: for reading again what was written.

    Raises:
        OcrMissingError: the engine is not installed.
    """
    allow_page(image.size)
    with _translated():
        picture, factor = enlarged(flattened(image))
        lines = rapid.find_lines(picture, _seek_scale(picture, _AGAIN_SIDE))
        read = [rapid.read_line(picture, line, number) for number, line in enumerate(lines, 1)]
    words = in_paragraphs([line for line in read if line])
    return OcrPage(image.size, _original(words, factor), judge(words, [], []))


def missing() -> OcrMissingError | None:
    """What keeps pictures from being read on this machine, or None."""
    try:
        tess.ready()
        rapid.ready()
    except OcrMissingError as error:
        return error
    return None


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever the engines and OpenCV raise means that the page cannot be read."""
    try:
        yield
    except (DocumentError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - onnxruntime and OpenCV have exceptions of every kind
        raise ScanError("the engines that read pictures cannot read this one") from None


def _second_look(picture: Image.Image, words: list[OcrWord]) -> tuple[list[OcrWord], list[Box]]:
    """Words of RapidOCR where Tesseract has none or is unsure, and what neither can read."""
    lines = _unsure_lines(words, picture.size)
    read = [word.box for word in words if word.confidence >= HALF_SURE]
    marks = marks_outside(picture, read)
    if marks.telling:
        found = rapid.find_lines(picture, _seek_scale(picture, _SEEK_SIDE))
        lines += [line for line in found if _holds_any(line.box, marks)]
    more, unread = _read(picture, lines, len(words))
    return more, [box for box in unread if _holds_any(box, marks) and not _is_read(box, read)]


def _unsure_lines(words: list[OcrWord], size: tuple[int, int]) -> list[rapid.Line]:
    """The lines in which Tesseract doubts a word, where it saw them."""
    lines = groupby(words, key=lambda word: word.line)
    read = (list(line) for _, line in lines)
    doubted = (line for line in read if any(HALF_SURE <= w.confidence < SURE for w in line))
    return [rapid.Line.of(joined(line).padded(_MARGIN, size)) for line in doubted]


def _read(
    picture: Image.Image, lines: list[rapid.Line], first: int
) -> tuple[list[OcrWord], list[Box]]:
    """The words of `lines` that can be read, and the boxes of those that cannot."""
    words: list[OcrWord] = []
    unread: list[Box] = []
    for number, line in enumerate(lines, first + 1):
        read = rapid.read_line(picture, line, number)
        if confidence(read) >= SURE:
            words += read
        elif shaped_like_writing(line.box, picture.size):
            unread.append(line.box)
    return words, unread


def _seek_scale(picture: Image.Image, side: int) -> float:
    return max(_LEAST_SCALE, min(1.0, side / max(picture.size)))


def _is_read(line: Box, words: list[Box]) -> bool:
    """Whether most of the length of a line that RapidOCR cannot read is words of Tesseract's."""
    inside = (box for box in words if 2 * box.meet(line) > box.area)
    return sum(box.right - box.left for box in inside) > (line.right - line.left) / 2


def _holds_any(box: Box, marks: Marks) -> bool:
    return any(2 * box.meet(mark) > mark.area for mark in marks.boxes)


def _steady(words: list[OcrWord]) -> list[OcrWord]:
    """Without what Tesseract makes of specks and rules: marks that hold no letter or digit."""
    return [word for word in words if any(char.isalnum() for char in word.text)]


def _original(words: tuple[OcrWord, ...] | list[OcrWord], factor: float) -> tuple[OcrWord, ...]:
    """The words with their boxes in pixels of the picture that was given."""
    if factor == 1:
        return tuple(words)
    return tuple(replace(word, box=_shrunk(word.box, factor)) for word in words)


def _shrunk(box: Box, by: float) -> Box:
    return Box(
        int(box.left / by), int(box.top / by), int(box.right / by) + 1, int(box.bottom / by) + 1
    )
