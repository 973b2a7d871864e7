"""Make examples/batch and examples/planted.json anew: `python -m examples.make_batch`.

The output is committed; the same library versions give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from examples import matter, other_formats, writers
from examples.matter import CLIENT, EXPERT, OPPONENT, PARTNER, WITNESS

HERE = Path(__file__).parent
FIRM = "Marlowe & Finch LLP"


def engagement_letter() -> bytes:
    """Header, footer, table, split runs, comment, tracked change, properties."""
    document = writers.new_docx("Engagement letter", PARTNER.name)
    section = document.sections[0]
    section.header.paragraphs[0].text = f"{FIRM} · private and confidential · {CLIENT.name}"
    section.footer.paragraphs[0].text = f"Questions? {PARTNER.name}, {PARTNER.email}"
    document.add_heading("Engagement letter", level=1)
    paragraphs = [document.add_paragraph(text) for text in matter.ENGAGEMENT]
    document.add_comment(
        paragraphs[1].runs,
        f"Check with {WITNESS.name} whether the contract was ever signed.",
        author=PARTNER.name,
        initials="EF",
    )
    writers.add_table(document, matter.ENGAGEMENT_TABLE)
    split = document.add_paragraph("Signed by the client: ")
    writers.add_split(split, ("Marg", "aret Hol", "lis"))
    changed = document.add_paragraph("Invoices are to be sent to ")
    writers.add_tracked_change(changed, OPPONENT.email, CLIENT.email, PARTNER.name)
    return writers.docx_bytes(document, company=FIRM.replace("&", "&amp;"), manager=PARTNER.name)


def letter_before_action() -> bytes:
    """A plain letter."""
    document = writers.new_docx("Letter before action", PARTNER.name)
    for text in matter.LETTER:
        document.add_paragraph(text)
    return writers.docx_bytes(document)


def draft_terms() -> bytes:
    """The attachment of the mail."""
    document = writers.new_docx("Draft terms", EXPERT.name)
    for text in matter.TERMS:
        document.add_paragraph(text)
    return writers.docx_bytes(document)


def witness_statement() -> bytes:
    """Several pages, metadata, a sticky note, an attached file."""
    closing = "I believe that the facts stated in this witness statement are true."
    title = f"Witness statement of {WITNESS.name}"
    paragraphs = (title, *matter.WITNESS_STATEMENT, closing)
    pdf = writers.new_pdf(paragraphs, title, PARTNER.name)
    writers.add_note(pdf, f"Ask {EXPERT.name} about paragraph 4.", PARTNER.name)
    notebook = f"5 March 2024: five per cent, says {OPPONENT.name}.\n"
    writers.attach(pdf, "notebook.txt", notebook.encode())
    return writers.pdf_bytes(pdf)


def invoice() -> bytes:
    """A one-page PDF with numbers of every kind."""
    return writers.pdf_bytes(writers.new_pdf(matter.INVOICE, "Invoice", FIRM))


def ledger() -> bytes:
    """Twenty-four payments as a spreadsheet program exports them."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(matter.LEDGER_HEAD)
    for month in range(24):
        payer, account = (
            (CLIENT, matter.CLIENT_IBAN) if month % 3 else (OPPONENT, matter.OPPONENT_IBAN)
        )
        date = f"{2024 + month // 12}-{month % 12 + 1:02d}-28"
        amount = f"{1150 + 37 * month}.00"
        rows.writerow((date, payer.name, payer.email, account, amount, f"commission {month + 1}"))
    return text.getvalue().encode()


def mail_with_attachment() -> bytes:
    """Text and HTML alternatives, and a Word document attached."""
    mail = writers.new_mail(
        f"{EXPERT.name} <{EXPERT.email}>",
        f"{PARTNER.name} <{PARTNER.email}>",
        f"Claim {matter.CLAIM_NUMBER}: your client {CLIENT.name}",
        matter.MAIL_TEXT,
        1,
    )
    mail["Cc"] = f"{OPPONENT.name} <{OPPONENT.email}>"
    html = "".join(f"<p>{block}</p>" for block in matter.MAIL_TEXT.strip().split("\n\n"))
    mail.add_alternative(f"<html><body>{html}</body></html>", subtype="html")
    mail.add_attachment(
        draft_terms(),
        maintype="application",
        subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
        filename=f"Terms for {CLIENT.name}.docx",
    )
    return writers.mail_bytes(mail)


def reply() -> bytes:
    """A plain mail."""
    sender, to = f"{CLIENT.name} <{CLIENT.email}>", f"{PARTNER.name} <{PARTNER.email}>"
    return writers.mail_bytes(writers.new_mail(sender, to, "Thursday", matter.REPLY_TEXT, 2))


def protected_report() -> bytes:
    """A PDF that asks for a password."""
    text = (f"Report of {EXPERT.name}", "In confidence.")
    return writers.protected_pdf_bytes(writers.new_pdf(text, "Report", EXPERT.name))


def passport_scan() -> bytes:
    """A picture of text: nothing in it can be read without optical recognition."""
    image = Image.new("L", (900, 520), 245)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 330, 480), fill=190)
    words = (
        "PASSPORT",
        "Surname  HOLLIS",
        "Given names  MARGARET",
        f"Passport No. {matter.PASSPORT}",
    )
    for number, line in enumerate(words):
        draw.text((380, 70 + 90 * number), line, fill=20, font=ImageFont.load_default(34))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def damaged_letter() -> bytes:
    """A Word document whose copying broke off."""
    whole = letter_before_action()
    return whole[: len(whole) * 2 // 3]


FILES: dict[str, Callable[[], bytes]] = {
    "01 Engagement letter Hollis.docx": engagement_letter,
    "02 Witness statement Okafor.pdf": witness_statement,
    "03 Invoice 2026-0188.pdf": invoice,
    "04 Payment ledger.csv": ledger,
    "05 Attendance note Hollis.txt": matter.ATTENDANCE_NOTE.encode,
    "06 Chronology.md": matter.CHRONOLOGY.encode,
    "correspondence/07 Letter before action.docx": letter_before_action,
    "correspondence/08 Terms offered.eml": mail_with_attachment,
    "correspondence/09 Reply Hollis.eml": reply,
    "exhibits/10 Expert report (protected).pdf": protected_report,
    "exhibits/11 Passport scan.png": passport_scan,
    "exhibits/12 Scan failed.txt": bytes,
    "exhibits/13 Letter (broken copy).docx": damaged_letter,
    **other_formats.FILES,
}


def main() -> None:
    """Write every file of the batch and the list of planted values."""
    for name, make in FILES.items():
        path = HERE / "batch" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
    planted = json.dumps(sorted(set(matter.PLANTED)), indent=2, ensure_ascii=False)
    (HERE / "planted.json").write_text(planted + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
