"""OpenDocument files: text, spreadsheets, presentations and their templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from handoff.documents.base import Door
from handoff.documents.odf import names
from handoff.documents.odf.clean import clean, is_font_list, only_refers, version
from handoff.documents.odf.inside import (
    Picture,
    find_pictures,
    rewrite_pictures,
    take_out_pictures,
    withhold_objects,
)
from handoff.documents.odf.package import MEDIA_TYPE, declared_type, open_package, write_package
from handoff.documents.odf.reread import reread_file
from handoff.documents.ooxml import xmlio
from handoff.documents.ooxml.names import is_new_sheet
from handoff.documents.ooxml.sweep import sweep
from handoff.documents.slots import Passage, Piece, SharedValue, Slot
from handoff.documents.splice import by_unit
from handoff.documents.trees import Element
from handoff.errors import DamagedError, UnsafeContentError
from handoff.model import Redaction, TextUnit, UnitKind

_PARTS = ("content.xml", "styles.xml")
_VALUES = tuple(f"{names.OFFICE}{name}-value" for name in ("date", "time", "boolean"))
# A time of day or a duration (ISO 8601), hours and minutes: no number of a person.
_DURATION = re.compile(r"PT\d{1,5}H\d{1,2}M\d{1,2}(?:[.,]\d{1,9})?S")
_LONG_NUMBER = re.compile(r"(?:\D*\d){6}")
_OUTLINES = (f"{names.SVG}d", f"{names.DRAW}points", f"{names.DRAW}enhanced-path")
_OUTLINE = re.compile(r"(?:[-\d.,\s]|[?]f\d|\$\d|[MmLlHhVvCcSsQqTtAaZzNFUWBXY](?![A-Za-z]{2}))*")
_SHEET = f"{names.TABLE}table"
_CELL = f"{names.TABLE}table-cell"


@dataclass(slots=True)
class _Document:
    """An opened file: its cleaned parts, its pictures by the element that shows them, its units."""

    parts: dict[str, Element] = field(repr=False)
    pictures: list[Picture] = field(repr=False)
    entries: list[Passage | SharedValue] = field(repr=False)
    cells: list[tuple[Element, str]] = field(repr=False)


class OdfFormat:
    """One kind of OpenDocument; templates come out as documents."""

    readers = ("lxml", "expat")

    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.media_type = MEDIA_TYPE + kind
        self.extension = f".{name}"
        self._kinds = (kind, f"{kind}-template")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether it is a ZIP with an entry that tells this media type."""
        return declared_type(untrusted) in {MEDIA_TYPE + kind for kind in self._kinds}

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every paragraph, cell, comment, note and other string, and each picture by the door.

        Raises:
            EncryptedError: it needs a password.
            UnsafeContentError: tracked changes where the profile holds them.
            DocumentError: as for every package, and for an embedded object or a picture that
                cannot be read where the profile holds the file for it.
        """
        document = _load(untrusted, door)
        units = [unit for entry in document.entries for unit in entry.units()]
        for picture in document.pictures:
            units += picture.read(door)
        door.opened.keep(untrusted, document)
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The file with `redactions` applied; a cell of which some goes is a cell of text."""
        document = door.opened.take(untrusted, _Document) or _load(untrusted, door)
        groups = by_unit(redactions)
        for entry in document.entries:
            entry.apply(groups)
        for cell, before in document.cells:
            if _cell_text(cell) != before:
                _make_text(cell)
        pictures = rewrite_pictures(document.pictures, redactions, door)
        parts = {name: xmlio.serialize(root) for name, root in document.parts.items()}
        said = version(document.parts["content.xml"])
        return write_package(self.media_type, said, {**parts, **pictures})

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All text, attributes and names of all parts by expat, and the pictures by the door."""
        return tuple(reread_file(produced, door))


def odf_formats() -> tuple[OdfFormat, ...]:
    """The three kinds that are read."""
    return (
        OdfFormat("odt", "text"),
        OdfFormat("ods", "spreadsheet"),
        OdfFormat("odp", "presentation"),
    )


def _load(untrusted: bytes, door: Door) -> _Document:
    files = open_package(untrusted, door.limits)
    parts = {name: xmlio.parse(files[name], name, doctype=True) for name in _PARTS if name in files}
    if "content.xml" not in parts:
        raise DamagedError("the file has no content")
    if door.options.tracked_changes == "hold" and _has_changes(parts["content.xml"]):
        raise UnsafeContentError("contains tracked changes", "accept or reject them, send again")
    roots = list(parts.values())
    withhold_objects(roots, door)
    take_out_pictures(roots, files)
    clean(roots)
    pictures = find_pictures(roots, files, door.limits)
    entries: list[Passage | SharedValue] = []
    cells: list[tuple[Element, str]] = []
    for name, root in parts.items():
        entries += _entries(root, name.partition(".")[0])
        cells += [(cell, _cell_text(cell)) for cell in root.iter(_CELL)]
    return _Document(parts, pictures, entries, cells)


def _has_changes(root: Element) -> bool:
    return (
        next(root.iter(f"{names.TEXT}changed-region", f"{names.TABLE}cell-content-change"), None)
        is not None
    )


def _entries(root: Element, key: str) -> list[Passage | SharedValue]:
    place = "document" if key == "content" else "styles, headers and footers"
    passages = [
        Passage(f"{key}.p{number}", _kind(element), f"{place}, paragraph {number}", pieces)
        for number, (element, pieces) in enumerate(_paragraphs(root), 1)
    ]
    free = list(sweep(root, key, place, passages, _settled))
    return [*passages, *free, *_values(root, key, place), *_sheets(root, key)]


def _settled(element: Element, attribute: str) -> bool:
    """Names that were made neutral, and what `clean`, `_values` and `_sheets` look after."""
    return bool(attribute) and (
        only_refers(element, attribute)
        or attribute in (*_VALUES, f"{names.OFFICE}value")
        or is_font_list(attribute)
        or element.get(attribute) in names.ENUMERATED
        or (attribute in _OUTLINES and _OUTLINE.fullmatch(element.get(attribute)) is not None)
        or names.is_drawn(attribute, element.get(attribute))
        or (element.tag == _SHEET and attribute == f"{names.TABLE}name")
    )


def _paragraphs(root: Element) -> Iterator[tuple[Element, list[Piece]]]:
    for element in root.iter(*names.PARAGRAPHS):
        pieces = list(_pieces(element))
        if any(piece.text.strip() for piece in pieces):
            yield element, pieces


def _pieces(element: Element) -> Iterator[Piece]:
    """The text of a paragraph without that of paragraphs inside of it (notes, frames)."""
    if element.text:
        yield Piece(element.text, Slot(element))
    for child in element.iterchildren(etree.Element):
        if child.tag in names.BREAKS:
            yield Piece(names.BREAKS[child.tag])
        elif child.tag not in names.PARAGRAPHS:
            yield from _pieces(child)
        if child.tail:
            yield Piece(child.tail, Slot(child, tail=True))


def _kind(element: Element) -> UnitKind:
    for above in element.iterancestors():
        local = etree.QName(above).localname
        if local in _KINDS:
            return _KINDS[local]
    return UnitKind.BODY


_KINDS = {
    "annotation": UnitKind.COMMENT,
    "note-body": UnitKind.FOOTNOTE,
    "table-cell": UnitKind.TABLE,
    "header": UnitKind.HEADER,
    "footer": UnitKind.FOOTER,
    "notes": UnitKind.HIDDEN,
}


def _values(root: Element, key: str, place: str) -> Iterator[SharedValue]:
    """Dates and long numbers behind what cells show: a format may hide them."""
    groups: dict[str, list[Slot]] = {}
    for cell in root.iter(_CELL):
        for name in (*_VALUES, f"{names.OFFICE}value"):
            value = cell.get(name, "")
            if name in _VALUES[:1] or (
                _LONG_NUMBER.match(value) and not _DURATION.fullmatch(value)
            ):
                groups.setdefault(value, []).append(Slot(cell, name))
    for number, (value, slots) in enumerate(filter(lambda item: item[0], groups.items()), 1):
        yield SharedValue(f"{key}.v{number}", UnitKind.TABLE, f"{place}, cell value", value, slots)


def _sheets(root: Element, key: str) -> Iterator[SharedValue]:
    for number, table in enumerate(root.iter(_SHEET), 1):
        name = table.get(f"{names.TABLE}name", "")
        if name.strip() and not is_new_sheet(name):
            slot = Slot(table, f"{names.TABLE}name")
            yield SharedValue(f"{key}.t{number}", UnitKind.NAME, f"table {number}", name, [slot])


def _cell_text(cell: Element) -> str:
    values = [cell.get(name, "") for name in (*_VALUES, f"{names.OFFICE}value")]
    return "\n".join((*values, "".join(cell.itertext())))


def _make_text(cell: Element) -> None:
    for name in (*_VALUES, f"{names.OFFICE}value", f"{names.OFFICE}currency"):
        cell.attrib.pop(name, None)
    cell.set(f"{names.OFFICE}value-type", "string")
