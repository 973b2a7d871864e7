"""Everything that is no page content is dropped, by the allow-list in `schema`.

Only ever given what PDFium has opened and saved anew, so cross-reference tricks, encryption,
object streams and earlier revisions are gone before pikepdf sees the file.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf

from handoff.documents.base import Limits
from handoff.documents.pdf import asides, operators, schema
from handoff.documents.pdf.objects import entries
from handoff.documents.pdf.stills import legible
from handoff.documents.pdf.streams import filters_of, require_bounded
from handoff.errors import DamagedError, DocumentError, UnsafeContentError

# qpdf's warnings may quote the file.
logging.getLogger("pikepdf").setLevel(logging.CRITICAL + 1)

PLACEHOLDER = (31, 7)
"""Pixels of the gray picture that takes the place of every removed one."""
_ASIDES = {
    schema.PROFILE: asides.without_description,
    schema.CHARACTER_MAP: asides.without_comments,
    "encoding": asides.without_comments,
}
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_MAX_TREE_DEPTH = 100
_HIDDEN_FLAGS = 0x02 | 0x20  # Hidden, NoView
_LOSSY_PICTURES = frozenset({"/DCTDecode", "/JPXDecode"})


@contextmanager
def open_saved(content: bytes) -> Iterator[pikepdf.Pdf]:
    """Open what PDFium or pikepdf wrote; whatever pikepdf raises becomes a DamagedError."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            yield pdf
    except DocumentError:
        raise
    except (pikepdf.PdfError, RuntimeError, TypeError, ValueError, KeyError, AttributeError):
        raise DamagedError("the PDF contradicts itself and cannot be read whole") from None


def write(pdf: pikepdf.Pdf, *, final: bool) -> bytes:
    """Serialise: only what can be reached, one revision, an /ID made from the content alone."""
    sink = io.BytesIO()
    modes = pikepdf.ObjectStreamMode
    pdf.save(
        sink,
        deterministic_id=True,
        fix_metadata_version=False,
        compress_streams=True,
        object_stream_mode=modes.generate if final else modes.disable,
    )
    return sink.getvalue()


def scrub(
    pdf: pikepdf.Pdf, page_count: int, limits: Limits, *, pictures: bool = False
) -> list[Any]:
    """Leave the pages of `pdf` and nothing beside them.

    Layers become visible, annotations go except form fields with an appearance. Pictures that could
    show a word, or carry metadata, become gray boxes; with `pictures` they are left, and returned.

    Args:
        pdf: a document that PDFium or pikepdf wrote.
        page_count: the number of pages PDFium sees; pikepdf must see the same.
        limits: limits in force.
        pictures: whether the caller has another way with pictures.

    Returns:
        The pictures that were left though they are not on the allow-list yet.

    Raises:
        DamagedError: the two parsers disagree, or the structure is broken.
        LimitError: a stream unpacks to too much.
        UnsafeContentError: something that can neither be read nor safely be dropped.
    """
    _require_plain_document(pdf.Root)
    pages = [page.obj for page in pdf.pages]
    if len(pages) != page_count:
        raise DamagedError("two parsers count the pages of the PDF differently")
    scrubber = _Scrubber(pdf, limits, keep_pictures=pictures)
    for page in pages:
        _inherit(page)
        scrubber.clean_page(page)
    _rebuild(pdf, pages)
    pdf.remove_unreferenced_resources()
    return scrubber.pictures


def _require_plain_document(root: Any) -> None:  # noqa: ANN401 - pikepdf objects are dynamic
    if "/Collection" in root:
        raise UnsafeContentError(
            "the PDF is a portfolio of other files", "send the files inside it one by one"
        )
    if root.get("/NeedsRendering", False):
        raise UnsafeContentError(
            "the PDF is a dynamic XFA form whose pages exist only in its own program",
            "print the form to a new PDF, then send that",
        )


