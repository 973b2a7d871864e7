"""Excel workbooks (.xlsx; templates and macro variants come out as .xlsx without macros)."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.documents.base import Door
from handoff.documents.ooxml import excel
from handoff.documents.ooxml.document import Dialect, Keep, read_document, rewritable
from handoff.documents.ooxml.recognize import has_main_part
from handoff.documents.ooxml.reread import reread_package
from handoff.model import Redaction, TextUnit

_OFFICE = "application/vnd.openxmlformats-officedocument."
_SHEET = _OFFICE + "spreadsheetml."
_MACRO = "application/vnd.ms-excel."
_MAIN = _SHEET + "sheet.main+xml"

DIALECT = Dialect(
    main={
        _MAIN: _MAIN,
        _SHEET + "template.main+xml": _MAIN,
        _MACRO + "sheet.macroEnabled.main+xml": _MAIN,
        _MACRO + "template.macroEnabled.main+xml": _MAIN,
    },
    main_keep=Keep("xl/workbook.xml", "workbook"),
    kept={
        _SHEET + "worksheet+xml": Keep("xl/worksheets/sheet{}.xml", "sheet"),
        _SHEET + "chartsheet+xml": Keep("xl/chartsheets/sheet{}.xml", "chart sheet"),
        _SHEET + "styles+xml": Keep("xl/styles.xml", "styles"),
        _SHEET + "sharedStrings+xml": Keep("xl/sharedStrings.xml", "strings"),
        _SHEET + "comments+xml": Keep("xl/comments{}.xml", "comments"),
        _OFFICE + "vmlDrawing": Keep("xl/drawings/vmlDrawing{}.vml", "comment boxes"),
        _OFFICE + "drawing+xml": Keep("xl/drawings/drawing{}.xml", "drawing"),
        _OFFICE + "drawingml.chart+xml": Keep("xl/charts/chart{}.xml", "chart"),
        _OFFICE + "theme+xml": Keep("xl/theme/theme{}.xml", "theme"),
    },
    text_tags=excel.TEXT_TAGS,
    clean=excel.clean,
    passages=excel.passages,
    settled=excel.settled,
    detach=excel.DETACH,
)


class XlsxFormat:
    """Workbooks: every cell of every sheet, hidden ones too, comments, names and drawings."""

    name = "xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension = ".xlsx"
    readers = ("lxml", "expat")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes are a ZIP whose content types name a workbook."""
        return has_main_part(untrusted, DIALECT.main)

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every cell and other string; raises what `load` raises."""
        return tuple(read_document(untrusted, door, DIALECT).units())

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The workbook redacted and rebuilt; raises what `load` raises."""
        return rewritable(untrusted, door, DIALECT).rewrite(redactions)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All text, attributes and names of all parts by expat over our own ZIP walk."""
        return reread_package(produced, door.limits)
