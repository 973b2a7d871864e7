"""The rest of the example batch: pictures, mailboxes, archives, web pages, all kinds of Office.

What LibreOffice makes differs a little each time; such a file, once committed, is kept as it is.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import random
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from examples import matter, writers
from examples.matter import CLIENT, EXPERT, OPPONENT, PARTNER, WITNESS
from handoff.documents.libreoffice import runner
from tests.unit.documents import outlook_builder as outlook

BATCH = Path(__file__).parent / "batch"
_A4_AT_150_DPI = (1240, 1754)
_NAMES = "".join(
    f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("svg", "svg-compatible"), ("presentation", "presentation"), ("style", "style"),
    )
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip
_FODS = runner.Format("fods", "OpenDocument Spreadsheet Flat XML", "")
_FODP = runner.Format("fodp", "OpenDocument Presentation Flat XML", "")


def scanned(lines: Sequence[str], size: tuple[int, int] = _A4_AT_150_DPI) -> Image.Image:
    """A page of typed lines as a scanner gives it: gray paper, and not quite straight."""
    page = Image.new("L", size, 250)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((120, 140 + 62 * number), line, fill=25, font=ImageFont.load_default(30))
    return page.rotate(0.4, fillcolor=250, resample=Image.Resampling.BICUBIC)


def scanned_letter() -> bytes:
    """Two pages of a fax as a TIFF, with a name in its tags."""
    pages = [
        scanned((
            "Marlowe & Finch LLP", "", f"Dear {OPPONENT.name},", "",
            f"we refer to our letter on behalf of {CLIENT.name}.",
            "You have not answered it. Proceedings will be issued",
            "on Monday without further notice.",
        )),
        scanned((
            f"Please write to {PARTNER.name}", f"at {PARTNER.email}", "",
            "Yours faithfully,", "Marlowe & Finch LLP",
        )),
    ]  # fmt: skip
    buffer = io.BytesIO()
    pages[0].save(
        buffer, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw",
        dpi=(150, 150), description=f"fax to {OPPONENT.name}",
    )  # fmt: skip
    return buffer.getvalue()


def photographed_note() -> bytes:
    """A JPEG of a typed note, with a name in its EXIF."""
    note = ("Note for the file", "", f"{WITNESS.name} can come on Thursday.", "The room is booked.")
    exif = Image.Exif()
    exif[0x013B] = PARTNER.name  # Artist
    buffer = io.BytesIO()
    scanned(note, (1100, 480)).save(buffer, "JPEG", quality=85, exif=exif)
    return buffer.getvalue()


def handwritten_note() -> bytes:
    """Some typed words, and below them what a pen left: nobody can tell what it says."""
    page = scanned(("Telephone note", "", "Seen by:"), (1100, 700))
    pen, across, points = random.Random(3), 100.0, []  # noqa: S311 - a drawing
    for turn in range(270):
        across += pen.uniform(0.5, 3)
        high = 45 * math.sin(turn * 0.33) * math.cos(turn * 0.11)
        points.append((across + 25 * math.sin(turn * 0.5), 520 + high))
    ImageDraw.Draw(page).line(points, fill=20, width=5, joint="curve")
    buffer = io.BytesIO()
    page.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def scanned_statement() -> bytes:
    """A PDF whose one page is a picture."""
    lines = (
        f"Statement of {EXPERT.name}", "",
        "1. I have read the ledger of the company.",
        f"2. It was sent to me by {WITNESS.name} in October.",
        "3. The commission due is 61,300 pounds.", "",
        f"Signed: {EXPERT.name}",
    )  # fmt: skip
    picture = io.BytesIO()
    scanned(lines).save(picture, "JPEG", quality=80)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        image = pdf.make_stream(
            b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=_A4_AT_150_DPI[0],
            Height=_A4_AT_150_DPI[1], ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
        image.write(picture.getvalue(), filter=pikepdf.Name.DCTDecode)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=pdf.make_indirect(image)))
        page.Contents = pdf.make_stream(b"595 0 0 842 0 0 cm /I Do")
        pdf.docinfo["/Author"] = PARTNER.name
        return writers.pdf_bytes(pdf)


def outlook_message() -> bytes:
    """A message as Outlook saves it, with a recipient, a blind copy and an attachment."""
    text = (
        f"Dear {PARTNER.name},\r\n\r\nI met {OPPONENT.name} this morning. He offers fifteen "
        f"thousand pounds.\r\nMy number is {WITNESS.phone}.\r\n\r\n{WITNESS.name}\r\n"
    )
    values = {
        0x001A: "IPM.Note", 0x0037: f"Meeting with {OPPONENT.name}", 0x1000: text,
        0x0C1A: WITNESS.name, 0x5D01: WITNESS.email, 0x3FFA: PARTNER.name,
    }  # fmt: skip
    recipients = [
        {0x3001: PARTNER.name, 0x39FE: PARTNER.email, 0x0C15: 1},
        {0x3001: CLIENT.name, 0x39FE: CLIENT.email, 0x0C15: 3},
    ]
    note = f"He said it twice: fifteen thousand. {WITNESS.name}\n".encode()
    attachments = [outlook.attachment(note, f"Note {WITNESS.name}.txt")]
    return outlook.ole(outlook.message(values, recipients=recipients, attachments=attachments))


def mailbox() -> bytes:
    """Two messages as Thunderbird keeps them."""
    return "".join(
        f"From {person.email} Tue Oct  6 09:30:00 2026\nFrom: {person.name} <{person.email}>\n"
        f"To: {PARTNER.name} <{PARTNER.email}>\nSubject: {subject}\n"
        f"Date: Tue, 06 Oct 2026 09:30:00 +0100\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n\n"
        for person, subject, text in (
            (CLIENT, "My statement", f"Dear Ms Finch,\n\n{WITNESS.name} has read it and agrees."),
            (EXPERT, "Report", f"I can finish by Friday. Call me on {EXPERT.phone}."),
        )
    ).encode()


def bundle() -> bytes:
    """A ZIP with a note and a table, in a folder named after the client."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = f"for {PARTNER.name}".encode()
        for name, text in (
            (f"{CLIENT.name}/note.txt", f"{CLIENT.name} telephoned from {CLIENT.phone}.\n"),
            ("accounts.csv", f"Name,Account\n{CLIENT.name},{matter.CLIENT_IBAN}\nNobody,none\n"),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 10, 6, 9, 30, 0)), text)
    return buffer.getvalue()


