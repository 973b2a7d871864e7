"""Read a picture by both engines, and judge whether that was all there is to read.

Tesseract reads the page. Where it was unsure, or ink lies outside of its words, RapidOCR looks too:
what the two miss differs (design notes), so together they miss little.
"""

from __future__ import annotations

from dataclasses import replace

from PIL import Image

from handoff.documents.ocr import rapid, tess
from handoff.documents.ocr.ink import Marks, marks_outside
from handoff.documents.ocr.judge import SURE, judge
from handoff.documents.ocr.page import Box, OcrPage, OcrWord
from handoff.documents.ocr.prepare import enlarged, flattened, gray
from handoff.errors import OcrMissingError

_SEEK_SIDE, _LEAST_SCALE = 1400, 0.4
_MARKS_IGNORED = 3


def recognize(image: Image.Image) -> OcrPage:
    """All words in `image`, of any mode; boxes are in its pixels.

    The picture is taken as it stands: apply EXIF's orientation before.

    Raises:
        OcrMissingError: an engine or its language data is not installed.
    """
    picture, factor = enlarged(flattened(image))
    words = _steady(tess.read_words(gray(picture)))
    more, unread = _second_look(picture, words)
    verdict = judge(words, more, unread)
    return OcrPage(image.size, _original((*words, *more), factor), verdict)


def second_opinion(image: Image.Image) -> OcrPage:
    """The words of `image` by the other engine alone: for reading again what was written.

    Raises:
        OcrMissingError: the engine is not installed.
    """
    picture, factor = enlarged(flattened(image))
    lines = rapid.find_lines(picture, _seek_scale(picture))
    words, unread = _read(picture, lines, 0)
    return OcrPage(image.size, _original(words, factor), judge([], words, unread))


def missing() -> OcrMissingError | None:
    """What keeps pictures from being read on this machine, or None."""
    try:
        tess.ready()
        rapid.ready()
    except OcrMissingError as error:
        return error
    return None


def _second_look(
    picture: Image.Image, words: list[OcrWord]
) -> tuple[list[OcrWord], list[rapid.Line]]:
    """Words of RapidOCR where Tesseract has none or is unsure, and lines that it cannot read."""
    sure = [word.box for word in words if word.confidence >= SURE]
    marks = marks_outside(picture, sure)
    if marks.count <= _MARKS_IGNORED:
        return [], []
    lines = rapid.find_lines(picture, _seek_scale(picture))
    return _read(picture, [line for line in lines if _holds_any(line.box, marks)], len(words))


def _read(
    picture: Image.Image, lines: list[rapid.Line], first: int
) -> tuple[list[OcrWord], list[rapid.Line]]:
    words: list[OcrWord] = []
    unread: list[rapid.Line] = []
    for number, line in enumerate(lines, first + 1):
        read = rapid.read_line(picture, line, number)
        words += read
        if not read or sum(word.confidence for word in read) / len(read) < SURE:
            unread.append(line)
    return words, unread


def _seek_scale(picture: Image.Image) -> float:
    return max(_LEAST_SCALE, min(1.0, _SEEK_SIDE / max(picture.size)))


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
