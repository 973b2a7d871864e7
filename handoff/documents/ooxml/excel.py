"""SpreadsheetML: what is cleaned out of a workbook, and how its cells read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handoff.documents.base import Door
from handoff.documents.ooxml import word, xmlio
from handoff.documents.ooxml.cells import (
    CellSlot,
    date_styles,
    inline_strings,
    shown,
)
from handoff.documents.ooxml.formulas import FormulaSlot, says_something, settle_cells, settle_rules
from handoff.documents.ooxml.names import MC, A, C, X, is_font, is_new_sheet, split
from handoff.documents.ooxml.package import Part
from handoff.documents.ooxml.pageheaders import header_passages, settle_headers
from handoff.documents.slots import Passage, Piece, Slot
from handoff.documents.trees import Element
from handoff.errors import LimitError, UnsafeContentError
from handoff.model import UnitKind

MAX_CELLS = 2_000_000
TEXT_TAGS = (f"{X}t", f"{A}t", f"{X}v")
_DROPPED_NAMES = """
    definedNames fileSharing workbookProtection customWorkbookViews calcPr externalReferences
    pivotCaches functionGroups webPublishing webPublishObjects smartTagPr smartTagTypes
    fileRecoveryPr sheetProtection protectedRanges scenarios customSheetViews tableParts
    controls webPublishItems customProperties cellWatches ignoredErrors smartTags
    legacyDrawingHF rPh phoneticPr autoFilter sortState dataConsolidate
"""
_DROPPED = tuple(X + name for name in _DROPPED_NAMES.split())

DETACH = {
    **{X + name: "element" for name in ("hyperlink", "legacyDrawing", "legacyDrawingHF")},
    f"{X}customPr": "element",
    f"{X}pageSetup": "attribute",
    f"{X}externalReference": f"{X}externalReferences",
    f"{X}pivotCache": f"{X}pivotCaches",
    f"{X}tablePart": f"{X}tableParts",
    f"{X}oleObject": "element",
    f"{X}control": f"{X}controls",
    f"{A}hlinkClick": "element",
    f"{A}hlinkHover": "element",
    **word.PICTURES,
    f"{X}picture": "element",
    f"{X}objectPr": "element",
    f"{C}externalData": "element",
    f"{C}userShapes": "element",
}
_FONT_NAMES = (f"{X}name", f"{X}rFont")
_NUMBER_FORMAT = re.compile(r'(?:General|AM/PM|A/P|[ymdhsbgeE]|[^"A-Za-z])*')
_CELL_AT = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_NOT_IN_SHEET_NAMES = str.maketrans("[]:*?/\\", "()-----")


@dataclass(frozen=True, slots=True)
class SheetNameSlot(Slot):
    """The name of a sheet: at most 31 characters, some forbidden, none twice."""

    def set(self, text: str) -> None:
        """Put the nearest allowed name there."""
        others = {
            sheet.get("name", "").casefold()
            for sheet in self.element.getparent()
            if sheet is not self.element
        }
        base = text.translate(_NOT_IN_SHEET_NAMES).strip("'")[:31] or "Sheet"
        name, number = base, 1
        while name.casefold() in others:
            number += 1
            name = f"{base[:25]} ({number})"
        self.element.set("name", name)


def clean(parts: Sequence[Part], door: Door) -> None:
    """Take everything that is no content out of `parts`, and put the strings into their cells.

    Raises:
        DamagedError, LimitError: see `inline_strings`.
        UnsafeContentError: a formula was never calculated and could make any text, and the profile
            holds documents of which not all can be delivered.
    """
    strings = [string for part in parts for string in part.root.iter(f"{X}si")]
    for part in parts:
        for element in list(part.root.iter(*_DROPPED)):
            xmlio.drop(element)
    spent = 0
    sheets = 0
    for part in parts:
        sheets += part.root.tag == f"{X}worksheet"
        if settle_cells(part.root):
            _note_uncalculated(f"sheet {sheets}", door)
        settle_rules(part.root)
        settle_headers(part.root)
        spent = inline_strings(part.root, strings, spent)
        word.name_objects(part)
        _clean_workbook(part.root)
    for part in parts:
        _clean_names(part.root)
    for string in strings:
        xmlio.drop(string)


def passages(part: Part, key: str, words: str, parts: Sequence[Part]) -> Iterator[Passage]:
    """Cells with their column's heading, sheet names, comments, and paragraphs of drawings."""
    for number, sheet in enumerate(part.root.iter(f"{X}sheet"), 1):
        if is_new_sheet(sheet.get("name", "")):
            continue
        pieces = [Piece(sheet.get("name", ""), SheetNameSlot(sheet, "name"))]
        yield Passage(f"{key}.n{number}", UnitKind.NAME, f"name of sheet {number}", pieces)
    dates = next(iter(filter(None, (date_styles(other.root) for other in parts))), {})
    yield from _cells(part.root, key, words, dates)
    for number, text in enumerate(part.root.iter(f"{X}text"), 1):
        place = f"{words}, comment {number}"
        yield Passage(f"{key}.c{number}", UnitKind.COMMENT, place, _pieces(text))
    for number, formula in enumerate(part.root.iter(f"{X}f"), 1):
        if says_something(formula.text or ""):
            place = f"{words}, formula {number}"
            piece = Piece(formula.text or "", FormulaSlot(formula))
            yield Passage(f"{key}.f{number}", UnitKind.HIDDEN, place, [piece])
    yield from header_passages(part.root, key, words)
    yield from word.passages(part, key, words, parts)