def archive() -> bytes:
    """A tar.gz with one letter, whose owner it names."""
    text = f"Dear {CLIENT.name},\n\nthe hearing is on Monday.\n\n{PARTNER.name}\n".encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo("letter.txt")
        info.size, info.uname = len(text), PARTNER.name.replace(" ", ".")
        tar.addfile(info, io.BytesIO(text))
    return gzip.compress(buffer.getvalue(), mtime=0)


def web_page() -> bytes:
    """A page of an intranet with a comment, a script and a remote picture that tells who looks."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>Matter of {CLIENT.name}</title>
<meta name="author" content="{PARTNER.name}">
<script>var client = "{CLIENT.name}";</script></head>
<body><!-- ask {EXPERT.name} -->
<h1>Matter page</h1>
<p>Client: <b>{CLIENT.name.split()[0]}</b> <i>{CLIENT.name.split()[1]}</i>, reached at
<a href="mailto:{CLIENT.email}">{CLIENT.email}</a>.</p>
<p>Opponent: {OPPONENT.name}. Claim no. {matter.CLAIM_NUMBER}.</p>
<img src="https://tracker.example/{CLIENT.email}.png" alt="{CLIENT.name}">
</body></html>
""".encode()


def case_data() -> bytes:
    """An export of the case management system."""
    people = [{"name": p.name, "email": p.email} for p in (CLIENT, WITNESS, OPPONENT)]
    data = {"claim": matter.CLAIM_NUMBER, "people": people, "notes": {CLIENT.name: "the client"}}
    return json.dumps(data, indent=2).encode()


def claim_form() -> bytes:
    """A claim in the XML of an imagined court."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<claim number="{matter.CLAIM_NUMBER}">
  <!-- drafted by {PARTNER.name} -->
  <claimant email="{CLIENT.email}">{CLIENT.name}</claimant>
  <defendant>Brackwater Logistics Ltd</defendant>
  <statement><![CDATA[In March 2024 {OPPONENT.name} promised commission.]]></statement>
</claim>
""".encode()


