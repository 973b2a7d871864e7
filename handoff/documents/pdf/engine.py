"""PDFium's calls as Python objects: a document, its pages, their characters and pictures.

Coordinates are PDF user space of the page (points, y upwards, before /Rotate) unless a name says
otherwise. See PDFium's public headers (fpdfview.h, fpdf_text.h, fpdf_edit.h, fpdf_flatten.h); the
EPDF functions are the additions of github.com/embedpdf/pdfium.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from handoff.documents.pdf import bulk
from handoff.documents.pdf.chars import Chars, decoded
from handoff.documents.pdf.drawing import Drawing, Path, Picture, ShownText
from handoff.documents.pdf.geometry import Matrix, Rect, around
from handoff.documents.pdf.sandbox import Sandbox
from handoff.errors import DamagedError, EncryptedError, LimitError, UnsupportedTypeError

MAX_CHARS_PER_PAGE = 1_000_000
MAX_OBJECTS_PER_PAGE = 1_000_000
MAX_FORM_DEPTH = 16

# FPDF_GetLastError
_ERROR_PASSWORD = 4
_ERROR_SECURITY = 5
# FPDFPageObj_GetType
_TEXT = 1
_IMAGE = 3
_SHADING = 4
_FORM = 5
# FPDFBitmap_CreateEx
_GRAY = 1
_BGRX = 3
# FPDF_RenderPageBitmap
_RENDER_GRAYSCALE = 0x08
WHITE = 0xFFFF_FFFF
BLACK = 0xFF00_0000
_FLATTEN_FOR_DISPLAY = 0
_FLATTEN_FAILED = 0
# FPDFAnnot_GetSubtype, FPDF_ANNOT_APPEARANCEMODE
_WIDGET = 20
_NORMAL = 0


class Page:
    """An open page; only valid inside `Document.page`."""

    def __init__(self, sandbox: Sandbox, handle: int) -> None:
        self._sandbox = sandbox
        self._handle = handle

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points as displayed, after /Rotate."""
        width: float = self._sandbox.call("FPDF_GetPageWidthF", self._handle)
        height: float = self._sandbox.call("FPDF_GetPageHeightF", self._handle)
        return width, height

    @property
    def turns(self) -> int:
        """/Rotate in quarter turns with the clock."""
        turns: int = self._sandbox.call("FPDFPage_GetRotation", self._handle)
        return turns % 4

    def chars(self) -> Chars:
        """All characters in PDFium's reading order, generated spaces and line breaks included."""
        return Chars(self._text("chars", bulk.CHAR_SIZE))

    def letters(self) -> str:
        """The same characters without their places."""
        return decoded(self._text("letters", bulk.LETTER_SIZE))

    def drawing(self) -> Drawing:
        """What the page draws; pictures and paths also inside Form XObjects."""
        own = self._objects(self._handle, 0)
        pictures: list[Picture] = []
        paths: list[Path] = []
        shades = 0
        pending = [(own, 0, Matrix(), 0)]
        while pending:
            items, is_form, matrix, depth = pending.pop()
            for address, kind, segments, *bounds in items:
                if kind == bulk.PATH:
                    placed = matrix.apply(Rect(*bounds))
                    paths.append(Path(placed, segments, 0 if is_form else address))
                elif kind == _SHADING:
                    shades += 1
                elif kind == _IMAGE:
                    pictures.append(self._picture(address, matrix))
                elif kind == _FORM and depth < MAX_FORM_DEPTH:
                    inner = self._matrix(address).then(matrix)
                    pending.append((self._objects(address, 1), 1, inner, depth + 1))
                elif kind == _FORM:
                    raise LimitError("forms are nested deeper than the limit allows")
        texts = tuple(ShownText(at, Rect(*box)) for at, kind, _, *box in own if kind == _TEXT)
        forms = tuple(Rect(*box) for _, kind, _, *box in own if kind == _FORM)
        return Drawing(tuple(pictures), tuple(paths), shades, texts, forms)

    def draw_fields(self) -> None:
        """Give every form field that has none an appearance, from its value."""
        box = self._sandbox
        for index in range(box.call("FPDFPage_GetAnnotCount", self._handle)):
            note = box.call("FPDFPage_GetAnnot", self._handle, index)
            if not note:
                continue
            is_field = box.call("FPDFAnnot_GetSubtype", note) == _WIDGET
            if is_field and not box.call("EPDFAnnot_HasAppearanceStream", note, _NORMAL):
                box.call("EPDFAnnot_GenerateFormFieldAP", note)
            box.call("FPDFPage_CloseAnnot", note)

    def flatten(self) -> bool:
        """Make form fields part of the page's content; whether anything changed."""
        result = self._sandbox.call("FPDFPage_Flatten", self._handle, _FLATTEN_FOR_DISPLAY)
        if result == _FLATTEN_FAILED:
            raise DamagedError("a page's form fields cannot be flattened")
        return bool(result == 1)

    def remove(self, strips: Sequence[Rect], paths: Sequence[Path]) -> None:
        """Delete `paths`, and every glyph whose box meets one of `strips`, in Form XObjects too.

        `paths` are of `drawing` of this very page, of which nothing was removed since.
        """
        box = self._sandbox
        for path in paths:
            if not box.call("FPDFPage_RemoveObject", self._handle, path.handle):
                raise DamagedError("a page cannot be written anew")
            box.call("FPDFPageObj_Destroy", path.handle)
        quads = b"".join(
            struct.pack("<8f", r.left, r.top, r.right, r.top, r.left, r.bottom, r.right, r.bottom)
            for r in strips
        )
        address = box.write(quads)
        box.call("EPDFText_RedactInQuads", self._handle, address, len(strips), 1, 0)
        box.free(address)
        if not box.call("FPDFPage_GenerateContent", self._handle):
            raise DamagedError("a page cannot be written anew")

    def render(self, width: int, height: int, *, gray: bool, paper: int = WHITE) -> bytes:
        """The page as displayed: rows of one gray byte, or of B, G, R, unused, on `paper`."""
        box = self._sandbox
        pixel = 1 if gray else 4
        buffer = box.scratch(width * height * pixel)
        kind, flags = (_GRAY, _RENDER_GRAYSCALE) if gray else (_BGRX, 0)
        size = (width, height, width * pixel)
        if not box.call("draw", self._handle, kind, *size, buffer, _signed(paper), flags):
            raise LimitError("a page is too large to be drawn")
        return box.read(buffer, width * height * pixel)

    def to_pixels(self, areas: Sequence[Rect], width: int, height: int) -> list[Rect]:
        """Where each of `areas` lies in a rendering of that size, y downwards."""
        box = self._sandbox
        corners = [xy for r in areas for xy in ((r.left, r.bottom), (r.right, r.top))]
        points = b"".join(struct.pack(bulk.POINT, x, y) for x, y in corners)
        there = box.scratch(len(points) + len(corners) * bulk.PIXEL_SIZE)
        pixels = there + len(points)
        box.put(there, points)
        box.call("pixels", self._handle, width, height, len(corners), there, pixels)
        raw = box.read(pixels, len(corners) * bulk.PIXEL_SIZE)
        found = struct.iter_unpack(bulk.PIXEL, raw)
        return [around(pair) for pair in zip(found, found, strict=True)]

    def _text(self, loop: str, size: int) -> bytes:
        """One record of `size` bytes for each character, made by that loop."""
        box = self._sandbox
        text = box.call("FPDFText_LoadPage", self._handle)
        if not text:
            raise DamagedError("a page's text cannot be read")
        count: int = max(0, box.call("FPDFText_CountChars", text))
        if count > MAX_CHARS_PER_PAGE:
            raise LimitError("a page holds more characters than the limit allows")
        address = box.scratch(count * size + bulk.CHAR_ROOM)
        box.call(loop, text, count, address)
        raw = box.read(address, count * size)
        box.call("FPDFText_ClosePage", text)
        return raw

    def _objects(self, holder: int, is_form: int) -> list[tuple[Any, ...]]:
        box = self._sandbox
        name = "FPDFFormObj_CountObjects" if is_form else "FPDFPage_CountObjects"
        count: int = max(0, box.call(name, holder))
        if count > MAX_OBJECTS_PER_PAGE:
            raise LimitError("a page holds more objects than the limit allows")
        address = box.scratch(count * bulk.OBJECT_SIZE)
        box.call("objects", holder, is_form, count, address)
        raw = box.read(address, count * bulk.OBJECT_SIZE)
        return list(struct.iter_unpack(bulk.OBJECT_RECORD, raw))

    def _matrix(self, item: int) -> Matrix:
        box = self._sandbox
        address = box.scratch(24)
        box.call("FPDFPageObj_GetMatrix", item, address)
        values = struct.unpack("<6f", box.read(address, 24))
        return Matrix(*values)

    def _picture(self, item: int, matrix: Matrix) -> Picture:
        box = self._sandbox
        address = box.scratch(8)
        box.call("FPDFImageObj_GetImagePixelSize", item, address, address + 4)
        width, height = struct.unpack("<II", box.read(address, 8))
        placed = self._matrix(item).then(matrix)
        return Picture(width, height, placed.apply(Rect(0, 0, 1, 1)))