def _inherit(page: Any) -> None:  # noqa: ANN401
    """Copy what the page has from its ancestors (ISO 32000-1, 7.7.3.4)."""
    for key in _INHERITED:
        node, depth = page, 0
        while key not in node and "/Parent" in node and depth < _MAX_TREE_DEPTH:
            node, depth = node["/Parent"], depth + 1
        if key in node and key not in page:
            page[key] = node[key]


def _rebuild(pdf: pikepdf.Pdf, pages: list[Any]) -> None:
    """A new catalog and a flat page tree; all other roots of the file are cut off."""
    tree = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=pikepdf.Array(pages), Count=len(pages))
    )
    for page in pages:
        page["/Type"] = pikepdf.Name.Page
        page["/Parent"] = tree
    for key in list(pdf.Root.keys()):
        del pdf.Root[key]
    pdf.Root["/Type"] = pikepdf.Name.Catalog
    pdf.Root["/Pages"] = tree
    fields = [widget for page in pages for widget in page.get("/Annots", [])]
    if fields:
        # Until they are flattened: a widget that no form knows would be a broken file.
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=pikepdf.Array(fields))
    for key in list(pdf.trailer.keys()):
        if key not in {"/Root", "/Size"}:
            del pdf.trailer[key]


class _Scrubber:
    """Walks everything that pages lead to, keeps what `schema` knows, checks what it keeps."""

    def __init__(self, pdf: pikepdf.Pdf, limits: Limits, *, keep_pictures: bool) -> None:
        self.pictures: list[Any] = []
        self._pdf = pdf
        self._limits = limits
        self._keep_pictures = keep_pictures
        self._seen: set[tuple[tuple[int, int], str]] = set()
        self._fonts: dict[bytes, Any] = {}
        self._pending: list[tuple[str, Any]] = []

    def clean_page(self, page: Any) -> None:  # noqa: ANN401
        """Clean one page and all it leads to."""
        self._pending.append(("page", page))
        while self._pending:
            self._visit(*self._pending.pop())
        if "/Annots" in page and len(page["/Annots"]) == 0:
            del page["/Annots"]
        self._clean_page_content(page)

    def _visit(self, kind: str, item: Any) -> None:  # noqa: ANN401
        if isinstance(item, pikepdf.Array):
            self._visit_array(kind, item)
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            is_drawn = kind == schema.XOBJECT
            kind = _actual_kind(kind, item)
            if item.is_indirect:
                if (item.objgen, kind) in self._seen:
                    return
                self._seen.add((item.objgen, kind))
            if is_drawn and kind == schema.PICTURE and self._keep_pictures and _must_blank(item):
                self.pictures.append(item)
            self._visit_dictionary(kind, item)
            if isinstance(item, pikepdf.Stream):
                self._visit_stream(kind, item)

    def _visit_array(self, kind: str, array: Any) -> None:  # noqa: ANN401
        if kind == "annots":
            _keep_fields(array)
        item_kind = "annot" if kind == "annots" else kind
        if kind == schema.COLORS and len(array) > 1 and array[0] == pikepdf.Name.ICCBased:
            item_kind = schema.PROFILE
        for index in range(len(array) - 1, -1, -1):
            if _allowed(item_kind, array[index]):
                self._pending.append((item_kind, array[index]))
            elif kind in {schema.COLORS, "mask"}:
                array[index] = None
            else:
                del array[index]

    def _visit_dictionary(self, kind: str, item: Any) -> None:  # noqa: ANN401
        every = schema.MAPS.get(kind)
        known = schema.KEYS.get(kind, {})
        for key, value in list(entries(item)):
            if key == "/Length" and isinstance(item, pikepdf.Stream):
                continue
            value_kind = every or known.get(key)
            if value_kind is None or not _allowed(value_kind, value):
                del item[key]
            elif value_kind != schema.PLAIN:
                if kind == "fonts" and isinstance(value, pikepdf.Dictionary):
                    item[key] = self._shared_font(value)
                    asides.rename(item[key])
                self._pending.append((value_kind, item[key]))

    def _shared_font(self, font: Any) -> Any:  # noqa: ANN401
        """The font as an object of its own, one for all that are spelled alike.

        Of one that stands in a page's resources, PDFium makes an object for every string it shows.
        """
        if font.is_indirect:
            return font
        spelled = font.unparse()
        if spelled not in self._fonts:
            self._fonts[spelled] = self._pdf.make_indirect(font)
        return self._fonts[spelled]

    def _visit_stream(self, kind: str, stream: Any) -> None:  # noqa: ANN401
        if kind == schema.PICTURE and not self._keep_pictures and _must_blank(stream):
            _blank(stream)
        require_bounded(stream, self._limits.pdf_stream_bytes)
        if kind in _ASIDES:
            stream.write(_ASIDES[kind](stream.read_bytes()))
        if kind not in schema.CONTENT_KINDS or kind == schema.CONTENT:
            return
        content = stream.read_bytes()
        if operators.needs_cleaning(content):
            stream.write(operators.cleaned(stream, blank_pictures=kind != "glyph"))

    def _clean_page_content(self, page: Any) -> None:  # noqa: ANN401
        """A page's content may be split into streams in mid-operator: cleaned as one."""
        contents = page.get("/Contents")
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        content = b"\n".join(s.read_bytes() for s in streams if isinstance(s, pikepdf.Stream))
        if operators.needs_cleaning(content):
            content = operators.cleaned(page, blank_pictures=True)
            page["/Contents"] = self._pdf.make_stream(content)