def invitation() -> bytes:
    """A meeting in a calendar."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{PARTNER.email}",
        "DTSTART:20261008T090000Z", f"SUMMARY:Conference with {EXPERT.name}",
        f'ORGANIZER;CN="{PARTNER.name}":mailto:{PARTNER.email}',
        f'ATTENDEE;CN="{EXPERT.name}":mailto:{EXPERT.email}', "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def card() -> bytes:
    """The client's entry in an address book."""
    lines = [
        "BEGIN:VCARD", "VERSION:3.0", f"FN:{CLIENT.name}", f"EMAIL:{CLIENT.email}",
        f"TEL:{CLIENT.phone}", f"NOTE:Referred by {WITNESS.name}", "END:VCARD", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


_LETTER = f"""{{\\rtf1\\ansi\\deff0 {{\\info {{\\author {PARTNER.name}}}}}
{{\\header Marlowe & Finch LLP, for {CLIENT.name}\\par}}
Dear {CLIENT.name},\\par\\par
{{\\b {EXPERT.name}}} has sent her report. She puts the commission at 61,300 pounds.{{\\footnote
Telephone {EXPERT.phone}}}\\par\\par
Please call {{\\v {OPPONENT.name} must not know}}before Friday.\\par\\par {PARTNER.name}\\par}}
"""
_SHEETS = f"""<office:document{_NAMES} office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:automatic-styles>
<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/>
</style:style></office:automatic-styles><office:body><office:spreadsheet>
<table:table table:name="Damages"><table:table-row>
<table:table-cell office:value-type="string"><text:p>Contract brought in by</text:p>
</table:table-cell><table:table-cell office:value-type="string"><text:p>Commission</text:p>
</table:table-cell></table:table-row><table:table-row>
<table:table-cell office:value-type="string"><office:annotation><dc:creator>{PARTNER.name}
</dc:creator><text:p>Confirmed by {WITNESS.name}</text:p></office:annotation>
<text:p>{CLIENT.name}</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="61300"><text:p>61300</text:p>
</table:table-cell></table:table-row></table:table>
<table:table table:name="Payments" table:style-name="h"><table:table-row>
<table:table-cell office:value-type="string"><text:p>{matter.CLIENT_IBAN}</text:p>
</table:table-cell><table:table-cell office:value-type="string"><text:p>{OPPONENT.name}</text:p>
</table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document>"""
_SLIDES = f"""<office:document{_NAMES} office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body>
<office:presentation><draw:page draw:name="Opening"><draw:frame svg:width="20cm" svg:height="3cm"
 svg:x="2cm" svg:y="2cm"><draw:text-box><text:p>Opening for {CLIENT.name}</text:p></draw:text-box>
</draw:frame><presentation:notes><draw:frame svg:width="15cm" svg:height="8cm" svg:x="3cm"
 svg:y="14cm" presentation:class="notes"><draw:text-box><text:p>{OPPONENT.name} will deny it.
</text:p></draw:text-box></draw:frame></presentation:notes></draw:page></office:presentation>
</office:body></office:document>"""


def rich_text() -> bytes:
    """A letter in RTF with a header, a footnote and hidden text."""
    return _LETTER.encode()


def made_by_libreoffice(
    name: str, content: str, source: runner.Format, target: runner.Format
) -> bytes:
    """The file as committed, or made by LibreOffice where it is not there."""
    committed = BATCH / name
    if committed.is_file():
        return committed.read_bytes()
    return runner.convert(content.encode(), source, target)


_MADE = {
    "correspondence/23 Report received.doc": (_LETTER, runner.RTF, runner.DOC),
    "correspondence/24 Report received.odt": (_LETTER, runner.RTF, runner.ODT),
    "schedules/25 Damages.xlsx": (_SHEETS, _FODS, runner.EXCEL),
    "schedules/26 Damages.ods": (_SHEETS, _FODS, runner.ODS),
    "schedules/27 Damages (old).xls": (_SHEETS, _FODS, runner.XLS),
    "schedules/28 Opening Hollis.pptx": (_SLIDES, _FODP, runner.POWERPOINT),
    "schedules/29 Opening Hollis.odp": (_SLIDES, _FODP, runner.ODP),
    "schedules/30 Opening (old).ppt": (_SLIDES, _FODP, runner.PPT),
}
FILES: dict[str, Callable[[], bytes]] = {
    "exhibits/14 Fax to Lindqvist.tif": scanned_letter,
    "exhibits/15 Note.jpg": photographed_note,
    "exhibits/16 Statement Raman (scan).pdf": scanned_statement,
    "correspondence/17 Meeting Lindqvist.msg": outlook_message,
    "correspondence/18 Mailbox.mbox": mailbox,
    "correspondence/19 Bundle.zip": bundle,
    "correspondence/20 Letter Hollis.tar.gz": archive,
    "correspondence/21 Conference Raman.ics": invitation,
    "correspondence/22 Report received.rtf": rich_text,
    **{name: partial(made_by_libreoffice, name, *how) for name, how in _MADE.items()},
    "data/31 Matter page.html": web_page,
    "data/32 Case data.json": case_data,
    "data/33 Claim form.xml": claim_form,
    "data/34 Margaret Hollis.vcf": card,
    "exhibits/35 Note by hand.png": handwritten_note,
}
