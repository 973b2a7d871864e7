"""The independent second reading of an Office package: its own ZIP walk, zlib and expat.

Shares no code with the reader (but names of folders and fonts, and our own picture): entries are
found by walking the local headers from the first byte on, so an entry that the central
directory does not list would show as well.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from handoff.documents.base import Door, Limits
from handoff.documents.fonts import is_known
from handoff.documents.ooxml.nested import NESTED_FOLDERS
from handoff.documents.ooxml.placeholder import PLACEHOLDER
from handoff.errors import DamagedError, LimitError
from handoff.model import TextUnit, UnitKind

_LOCAL = struct.Struct("<4s5H3L2H")
_PARAGRAPHS = frozenset({"p", "si", "is", "text"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_TEXTS = frozenset({"t", "delText", "instrText", "delInstrText", "v", "f"})
_FONT_ELEMENTS = frozenset({"font", "name", "rFont"})
_FONT_ATTRIBUTES = frozenset({"ascii", "hAnsi", "cs", "eastAsia", "typeface", "font", "face"})
_SEPARATOR = "\n\u241e\n"


def reread_package(produced: bytes, door: Door) -> tuple[TextUnit, ...]:
    """Units of everything in `produced` that could hold text.

    RAW units are every string of a part, one a line with a separator between: for searching
    known values, not for finding new ones. Documents inside go through the door.

    Raises:
        DamagedError: `produced` is not a well-formed package.
        LimitError: it unpacks to more than the limit.
        DocumentError: whatever the door raises.
    """
    units: list[TextUnit] = []
    entry_names: list[str] = []
    for number, (name, content) in enumerate(_entries(produced, door.limits), 1):
        entry_names.append(name)
        if _is_nested(name):
            if content != PLACEHOLDER:
                units += door.reread(content, f"part{number}", f"part {number}")
        else:
            units += _part_units(number, content)
    units.append(TextUnit("raw/names", UnitKind.RAW, _SEPARATOR.join(entry_names), "part names"))
    return tuple(units)


def _is_nested(name: str) -> bool:
    """Whether the part is a document of its own, by the folder that `nested.rewrite` puts it in."""
    folders = name.split("/")[1:-1]
    return folders in ([folder] for folder in NESTED_FOLDERS)


def _entries(produced: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    position = 0
    left = limits.archive_bytes
    try:
        while produced[position : position + 4] == b"PK\x03\x04":
            fields = _LOCAL.unpack_from(produced, position)
            method, packed, length, extra = fields[3], fields[7], fields[9], fields[10]
            start = position + _LOCAL.size + length + extra
            name = produced[position + _LOCAL.size :][:length].decode("utf-8", "replace")
            content = produced[start : start + packed]
            if method:
                content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, left)
            left -= len(content)
            if left <= 0:
                raise LimitError("the rewritten file unpacks to more than the limit")
            yield name, content
            position = start + packed
    except (struct.error, zlib.error):
        raise DamagedError("the rewritten file cannot be unpacked again") from None
    if produced[position : position + 4] != b"PK\x01\x02":
        raise DamagedError("the rewritten file has bytes outside of its parts")


def _part_units(number: int, content: bytes) -> Iterator[TextUnit]:
    place = f"part {number}"
    try:
        root = ET.fromstring(content)  # noqa: S314 - our own output, no document type in it
    except ET.ParseError:
        raise DamagedError(f"{place} of the rewritten file is not well-formed") from None
    for index, text in enumerate(_passages(root), 1):
        yield TextUnit(f"part{number}.p{index}", UnitKind.BODY, text, f"{place}, passage {index}")
    strings = _SEPARATOR.join(_strings(root))
    yield TextUnit(f"raw/part{number}", UnitKind.RAW, strings, place)


def _passages(root: ET.Element) -> Iterator[str]:
    """The text of every paragraph: all of it, and without what tracked changes deleted or added."""
    for element in root.iter():
        if _local(element) in _PARAGRAPHS:
            readings = dict.fromkeys(
                "".join(_read(element, skip)) for skip in (frozenset[str](), _DELETED, _INSERTED)
            )
            yield from (text for text in readings if text.strip())


_DELETED = frozenset({"del", "moveFrom", "instrText", "delInstrText"})
_INSERTED = frozenset({"ins", "moveTo", "instrText", "delInstrText"})


def _read(element: ET.Element, skip: frozenset[str]) -> Iterator[str]:
    if _local(element) == "text" and element.text:
        yield element.text
    for child in element:
        local = _local(child)
        if local in skip or local in _PARAGRAPHS:
            continue
        if local in _TEXTS:
            yield child.text or ""
        elif local in _BREAKS:
            yield _BREAKS[local]
        yield from _read(child, skip)


def _strings(root: ET.Element) -> dict[str, None]:
    """Every tag, attribute name and value, text and tail, once, but for names of common fonts.

    Such a name is in every document: it is none of a person's, even if a text says it too.
    """
    strings: dict[str, None] = {}
    for element in root.iter():
        strings[element.tag] = None
        for name, value in element.items():
            strings[name] = None
            if value not in strings and not (
                _names_font(_local(element), name.rpartition("}")[2]) and is_known(value)
            ):
                strings[value] = None
        for text in (element.text, element.tail):
            if text and text.strip():
                strings[text] = None
    return strings


def _names_font(local: str, attribute: str) -> bool:
    if local in _FONT_ELEMENTS:
        return attribute in ("name", "val")
    return attribute in _FONT_ATTRIBUTES


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
