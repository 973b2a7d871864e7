"""What LibreOffice makes of a produced document: the third reading, where the profile asks for it.

LibreOffice writes the document as flat ODF (OpenDocument 1.3 part 3, 3.1.2), one XML file with all
text that it would show: hidden sheets, notes, comments, and formulas as it calculates them.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET

from handoff.documents.libreoffice import runner
from handoff.errors import DamagedError
from handoff.model import TextUnit, UnitKind

_FLAT = {
    ".docx": (runner.WORD, runner.Format("fodt", "", "OpenDocument Text Flat XML")),
    ".xlsx": (runner.EXCEL, runner.Format("fods", "", "OpenDocument Spreadsheet Flat XML")),
    ".pptx": (runner.POWERPOINT, runner.Format("fodp", "", "OpenDocument Presentation Flat XML")),
}
_PARAGRAPHS = frozenset({"p", "h"})
_BREAKS = {"tab": "\t", "line-break": "\n", "s": " "}
# Pictures are read by themselves; metadata is LibreOffice's own; the rest is settings and looks.
_SKIPPED = frozenset(
    {"binary-data", "meta", "settings", "scripts", "font-face-decls", "note-citation"}
)


def shown_units(produced: bytes, extension: str) -> tuple[TextUnit, ...]:
    """A unit for each paragraph of `produced`, a document with this `extension`.

    Raises:
        ConverterMissingError: there is no LibreOffice here.
        DamagedError, LimitError: it cannot open what we have produced, so nobody should have it.
    """
    source, target = _FLAT[extension]
    flat = runner.convert(produced, source, target)
    try:
        texts = list(_paragraphs(flat))
    except ET.ParseError:
        raise DamagedError("what LibreOffice makes of the document cannot be read") from None
    return tuple(
        TextUnit(f"libreoffice.p{number}", UnitKind.BODY, text, f"in LibreOffice, text {number}")
        for number, text in enumerate(texts, 1)
    )


def _paragraphs(flat: bytes) -> Iterator[str]:
    root = ET.parse(BytesIO(flat)).getroot()  # noqa: S314 - written by the LibreOffice we ran
    for part in root:
        if _local(part) not in _SKIPPED:
            for element in part.iter():
                if _local(element) in _PARAGRAPHS:
                    # White space is collapsed (part 3, 6.1.2): tabs and blanks are elements.
                    text = " ".join("".join(_texts(element)).split())
                    if text:
                        yield text


def _texts(element: ET.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        local = _local(child)
        if local in _BREAKS:
            yield _BREAKS[local]
        elif local not in _PARAGRAPHS and local not in _SKIPPED:
            yield from _texts(child)
        yield child.tail or ""


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
