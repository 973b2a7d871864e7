"""Mailboxes: each message is a document of its own; the line before it is nobody's any more."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.mbox import MboxFormat
from handoff.documents.registry import sniff
from handoff.errors import DamagedError, DocumentError, LimitError
from handoff.model import DocumentOptions
from tests.unit.documents.judge import assert_clean, redact, redactions, text_of

SECRET = "Zebulon Quarterstaff"
ADDRESS = "zebulon.quarterstaff@example.com"
HANDLER = MboxFormat()
_LINE = "From a@example.org Tue Nov 24 10:00:00 2026\n"
_HEAD = "From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"


def box(*bodies: str, line: str = _LINE, head: str = _HEAD) -> bytes:
    return "".join(f"{line}{head}\n{body}\n\n" for body in bodies).encode()


PLACES: dict[str, Callable[[], bytes]] = {
    "text of the first": lambda: box(f"Dear {SECRET}", "Hello"),
    "text of the last": lambda: box("Hello", f"Dear {SECRET}"),
    "the line before a message": lambda: box("Hello", line=_LINE.replace("a@example.org", ADDRESS)),
    "a quoted line": lambda: box(f"Hello\n\n>From {SECRET} at 10:00\n"),
    "a line that is no beginning": lambda: box(
        f"Hello\n\nFrom {SECRET} we heard at 10:00\nnothing"
    ),
    "a header": lambda: box("Hello", head=f"{_HEAD}To: {SECRET} <{ADDRESS}>\n"),
    "a header that is dropped": lambda: box("Hello", head=f"{_HEAD}X-Keywords: {SECRET}\n"),
    "a message without headers of the transport": lambda: box(
        f"Dear {SECRET}", head="Subject: x\n"
    ),
    "line ends of Windows": lambda: box(f"Dear {SECRET}", "Hello").replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    content = PLACES[place]()
    assert sniff(content).name == "mbox"
    produced = redact(HANDLER, content, [ADDRESS, SECRET])
    assert_clean(HANDLER, produced, [ADDRESS, SECRET, "quarterstaff"])
    assert sniff(produced).name == "mbox"


def test_another_program_finds_the_same_messages(tmp_path: Path) -> None:
    content = box("One.", ">From there\n\nFrom here at 10:00\nto there", "Three.")
    path = tmp_path / "out.mbox"
    path.write_bytes(HANDLER.rewrite(content, (), HouseDoor()))
    with closing(mailbox.mbox(path)) as made:
        messages = list(made)
    assert len(messages) == 3
    assert "One." in messages[0].get_payload()
    assert {m.get_from() for m in messages} == {"handoff@redacted.invalid Thu Jan  1 00:00:00 1970"}


def test_quoted_lines_are_read_as_they_were_written_and_quoted_again() -> None:
    content = box("Hello\n>From here\n>>From there")
    assert "\nFrom here\n>From there" in text_of(HANDLER.read(content, HouseDoor()))
    produced = HANDLER.rewrite(content, (), HouseDoor())
    assert b"\n>From here\n>>From there" in produced
    assert "\nFrom here\n>From there" in text_of(HANDLER.reread(produced, HouseDoor()))


_BAD = "MIME-Version: 1.0\nFrom: a@example.org\nContent-Type: application/pkcs7-mime\n"


def test_a_message_that_must_be_held_is_replaced_by_a_note() -> None:
    content, door = box(f"Dear {SECRET}") + box("MIIB", head=_BAD), HouseDoor()
    edits = redactions(HANDLER.read(content, door), [SECRET])
    produced = HANDLER.rewrite(content, edits, door)
    assert_clean(HANDLER, produced, [SECRET, "MIIB"])
    units = text_of(HANDLER.reread(produced, HouseDoor()))
    assert "message 2 was held back by the sender" in units
    assert [place for place, _ in door.withheld] == ["message 2"]


def test_a_mailbox_of_which_nothing_can_go_is_held() -> None:
    content = box("MIIB", "MIIC", head=_BAD)
    with pytest.raises(DocumentError, match="no message can be read; message 1"):
        HANDLER.read(content, HouseDoor())
    with pytest.raises(DocumentError, match="message 1"):
        HANDLER.read(content, HouseDoor(options=DocumentOptions(attachments="hold")))


def test_too_many_messages_are_held() -> None:
    with pytest.raises(LimitError):
        HANDLER.read(box(*["x"] * 5_002), HouseDoor())


def test_the_second_reader_refuses_a_mailbox_that_handoff_did_not_write() -> None:
    with pytest.raises(DamagedError):
        HANDLER.reread(box("Hello"), HouseDoor())


def test_a_letter_that_begins_with_the_word_is_no_mailbox() -> None:
    assert sniff(b"From Tuesday at 10:00 on we met daily.\nThe rest is known.\n").name == "txt"
