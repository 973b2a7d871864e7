"""What stands beside the pages: what of it is read, what is read only to be dropped.

Bookmarks, internal links, page labels and embedded files come back rebuilt (`navigation`).
Information, comments and the values of form fields are dropped, but read first: a name that stands
only there is then sought on the pages too. Scripts, actions, structure and private data are dropped
unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from lxml import etree

from handoff.documents.base import Limits
from handoff.documents.pdf.navigation import Navigation, navigation_of
from handoff.documents.pdf.objects import dictionaries, entries, text_of
from handoff.documents.pdf.streams import require_bounded
from handoff.errors import LimitError
from handoff.model import TextUnit, UnitKind

MAX_UNITS = 20_000
_PROGRAMS = frozenset({"/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped"})
"""Of Info: what programs say about themselves; nobody's name."""
_XMP_PROGRAMS = re.compile(
    r"(?:Producer|CreatorTool|softwareAgent|format|.*(?:Date|ID|ersion|When))$"
)
_MACHINE_WRITTEN = re.compile(r"\s*(?:https?://\S+|(?:uuid|xmp\.\w+):\S+|[\d\-:+TZ.]+)?\s*")
_VALUES = ("/V", "/DV", "/RV")
_NOTES = ("/Contents", "/RC", "/T", "/Subj")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Beside:
    """What a document holds beside its pages.

    Attributes:
        dropped: units of what does not go on.
        navigation: bookmarks, internal links and page labels.
        files: the embedded files, in order of their objects.
    """

    dropped: tuple[TextUnit, ...] = ()
    navigation: Navigation = field(default_factory=Navigation)
    files: tuple[bytes, ...] = field(default=(), repr=False)

    def units(self) -> tuple[TextUnit, ...]:
        """All units but those of the embedded files, which are read through the door."""
        return (*self.navigation.units(), *self.dropped)


def beside_pages(pdf: pikepdf.Pdf, limits: Limits) -> Beside:
    """Collect from a document that PDFium wrote, before it is scrubbed.

    Raises:
        LimitError: a stream, or the number of texts, is over the limits.
    """
    texts: list[tuple[str, UnitKind, str, str]] = [*_information(pdf, limits)]
    files: dict[tuple[int, int], bytes] = {}
    for item in dictionaries(pdf):
        texts.extend(_texts_of(item))
        if len(texts) > MAX_UNITS:
            raise LimitError("the PDF holds more comments and fields than the limit allows")
        for stream in _embedded(item):
            if stream.objgen not in files:
                require_bounded(stream, limits.pdf_stream_bytes)
                files[stream.objgen] = stream.read_bytes()
    units = tuple(
        TextUnit(f"{name}.{number}", kind, text, place)
        for number, (name, kind, text, place) in enumerate(texts, 1)
        if text.strip()
    )
    return Beside(units, navigation_of(pdf), tuple(files.values()))


def _information(pdf: pikepdf.Pdf, limits: Limits) -> Iterator[tuple[str, UnitKind, str, str]]:
    information = pdf.trailer.get("/Info")
    place = "document information"
    if isinstance(information, pikepdf.Dictionary):
        for key, value in entries(information):
            if key not in _PROGRAMS:
                yield (
                    "info",
                    UnitKind.METADATA,
                    text_of(value),
                    "document information",
                )
    packet = pdf.Root.get("/Metadata")
    if isinstance(packet, pikepdf.Stream):
        require_bounded(packet, limits.pdf_stream_bytes)
        for text in _xmp_texts(packet.read_bytes()):
            yield "xmp", UnitKind.METADATA, text, place


def _xmp_texts(packet: bytes) -> Iterator[str]:
    """Texts and attributes of an XMP packet that a person may have written; broken ones as text."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return
    for element in root.iter(etree.Element):
        pairs = [(element.tag, element.text), *element.attrib.items()]
        for name, value in pairs:
            text = str(value or "")
            local = str(name).rpartition("}")[2]
            if not _XMP_PROGRAMS.match(local) and not _MACHINE_WRITTEN.fullmatch(text):
                yield text


def _texts_of(item: Any) -> Iterator[tuple[str, UnitKind, str, str]]:  # noqa: ANN401
    """Texts of a comment, a form field or a link's action."""
    if "/URI" in item and item.get("/S") == pikepdf.Name.URI:
        yield "link", UnitKind.LINK, text_of(item.get("/URI")), "a link"
    subtype = item.get("/Subtype")
    if "/FT" in item or "/DA" in item or subtype == pikepdf.Name.Widget:
        for key in _VALUES:
            yield "field", UnitKind.HIDDEN, _plain(item.get(key)), "a form field"
    elif "/Rect" in item and subtype is not None:
        for key in _NOTES:
            yield "note", UnitKind.COMMENT, _plain(item.get(key)), "a comment"
    if "/EF" in item:
        for key in ("/UF", "/F", "/Desc"):
            yield "filename", UnitKind.NAME, text_of(item.get(key)), "name of an attachment"


def _plain(value: Any) -> str:  # noqa: ANN401
    """A string, rich text (/RC, /RV) without its tags."""
    text = text_of(value)
    return _TAG.sub(" ", text) if text.lstrip().startswith("<") else text


def _embedded(item: Any) -> Iterator[Any]:  # noqa: ANN401
    """The file behind a file specification (ISO 32000-1, 7.11.4); /F and /UF are the same file."""
    files = item.get("/EF")
    if isinstance(files, pikepdf.Dictionary):
        yield from (value for _, value in entries(files) if isinstance(value, pikepdf.Stream))
