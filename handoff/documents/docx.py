"""Word documents (.docx, and .dotx, .docm, .dotm, which come out as .docx without macros)."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.documents.base import Door
from handoff.documents.ooxml import word
from handoff.documents.ooxml.document import Dialect, Keep, read_document, rewritable
from handoff.documents.ooxml.recognize import has_main_part
from handoff.documents.ooxml.reread import reread_package
from handoff.model import Redaction, TextUnit

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MACRO = "application/vnd.ms-word."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN = _WORD + "document.main+xml"

DIALECT = Dialect(
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


class DocxFormat:
    """Word documents: every part by lxml, kept by allow-list, rebuilt under names of our own."""

    name = "docx"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    extension = ".docx"
    readers = ("lxml", "expat")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes are a ZIP whose content types name a Word document."""
        return has_main_part(untrusted, DIALECT.main)

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every paragraph, field code and other string; raises what `load` raises."""
        return tuple(read_document(untrusted, door, DIALECT).units())

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The document redacted and rebuilt; raises what `load` raises."""
        return rewritable(untrusted, door, DIALECT).rewrite(redactions)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All text, attributes and names of all parts by expat over our own ZIP walk."""
        return reread_package(produced, door.limits)
