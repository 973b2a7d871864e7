"""Burn boxes into pixels, and write what replaces a text where it fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from handoff.documents.ocr.page import Box

INK, PAPER = 0, 255
_SMALLEST_LETTERS = 9
"""Pixels; smaller ones nobody reads."""
_PAD_PART = 8
_STEP = 3
"""Quantised boxes are as wide as a multiple of so many times their height."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A box to burn, and what to write in it; the words may be empty."""

    box: Box
    words: str = field(default="", repr=False)


def burn(image: Image.Image, patches: Iterable[Patch], *, quantised: bool = False) -> None:
    """Make every patch solid in `image`, in place, and a little more; what was under it is gone.

    Args:
        image: "1", "L" or "RGB".
        patches: what to burn; where two overlap, the words of the first are written.
        quantised: make boxes wider, in steps, so that the width says less about the word.
    """
    draw = ImageDraw.Draw(image)
    padded = [replace(patch, box=_padded(patch.box, image.size, quantised)) for patch in patches]
    # All boxes first: no box may cover the words written in another.
    for box in (patch.box for patch in padded):
        draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=_shade(image, INK))
    written: list[Box] = []
    for patch in padded:
        if patch.words and not any(patch.box.meet(other) for other in written):
            _write(draw, patch, _shade(image, PAPER))
            written.append(patch.box)


def _padded(box: Box, size: tuple[int, int], quantised: bool) -> Box:
    """Engines' boxes cut off the tips of letters: an eighth of the height on each side."""
    padded = box.padded(max(2, box.height // _PAD_PART), size)
    if not quantised:
        return padded
    step = max(1, _STEP * padded.height)
    missing = -(padded.right - padded.left) % step
    left = max(0, padded.left - missing // 2)
    return replace(padded, left=left, right=min(size[0], padded.right + missing - missing // 2))


def _shade(image: Image.Image, level: int) -> int | tuple[int, int, int]:
    return (level, level, level) if image.mode == "RGB" else level


def _write(draw: ImageDraw.ImageDraw, patch: Patch, fill: int | tuple[int, int, int]) -> None:
    box, words = patch.box, patch.words
    for size in range(int(box.height * 0.7), _SMALLEST_LETTERS - 1, -1):
        if draw.textlength(words, font=_font(size)) <= (box.right - box.left) * 0.92:
            middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
            draw.text(middle, words, font=_font(size), fill=fill, anchor="mm")
            return


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font: it is in the wheel, so it is the same on every machine."""
    return ImageFont.load_default(size)
