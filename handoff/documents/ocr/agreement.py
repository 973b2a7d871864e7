"""Whether both engines read a line alike: print they do; of handwriting each makes its own."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np
from PIL import Image, ImageOps

from handoff.documents.ocr import rapid, tess
from handoff.documents.ocr.prepare import gray

_HEIGHT, _BORDER = 64, 24
_ALIKE = 0.7
_FEW_LETTERS = 3


def agree(picture: Image.Image, line: rapid.Line, read: str) -> bool:
    """Whether Tesseract, shown `line` of an RGB picture alone and level, reads about `read` too.

    A network that has learned all scripts makes confident words of any hand, right or wrong.
    Where there are hardly any letters there is no name, and nothing to compare.
    """
    if sum(map(str.isalpha, read)) <= _FEW_LETTERS:
        return True
    strip = _prepared(rapid.straightened(picture, line))
    # RapidOCR turns lines that stand on their head; Tesseract has to be given them turned.
    return any(similar(tess.read_strip(s), read) for s in (strip, strip.rotate(180)))


def similar(one: str, other: str) -> bool:
    """Whether two readings of the same place are mostly the same letters."""
    return alikeness(one, other) >= _ALIKE


def alikeness(one: str, other: str) -> float:
    """The part of letters and digits that two readings share, in order."""
    return SequenceMatcher(None, _letters(one), _letters(other), autojunk=False).ratio()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _prepared(strip: Image.Image) -> Image.Image:
    """Of the height that Tesseract reads best, its contrast drawn out, with a margin."""
    width = max(1, round(strip.width * _HEIGHT / strip.height))
    level = ImageOps.autocontrast(gray(strip.resize((width, _HEIGHT), Image.Resampling.LANCZOS)), 1)
    ground = int(np.bincount(np.asarray(level).ravel()).argmax())
    return ImageOps.expand(level, _BORDER, fill=ground)
