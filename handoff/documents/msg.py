"""Outlook messages (.msg): read out of their OLE file, handled and delivered as .eml.

[MS-OXMSG] says which stream holds what. Named properties, categories, tracking, the transport's
headers and every property not read here are dropped.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import olefile

from handoff.documents.base import Door
from handoff.documents.eml import EmlFormat
from handoff.documents.mail import mapi
from handoff.documents.mail.compose import Attached, Letter
from handoff.documents.mail.outlook import formatted, html_of, refuse_class
from handoff.errors import DamagedError, DocumentError, LimitError
from handoff.model import Redaction, TextUnit

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0"
_TOP_HEADER, _EMBEDDED_HEADER, _OTHER_HEADER = 32, 24, 8
_MAX_ATTACHED = 1_000
_MAX_EMBEDDED = 8
_FIXED = frozenset({mapi.LONG, mapi.BOOLEAN, mapi.TIME})
_RECIPIENTS = {1: "To", 2: "Cc", 3: "Bcc"}
_OBJECT = "application/x-handoff-object"
_BY_VALUE, _EMBEDDED = 1, 5


class MsgFormat:
    """Messages as Outlook saves them; the message inside of one is an attachment of its own."""

    name = "msg"
    media_type = EmlFormat.media_type
    extension = EmlFormat.extension
    readers = ("olefile", "handoff")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether this is an OLE file whose root holds the properties of a message."""
        if not untrusted.startswith(_OLE):
            return False
        try:
            with olefile.OleFileIO(BytesIO(untrusted)) as ole:
                return bool(ole.exists(_PROPERTIES))
        except Exception:  # noqa: BLE001 - olefile lets through what its parsing meets
            return False

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Units of the message as EML; raises what `as_eml` and the EML format raise."""
        return EmlFormat().read(as_eml(untrusted), door)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The message as EML, redacted."""
        return EmlFormat().rewrite(as_eml(untrusted), redactions, door)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """As EML is read again."""
        return EmlFormat().reread(produced, door)


def as_eml(untrusted: bytes) -> bytes:
    """The message in `untrusted` as an internet message.

    Raises:
        DamagedError: the OLE file or a property in it is damaged.
        EncryptedError: the message is encrypted, or signed so that it cannot be read.
        LimitError: too many attachments, or messages too deep inside one another.
        UnsupportedTypeError: it is a contact or a list, no message.
    """
    try:
        with olefile.OleFileIO(BytesIO(untrusted)) as ole:
            return _Item(ole, (), _TOP_HEADER).letter(0).to_bytes()
    except (DocumentError, MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - olefile lets through what its parsing meets
        raise DamagedError("the Outlook message is damaged") from None


@dataclass(frozen=True, slots=True)
class _Item:
    """A storage of the OLE file that holds a message."""

    ole: olefile.OleFileIO
    path: tuple[str, ...]
    header: int

    def letter(self, depth: int) -> Letter:
        """The message, with those inside of it."""
        if depth > _MAX_EMBEDDED:
            raise LimitError("messages are nested too deep")
        properties = _properties(self.ole, self.path, self.header, "")
        refuse_class(properties.text(mapi.MESSAGE_CLASS).lower())
        letter = Letter(
            subject=properties.text(mapi.SUBJECT),
            people=[*_senders(properties), *self._recipients(properties.encoding)],
            sent=properties.time(mapi.SENT, mapi.DELIVERED),
            importance=properties.number(mapi.IMPORTANCE, 1),
            text=properties.text(mapi.BODY),
            html=html_of(properties),
        )
        letter.attached += formatted(properties, letter)
        letter.attached += self._attached(properties.encoding, depth)
        return letter

    def _storages(self, prefix: str) -> list[tuple[str, ...]]:
        """Storages directly below this one whose names begin with `prefix`, in order."""
        depth = len(self.path)
        listed = self.ole.listdir(streams=False, storages=True)
        inside = {tuple(p) for p in listed if len(p) == depth + 1 and tuple(p[:depth]) == self.path}
        found = sorted(path for path in inside if path[-1].startswith(prefix))
        if len(found) > _MAX_ATTACHED:
            raise LimitError("the message has more attachments or recipients than the limit")
        return found

    def _recipients(self, encoding: str) -> Iterator[tuple[str, str, str]]:
        for path in self._storages("__recip_version1.0_"):
            one = _properties(self.ole, path, _OTHER_HEADER, encoding)
            kind = _RECIPIENTS.get(one.number(mapi.RECIPIENT_TYPE, 1) & 0xF, "To")
            yield kind, one.text(mapi.DISPLAY_NAME), one.text(mapi.SMTP, mapi.EMAIL)

    def _attached(self, encoding: str, depth: int) -> Iterator[Attached]:
        for path in self._storages("__attach_version1.0_"):
            one = _properties(self.ole, path, _OTHER_HEADER, encoding)
            name = one.text(mapi.ATTACH_LONG_NAME, mapi.ATTACH_NAME, mapi.DISPLAY_NAME)
            inside = (*path, "__substg1.0_3701000D")
            if one.number(mapi.ATTACH_METHOD, _BY_VALUE) == _EMBEDDED:
                content = _Item(self.ole, inside, _EMBEDDED_HEADER).letter(depth + 1).to_bytes()
                yield Attached(name, content)
                continue
            content, kind = one.binary(mapi.ATTACH_DATA), one.text(mapi.ATTACH_MIME)
            if not content:
                kind = _OBJECT
            yield Attached(name, content, kind, one.text(mapi.ATTACH_CID))


def _senders(properties: mapi.Properties) -> Iterator[tuple[str, str, str]]:
    """Who the message is from, who sent it for them, and where answers go."""
    author = _person(properties, mapi.REPRESENTING)
    sender = _person(properties, mapi.SENDER)
    if any(author) or any(sender):
        yield ("From", *(author if any(author) else sender))
    if any(author) and any(sender) and author != sender:
        yield ("Sender", *sender)
    for name in properties.text(mapi.REPLY_TO_NAMES).split(";"):
        if name.strip():
            yield "Reply-To", name.strip(), ""


def _person(properties: mapi.Properties, numbers: tuple[int, int, int]) -> tuple[str, str]:
    name, smtp, email = numbers
    return properties.text(name), properties.text(smtp) or properties.text(email)


def _properties(
    ole: olefile.OleFileIO, path: tuple[str, ...], header: int, encoding: str
) -> mapi.Properties:
    """The properties of one storage: those of fixed size from its table, others from streams."""
    table = ole.openstream([*path, _PROPERTIES]).read()
    values: dict[int, tuple[int, bytes]] = {}
    for position in range(header, len(table) - 15, 16):
        kind, number = struct.unpack_from("<HH", table, position)
        if kind in _FIXED:
            values[number] = (kind, table[position + 8 : position + 16])
    for name in _streams(ole, path):
        number, kind = int(name[12:16], 16), int(name[16:20], 16)
        if kind in (mapi.STRING8, mapi.UNICODE, mapi.BINARY):
            values[number] = (kind, ole.openstream([*path, name]).read())
    return mapi.Properties(values, encoding or mapi.codepage(values))


def _streams(ole: olefile.OleFileIO, path: tuple[str, ...]) -> Iterator[str]:
    depth = len(path)
    for entry in ole.listdir(streams=True, storages=False):
        named = len(entry) == depth + 1 and entry[-1].startswith("__substg1.0_")
        if named and len(entry[-1]) == 20 and tuple(entry[:depth]) == path:
            yield entry[-1]
