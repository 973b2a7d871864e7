"""The formats handoff reads, and the decision which of them a file is, by its content alone.

Adding a format is adding its module and one line to `formats`.
"""

from __future__ import annotations

import re
import zipfile
from functools import cache
from io import BytesIO

from handoff.documents import foreign
from handoff.documents.archives.zips import within_stored
from handoff.documents.base import DocumentFormat, Limits
from handoff.documents.encoding import decode
from handoff.documents.pictures.kinds import kind_of
from handoff.errors import (
    DamagedError,
    DocumentError,
    EmptyError,
    EncryptedError,
    LimitError,
    UnsafeContentError,
    UnsupportedTypeError,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_RTF = b"{\\rtf"
_PDF = re.compile(rb"%PDF-\d")
_PDF_WINDOW = 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@cache
def formats() -> tuple[DocumentFormat, ...]:
    """Every format, in the order in which it is asked: strict structure first, plain text last."""
    from handoff.documents.archives.format import (
        PackedFormat,
        SevenZipFormat,
        TarFormat,
        ZipFormat,
    )
    from handoff.documents.delimited import DelimitedFormat
    from handoff.documents.docx import DocxFormat
    from handoff.documents.eml import EmlFormat
    from handoff.documents.jsonfile import JsonFormat
    from handoff.documents.legacy import converted_formats
    from handoff.documents.mail.cards import card_formats
    from handoff.documents.mbox import MboxFormat
    from handoff.documents.msg import MsgFormat
    from handoff.documents.odf.format import odf_formats
    from handoff.documents.pdf import PdfFormat
    from handoff.documents.pictures.format import picture_formats
    from handoff.documents.pptx import PptxFormat
    from handoff.documents.tnef import TnefFormat
    from handoff.documents.txt import TextFormat
    from handoff.documents.webpage import HtmlFormat
    from handoff.documents.xlsx import XlsxFormat
    from handoff.documents.xmlfile import XmlFormat

    return (
        # Before PDF, whose header may stand in the first member of an archive (`within_stored`).
        ZipFormat(),
        SevenZipFormat(),
        TarFormat(),
        PackedFormat(),
        MsgFormat(),
        TnefFormat(),
        MboxFormat(),
        *card_formats(),
        PdfFormat(),
        *picture_formats(),
        DocxFormat(),
        PptxFormat(),
        XlsxFormat(),
        *odf_formats(),
        *converted_formats(),
        EmlFormat(),
        HtmlFormat(),
        JsonFormat(),
        XmlFormat(),
        DelimitedFormat(),
        TextFormat(),
    )


def sniff(untrusted: bytes, limits: Limits | None = None) -> DocumentFormat:
    """The format of `untrusted`, whatever its file was called.

    Raises:
        EmptyError: no bytes, or nothing but blanks.
        LimitError: more bytes than `limits.input_bytes`.
        EncryptedError: an encrypted Office package.
        UnsafeContentError: a file that is valid as two formats at once (a polyglot).
        DamagedError: a ZIP that is cut off.
        UnsupportedTypeError: no format reads it; the message names the type where known.
    """
    if len(untrusted) > (limits or Limits()).input_bytes:
        raise LimitError("the document is larger than the limit for one document")
    if not untrusted.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise EmptyError("the document has no content")
    _refuse_polyglot(untrusted)
    _refuse_locked(untrusted)
    name = foreign.name_of(untrusted)
    if name is not None:
        raise UnsupportedTypeError(f"this is {name}, which handoff does not read")
    for candidate in formats():
        if candidate.recognizes(untrusted):
            return candidate
    raise _unknown(untrusted)


def by_name(name: str) -> DocumentFormat:
    """The format called `name`; KeyError if there is none."""
    return {candidate.name: candidate for candidate in formats()}[name]


def _refuse_polyglot(untrusted: bytes) -> None:
    """Hold what two programs would open as two different documents."""
    header = _PDF.search(untrusted, 0, _PDF_WINDOW)
    # Readers of PDF accept the header anywhere in the first 1,024 bytes (ISO 32000-1, annex H).
    is_pdf = header is not None and (header.start() == 0 or b"startxref" in untrusted)
    # Today's Office programs put ZIP packages (themes, objects) inside of files of the old formats.
    hidden_zip = not untrusted.startswith((*_ZIP, _OLE)) and zipfile.is_zipfile(BytesIO(untrusted))
    if is_pdf and header is not None and within_stored(untrusted, header.start()):
        return
    named = foreign.name_of(untrusted) is not None or kind_of(untrusted) is not None
    leading = named or untrusted.startswith((*_ZIP, _OLE, _RTF, b"<"))
    if hidden_zip or (is_pdf and leading):
        raise UnsafeContentError(
            "the file is valid as two formats at once", "save it anew with the program that made it"
        )


def _refuse_locked(untrusted: bytes) -> None:
    if untrusted.startswith(_OLE) and _ENCRYPTED_PACKAGE in untrusted:
        raise EncryptedError("the Office document is protected by a password or rights management")


def _unknown(untrusted: bytes) -> DocumentError:
    if untrusted.startswith(_OLE):
        return UnsupportedTypeError("this is an OLE file, which handoff does not read")
    if untrusted.startswith(_ZIP):
        if not zipfile.is_zipfile(BytesIO(untrusted)):
            return DamagedError("the file is a damaged ZIP archive or Office document")
        return UnsupportedTypeError(
            "this is a ZIP archive, or an Office format that handoff does not read"
        )
    decode(untrusted)  # says why the text is none, if that is the reason
    return UnsupportedTypeError("the file is of no type that handoff knows")
