"""Mailboxes (mbox): each message goes through the door; delivered as one mailbox again.

RFC 4155 and the four ways in which programs keep lines that begin with "From ". The line before a
message holds an address and a time: it is written anew, the same for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from handoff.documents.base import Door, RewrittenPart
from handoff.documents.mail.render import attachment_entity
from handoff.documents.mail.reread import reread_message
from handoff.errors import DamagedError, LimitError
from handoff.model import Redaction, TextUnit

_LINE = rb"From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n"
_START = re.compile(_LINE + rb"(?=[!-9;-~]{1,76}:)")
# A message begins after an empty line only, so that no sentence is taken for a beginning.
_NEXT = re.compile(rb"\r?\n\r?\n(?=" + _LINE + rb"[!-9;-~]{1,76}:)")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
_FROM = b"From handoff@redacted.invalid Thu Jan  1 00:00:00 1970\n"
_MAIL = "message/rfc822"
_MAX_MESSAGES = 5_000


class MboxFormat:
    """Messages in one file, one after the other."""

    name = "mbox"
    media_type = "application/mbox"
    extension = ".mbox"
    readers = ("email", "handoff")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes begin with a From_ line and a mail header."""
        return _START.match(untrusted[:4096]) is not None

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Units of every message; one that cannot be read is withheld where the profile allows it.

        Raises:
            DocumentError: none of the messages can be read.
            LimitError: more messages than the limit.
        """
        units: list[TextUnit] = []
        messages = _messages(untrusted)
        for number, message in enumerate(messages, 1):
            units += door.read_part(message.__bytes__, f"m{number}", f"message {number}")
        causes = [door.refusal(f"m{number}") for number in range(1, len(messages) + 1)]
        if (first := causes[0]) and all(causes):
            raise type(first)(f"no message can be read; message 1: {first.message}", first.hint)
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The mailbox with every message redacted, or a note in its place."""
        written: list[bytes] = []
        for number, message in enumerate(_messages(untrusted), 1):
            place = f"message {number}"
            part = door.rewrite_part(message.__bytes__, f"m{number}", place, redactions)
            content = _as_message(part, number).replace(b"\r\n", b"\n").rstrip(b"\n")
            written.append(_FROM + _TO_QUOTE.sub(rb">\1", content) + b"\n\n")
        return b"".join(written)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every message by the second reader of mail."""
        return tuple(_reread(produced, door))


def _messages(untrusted: bytes) -> list[bytes]:
    """The messages without their From_ lines, and without the marks before quoted ones."""
    pieces: list[bytes] = []
    start = 0
    for match in _NEXT.finditer(untrusted):
        pieces.append(untrusted[start : match.end()])
        start = match.end()
        if len(pieces) >= _MAX_MESSAGES:
            raise LimitError(f"the mailbox has more than {_MAX_MESSAGES:,} messages")
    pieces.append(untrusted[start:])
    return [_QUOTED.sub(rb"\1", piece.partition(b"\n")[2]) for piece in pieces]


def _as_message(part: RewrittenPart, number: int) -> bytes:
    """What came through the door as a message: a note, or a text, is put into one."""
    if part.media_type == _MAIL:
        return part.content
    entity = attachment_entity(part.content, part.media_type, number, part.extension)
    return entity.to_bytes([("Subject", f"message {number}"), ("MIME-Version", "1.0")])


def _reread(produced: bytes, door: Door) -> Iterator[TextUnit]:
    if not produced.startswith(_FROM):
        raise DamagedError("the rewritten mailbox is not as it was written")
    # Lines of messages that begin like this were quoted: every one is the line before a message.
    for number, piece in enumerate(re.split(rb"(?m)^" + re.escape(_FROM), produced)[1:], 1):
        for unit in reread_message(_QUOTED.sub(rb"\1", piece), door):
            place = f"message {number}, {unit.place}"
            yield replace(unit, unit_id=f"m{number}/{unit.unit_id}", place=place)
