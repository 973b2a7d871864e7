"""Excel workbooks (.xlsx; templates and macro variants come out as .xlsx without macros)."""

from __future__ import annotations

from handoff.documents.ooxml import excel
from handoff.documents.ooxml.document import Dialect, Keep
from handoff.documents.ooxml.format import OoxmlFormat

_OFFICE = "application/vnd.openxmlformats-officedocument."
_SHEET = _OFFICE + "spreadsheetml."
_MACRO = "application/vnd.ms-excel."
_MAIN = _SHEET + "sheet.main+xml"
_CHART_EX = "application/vnd.ms-office.chartex+xml"

DIALECT = Dialect(
    folder="xl",
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
        _CHART_EX: Keep("xl/charts/chartEx{}.xml", "chart of the newer kind"),
        _OFFICE + "drawingml.chartshapes+xml": Keep(
            "xl/drawings/chartDrawing{}.xml", "drawing on a chart"
        ),
        _OFFICE + "theme+xml": Keep("xl/theme/theme{}.xml", "theme"),
    },
    text_tags=excel.TEXT_TAGS,
    clean=excel.clean,
    passages=excel.passages,
    settled=excel.settled,
    detach=excel.DETACH,
)


class XlsxFormat(OoxmlFormat):
    """Workbooks: every cell of every sheet, hidden ones too, comments, names and drawings."""

    name = "xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension = ".xlsx"
    dialect = DIALECT
