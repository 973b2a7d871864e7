"""QR codes: what they say is text of the picture, and one that cannot be read hides text.

OpenCV reads and finds them (cv2.QRCodeDetector). Bar codes of goods hold digits alone and are read
by nobody here.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from handoff.documents.ocr.opencv import opencv
from handoff.documents.ocr.page import Box, OcrWord

_SIDE = 2200
"""Pixels of the longer side at which codes are sought: their modules are coarse."""
_QUIET = 4
"""Modules of white around a code (ISO/IEC 18004, section 9.1), of some 25 in a side."""


def read_codes(level: Image.Image, words: int) -> tuple[list[OcrWord], list[Box]]:
    """What the QR codes of a gray picture say, and where one stands that cannot be read.

    Args:
        level: the picture in shades of gray.
        words: how many words it is known to hold; a code's words are numbered after them.

    Every word of a code has the whole code's box: what is found in it takes the code with it.
    """
    factor = min(1.0, _SIDE / max(level.size))
    size = (max(1, round(level.width * factor)), max(1, round(level.height * factor)))
    small = level if factor == 1 else level.resize(size, Image.Resampling.BOX)
    found, said, corners, _ = opencv().QRCodeDetector().detectAndDecodeMulti(np.asarray(small))
    if not found:
        return [], []
    read: list[OcrWord] = []
    unread: list[Box] = []
    for number, (text, points) in enumerate(zip(said, corners, strict=True), words + 1):
        box = _around(points / factor, level.size)
        if not text:
            unread.append(box)
        read += [OcrWord(word, box, 1.0, number, number) for word in text.split()]
    return read, unread


def _around(points: np.ndarray, size: tuple[int, int]) -> Box:
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    margin = int(_QUIET * (right - left) / 25)
    return Box(int(left), int(top), int(right) + 1, int(bottom) + 1).padded(margin, size)
