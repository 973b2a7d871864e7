"""One drawn page, and where on it something is to be redacted."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from PIL import Image

MOST = 100
"""Pages of a document that are drawn; a person who checks more opens the documents themselves."""
WIDTH = 900
"""Pixels across a drawn page."""
HEIGHT = 4 * WIDTH
_QUALITY = 70


@dataclass(frozen=True, slots=True)
class Area:
    """Where a redaction applies: its number among the redactions given, and shares of the sheet."""

    redaction: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page.

    Attributes:
        picture: JPEG.
        size: its width and height in pixels.
        areas: what is to be redacted on it; on a page of what was redacted there are none.
    """

    picture: bytes = field(repr=False)
    size: tuple[int, int]
    areas: tuple[Area, ...] = ()


def sheet(image: Image.Image, areas: tuple[Area, ...] = ()) -> Sheet:
    """`image` as a sheet, made smaller where it is larger than a sheet is."""
    picture = image.convert("L" if image.mode in {"1", "L"} else "RGB")
    picture.thumbnail((WIDTH, HEIGHT))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return Sheet(buffer.getvalue(), picture.size, areas)


def area(
    redaction: int, edges: tuple[float, float, float, float], size: tuple[float, float]
) -> Area:
    """The area of a rectangle (left, top, right, bottom) on a page of `size`, y downwards."""
    left, top, right, bottom = edges
    wide, high = max(size[0], 1), max(size[1], 1)
    return Area(redaction, left / wide, top / high, (right - left) / wide, (bottom - top) / high)
