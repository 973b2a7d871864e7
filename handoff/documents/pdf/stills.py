"""Pictures in a PDF: decoded in the sandbox, stored anew, read, and burnt.

Every picture that could show a word is drawn by PDFium, alone and pixel for pixel, and stored again
from those pixels. So no decoder outside the sandbox sees what came in, nothing of the old stream
(metadata, thumbnails, colours that cannot be seen) is left, and what is read is what is delivered.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pikepdf
from PIL import Image, ImageDraw

from handoff.documents import ocr
from handoff.documents.pdf import operators
from handoff.documents.pdf.engine import BLACK, WHITE, Document, Page, open_document
from handoff.documents.pdf.sandbox import Sandbox
from handoff.errors import DamagedError

_MAX_PIXELS = 25_000_000
_QUALITY = 88
_GRAY_SPREAD = 12
"""Of 255: pictures whose channels differ by less are gray."""
_FEW_COLORS = 64
"""Drawings and screenshots are kept exactly; JPEG would blur their letters."""
_OPAQUE = 250
_BURNT_PADDING = 2


@dataclass(frozen=True, slots=True)
class Still:
    """A decoded picture.

    Attributes:
        pixels: "RGB" or "L"; of a stencil, black where it paints.
        alpha: "L", where parts can be seen through.
        stencil: it paints in whatever colour is set.
    """

    pixels: Image.Image
    alpha: Image.Image | None = None
    stencil: bool = False

    def faces(self) -> list[Image.Image]:
        """The picture as a reader may see it: on white, and on black where that differs."""
        if self.alpha is None:
            return [self.pixels]
        return [
            Image.composite(self.pixels, Image.new(self.pixels.mode, self.pixels.size, paper), mask)
            for paper, mask in ((_white(self.pixels.mode), self.alpha), (0, self.alpha))
        ]


def _white(mode: str) -> Any:  # noqa: ANN401 - a number or a triple, as Pillow wants it
    return 255 if mode == "L" else (255, 255, 255)


def restore(sandbox: Sandbox, pdf: pikepdf.Pdf, pictures: Iterable[Any]) -> None:
    """Decode each picture in the sandbox and store it anew, in its own place.

    Args:
        sandbox: where the document itself was opened.
        pdf: the document, scrubbed.
        pictures: image XObjects of it.

    Raises:
        DocumentError: one of them cannot be decoded.
    """
    for picture in pictures:
        store(pdf, picture, _decoded(sandbox, picture))


def _decoded(sandbox: Sandbox, picture: Any) -> Still:  # noqa: ANN401
    stencil = bool(picture.get("/ImageMask", False))
    masked = not stencil and ("/SMask" in picture or "/Mask" in picture)
    with open_document(sandbox, _alone(picture)) as document:
        white = _drawn(document)
        if not masked:
            return Still(gray_if_plain(white), stencil=stencil)
        return _unmixed(white, _drawn(document, BLACK))


def _alone(picture: Any) -> bytes:  # noqa: ANN401
    """A document whose one page is the picture, one point a pixel."""
    width, height = full_size(picture)
    if not 0 < width * height <= 4 * _MAX_PIXELS:
        raise DamagedError("a picture in the PDF has no proper size")
    scale = min(1.0, (_MAX_PIXELS / (width * height)) ** 0.5)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    with pikepdf.new() as pdf:
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=pikepdf.Array([0, 0, wide, high]),
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=pdf.copy_foreign(picture))),
            Contents=pdf.make_stream(b"%d 0 0 %d 0 0 cm /P Do" % (wide, high)),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        sink = io.BytesIO()
        pdf.save(sink)
    return sink.getvalue()


def full_size(picture: Any) -> tuple[int, int]:  # noqa: ANN401
    """Pixels across and down, of the picture or of its mask, whichever has more."""
    layers = [picture, picture.get("/SMask"), picture.get("/Mask")]
    streams = [layer for layer in layers if isinstance(layer, pikepdf.Stream)]
    return (
        max(int(layer.get("/Width", 0)) for layer in streams),
        max(int(layer.get("/Height", 0)) for layer in streams),
    )


def legible(picture: Any) -> bool:  # noqa: ANN401
    """Whether a picture, or its mask, is large enough to show a word."""
    width, height = full_size(picture)
    return width >= operators.MIN_LEGIBLE[0] and height >= operators.MIN_LEGIBLE[1]


def _drawn(document: Document, paper: int = WHITE) -> Image.Image:
    with document.page(0) as page:
        return draw(page, (round(page.size[0]), round(page.size[1])), paper)


def draw(page: Page, size: tuple[int, int], paper: int = WHITE) -> Image.Image:
    """A page as an RGB picture of that size."""
    width, height = size
    pixels = page.render(width, height, gray=False, paper=paper)
    return Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX", 0, 1)


def gray_if_plain(picture: Image.Image) -> Image.Image:
    """Gray, where there is no colour to speak of."""
    pixels = np.asarray(picture)
    spread = int((pixels.max(axis=2) - pixels.min(axis=2)).max(initial=0))
    return picture.convert("L") if spread < _GRAY_SPREAD else picture


def _unmixed(white: Image.Image, black: Image.Image) -> Still:
    """Colour and opacity from two drawings: on white c a + 255 (1 - a), on black c a."""
    light, dark = np.asarray(white, np.int16), np.asarray(black, np.int16)
    alpha = 255 - np.clip((light - dark).max(axis=2), 0, 255)
    if int(alpha.min(initial=255)) >= _OPAQUE:
        return Still(gray_if_plain(white))
    color = np.where(alpha[..., None] > 0, dark * 255 // np.maximum(alpha[..., None], 1), 255)
    colors = Image.fromarray(np.clip(color, 0, 255).astype(np.uint8), "RGB")
    return Still(gray_if_plain(colors), Image.fromarray(alpha.astype(np.uint8), "L"))


def store(pdf: pikepdf.Pdf, picture: Any, still: Still) -> None:  # noqa: ANN401
    """Make the image XObject consist of `still` and nothing else."""
    interpolate = bool(picture.get("/Interpolate", False))
    for key in list(picture.keys()):
        if key != "/Length":
            del picture[key]
    picture["/Type"], picture["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    picture["/Width"], picture["/Height"] = still.pixels.size
    if interpolate:
        picture["/Interpolate"] = True
    if still.stencil:
        _store_stencil(picture, still.pixels)
        return
    _store_colors(picture, still.pixels)
    if still.alpha is not None:
        mask = pdf.make_stream(b"")
        mask["/Type"], mask["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
        mask["/Width"], mask["/Height"] = still.alpha.size
        _write_flat(mask, still.alpha)
        picture["/SMask"] = mask


def _store_stencil(picture: Any, pixels: Image.Image) -> None:  # noqa: ANN401
    """One bit a pixel, 0 where it paints (ISO 32000-1, 8.9.6.2)."""
    bits = pixels.convert("L").point(lambda value: 255 * (value >= 128)).convert("1")
    picture["/ImageMask"], picture["/BitsPerComponent"] = True, 1
    picture.write(zlib.compress(bits.tobytes()), filter=pikepdf.Name.FlateDecode)


def _store_colors(picture: Any, pixels: Image.Image) -> None:  # noqa: ANN401
    if pixels.getcolors(_FEW_COLORS) is not None:
        _write_flat(picture, pixels)
        return
    picture["/ColorSpace"] = _space(pixels)
    picture["/BitsPerComponent"] = 8
    sink = io.BytesIO()
    pixels.save(sink, "JPEG", quality=_QUALITY)
    picture.write(sink.getvalue(), filter=pikepdf.Name.DCTDecode)


def _write_flat(picture: Any, pixels: Image.Image) -> None:  # noqa: ANN401
    picture["/ColorSpace"] = _space(pixels)
    picture["/BitsPerComponent"] = 8
    picture.write(zlib.compress(pixels.tobytes()), filter=pikepdf.Name.FlateDecode)


def _space(pixels: Image.Image) -> pikepdf.Name:
    return pikepdf.Name.DeviceGray if pixels.mode == "L" else pikepdf.Name.DeviceRGB


def load(picture: Any) -> Still:  # noqa: ANN401
    """What `store` made of a picture; no decoder but Pillow's, and only for our own JPEG."""
    size = int(picture.Width), int(picture.Height)
    if picture.get("/ImageMask", False):
        bits = Image.frombytes("1", size, picture.read_bytes())
        return Still(bits.convert("L"), stencil=True)
    mask = picture.get("/SMask")
    alpha = None if mask is None else Image.frombytes("L", size, mask.read_bytes())
    if picture.get("/Filter") == pikepdf.Name.DCTDecode:
        with Image.open(io.BytesIO(picture.read_raw_bytes())) as jpeg:
            return Still(jpeg.convert(jpeg.mode), alpha)
    mode = "L" if picture.ColorSpace == pikepdf.Name.DeviceGray else "RGB"
    return Still(Image.frombytes(mode, size, picture.read_bytes()), alpha)


def read(still: Still) -> tuple[ocr.OcrPage, ...]:
    """The words of each face of a picture.

    Raises:
        OcrMissingError: there is no optical recognition on this machine.
    """
    return tuple(ocr.recognize(face) for face in still.faces())


def burnt(still: Still, boxes: Sequence[ocr.Box]) -> Still:
    """The picture with `boxes` black, and opaque."""
    pixels = still.pixels.copy()
    alpha = None if still.alpha is None else still.alpha.copy()
    for box in boxes:
        area = box.padded(_BURNT_PADDING, pixels.size)
        corners = (area.left, area.top, area.right - 1, area.bottom - 1)
        ImageDraw.Draw(pixels).rectangle(corners, fill=0)
        if alpha is not None:
            ImageDraw.Draw(alpha).rectangle(corners, fill=255)
    return Still(pixels, alpha, still.stencil)


def burn(pdf: pikepdf.Pdf, hits: Mapping[int, Sequence[ocr.Box]]) -> None:
    """Burn boxes into pictures of a prepared document, by their object numbers."""
    for number, boxes in hits.items():
        picture = pdf.get_object(number, 0)
        store(pdf, picture, burnt(load(picture), boxes))
