"""CSV, TSV and their cousins: one unit a cell, everything untouched kept byte for byte."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handoff.documents.base import Door
from handoff.documents.encoding import decode
from handoff.documents.invisible import visible
from handoff.documents.packed import refuse_packed
from handoff.documents.splice import by_unit, splice
from handoff.documents.txt import plain_views, raw_units
from handoff.errors import DamagedError, DocumentError, LimitError
from handoff.model import Redaction, TextUnit, UnitKind

DELIMITERS = (",", ";", "\t", "|")
MAX_CELLS = 2_000_000
_SAMPLE = 256_000
_MAX_HEADING = 80
# A title above a table, a sum below it, a comma that somebody forgot to quote.
_RAGGED_WIDTH, _RAGGED_SHARE = 3, 0.8


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell where it stands in the text: `start:end` includes its quotes."""

    row: int
    column: int
    start: int
    end: int
    text: str = field(repr=False)
    quoted: bool


class DelimitedFormat:
    """Delimiter-separated tables; the first row, where it reads as headings, gives the context."""

    name = "csv"
    media_type = "text/csv"
    extension = ".csv"
    readers = ("handoff", "csv")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the text is a table: the same number of two or more columns in every row."""
        try:
            text = decode(untrusted).text
        except DocumentError:
            return False
        return delimiter(text) is not None

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """One unit for each cell that is not blank.

        Raises:
            DamagedError: the text is no table.
            LimitError: more than MAX_CELLS cells.
            UnsafeContentError: binary data packed into a cell.
        """
        headings: dict[int, str] = {}
        units: list[TextUnit] = []
        for cell in _cells(decode(untrusted).text):
            text = visible(cell.text)
            if cell.row == 1 and _reads_as_heading(text):
                headings[cell.column] = text.strip()
            if text.strip():
                context = headings.get(cell.column, "") if cell.row > 1 else ""
                place = f"row {cell.row}, column {cell.column}"
                refuse_packed(text, place)
                units.append(TextUnit(_unit_id(cell), UnitKind.TABLE, text, place, context))
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:  # noqa: ARG002
        """The table with `redactions` applied; raises as `read` does."""
        decoded = decode(untrusted)
        groups = by_unit(redactions)
        separator = delimiter(decoded.text) or ","
        pieces: list[str] = []
        position = 0
        for cell in _cells(decoded.text):
            text = splice(visible(cell.text), groups.get(_unit_id(cell), ()))
            if text != cell.text:
                pieces += (decoded.text[position : cell.start], _quote(text, cell, separator))
                position = cell.end
        pieces.append(decoded.text[position:])
        return decoded.encode("".join(pieces))

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """The raw text, and each row with its cells joined, by the csv module."""
        units = raw_units(produced)
        text = plain_views(produced)[0]
        try:
            for candidate in _sniffed(text):
                units += _joined_rows(text, candidate)
        except csv.Error:
            raise DamagedError("the rewritten table cannot be read again") from None
        return tuple(units)


def _sniffed(text: str) -> str:
    """The delimiter that the csv module believes in, or else all of them."""
    try:
        return csv.Sniffer().sniff(text[:4096], "".join(DELIMITERS)).delimiter
    except csv.Error:
        return "".join(DELIMITERS)


def _joined_rows(text: str, candidate: str) -> Iterator[TextUnit]:
    """Rows by the csv module with their cells joined, if there is such a delimiter at all."""
    if candidate in text:
        for number, row in enumerate(csv.reader(io.StringIO(text, ""), delimiter=candidate), 1):
            joined = " ".join(row)
            yield TextUnit(f"rows{ord(candidate)}.{number}", UnitKind.RAW, joined, f"row {number}")


def delimiter(text: str) -> str | None:
    """The delimiter of the table that `text` is, or None if it is none.

    Stricter than csv.Sniffer, which finds a delimiter in any prose: every row must have the same
    number of columns (four fifths of them where there are three or more columns), and commas
    followed by blanks are taken for prose.
    """
    best, width = None, 1
    for candidate in DELIMITERS:
        columns = _columns(text[:_SAMPLE], candidate, cut=len(text) > _SAMPLE)
        if columns > width:
            best, width = candidate, columns
    return best


def _columns(sample: str, candidate: str, *, cut: bool) -> int:
    """How many columns the rows of `sample` have with `candidate`, 0 if that is no table.

    The last row of a sample that was `cut` does not count.
    """
    rows: list[int] = []
    spaced = cells = 0
    for row in _rows(sample, candidate):
        if cut and row[-1].end >= len(sample) - 1:
            break
        if len(row) == 1 and not row[0].text.strip():
            continue
        rows.append(len(row))
        cells += len(row) - 1
        spaced += sum(cell.text[:1] == " " for cell in row[1:])
    width = _width(rows)
    prose = candidate in ",;" and (spaced * 2 > cells or (len(rows) < 3 and width == 2))
    return 0 if prose else width


def _width(rows: list[int]) -> int:
    """The number of columns of all rows, or of nearly all where chance would not give so many."""
    if len(rows) < 2:
        return 0
    width, count = Counter(rows).most_common(1)[0]
    ragged = width >= _RAGGED_WIDTH and count >= len(rows) * _RAGGED_SHARE
    return width if width > 1 and (count == len(rows) or ragged) else 0


def _cells(text: str) -> Iterator[Cell]:
    separator = delimiter(text)
    if separator is None:
        raise DamagedError("the table's rows differ in their number of columns")
    count = 0
    for row in _rows(text, separator):
        count += len(row)
        if count > MAX_CELLS:
            raise LimitError(f"the table has more than {MAX_CELLS:,} cells")
        yield from row


def _rows(text: str, separator: str) -> Iterator[list[Cell]]:
    """Rows of cells per RFC 4180, with any line end and doubled quotes inside quoted cells."""
    position, number = 0, 0
    while position < len(text):
        number += 1
        row: list[Cell] = []
        while True:
            cell = _cell(text, position, separator, (number, len(row) + 1))
            row.append(cell)
            position = cell.end
            if text[position : position + 1] != separator:
                break
            position += 1
        yield row
        position += 2 if text.startswith("\r\n", position) else 1


def _cell(text: str, start: int, separator: str, at: tuple[int, int]) -> Cell:
    end = start
    if text[start : start + 1] == '"':
        end = _closing_quote(text, start)
    quoted = end > start
    body = text[start + 1 : end - 1].replace('""', '"') if quoted else ""
    # What follows a closing quote up to the delimiter belongs to the cell, as csv reads it.
    tail = end
    while tail < len(text) and text[tail] not in (separator, "\r", "\n"):
        tail = _next_stop(text, tail, separator)
    return Cell(*at, start, tail, body + text[end:tail], quoted)


def _closing_quote(text: str, start: int) -> int:
    """The index after the quote that closes the one at `start`; `start` if none does."""
    position = start + 1
    while (found := text.find('"', position)) >= 0:
        if text[found + 1 : found + 2] != '"':
            return found + 1
        position = found + 2
    return start


def _next_stop(text: str, start: int, separator: str) -> int:
    """The nearest separator or line end from `start`, or the end of the text."""
    window = 4096
    while start < len(text):
        chunk = text[start : start + window]
        found = [at for stop in (separator, "\n", "\r") if (at := chunk.find(stop)) >= 0]
        if found:
            return start + min(found)
        start += window
    return len(text)


def _quote(text: str, cell: Cell, separator: str) -> str:
    special = any(mark in text for mark in (separator, '"', "\n", "\r"))
    return '"' + text.replace('"', '""') + '"' if cell.quoted or special else text


def _unit_id(cell: Cell) -> str:
    return f"r{cell.row}c{cell.column}"


def _reads_as_heading(text: str) -> bool:
    heading = text.strip()
    return 0 < len(heading) <= _MAX_HEADING and not any(map(str.isdigit, heading[:1]))