def _actual_kind(kind: str, item: Any) -> str:  # noqa: ANN401
    """Resolve the kinds that depend on the object found."""
    stream = isinstance(item, pikepdf.Stream)
    if kind == schema.XOBJECT:
        return schema.FORM if item.get("/Subtype") == pikepdf.Name.Form else schema.PICTURE
    if kind == "mask":
        return schema.PICTURE
    if kind == "appearances":
        return schema.FORM if stream else "appearances"
    return kind


def _allowed(kind: str, value: Any) -> bool:  # noqa: ANN401
    """Whether `value` may stand where `kind` is expected."""
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return kind not in {schema.PLAIN, "string"}
    if isinstance(value, pikepdf.String):
        return kind in schema.STRINGS_ALLOWED
    nested = isinstance(value, pikepdf.Array) and kind == schema.PLAIN
    return all(_allowed(kind, item) for item in value) if nested else True


def _keep_fields(annotations: Any) -> None:  # noqa: ANN401
    """Of the annotations, keep the form fields that show something; the others are comments."""
    for index in range(len(annotations) - 1, -1, -1):
        item = annotations[index]
        if not (isinstance(item, pikepdf.Dictionary) and _shows_a_field(item)):
            del annotations[index]


def _shows_a_field(annotation: Any) -> bool:  # noqa: ANN401
    is_shown = annotation.get("/Subtype") == pikepdf.Name.Widget and "/AP" in annotation
    return is_shown and not int(annotation.get("/F", 0)) & _HIDDEN_FLAGS


def _must_blank(picture: Any) -> bool:  # noqa: ANN401
    """Pictures that could show a word, and those that can carry their own metadata."""
    layers = [picture, picture.get("/SMask"), picture.get("/Mask")]
    return legible(picture) or any(
        not _LOSSY_PICTURES.isdisjoint(filters_of(layer))
        for layer in layers
        if isinstance(layer, pikepdf.Stream)
    )


def _blank(picture: Any) -> None:  # noqa: ANN401
    """Make the picture a plain gray box at its place."""
    for key in list(picture.keys()):
        if key != "/Length":
            del picture[key]
    width, height = PLACEHOLDER
    picture["/Type"] = pikepdf.Name.XObject
    picture["/Subtype"] = pikepdf.Name.Image
    picture["/Width"], picture["/Height"] = width, height
    picture["/ColorSpace"] = pikepdf.Name.DeviceGray
    picture["/BitsPerComponent"] = 8
    picture.write(b"\xc0" * (width * height))
