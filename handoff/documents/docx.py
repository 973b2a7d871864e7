"""Word documents (.docx, and .dotx, .docm, .dotm, which come out as .docx without macros)."""

from __future__ import annotations

from handoff.documents.ooxml import word
from handoff.documents.ooxml.document import Dialect, Keep
from handoff.documents.ooxml.format import OoxmlFormat

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MACRO = "application/vnd.ms-word."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN = _WORD + "document.main+xml"
_CHART_EX = "application/vnd.ms-office.chartex+xml"

DIALECT = Dialect(
    folder="word",
    main={
        _MAIN: _MAIN,
        _WORD + "template.main+xml": _MAIN,
        _MACRO + "document.macroEnabled.main+xml": _MAIN,
        _MACRO + "template.macroEnabledTemplate.main+xml": _MAIN,
    },
    main_keep=Keep("word/document.xml", "document"),
    kept={
        _WORD + "header+xml": Keep("word/header{}.xml", "header"),
        _WORD + "footer+xml": Keep("word/footer{}.xml", "footer"),
        _WORD + "footnotes+xml": Keep("word/footnotes.xml", "footnotes"),
        _WORD + "endnotes+xml": Keep("word/endnotes.xml", "endnotes"),
        _WORD + "comments+xml": Keep("word/comments.xml", "comments"),
        _WORD + "commentsExtended+xml": Keep("word/commentsExtended.xml", "comment threads"),
        _WORD + "commentsIds+xml": Keep("word/commentsIds.xml", "comment ids"),
        _WORD + "styles+xml": Keep("word/styles.xml", "styles"),
        _WORD + "numbering+xml": Keep("word/numbering.xml", "numbering"),
        _WORD + "settings+xml": Keep("word/settings.xml", "settings"),
        _WORD + "fontTable+xml": Keep("word/fontTable.xml", "fonts"),
        _OFFICE + "theme+xml": Keep("word/theme/theme{}.xml", "theme"),
        _OFFICE + "drawingml.chart+xml": Keep("word/charts/chart{}.xml", "chart"),
        _CHART_EX: Keep("word/charts/chartEx{}.xml", "chart of the newer kind"),
        _OFFICE + "drawingml.chartshapes+xml": Keep(
            "word/drawings/chartDrawing{}.xml", "drawing on a chart"
        ),
        _OFFICE + "drawingml.diagramData+xml": Keep("word/diagrams/data{}.xml", "diagram"),
        _OFFICE + "drawingml.diagramLayout+xml": Keep("word/diagrams/layout{}.xml", "layout"),
        _OFFICE + "drawingml.diagramStyle+xml": Keep("word/diagrams/style{}.xml", "diagram style"),
        _OFFICE + "drawingml.diagramColors+xml": Keep("word/diagrams/colors{}.xml", "colours"),
    },
    text_tags=word.TEXT_TAGS,
    clean=word.clean,
    passages=word.passages,
    settled=word.settled,
    detach=word.DETACH,
)


class DocxFormat(OoxmlFormat):
    """Word documents: every part by lxml, kept by allow-list, rebuilt under names of our own."""

    name = "docx"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    extension = ".docx"
    dialect = DIALECT
