"""The words of a picture that we wrote, by the engine that did not read it first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image

from handoff.documents.ocr import OcrPage, OcrWord, second_opinion
from handoff.model import TextUnit

_TAG = re.compile(r"[A-Z][A-Z_]{1,39}(?:-\d{1,9})?")
_DARK = 40
_IN_A_BOX = 0.5


def units_of(image: Image.Image, prefix: str, place: str) -> Iterator[TextUnit]:
    """What RapidOCR reads in `image`; our own tags as they were meant, not as they were read."""
    page = second_opinion(image)
    words = tuple(_as_meant(word, image) for word in page.words)
    yield from OcrPage(page.size, words, page.verdict).units(prefix, place)


def _as_meant(word: OcrWord, image: Image.Image) -> OcrWord:
    """A word that stands in a solid box is our replacement, whatever was made of its brackets."""
    tag = _TAG.search(word.text)
    if tag is None or not _in_solid_box(word, image):
        return word
    return replace(word, text=f"[{tag.group()}]")


def _in_solid_box(word: OcrWord, image: Image.Image) -> bool:
    box = word.box
    part = np.asarray(image.convert("L").crop((box.left, box.top, box.right, box.bottom)))
    return bool(part.size) and float((part < _DARK).mean()) > _IN_A_BOX
