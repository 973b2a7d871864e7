"""A message with all kinds of attachments, sent as a firm sends and opened as a vendor opens."""

from __future__ import annotations

import email
import io
import json
import signal
import zipfile
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.document import Document

from tests.firm import Firm, Result

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
DIE_AT = str(ROOT / "tests" / "faults" / "die_at.py")
PERSON, ADDRESS = "Johnathan Sorensen", "j.sorensen@example.com"
SECRETS = (PERSON, "Sorensen", ADDRESS)


def _word() -> bytes:
    document: Document = docx.Document()
    document.add_paragraph(f"Agreement between {PERSON} and Acme Review Services.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _pdf(text: str, password: str = "") -> bytes:
    pikepdf = pytest.importorskip("pikepdf")
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(300, 200))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    pdf.pages[0].Contents = pdf.make_stream(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    buffer = io.BytesIO()
    encryption = pikepdf.Encryption(owner=password, user=password) if password else False
    pdf.save(buffer, encryption=encryption)
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{PERSON}/letter.txt", f"Dear {PERSON},\n\nyour file is closed.\n")
        archive.writestr("tool.exe", b"\x7fELF" + bytes(60))
    return buffer.getvalue()


def _message() -> bytes:
    message = EmailMessage()
    message["From"] = f"{PERSON} <{ADDRESS}>"
    message["To"] = "Maria Delgado <maria.delgado@example.org>"
    message["Subject"] = "The agreement"
    message["Message-ID"] = f"<1.{ADDRESS}>"
    message.set_content(f"Dear Maria Delgado,\n\nplease find all attached.\n\n{PERSON}\n")
    for content, name in (
        (_word(), f"Agreement {PERSON}.docx"),
        (_pdf(f"Statement of {PERSON}"), "statement.pdf"),
        (_pdf(f"Locked statement of {PERSON}", "secret"), "locked.pdf"),
        (_zip(), "rest.zip"),
    ):
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


@pytest.fixture
def batch(connected: Firm) -> Path:
    directory = connected.directory / "batch"
    directory.mkdir()
    (directory / "a.eml").write_bytes(_message())
    (directory / "b.txt").write_text(f"{PERSON} telephoned. Write to {ADDRESS} at once.\n")
    return directory


def _send(firm: Firm, batch: Path) -> Result:
    return firm.run("send", batch, "--vendor", "acme", "--json")


def _withheld(result: Result) -> list[tuple[str, str]]:
    return [(p["place"], p["code"]) for d in result.of("document") for p in d["withheld"]]


HELD = [
    ("attachment 3", "document.encrypted"),
    ("attachment 4, member 2", "document.unsupported"),
]


def _opened(firm: Firm) -> dict[str, bytes]:
    """What the vendor has after `age -d`, by file name."""
    from handoff.sealing.seal import open_bytes

    objects = firm.objects()
    manifest_key = next(key for key in objects if key.endswith("manifest.json.age"))
    manifest = json.loads(open_bytes(objects[manifest_key], [firm.identity]))
    return {
        entry["file_name"]: open_bytes(objects[entry["object_key"]], [firm.identity])
        for entry in manifest["entries"]
    }


def _texts(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text":
            yield part.get_content()


def _said_again(connected: Firm, batch: Path) -> None:
    again = _send(connected, batch)
    assert (again.code, _withheld(again)) == (3, HELD)
    assert [d["state"] for d in again.of("document")] == ["already_delivered"] * 2
    shown = connected.run("custody", "show", "ACME-000001").stdout
    assert "A part of the document was held back" in shown
    assert "attachment-4/member-2" in shown


def test_the_message_goes_with_notes_and_the_run_says_so(connected: Firm, batch: Path) -> None:
    result = _send(connected, batch)
    assert (result.code, _withheld(result)) == (3, HELD), result.stdout + result.stderr
    assert PERSON not in result.stdout + result.stderr

    files = _opened(connected)
    message = email.message_from_bytes(files["ACME-000001.eml"], policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = "".join(_texts(message))
    assert "attachment 3 was held back by the sender: the document is protected" in body

    parts = list(message.iter_attachments())
    word = docx.Document(io.BytesIO(parts[0].get_content())).paragraphs[0].text
    pdf = pypdfium2.PdfDocument(parts[1].get_content())[0].get_textpage().get_text_range()
    with zipfile.ZipFile(io.BytesIO(parts[3].get_content())) as archive:
        assert archive.namelist() == ["0001.txt", "0002.txt"]
        letter, note = (archive.read(name).decode() for name in archive.namelist())
    assert "member 2 was held back by the sender: no handler reads" in note
    everything = "\n".join([files["ACME-000001.eml"].decode(), body, word, pdf, letter])
    assert not [secret for secret in SECRETS if secret.casefold() in everything.casefold()]

    other = files["ACME-000002.txt"].decode()
    person, address = (
        other.split(" telephoned")[0],
        other.split("Write to ")[1].split(" at once")[0],
    )
    assert person.startswith("[PERSON-")
    assert all(person in text for text in (str(message["From"]), body, word, pdf, letter))
    assert address.strip("[]") in str(message["From"])
    _said_again(connected, batch)


def test_what_was_held_back_survives_a_run_that_is_killed(connected: Firm, batch: Path) -> None:
    send_it = ("send", batch, "--vendor", "acme")
    died = connected.run("put", "1", "after", *send_it, driver=DIE_AT)
    assert died.code == -signal.SIGKILL
    resumed = _send(connected, batch)
    assert (resumed.code, _withheld(resumed)) == (3, HELD)
