"""Cells of SpreadsheetML: strings put into their cells, formulas judged, numbers made readable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from handoff.documents.ooxml.formulas import show_text
from handoff.documents.ooxml.names import X
from handoff.documents.slots import Slot
from handoff.documents.trees import Element
from handoff.errors import DamagedError, LimitError

MAX_INLINED = 200_000_000

# Built-in formats that show dates and times (ECMA-376 part 1, 18.8.30).
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_CODE = re.compile(r"[ymdhs]", re.IGNORECASE)
_NOT_DATE_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|General', re.IGNORECASE)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - dates in cells have no zone
_LAST_SERIAL = 2_958_465


@dataclass(frozen=True, slots=True)
class CellSlot(Slot):
    """The value of a numeric cell: text put there makes it a text cell."""

    def set(self, text: str) -> None:
        """Replace the number, and the formula it came from, by `text`."""
        show_text(self.element.getparent(), text)


def inline_strings(sheet: Element, strings: list[Element], spent: int) -> int:
    """Move each shared string into the cells that show it, so that each can be redacted alone.

    Args:
        sheet: the root of a worksheet.
        strings: the `si` elements of the shared strings, in order.
        spent: characters inlined so far in this workbook.

    Returns:
        `spent` with those of this sheet.

    Raises:
        DamagedError: a cell shows a string that is not there.
        LimitError: the strings together are larger than MAX_INLINED.
    """
    sizes = [len("".join(string.itertext())) for string in strings]
    for cell in sheet.iter(f"{X}c"):
        if cell.get("t") == "s":
            index = _index(cell.findtext(f"{X}v"), len(strings))
            spent += sizes[index] + 1
            if spent > MAX_INLINED:
                raise LimitError("the workbook's strings are larger than the limit together")
            _set_inline(cell, deepcopy(strings[index]))
        elif cell.get("t") == "str":
            text = etree.Element(f"{X}si")
            etree.SubElement(text, f"{X}t").text = cell.findtext(f"{X}v") or ""
            _set_inline(cell, text)
    return spent


def shown(cell: Element, value: str, dates: Mapping[str, bool]) -> str:
    """How a numeric cell reads: whole numbers in full, dates as YYYY-MM-DD."""
    try:
        number = float(value)
    except ValueError:
        return value
    if cell.get("t", "n") == "n" and dates.get(cell.get("s", "0")) and 0 < number < _LAST_SERIAL:
        moment = _EPOCH + timedelta(days=number)
        return (
            moment.strftime("%Y-%m-%d") if number.is_integer() else moment.isoformat(" ", "minutes")
        )
    return str(int(number)) if number.is_integer() and abs(number) < 1e17 else value


def date_styles(styles: Element) -> dict[str, bool]:
    """For each cell style's index, whether it shows a date."""
    custom = {
        element.get("numFmtId", ""): element.get("formatCode", "")
        for element in styles.iter(f"{X}numFmt")
    }
    formats = styles.find(f"{X}cellXfs")
    found: dict[str, bool] = {}
    for index, style in enumerate(formats if formats is not None else ()):
        number = style.get("numFmtId", "0")
        code = _NOT_DATE_CODE.sub("", custom.get(number, ""))
        built_in = number.isdigit() and int(number) in _DATE_FORMATS
        found[str(index)] = built_in or _DATE_CODE.search(code) is not None
    return found


def _index(text: str | None, count: int) -> int:
    if text is None or not text.strip().isdecimal() or int(text) >= count:
        raise DamagedError("a cell shows a text that is not in the workbook")
    return int(text)


def _set_inline(cell: Element, string: Element) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.set("t", "inlineStr")
    string.tag = f"{X}is"
    string.tail = None
    cell.append(string)
