"""Print that is too faint to see: lightened to within a few levels of a flat ground.

A person does not see it, a program that stretches the contrast does; so it is made black here.
Only ground that is flat to the last level is looked at, because in the grain of a scan nothing so
faint can be read back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from handoff.documents.ocr.opencv import opencv

Array = np.ndarray[Any, Any]

_FAINTEST, _SEEN = 1, 40
"""Levels from the ground. What differs by more is read as it is."""
_FLAT_PART = 0.6
_NEAR, _TRACE = 6, 0.02
"""Around ink a JPEG has ripples, of which most pixels there have some."""
_LEAST_PART = 2e-5
_GROUND = 31


def drawn_out(gray: Image.Image) -> Image.Image | None:
    """What is faint on flat ground in an 8-bit gray picture, black on white; None if nothing is."""
    cv2 = opencv()
    pixels = np.asarray(gray)
    small = pixels[:: max(1, pixels.shape[0] // 1200), :: max(1, pixels.shape[1] // 1200)]
    if float((small[:, 1:] == small[:, :-1]).mean()) < _FLAT_PART:
        return None
    contrast = cv2.absdiff(pixels, cv2.medianBlur(np.ascontiguousarray(pixels), _GROUND))
    strong = (contrast > _SEEN).astype(np.uint8)
    near = cv2.dilate(strong, np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8))
    faint: Array = (contrast >= _FAINTEST) & (near == 0)
    part = float(faint.mean())
    if not _LEAST_PART < part < 1 - _FLAT_PART:
        return None
    return Image.fromarray(np.where(faint, 0, 255).astype(np.uint8))