class Document:
    """An open document; closed by `open_document`."""

    def __init__(self, sandbox: Sandbox, handle: int) -> None:
        self._sandbox = sandbox
        self._handle = handle

    @property
    def page_count(self) -> int:
        """How many pages the document claims to have."""
        count: int = self._sandbox.call("FPDF_GetPageCount", self._handle)
        return count

    @property
    def has_form(self) -> bool:
        """Whether the document has form fields."""
        return bool(self._sandbox.call("FPDF_GetFormType", self._handle))

    @contextmanager
    def page(self, index: int) -> Iterator[Page]:
        """Page `index`, counted from 0, open while the context lasts."""
        handle = self._sandbox.call("FPDF_LoadPage", self._handle, index)
        if not handle:
            raise DamagedError(f"page {index + 1} cannot be read")
        yield Page(self._sandbox, handle)
        # Not in a finally: after an error the instance is thrown away whole.
        self._sandbox.call("FPDF_ClosePage", handle)

    def save(self) -> bytes:
        """The document written anew, without encryption and without earlier revisions."""
        box = self._sandbox
        box.call("EPDF_RemoveEncryption", self._handle)
        writer = box.call("PDFiumExt_OpenFileWriter")
        if not box.call("PDFiumExt_SaveAsCopy", self._handle, writer):
            raise DamagedError("the PDF cannot be written anew")
        size: int = box.call("PDFiumExt_GetFileWriterSize", writer)
        address = box.allocate(size)
        box.call("PDFiumExt_GetFileWriterData", writer, address, size)
        content = box.read(address, size)
        box.free(address)
        box.call("PDFiumExt_CloseFileWriter", writer)
        return content


