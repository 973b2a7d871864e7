"""Word, Excel and PowerPoint as they were before 2007, and RTF: by LibreOffice to today's formats.

What LibreOffice makes of the file is what is read, redacted and delivered; what it leaves behind is
in neither. So nothing it may lose can leak, and the docs say what a reader may miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from handoff.documents.base import DocumentFormat, Door
from handoff.documents.docx import DocxFormat
from handoff.documents.libreoffice import runner
from handoff.documents.ole import OLE, main_stream, refuse_encrypted
from handoff.documents.pptx import PptxFormat
from handoff.documents.xlsx import XlsxFormat
from handoff.model import Redaction, TextUnit

_RTF = b"{\\rtf"


@dataclass(frozen=True, slots=True)
class _Converted:
    """What LibreOffice made of a file, and what the format of that left with the door."""

    content: bytes = field(repr=False)
    opened: object = field(repr=False)


class ConvertedFormat:
    """A format that LibreOffice turns into an Office format, which does the rest."""

    def __init__(
        self, name: str, source: runner.Format, target: runner.Format, inner: DocumentFormat
    ) -> None:
        self.name = name
        self.media_type = inner.media_type
        self.extension = inner.extension
        self.readers = ("libreoffice+lxml", inner.readers[1])
        self._formats = (source, target)
        self._inner = inner

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the file begins like RTF, or has the stream that makes it a Word, ... file."""
        if self.name == "rtf":
            return untrusted.startswith(_RTF)
        return untrusted.startswith(OLE) and main_stream(untrusted) == self.name

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """What the converted document holds.

        Raises:
            EncryptedError: the file needs a password.
            ConverterMissingError: there is no LibreOffice.
            DamagedError, LimitError: LibreOffice cannot open it, or not within its limits.
        """
        if self.name != "rtf":
            refuse_encrypted(untrusted, self.name)
        content = self._convert(untrusted, door)
        units = self._inner.read(content, door)
        door.opened.keep(untrusted, _Converted(content, door.opened.take(content, object)))
        return units

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The converted document redacted; raises as `read` does."""
        converted = door.opened.take(untrusted, _Converted)
        if converted is None:
            return self._inner.rewrite(self._convert(untrusted, door), redactions, door)
        door.opened.keep(converted.content, converted.opened)
        return self._inner.rewrite(converted.content, redactions, door)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All text of the converted document, by that format's other reader."""
        return self._inner.reread(produced, door)

    def _convert(self, untrusted: bytes, door: Door) -> bytes:
        allowance = runner.Allowance(output_bytes=door.limits.archive_bytes)
        return runner.convert(untrusted, *self._formats, allowance)


def converted_formats() -> tuple[ConvertedFormat, ...]:
    """The four formats that LibreOffice converts."""
    return (
        ConvertedFormat("doc", runner.DOC, runner.WORD, DocxFormat()),
        ConvertedFormat("xls", runner.XLS, runner.EXCEL, XlsxFormat()),
        ConvertedFormat("ppt", runner.PPT, runner.POWERPOINT, PptxFormat()),
        ConvertedFormat("rtf", runner.RTF, runner.WORD, DocxFormat()),
    )
