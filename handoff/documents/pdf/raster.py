"""A page as a picture: what is read where text cannot be, and what is delivered then.

What was located is blackened in the picture itself, so nothing of it is left in the file. The
labels are text; so are, unseen, the words that a reader can still see in the picture.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pikepdf
from PIL import Image, ImageDraw

from handoff.documents import ocr
from handoff.documents.pdf.boxes import Box
from handoff.documents.pdf.engine import Page
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.labels import draw, draw_unseen
from handoff.documents.pdf.locate import Mark
from handoff.documents.pdf.sight import can_see
from handoff.documents.pdf.stills import draw as drawn_at
from handoff.documents.pdf.stills import gray_if_plain

DPI = 300
_MAX_PIXELS = 40_000_000
_QUALITY = 75
_POINTS_PER_INCH = 72
_BURNT_PADDING = 3


@dataclass(frozen=True, slots=True)
class RasterPage:
    """A page as a picture, upright.

    Attributes:
        size: in points.
        jpeg: the picture.
        boxes: what was burnt in, in points of the picture's frame.
        words: what can be read in the picture, in the same frame.
    """

    size: tuple[float, float]
    jpeg: bytes = field(repr=False)
    boxes: tuple[Box, ...]
    words: tuple[Box, ...]


def drawn(page: Page) -> Image.Image:
    """The page upright in 300 dpi, or less where it is very large."""
    wide, high = page.size
    scale = min(DPI / _POINTS_PER_INCH, (_MAX_PIXELS / max(wide * high, 1.0)) ** 0.5)
    return drawn_at(page, (max(1, round(wide * scale)), max(1, round(high * scale))))


def rasterise(
    page: Page,
    boxes: Sequence[Box],
    marks: Sequence[Mark] = (),
    seen: ocr.OcrPage | None = None,
) -> RasterPage:
    """Draw `page` upright with boxes burnt in.

    Args:
        page: the page, nothing on it redacted yet.
        boxes: areas in the page's coordinates, found in its text.
        marks: areas in pixels of `drawn`, found in what was seen.
        seen: the words of `drawn(page)`, if it was read already; read anew from what is left of it
            otherwise.
    """
    picture = drawn(page)
    painter = ImageDraw.Draw(picture)
    size = picture.size
    burnt: list[ocr.Box] = []
    placed: list[Box] = []
    areas = page.to_pixels([box.area for box in boxes], *size)
    hidden = [
        *((_rect(mark.box), 0, mark.label) for mark in marks),
        *(
            (area, (box.quarter - page.turns) % 4, box.label)
            for box, area in zip(boxes, areas, strict=True)
        ),
    ]
    for exact, quarter, label in hidden:
        area = exact.grown(_BURNT_PADDING, _BURNT_PADDING)
        painter.rectangle((area.left, area.bottom, area.right, area.top), fill=(0, 0, 0))
        # What stands in the picture and in an unseen layer over it needs one label, not two.
        shown = "" if any(_pixels(area).meet(box) for box in burnt) else label
        burnt.append(_pixels(area))
        placed.append(Box(_upright(area, page.size, size), quarter, shown))
    if seen is None and can_see():
        seen = ocr.recognize(picture)
    words = _unhidden(seen, burnt, page.size) if seen is not None else ()
    sink = io.BytesIO()
    gray_if_plain(picture).save(sink, "JPEG", quality=_QUALITY, optimize=True)
    return RasterPage(page.size, sink.getvalue(), tuple(placed), words)


def _unhidden(
    seen: ocr.OcrPage, burnt: Sequence[ocr.Box], points: tuple[float, float]
) -> tuple[Box, ...]:
    """The words that no box so much as touches: only they can be read in the picture.

    Each is as high as its line, so that readers of text put the words of a line together.
    """
    spans: dict[int, tuple[int, int]] = {}
    for word in seen.words:
        top, bottom = spans.get(word.line, (word.box.top, word.box.bottom))
        spans[word.line] = min(top, word.box.top), max(bottom, word.box.bottom)
    words = []
    for word in seen.words:
        if not any(word.box.meet(box) for box in burnt):
            top, bottom = spans[word.line]
            area = Rect(word.box.left, top, word.box.right, bottom)
            words.append(Box(_upright(area, points, seen.size), 0, word.text))
    return tuple(words)


def _rect(box: ocr.Box) -> Rect:
    return Rect(box.left, box.top, box.right, box.bottom)


def _pixels(area: Rect) -> ocr.Box:
    return ocr.Box(int(area.left), int(area.bottom), int(area.right) + 1, int(area.top) + 1)


def _upright(area: Rect, points: tuple[float, float], pixels: tuple[int, int]) -> Rect:
    """An area in pixels, y downwards, in points, y upwards."""
    x, y, high = points[0] / pixels[0], points[1] / pixels[1], points[1]
    return Rect(area.left * x, high - area.top * y, area.right * x, high - area.bottom * y)


def replace_page(pdf: pikepdf.Pdf, page: pikepdf.Page, raster: RasterPage) -> None:
    """Make `page` consist of the picture, its words and the labels alone."""
    with Image.open(io.BytesIO(raster.jpeg)) as picture:
        (width, height), gray = picture.size, picture.mode == "L"
    stream = pdf.make_stream(
        raster.jpeg,
        pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=width,
            Height=height,
            ColorSpace=pikepdf.Name.DeviceGray if gray else pikepdf.Name.DeviceRGB,
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
    draw_unseen(pdf, page, raster.words)
    draw(pdf, page, raster.boxes)
