"""The second reading of an OpenDocument file: by zipfile and expat."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET

from handoff.documents.base import Door
from handoff.documents.fonts import is_known
from handoff.documents.invisible import bare
from handoff.documents.odf import names
from handoff.documents.ooxml.placeholder import PLACEHOLDER
from handoff.errors import DamagedError
from handoff.model import TextUnit, UnitKind

_SEPARATOR = "\n\u241e\n"


def reread_file(produced: bytes, door: Door) -> Iterator[TextUnit]:
    """Every paragraph, string and name of every part, and the pictures through `door`.

    Raises:
        DamagedError: it cannot be opened or parsed again.
    """
    try:
        with zipfile.ZipFile(BytesIO(produced)) as archive:
            for number, name in enumerate(archive.namelist(), 1):
                content = archive.read(name)
                if name.startswith("Pictures/"):
                    if content != PLACEHOLDER:
                        yield from door.reread(content, f"picture{number}", f"picture {number}")
                elif name.endswith(".xml"):
                    yield from _reread(ET.fromstring(content), number)  # noqa: S314 - our own
    except (zipfile.BadZipFile, ET.ParseError, OSError):
        raise DamagedError("the rewritten file cannot be read again") from None


def _reread(root: ET.Element, part: int) -> Iterator[TextUnit]:
    strings: dict[str, None] = {}
    number = 0
    for element in root.iter():
        own = (element.text or "", element.tail or "")
        values = (_without_fonts(*attribute) for attribute in element.attrib.items())
        for string in (element.tag, *element.attrib, *values, *own):
            if string.strip():
                strings[string] = None
        if element.tag in names.PARAGRAPHS:
            text = "".join(_shown(element))
            if text.strip():
                number += 1
                yield TextUnit(
                    f"part{part}.p{number}", UnitKind.BODY, text, f"part {part}, paragraph {number}"
                )
    everything = _SEPARATOR.join(strings)
    for index, text in enumerate((everything, bare(everything)), 1):
        yield TextUnit(f"raw{part}.{index}", UnitKind.RAW, text, f"part {part}")


def _without_fonts(attribute: str, value: str) -> str:
    """The value, but for names of common fonts where it lists fonts."""
    if not attribute.rpartition("}")[2].startswith("font-"):
        return value
    return ",".join(family for family in value.split(",") if not is_known(family))


def _shown(element: ET.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag in names.BREAKS:
            yield names.BREAKS[child.tag]
        elif child.tag not in names.PARAGRAPHS:
            yield from _shown(child)
        yield child.tail or ""
