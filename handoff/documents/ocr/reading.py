"""Read a picture by both engines, and judge whether that was all there is to read.

Tesseract reads the page. Where it was unsure, or ink lies outside of its words, RapidOCR looks too:
what the two miss differs (design notes), so together they miss little.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from PIL import Image

from handoff.documents.ocr import rapid, tess
from handoff.documents.ocr.allowance import allow_page
from handoff.documents.ocr.codes import read_codes
from handoff.documents.ocr.faint import drawn_out
from handoff.documents.ocr.judge import HALF_SURE, SURE, judge
from handoff.documents.ocr.memory import once
from handoff.documents.ocr.opencv import opencv
from handoff.documents.ocr.page import Box, OcrPage, OcrWord
from handoff.documents.ocr.paragraphs import in_paragraphs
from handoff.documents.ocr.prepare import enlarged, flattened, gray
from handoff.documents.ocr.second import second_look
from handoff.documents.ocr.turning import read_turned
from handoff.errors import DocumentError, OcrMissingError, ScanError

_AGAIN_SIDE = 1056
"""Pixels of the longer side when writing that was legible before is sought again."""


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
        level = gray(picture)
        words = _steady(read_turned(level))
        words += _faint(level, words)
        more, unread = second_look(picture, words)
        said, closed = read_codes(level, len(words) + len(more))
        unread = [box for box in unread if not any(box.meet(word.box) for word in said)]
    verdict = judge(words, [*more, *said], [*unread, *closed])
    return OcrPage(image.size, _original((*words, *more, *said), factor), verdict)


def second_opinion(image: Image.Image) -> OcrPage:
    """The words of `image` by the other engine alone: for reading again what was written.

    Raises:
        OcrMissingError: the engine is not installed.
    """
    allow_page(image.size)
    with _translated():
        picture, factor = enlarged(flattened(image))
        lines = rapid.find_lines(picture, rapid.seek_scale(picture, _AGAIN_SIDE))
        read = [rapid.read_line(picture, line, number) for number, line in enumerate(lines, 1)]
        words = in_paragraphs([line for line in read if line])
        said, closed = read_codes(gray(picture), len(words))
    verdict = judge(words, said, closed)
    return OcrPage(image.size, _original((*words, *said), factor), verdict)


def missing() -> OcrMissingError | None:
    """What keeps pictures from being read on this machine, or None."""
    try:
        opencv()
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
    except (DocumentError, MemoryError, ImportError):
        raise
    except Exception:  # noqa: BLE001 - onnxruntime and OpenCV have exceptions of every kind
        raise ScanError("the engines that read pictures cannot read this one") from None


def _faint(level: Image.Image, words: Sequence[OcrWord]) -> list[OcrWord]:
    """Words that only a stretched contrast shows, numbered after `words`."""
    out = drawn_out(level)
    read = [] if out is None else _steady(tess.read_words(out))
    seen = [word.box for word in words if word.confidence >= SURE]
    new = (w for w in read if w.confidence >= HALF_SURE and not any(w.box.meet(b) for b in seen))
    first = len(words)
    return [replace(w, paragraph=w.paragraph + first, line=w.line + first) for w in new]


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
