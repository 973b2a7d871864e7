"""Read a picture by both engines, and judge whether that was all there is to read."""

from __future__ import annotations

from PIL import Image

from handoff.documents.ocr import rapid, tess
from handoff.documents.ocr.page import OcrPage, OcrWord, Verdict
from handoff.errors import OcrMissingError

_DOUBTFUL_BELOW = 0.6


def recognize(image: Image.Image) -> OcrPage:
    """All words in `image`, of any mode; boxes are in its pixels.

    The picture is taken as it stands: apply EXIF's orientation before.

    Raises:
        OcrMissingError: an engine or its language data is not installed.
    """
    words = tess.read_words(image.convert("L"))
    return OcrPage(image.size, tuple(words), _verdict(words))


def second_opinion(image: Image.Image) -> OcrPage:
    """The words of `image` by the other engine alone: for reading again what was written.

    Raises:
        OcrMissingError: the engine is not installed.
    """
    words = rapid.read_words(image.convert("RGB"))
    return OcrPage(image.size, tuple(words), _verdict(words))


def missing() -> OcrMissingError | None:
    """What keeps pictures from being read on this machine, or None."""
    try:
        tess.ready()
        rapid.ready()
    except OcrMissingError as error:
        return error
    return None


def _verdict(words: list[OcrWord]) -> Verdict:
    if not words:
        return Verdict.WORDLESS
    mean = sum(word.confidence for word in words) / len(words)
    return Verdict.DOUBTFUL if mean < _DOUBTFUL_BELOW else Verdict.TRUSTED
