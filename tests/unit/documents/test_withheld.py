"""A part that has to stay here is replaced by a note, and the rest of its document goes."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.eml import EmlFormat
from handoff.errors import DamagedError, DocumentError, EncryptedError, UnsupportedTypeError
from handoff.model import DocumentOptions
from tests.unit.documents.judge import assert_clean, redactions, text_of

HANDLER = EmlFormat()
SECRET = "Zebulon Quarterstaff"
PROGRAM = b"\x7fELF" + SECRET.encode() + bytes(40)


def _mail(*attachments: tuple[bytes, str]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "a@example.org"
    message["MIME-Version"] = "1.0"
    message.set_content("See attached.\n")
    for content, name in attachments:
        message.add_attachment(content, maintype="application", subtype="x", filename=name)
    return message


def _delivered(content: bytes, door: HouseDoor) -> EmailMessage:
    units = HANDLER.read(content, door)
    produced = HANDLER.rewrite(content, redactions(units, [SECRET]), door)
    assert_clean(HANDLER, produced, [SECRET])
    message = email.message_from_bytes(produced, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _texts(message: EmailMessage) -> str:
    return "\n".join(p.get_content() for p in message.walk() if p.get_content_maintype() == "text")


def test_the_note_names_the_place_and_the_reason_and_nothing_else() -> None:
    door = HouseDoor()
    content = _mail((b"Dear all.\n", "a.txt"), (PROGRAM, f"{SECRET}.exe")).as_bytes()
    parts = list(_delivered(content, door).iter_attachments())
    assert parts[0].get_content() == "Dear all.\n"
    note = "attachment 2 was held back by the sender: no handler reads this type of content\n"
    assert (parts[1].get_content(), parts[1].get_filename()) == (note, "attachment-2.txt")
    assert [(place, cause.code) for place, cause in door.withheld] == [
        ("attachment 2", UnsupportedTypeError.code)
    ]


def test_the_name_of_a_part_that_stays_here_is_still_read() -> None:
    units = HANDLER.read(_mail((PROGRAM, f"{SECRET}.exe")).as_bytes(), HouseDoor())
    assert SECRET in text_of(units)


def test_a_part_deep_inside_is_noted_with_its_whole_place() -> None:
    outer, door = _mail(), HouseDoor()
    outer.add_attachment(_mail((PROGRAM, "x")))
    message = _delivered(outer.as_bytes(), door)
    assert "attachment 1 was held back" in _texts(message)
    assert [place for place, _ in door.withheld] == ["attachment 1, attachment 1"]


def test_a_profile_may_hold_the_whole_document_instead() -> None:
    door = HouseDoor(options=DocumentOptions(attachments="hold"))
    with pytest.raises(UnsupportedTypeError, match="attachment 1"):
        HANDLER.read(_mail((PROGRAM, "x")).as_bytes(), door)
    assert not door.withheld


def test_what_the_first_visit_refused_is_refused_in_the_second_without_another_look() -> None:
    content = _mail((f"Dear {SECRET}\n".encode(), "a.txt")).as_bytes()
    door = HouseDoor(refused={"a1.2": DamagedError("attachment 1: seen as damaged")})
    message = _delivered(content, door)
    assert "held back" in next(iter(message.iter_attachments())).get_content()
    assert [place for place, _ in door.withheld] == ["attachment 1"]


def test_a_part_that_is_read_but_cannot_be_rewritten_becomes_a_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> bytes:
        raise DamagedError("it cannot be written")

    content = _mail((b"Dear all.\n", "a.txt")).as_bytes()
    monkeypatch.setattr("handoff.documents.txt.TextFormat.rewrite", refuse)
    door = HouseDoor()
    assert "held back" in next(iter(_delivered(content, door).iter_attachments())).get_content()
    assert [cause.code for _, cause in door.withheld] == [DamagedError.code]


_ENTITIES: dict[str, tuple[str, type[DocumentError]]] = {
    "encrypted by S/MIME": ("Content-Type: application/pkcs7-mime\n\nMIIB", EncryptedError),
    "encrypted by PGP": (
        "Content-Type: multipart/encrypted; boundary=i\n\n--i\n\nx\n--i--",
        EncryptedError,
    ),
    "not in its transfer encoding": (
        "Content-Type: application/x\nContent-Transfer-Encoding: base64\n\n!!",
        DamagedError,
    ),
    "in an unknown transfer encoding": (
        "Content-Type: application/x\nContent-Transfer-Encoding: rot13\n\nx",
        UnsupportedTypeError,
    ),
    "parts joined in an unknown way": (
        "Content-Type: multipart/unheard; boundary=i\n\n--i\n\nx\n--i--",
        UnsupportedTypeError,
    ),
}


@pytest.mark.parametrize("case", _ENTITIES)
def test_a_part_that_mime_itself_keeps_closed_is_noted(case: str) -> None:
    entity, error = _ENTITIES[case]
    content = (
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n"
        f"--o\n\nhello\n--o\n{entity}\n--o--\n"
    )
    door = HouseDoor()
    message = _delivered(content.encode(), door)
    assert "attachment 1 was held back" in _texts(message)
    assert [cause.code for _, cause in door.withheld] == [error.code]


def test_a_signature_is_taken_off_and_the_signed_text_redacted() -> None:
    content = (
        'From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary="s";'
        ' protocol="application/pkcs7-signature"\n\n--s\nContent-Type: text/plain\n\n'
        f"Dear {SECRET}\n--s\nContent-Type: application/pkcs7-signature; name={SECRET}.p7s\n"
        "Content-Transfer-Encoding: base64\n\nTUlJ!\n--s--\n"
    )
    door = HouseDoor()
    message = _delivered(content.encode(), door)
    assert message.get_content_type() == "multipart/mixed"
    texts = [part.get_content() for part in message.iter_parts()]
    assert texts[0].startswith("Dear [X-1]")
    assert "digital signature was removed" in texts[1]
    assert not door.withheld