@contextmanager
def open_document(sandbox: Sandbox, untrusted: bytes) -> Iterator[Document]:
    """Parse `untrusted` in the sandbox.

    A document that opens without a password but restricts printing or copying is read: such
    restrictions keep nothing secret.

    Raises:
        EncryptedError: a password or a certificate is needed.
        DamagedError: PDFium finds no document in it.
        LimitError: it exhausts the sandbox.
    """
    content = sandbox.write(untrusted)
    password = sandbox.write(b"\0")
    handle = sandbox.call("FPDF_LoadMemDocument", content, len(untrusted), password)
    sandbox.free(password)
    if not handle:
        raise _load_error(sandbox.call("FPDF_GetLastError"))
    yield Document(sandbox, handle)
    sandbox.call("FPDF_CloseDocument", handle)
    sandbox.free(content)


def _load_error(code: int) -> DamagedError | EncryptedError | UnsupportedTypeError:
    if code == _ERROR_PASSWORD:
        return EncryptedError("the PDF is protected by a password")
    if code == _ERROR_SECURITY:
        return EncryptedError("the PDF is protected by a certificate or rights management")
    return DamagedError("the PDF cannot be opened")


def _signed(value: int) -> int:
    """A 32-bit pattern as wasmtime wants its i32."""
    return value - (1 << 32) if value >= 1 << 31 else value
