"""Pages that lie on their side or stand on their head."""

from __future__ import annotations

from dataclasses import replace

from PIL import Image

from handoff.documents.ocr import tess
from handoff.documents.ocr.judge import SURE, confidence
from handoff.documents.ocr.page import Box, OcrWord

_UPRIGHT_AT, _SURE_PART = 0.8, 0.5
_TURNS = {
    180: Image.Transpose.ROTATE_180,
    90: Image.Transpose.ROTATE_90,
    270: Image.Transpose.ROTATE_270,
}


def read_turned(gray: Image.Image) -> list[OcrWord]:
    """The words of a gray page by Tesseract, the way up in which most of it can be read."""
    words = tess.read_words(gray)
    if not words or _upright(words):
        return words
    best, most = words, _letters(words)
    for angle, turn in _TURNS.items():
        read = tess.read_words(gray.transpose(turn))
        if _letters(read) > 2 * most:
            best = [replace(word, box=_back(word.box, angle, gray.size)) for word in read]
            most = _letters(read)
            if _upright(read):
                break
    return best


def _upright(words: list[OcrWord]) -> bool:
    """Print that stands on its head is hardly ever read with confidence."""
    surely = _letters(words) >= _SURE_PART * sum(len(word.text) for word in words)
    return surely or confidence(words) >= _UPRIGHT_AT


def _letters(words: list[OcrWord]) -> int:
    return sum(len(word.text) for word in words if word.confidence >= SURE)


def _back(box: Box, angle: int, size: tuple[int, int]) -> Box:
    """The box in the page before it was turned counter-clockwise by `angle` degrees."""
    width, height = size
    if angle == 90:
        return Box(width - box.bottom, box.left, width - box.top, box.right)
    if angle == 180:
        return Box(width - box.right, height - box.bottom, width - box.left, height - box.top)
    return Box(box.top, height - box.right, box.bottom, height - box.left)
