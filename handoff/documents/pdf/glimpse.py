"""Pictures of a redacted document, drawn by another build of PDFium, read by the other engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import pypdfium2
import pypdfium2.raw
from PIL import Image

from handoff.documents import ocr
from handoff.documents.pdf.sight import can_see
from handoff.errors import DamagedError
from handoff.model import TextUnit

_DPI = 200
_POINTS_PER_INCH = 72
_MAX_PIXELS = 12_000_000
_WHOLE_PAGE = 0.5
"""Share of the page from which all of it is read at once."""
_MARGIN = 6
_LEAST = 8


def seen_units(produced: bytes, has_pictures: Sequence[bool]) -> Iterator[TextUnit]:
    """Units of what the pictures of a document show, on those pages that have any.

    Nothing where there is no optical recognition: then no picture was delivered but of pages whose
    text was read as text.

    Raises:
        DamagedError: it cannot be drawn.
    """
    if not any(has_pictures) or not can_see():
        return
    known: dict[bytes, ocr.OcrPage] = {}
    try:
        document = pypdfium2.PdfDocument(produced)
        try:
            for index, wanted in enumerate(has_pictures):
                if wanted:
                    yield from _page_units(document[index], index, known)
        finally:
            document.close()
    except pypdfium2.PdfiumError:
        raise DamagedError("the redacted PDF cannot be drawn by the second reader") from None


def _page_units(
    page: pypdfium2.PdfPage, index: int, known: dict[bytes, ocr.OcrPage]
) -> Iterator[TextUnit]:
    for number, cut in enumerate(_cuts(page), 1):
        digest = hashlib.sha256(cut.tobytes() + bytes(str(cut.size), "ascii")).digest()
        if digest not in known:
            known[digest] = ocr.second_opinion(cut)
        yield from known[digest].units(
            f"glimpse{index + 1}.{number}.", f"page {index + 1}, picture"
        )


def _cuts(page: pypdfium2.PdfPage) -> list[Image.Image]:
    """The page as drawn, or only its pictures where they are small."""
    wide, high = page.get_size()
    scale = min(_DPI / _POINTS_PER_INCH, (_MAX_PIXELS / max(wide * high, 1.0)) ** 0.5)
    drawn = page.render(scale=scale).to_pil().convert("RGB")
    boxes = [_pixels(bounds, page, scale) for bounds in _bounds(page)]
    share = sum((b[2] - b[0]) * (b[3] - b[1]) for b in boxes) / (drawn.width * drawn.height)
    if share > _WHOLE_PAGE or page.get_rotation() or not boxes:
        return [drawn]
    return [drawn.crop(box) for box in boxes if min(box[2] - box[0], box[3] - box[1]) > _LEAST]


def _bounds(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    kinds = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    return [item.get_bounds() for item in page.get_objects(filter=kinds)]


def _pixels(
    bounds: tuple[float, float, float, float], page: pypdfium2.PdfPage, scale: float
) -> tuple[int, int, int, int]:
    left, bottom, right, top = bounds
    x, _, _, high = page.get_bbox()
    wide, tall = page.get_size()
    return (
        max(0, int((left - x) * scale) - _MARGIN),
        max(0, int((high - top) * scale) - _MARGIN),
        min(int(wide * scale), int((right - x) * scale) + _MARGIN),
        min(int(tall * scale), int((high - bottom) * scale) + _MARGIN),
    )
