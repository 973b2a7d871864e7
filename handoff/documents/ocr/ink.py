"""Ink that no word covers: where an engine may have missed something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from handoff.documents.ocr.opencv import opencv
from handoff.documents.ocr.page import Box

Array = np.ndarray[Any, Any]

_CONTRAST = 24
"""Gray levels from the ground around it; less is the grain of a scan."""
_WORK_SIDE = 1754
"""A4 at 150 dpi."""
_SMALLEST, _LARGEST = 6, 400
_LONG = 15
_SPECKS = 3
_STROKE = 60
"""A centimetre: a stroke as long as that is no speck, and may be all of a signature."""
_RULE = 61
_OBLONG = 1.6
_LONG_STROKES = 8


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks that could be writing and lie outside all words.

    Attributes:
        boxes: where, in pixels of the picture.
        telling: whether there is enough of them to look closer; a speck or two is none.
    """

    boxes: tuple[Box, ...]
    telling: bool


def marks_outside(picture: Image.Image, covered: Iterable[Box]) -> Marks:
    """Connected strokes of the size of letters or words, outside of `covered` boxes."""
    cv2 = opencv()
    factor = min(1.0, _WORK_SIDE / max(picture.size))
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX))
    ink = _ink(pixels)
    for box in covered:
        pad = 2
        ink[
            max(0, int(box.top * factor) - pad) : int(box.bottom * factor) + pad + 1,
            max(0, int(box.left * factor) - pad) : int(box.right * factor) + pad + 1,
        ] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(_without_rules(ink), connectivity=8)
    rows = [row for row in stats[1:] if _like_writing(row)]
    telling = len(rows) > _SPECKS or any(max(row[2:4]) >= _STROKE for row in rows)
    return Marks(tuple(_scaled(row, factor) for row in rows), telling)


def like_a_sign(picture: Image.Image, box: Box) -> bool:
    """Whether what stands in `box` is one sign, an icon or a letter: no place for a name.

    A word is wider than high; a paraph or scribble may not be, but has far longer strokes.
    """
    cv2 = opencv()
    long, short = sorted((box.right - box.left, box.height), reverse=True)
    if long >= _OBLONG * short:
        return False
    part = np.asarray(picture.crop((box.left, box.top, box.right, box.bottom)).resize((96, 96)))
    level = np.ascontiguousarray(part.max(axis=2))
    _, ink = cv2.threshold(level, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink = ink if ink.mean() < 0.5 else 1 - ink
    inside = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 3)
    # The mean distance to the edge is a quarter of a stroke's width.
    width = max(1.0, 4 * float(inside[inside > 0].mean())) if ink.any() else 1.0
    return float(ink.sum()) / width < _LONG_STROKES * 96


def _ink(pixels: Array) -> Array:
    """Pixels that differ from the ground around them in any channel."""
    cv2 = opencv()
    if bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all()):
        pixels = pixels[..., :1]
    ground = cv2.medianBlur(np.ascontiguousarray(pixels), 41).reshape(pixels.shape)
    contrast: Array = cv2.absdiff(pixels, ground).reshape(pixels.shape).max(axis=2)
    ink: Array = (contrast > _CONTRAST).astype(np.uint8)
    return ink


def _without_rules(ink: Array) -> Array:
    """Without the lines of tables and forms, so that a signature on one stands for itself."""
    cv2 = opencv()
    rules: Array = np.zeros_like(ink)
    for shape in ((_RULE, 1), (1, _RULE)):
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, shape)
        rules = cv2.bitwise_or(rules, cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel))
    kept: Array = cv2.subtract(ink, rules)
    return kept


def _like_writing(row: Array) -> bool:
    _, _, width, height, area = (int(value) for value in row)
    long, short = max(width, height), min(width, height)
    ruled = long > _LONG * max(1, short)
    solid = area > 0.85 * width * height and short > _SMALLEST
    return long >= _SMALLEST and height <= _LARGEST and not ruled and not solid


def _scaled(row: Array, factor: float) -> Box:
    left, top, width, height = (int(value) for value in row[:4])
    return Box(
        int(left / factor),
        int(top / factor),
        int((left + width) / factor) + 1,
        int((top + height) / factor) + 1,
    )
