"""PowerPoint files (.pptx; shows, templates and macro variants come out as .pptx)."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.documents.base import Door
from handoff.documents.ooxml import powerpoint, word
from handoff.documents.ooxml.document import Dialect, Keep, read_document, rewritable
from handoff.documents.ooxml.recognize import has_main_part
from handoff.documents.ooxml.reread import reread_package
from handoff.model import Redaction, TextUnit

_OFFICE = "application/vnd.openxmlformats-officedocument."
_SHOW = _OFFICE + "presentationml."
_MACRO = "application/vnd.ms-powerpoint."
_MAIN = _SHOW + "presentation.main+xml"

DIALECT = Dialect(
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


class PptxFormat:
    """Presentations: slides, notes, layouts, comments and charts, by lxml over every part."""

    name = "pptx"
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    extension = ".pptx"
    readers = ("lxml", "expat")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes are a ZIP whose content types name a presentation."""
        return has_main_part(untrusted, DIALECT.main)

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every paragraph and other string; raises what `load` raises."""
        return tuple(read_document(untrusted, door, DIALECT).units())

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The presentation redacted and rebuilt; raises what `load` raises."""
        return rewritable(untrusted, door, DIALECT).rewrite(redactions)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All text, attributes and names of all parts by expat over our own ZIP walk."""
        return reread_package(produced, door.limits)
