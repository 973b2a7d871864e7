"""Writing the formats of the example batch, the same bytes every time.

python-docx and pikepdf do the work; what they take from the clock or from chance is fixed here.
"""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import docx
import pikepdf
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph

WRITTEN = datetime(2026, 10, 6, 9, 30, tzinfo=UTC)
LINES_PER_PAGE = 30


def new_docx(title: str, author: str) -> Document:
    """An empty Word document with its core properties filled in, as Word fills them."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, author, author
    properties.comments = f"draft for {author}"
    properties.created = properties.modified = WRITTEN.replace(tzinfo=None)
    return document


def add_split(paragraph: Paragraph, parts: Sequence[str]) -> None:
    """Add text in several runs of different looks, as Word does after some editing."""
    for number, part in enumerate(parts):
        run = paragraph.add_run(part)
        run.bold = number % 2 == 1


def add_tracked_change(paragraph: Paragraph, deleted: str, inserted: str, author: str) -> None:
    """Add a tracked replacement of `deleted` by `inserted`."""
    mark = f'w:author="{author}" w:date="{WRITTEN:%Y-%m-%dT%H:%M:%SZ}"'
    paragraph._p.append(  # noqa: SLF001 - python-docx has no interface for tracked changes
        parse_xml(
            f'<w:del {nsdecls("w")} w:id="901" {mark}><w:r><w:delText xml:space="preserve">'
            f"{deleted}</w:delText></w:r></w:del>"
        )
    )
    paragraph._p.append(  # noqa: SLF001
        parse_xml(
            f'<w:ins {nsdecls("w")} w:id="902" {mark}><w:r><w:t xml:space="preserve">'
            f"{inserted}</w:t></w:r></w:ins>"
        )
    )


def add_table(document: Document, rows: Iterable[Sequence[str]]) -> None:
    """Add a ruled table."""
    listed = list(rows)
    table = document.add_table(rows=0, cols=len(listed[0]), style="Table Grid")
    for row in listed:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text


def docx_bytes(document: Document, company: str = "", manager: str = "") -> bytes:
    """The document's bytes, with times fixed, app properties set, and no thumbnail."""
    buffer = io.BytesIO()
    document.save(buffer)
    result = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            if name != "docProps/thumbnail.jpeg":
                member = zipfile.ZipInfo(name, (2026, 10, 6, 9, 30, 0))
                member.compress_type = zipfile.ZIP_DEFLATED
                content = _settled(name, source.read(name), company, manager)
                target.writestr(member, content, compresslevel=9)
    return result.getvalue()


def _settled(name: str, content: bytes, company: str, manager: str) -> bytes:
    """One part of a document package without what came from the clock or the template."""
    if name == "_rels/.rels":
        return re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
    if name == "word/comments.xml":
        stamp = f'w:date="{WRITTEN:%Y-%m-%dT%H:%M:%SZ}"'.encode()
        return re.sub(rb'w:date="[^"]*"', stamp, content)
    if name == "docProps/app.xml":
        extra = f"<Manager>{manager}</Manager><Company>{company}</Company>".encode()
        without = re.sub(rb"<(Company|Manager)>[^<]*</\1>|<(Company|Manager)/>", b"", content)
        return without.replace(b"</Properties>", extra + b"</Properties>")
    return content


def new_pdf(paragraphs: Sequence[str], title: str, author: str) -> pikepdf.Pdf:
    """A PDF of wrapped paragraphs in Helvetica, with document information and XMP metadata."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )
    lines = [line for text in paragraphs for line in (*textwrap.wrap(text, 84), "")]
    for start in range(0, len(lines), LINES_PER_PAGE):
        _add_page(pdf, font, lines[start : start + LINES_PER_PAGE])
    pdf.docinfo["/Title"], pdf.docinfo["/Author"] = title, author
    pdf.docinfo["/CreationDate"] = f"D:{WRITTEN:%Y%m%d%H%M%S}Z"
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = title
        xmp["dc:creator"] = [author]
    return pdf


def _add_page(pdf: pikepdf.Pdf, font: pikepdf.Object, lines: Sequence[str]) -> None:
    """Add one A4 page that shows `lines`; a word in two is kerned, as layout programs do."""
    shown = "\n".join(f"{_kerned(line)} TJ T*" for line in lines)
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    content = f"BT /F1 10.5 Tf 22 TL 1 0 0 1 72 760 Tm\n{shown}\nET"
    page.Contents = pdf.make_stream(content.encode("cp1252"))


def _kerned(line: str) -> str:
    """`line` as the array of a TJ operator, broken and kerned in the middle of some words."""
    pieces = re.findall(r".{1,17}", line) or [""]
    escaped = (re.sub(r"([\\()])", r"\\\1", piece) for piece in pieces)
    return "[" + " -8 ".join(f"({piece})" for piece in escaped) + "]"


def add_note(pdf: pikepdf.Pdf, text: str, author: str) -> None:
    """Add a sticky note to the first page."""
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Text,
        Rect=[500, 760, 520, 780],
        Contents=text,
        T=author,
    )
    pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))


def attach(pdf: pikepdf.Pdf, name: str, content: bytes) -> None:
    """Attach a file to the document."""
    spec = pikepdf.AttachedFileSpec(
        pdf, content, filename=name, mime_type="text/plain", creation_date="", mod_date=""
    )
    pdf.attachments[name] = spec


def pdf_bytes(pdf: pikepdf.Pdf) -> bytes:
    """The PDF's bytes."""
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def protected_pdf_bytes(pdf: pikepdf.Pdf) -> bytes:
    """The PDF's bytes under a password; old RC4, because newer encryption draws random numbers."""
    locked = pikepdf.Encryption(owner="owner", user="user", R=3, aes=False, metadata=False)
    buffer = io.BytesIO()
    pdf.save(buffer, static_id=True, encryption=locked)
    return buffer.getvalue()


def new_mail(sender: str, to: str, subject: str, text: str, number: int) -> EmailMessage:
    """A plain-text mail with fixed date and identifier."""
    mail = EmailMessage(policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = WRITTEN
    mail["Message-ID"] = f"<{number:08d}@mail.example.com>"
    mail.set_content(text)
    return mail


def mail_bytes(mail: EmailMessage) -> bytes:
    """The mail's bytes, with boundaries that are the same every time."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_part_{number}")
    return mail.as_bytes()
