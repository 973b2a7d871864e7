"""PowerPoint files (.pptx; shows, templates and macro variants come out as .pptx)."""

from __future__ import annotations

from handoff.documents.ooxml import powerpoint, word
from handoff.documents.ooxml.document import Dialect, Keep
from handoff.documents.ooxml.format import OoxmlFormat

_OFFICE = "application/vnd.openxmlformats-officedocument."
_SHOW = _OFFICE + "presentationml."
_MACRO = "application/vnd.ms-powerpoint."
_MAIN = _SHOW + "presentation.main+xml"
_CHART_EX = "application/vnd.ms-office.chartex+xml"

DIALECT = Dialect(
    folder="ppt",
    main={
        _MAIN: _MAIN,
        _SHOW + "slideshow.main+xml": _MAIN,
        _SHOW + "template.main+xml": _MAIN,
        _MACRO + "presentation.macroEnabled.main+xml": _MAIN,
        _MACRO + "slideshow.macroEnabled.main+xml": _MAIN,
        _MACRO + "template.macroEnabled.main+xml": _MAIN,
    },
    main_keep=Keep("ppt/presentation.xml", "presentation"),
    kept={
        _SHOW + "slide+xml": Keep("ppt/slides/slide{}.xml", "slide"),
        _SHOW + "slideLayout+xml": Keep("ppt/slideLayouts/slideLayout{}.xml", "slide layout"),
        _SHOW + "slideMaster+xml": Keep("ppt/slideMasters/slideMaster{}.xml", "slide master"),
        _SHOW + "notesSlide+xml": Keep("ppt/notesSlides/notesSlide{}.xml", "notes"),
        _SHOW + "notesMaster+xml": Keep("ppt/notesMasters/notesMaster{}.xml", "notes master"),
        _SHOW + "handoutMaster+xml": Keep("ppt/handoutMasters/handout{}.xml", "handout master"),
        _SHOW + "comments+xml": Keep("ppt/comments/comment{}.xml", "comments"),
        _SHOW + "commentAuthors+xml": Keep("ppt/commentAuthors.xml", "comment authors"),
        _SHOW + "tableStyles+xml": Keep("ppt/tableStyles.xml", "table styles"),
        _OFFICE + "theme+xml": Keep("ppt/theme/theme{}.xml", "theme"),
        _OFFICE + "drawingml.chart+xml": Keep("ppt/charts/chart{}.xml", "chart"),
        _CHART_EX: Keep("ppt/charts/chartEx{}.xml", "chart of the newer kind"),
        _OFFICE + "drawingml.chartshapes+xml": Keep(
            "ppt/drawings/chartDrawing{}.xml", "drawing on a chart"
        ),
        _OFFICE + "drawingml.diagramData+xml": Keep("ppt/diagrams/data{}.xml", "diagram"),
        _OFFICE + "drawingml.diagramLayout+xml": Keep("ppt/diagrams/layout{}.xml", "layout"),
        _OFFICE + "drawingml.diagramStyle+xml": Keep("ppt/diagrams/style{}.xml", "diagram style"),
        _OFFICE + "drawingml.diagramColors+xml": Keep("ppt/diagrams/colors{}.xml", "colours"),
    },
    text_tags=powerpoint.TEXT_TAGS,
    clean=powerpoint.clean,
    passages=word.passages,
    settled=powerpoint.settled,
    detach=powerpoint.DETACH,
)


class PptxFormat(OoxmlFormat):
    """Presentations: slides, notes, layouts, comments and charts, by lxml over every part."""

    name = "pptx"
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    extension = ".pptx"
    dialect = DIALECT
