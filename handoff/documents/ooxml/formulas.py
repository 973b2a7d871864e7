"""Formulas of SpreadsheetML: which may stay, since none may put a redacted text together again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from handoff.documents.ooxml import xmlio
from handoff.documents.ooxml.names import X
from handoff.documents.slots import Slot
from handoff.documents.trees import Element

_NUMBERS = """SUM AVERAGE COUNT COUNTA MIN MAX ROUND ROUNDUP ROUNDDOWN ABS INT MOD PRODUCT
SUBTOTAL IF AND OR NOT POWER SQRT SIGN MEDIAN RANK STDEV VAR"""
# These give numbers, or the content of one cell or literal as it is; none joins or cuts text.
_WHOLE = f"""{_NUMBERS} VLOOKUP HLOOKUP LOOKUP XLOOKUP INDEX MATCH XMATCH IFERROR IFNA IFS SWITCH
CHOOSE SUMIF SUMIFS COUNTIF COUNTIFS AVERAGEIF AVERAGEIFS MAXIFS MINIFS SUMPRODUCT COUNTBLANK LEN
ISBLANK ISNUMBER ISTEXT ISERROR ISNA ISERR TODAY NOW YEAR MONTH DAY WEEKDAY DAYS EDATE EOMONTH
NETWORKDAYS DATEDIF ROW COLUMN ROWS COLUMNS PI EXP LN LOG PMT PV FV RATE NPV IRR CEILING FLOOR
LARGE SMALL TRUNC TRUE FALSE SEARCH FIND EXACT"""
_CELL = r"\$?[A-Z]{1,3}\$?\d{1,7}(?![A-Z\d(!])"
_SIGNS = r"[-+*/^(),:<>=%.\d\s]"


def _any_of(functions: str) -> str:
    names = sorted(functions.split(), key=len, reverse=True)
    return "(?:" + "|".join(names) + r")(?=\()"


# A formula that only calculates with cells and numbers.
_PLAIN = re.compile(f"(?>(?:{_any_of(_NUMBERS)}|{_CELL}|{_SIGNS})*)")
# One that may also look up, compare with literals, and refer to other sheets of the workbook.
_LOOKING = re.compile(
    rf"""(?>(?:{_any_of(_WHOLE)}|(?:'[^'\[\]]*'|[A-Za-z_]\w{{0,40}})!|{_CELL}|\$?[A-Z]{{1,3}}"""
    rf""":\$?[A-Z]{{1,3}}(?![A-Z(])|TRUE|FALSE|"[^"]*"(?!")|{_SIGNS})*)"""
)
_LONG_NUMBER = re.compile(r"\d(?:[\s.,]?\d){4}")
_NOTE = "[not calculated]"
_RULES = (f"{X}formula", f"{X}formula1", f"{X}formula2")


@dataclass(frozen=True, slots=True)
class FormulaSlot(Slot):
    """A formula with literals: once redacted, its cell shows it as text and calculates nothing."""

    def set(self, text: str) -> None:
        """Make the cell a text cell that shows `text`."""
        show_text(self.element.getparent(), text)


def show_text(cell: Element, text: str) -> None:
    """Make `cell` a text cell of `text`, whatever it was."""
    for child in list(cell):
        cell.remove(child)
    cell.set("t", "inlineStr")
    inline = etree.SubElement(cell, f"{X}is")
    etree.SubElement(inline, f"{X}t").text = text


def settle_cells(sheet: Element) -> bool:
    """Leave only formulas that cannot make text; other cells keep their last value.

    A cell that was never calculated keeps a formula that looks up and compares, since there is
    nothing else to show for it; one that could make text becomes a note. Returns whether there
    was one of these.
    """
    noted = False
    for formula in list(sheet.iter(f"{X}f")):
        normal = formula.get("t", "normal") == "normal"
        text = formula.text or "x"
        if normal and _PLAIN.fullmatch(text):
            continue
        cell = formula.getparent()
        if _is_calculated(cell):
            xmlio.drop(formula)
        elif not (normal and _LOOKING.fullmatch(text)):
            show_text(cell, _NOTE)
            noted = True
    return noted


def settle_rules(sheet: Element) -> None:
    """Drop conditional formats and validations whose formulas could put a text together.

    A list of choices is a single literal, and is read like any text.
    """
    for formula in list(sheet.iter(*_RULES)):
        text = formula.text or ""
        if '"' in text and not _LOOKING.fullmatch(text):
            xmlio.drop(formula.getparent())
    for element in list(sheet.iter(f"{X}conditionalFormatting", f"{X}dataValidations")):
        element.attrib.pop("count", None)
        if not len(element):
            xmlio.drop(element)


def says_something(formula: str) -> bool:
    """Whether a formula that stays has to be read: literals, sheets' names, long numbers."""
    return not _PLAIN.fullmatch(formula) or _LONG_NUMBER.search(formula) is not None


def _is_calculated(cell: Element) -> bool:
    """Programs that do not calculate leave the value out, or empty; an empty text is a result."""
    value = cell.find(f"{X}v")
    return value is not None and (bool(value.text) or cell.get("t") == "str")