def settled(element: Element, attribute: str) -> bool:
    """Whether `clean` has already made the string one of ours, or it can be no text."""
    local, name = split(element.tag)[1], split(attribute)[1]
    if not attribute:
        return element.tag in (f"{X}f", f"{X}author")
    if name in ("ref", "sqref", "r", "activeCell", "topLeftCell", "location"):
        return all(_CELL_AT.fullmatch(at) for at in re.split("[: ]", element.get(attribute)))
    if element.tag in _FONT_NAMES and name == "val":
        return is_font("font", element.get(attribute))
    if local == "numFmt" and name == "formatCode":
        return _NUMBER_FORMAT.fullmatch(element.get(attribute)) is not None
    named = element.tag in (f"{X}sheet", f"{X}cellStyle") and name == "name"
    return named or word.settled(element, attribute)


def _note_uncalculated(place: str, door: Door) -> None:
    cause = UnsafeContentError(
        "a formula was never calculated, so what it shows cannot be read",
        "open the workbook in Excel or LibreOffice, save it, then send again",
    )
    door.withhold(f"{place}, cells that were never calculated", cause)


def _cells(root: Element, key: str, words: str, dates: dict[str, bool]) -> Iterator[Passage]:
    headings: dict[str, str] = {}
    first_row = ""
    for count, cell in enumerate(root.iter(f"{X}c"), 1):
        if count > MAX_CELLS:
            raise LimitError(f"a sheet has more than {MAX_CELLS:,} cells")
        at = _CELL_AT.fullmatch(cell.get("r", ""))
        column, row = at.groups() if at else ("", "")
        pieces = _cell_pieces(cell, dates)
        text = "".join(piece.text for piece in pieces)
        if not text.strip():
            continue
        first_row = first_row or row
        context = headings.get(column, "")
        if row == first_row and cell.get("t") == "inlineStr":
            headings[column] = text.strip()[:80]
        place = f"{words}, cell {column}{row}" if at else f"{words}, cell number {count}"
        yield Passage(f"{key}.x{count}", UnitKind.TABLE, place, pieces, context)


def _cell_pieces(cell: Element, dates: dict[str, bool]) -> list[Piece]:
    inline = cell.find(f"{X}is")
    if inline is not None:
        return _pieces(inline)
    value = cell.find(f"{X}v")
    if value is None or not value.text:
        return []
    return [Piece(shown(cell, value.text, dates), CellSlot(value))]


def _pieces(string: Element) -> list[Piece]:
    return [Piece(text.text or "", Slot(text)) for text in string.iter(f"{X}t")]


def _clean_workbook(root: Element) -> None:
    """The workbook's alternate content holds the path it was saved under."""
    if root.tag == f"{X}workbook":
        for element in root.findall(f"{MC}AlternateContent"):
            xmlio.drop(element)
    for element in root.iter(f"{X}sheetPr", f"{X}workbookPr"):
        element.attrib.pop("codeName", None)


def _clean_names(root: Element) -> None:
    for number, style in enumerate(root.iter(f"{X}cellStyle"), 1):
        if style.get("builtinId") is None:
            style.set("name", f"Style {number}")
    numbers: dict[str, int] = {}
    for author in root.iter(f"{X}author"):
        number = numbers.setdefault((author.text or "").strip(), len(numbers) + 1)
        author.text = f"Author {number}"
