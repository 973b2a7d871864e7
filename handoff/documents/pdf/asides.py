"""Words in what a page draws with that nothing draws: in colour profiles, character maps, names.

Each is rewritten without them, to the same look: a colour profile keeps the tables that convert
colours (ICC.1:2022, 9), a character map loses its comments (Adobe technical note 5014), an embedded
font its name. What cannot be told apart for certain stays, and the recheck reads it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any

import pikepdf

_HEADER, _ENTRY = 128, 12
_SIGNATURE = slice(36, 40)
_MAX_TAGS = 100
_CONVERTING = re.compile(
    rb"A2B[0-3]|B2A[0-3]|D2B[0-3]|B2D[0-3]|[rgbk]TRC|[rgb]XYZ|wtpt|bkpt|chad|chrm|gamt|lumi"
)
"""Tags that say how colours convert; the others describe, name or sign the profile."""
_CONVERTING_TYPES = frozenset(
    [b"curv", b"para", b"XYZ ", b"mft1", b"mft2", b"mAB ", b"mBA ", b"mpet", b"sf32", b"chrm"]
)
_NAMED_COLOURS = b"nmcl"

_LEXEME = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[^<>%]*>|%[^\r\n]*", re.DOTALL)

_STYLES = (
    r"(?:PS)?(?:MT)?"
    r"(?:[-,](?:Regular|Roman|(?:Semi|Demi|Extra)?(?:Bold)?(?:Italic|Oblique|It)?)(?:MT)?)?"
)
_STYLE = re.compile("Bold|Italic|Oblique")
_SUBSET = re.compile(r"/(?:[A-Z]{6}\+)?")
_STANDARD = re.compile(
    "(?:Arial|Courier|CourierNew|Helvetica|Symbol|Times|TimesNewRoman|ZapfDingbats)" + _STYLES
)
"""The standard fonts (ISO 32000-1, 9.6.2.2), by whose names readers choose widths and letters."""
_COMMON = re.compile(
    "(?:Arial|ArialNarrow|ArialUnicode|BookAntiqua|BookmanOldStyle|Calibri|CalibriLight|Cambria"
    "|CambriaMath|Candara|CenturyGothic|CenturySchoolbook|ComicSans|Consolas|Constantia|Corbel"
    "|Courier|CourierNew|CourierStd|DejaVuSans|DejaVuSansMono|DejaVuSerif|Futura|Garamond|Georgia"
    "|Helvetica|HelveticaNarrow|HelveticaNeue|Impact|LiberationMono|LiberationSans"
    "|LiberationSerif|LucidaConsole|LucidaSansUnicode|MinionPro|MyriadPro|Palatino"
    "|PalatinoLinotype|SegoeUI|Symbol|SymbolMT|Tahoma|Times|TimesNewRoman|Trebuchet|Verdana"
    "|Webdings|Wingdings|Wingdings2|Wingdings3|ZapfDingbats)" + _STYLES
)
"""Fonts that programs bring along, and whose names are thus nobody's."""
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")


def without_description(profile: bytes) -> bytes:
    """A colour profile without all but its conversions; nothing at all of what is no profile."""
    if profile[_SIGNATURE] != b"acsp" or profile[12:16] == _NAMED_COLOURS:
        return b""
    tags = list(_tags(profile))
    header = bytearray(profile[:_HEADER])
    header[48:56] = bytes(8)  # the device's maker and model
    header[80:100] = bytes(20)  # the creator, and a digest of what no longer is there
    table, data = [], b""
    places: dict[bytes, int] = {}
    start = _HEADER + 4 + _ENTRY * len(tags)
    for name, content in tags:
        if content not in places:
            places[content] = start + len(data)
            data += content + bytes(-len(content) % 4)
        table.append(name + struct.pack(">II", places[content], len(content)))
    header[:4] = struct.pack(">I", start + len(data))
    return bytes(header) + struct.pack(">I", len(tags)) + b"".join(table) + data


def _tags(profile: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of the tags that convert colours."""
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    for number in range(min(count, _MAX_TAGS)):
        entry = profile[_HEADER + 4 + _ENTRY * number :][:_ENTRY]
        if len(entry) == _ENTRY and _CONVERTING.fullmatch(entry[:4]):
            offset, size = struct.unpack(">II", entry[4:])
            content = profile[offset : offset + size]
            if content[:4] in _CONVERTING_TYPES:
                yield entry[:4], content


def without_comments(character_map: bytes) -> bytes:
    """A character map without what stands after % outside of strings."""
    return _LEXEME.sub(lambda m: b"" if m[0][:1] == b"%" else m[0], character_map)


def rename(font: Any) -> None:  # noqa: ANN401 - pikepdf objects are dynamic
    """Give a font a name that says nothing, but how bold and slanted it is.

    Nobody looks for another font by the name of one that brings its letters along; and one that
    does not, and is none of those that programs know, is replaced by each viewer after its style.
    """
    descendants: Any = font.get("/DescendantFonts")
    below = list(descendants) if isinstance(descendants, pikepdf.Array) else []
    fonts = [font, *(item for item in below if isinstance(item, pikepdf.Dictionary))]
    descriptors = [item.get("/FontDescriptor") for item in fonts]
    known = [item for item in descriptors if isinstance(item, pikepdf.Dictionary)]
    if any(key in item for item in known for key in _PROGRAMS):
        keep = _STANDARD
    elif below:
        return  # the letters of East Asian scripts are sought by the names of their fonts
    else:
        keep = _COMMON
    for item, key in [*((f, "/BaseFont") for f in fonts), *((d, "/FontName") for d in known)]:
        name = item.get(key)
        if isinstance(name, pikepdf.Name):
            item[key] = _neutral(bytes(name.unparse()).decode("latin-1"), keep)


def _neutral(name: str, keep: re.Pattern[str]) -> Any:  # noqa: ANN401
    bare = _SUBSET.sub("", name, count=1)
    if keep.fullmatch(bare):
        # Without the prefix of a subset, a reader could take it for the standard font itself.
        return pikepdf.Name("/" + bare if name == "/" + bare else "/AAAAAA+" + bare)
    return pikepdf.Name("/" + "-".join(["Font", *filter(None, ["".join(_STYLE.findall(bare))])]))
