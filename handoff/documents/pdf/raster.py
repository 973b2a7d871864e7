"""The last resort for a page that cannot be redacted as text: a picture with the boxes burnt in.

What PDFium located is blackened in the picture itself, so nothing of it is left in the file; the
labels stay text.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pikepdf
from PIL import Image, ImageDraw

from handoff.documents.pdf.engine import Page
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.labels import draw
from handoff.documents.pdf.locate import Box

_DPI = 200
_MAX_PIXELS = 40_000_000
_QUALITY = 85
_POINTS_PER_INCH = 72
_BURNT_PADDING = 2


@dataclass(frozen=True, slots=True)
class RasterPage:
    """A page as a picture: its size in points, the JPEG, the boxes in the picture's frame."""

    size: tuple[float, float]
    jpeg: bytes = field(repr=False)
    boxes: tuple[Box, ...]


def rasterise(page: Page, boxes: Sequence[Box]) -> RasterPage:
    """Draw `page` upright with `boxes` burnt in."""
    wide, high = page.size
    scale = min(_DPI / _POINTS_PER_INCH, (_MAX_PIXELS / max(wide * high, 1.0)) ** 0.5)
    width, height = max(1, round(wide * scale)), max(1, round(high * scale))
    pixels = page.render(width, height, gray=False)
    picture = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", 0, 1)
    picture = picture.copy()
    painter = ImageDraw.Draw(picture)
    placed = []
    areas = page.to_pixels([box.area for box in boxes], width, height)
    for box, exact in zip(boxes, areas, strict=True):
        area = exact.grown(_BURNT_PADDING, _BURNT_PADDING)
        painter.rectangle((area.left, area.bottom, area.right, area.top), fill=(0, 0, 0))
        placed.append(
            Box(
                _upright(area, (wide / width, high / height), high),
                (box.quarter - page.turns) % 4,
                box.label,
            )
        )
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=_QUALITY)
    return RasterPage((wide, high), sink.getvalue(), tuple(placed))


def _upright(area: Rect, scale: tuple[float, float], high: float) -> Rect:
    """An area in pixels, y downwards, in points, y upwards."""
    x, y = scale
    return Rect(area.left * x, high - area.top * y, area.right * x, high - area.bottom * y)


def replace_page(pdf: pikepdf.Pdf, page: pikepdf.Page, raster: RasterPage) -> None:
    """Make `page` consist of the picture and the labels alone."""
    with Image.open(io.BytesIO(raster.jpeg)) as picture:
        width, height = picture.size
    stream = pdf.make_stream(
        raster.jpeg,
        pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=width,
            Height=height,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        ),
    )
    for key in set(page.obj.keys()) - {"/Type", "/Parent"}:
        del page.obj[key]
    wide, high = raster.size
    page.MediaBox = pikepdf.Array([0, 0, wide, high])
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=stream))
    page.Contents = pdf.make_stream(f"q {wide:.4f} 0 0 {high:.4f} 0 0 cm /Page Do Q".encode())
    draw(pdf, page, raster.boxes)
