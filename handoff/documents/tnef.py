"""winmail.dat (TNEF), in which Outlook wraps a message for other Outlooks: read, delivered as .eml.

[MS-OXTNEF]: attributes one after the other, some of which hold MAPI properties. Text, HTML, RTF,
the subject and the attachments are carried over; everything else is dropped.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handoff.documents.base import Door
from handoff.documents.eml import EmlFormat
from handoff.documents.mail import mapi
from handoff.documents.mail.compose import Attached, Letter
from handoff.documents.mail.outlook import formatted, html_of, refuse_class
from handoff.errors import DamagedError, LimitError
from handoff.model import Redaction, TextUnit

_SIGNATURE = b"\x78\x9f\x3e\x22"
_ATTRIBUTE = struct.Struct("<BLL")
_SUBJECT, _BODY, _CLASS, _PROPERTIES = 0x18004, 0x2800C, 0x78008, 0x69003
_BEGIN, _TITLE, _DATA, _ATTACHMENT, _CODEPAGE = 0x69002, 0x18010, 0x6800F, 0x69005, 0x69007
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_VARIABLE = (mapi.STRING8, mapi.UNICODE, mapi.OBJECT, mapi.BINARY)
_MANY, _FIRST_NAMED = 0x1000, 0x8000
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage
_MAX_ATTRIBUTES, _MAX_DEPTH = 10_000, 8


class TnefFormat:
    """The message in a winmail.dat, as mail."""

    name = "tnef"
    media_type = EmlFormat.media_type
    extension = EmlFormat.extension
    readers = ("struct", "handoff")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes begin with the signature of TNEF."""
        return untrusted.startswith(_SIGNATURE)

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Units of the message as EML; raises what `as_eml` and the EML format raise."""
        return EmlFormat().read(as_eml(untrusted), door)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The message as EML, redacted."""
        return EmlFormat().rewrite(as_eml(untrusted), redactions, door)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """As EML is read again."""
        return EmlFormat().reread(produced, door)


@dataclass(slots=True)
class _Piece:
    """An attachment while it is put together."""

    title: bytes = field(default=b"", repr=False)
    data: bytes = field(default=b"", repr=False)
    properties: mapi.Properties = field(default_factory=mapi.Properties, repr=False)


def as_eml(untrusted: bytes, depth: int = 0) -> bytes:
    """The message in `untrusted` as an internet message.

    Raises:
        DamagedError: an attribute or a property is cut off or fails its checksum.
        EncryptedError: the message inside is encrypted, or signed so that it cannot be read.
        LimitError: too many attributes, or messages too deep inside one another.
    """
    if depth > _MAX_DEPTH:
        raise LimitError("messages are nested too deep")
    whole: dict[int, bytes] = {}
    pieces: list[_Piece] = []
    for attribute, data in _attributes(untrusted):
        if attribute == _BEGIN:
            pieces.append(_Piece())
        elif attribute in (_TITLE, _DATA, _ATTACHMENT) and pieces:
            _add(pieces[-1], attribute, data)
        else:
            whole.setdefault(attribute, data)
    return _letter(whole, pieces, depth).to_bytes()


def _letter(whole: dict[int, bytes], pieces: list[_Piece], depth: int) -> Letter:
    page = int.from_bytes(whole.get(_CODEPAGE, b"")[:4], "little")
    given = {mapi.MESSAGE_CODEPAGE: (mapi.LONG, page.to_bytes(4, "little"))}
    properties = _mapi(whole.get(_PROPERTIES, b"\0\0\0\0"))
    properties.encoding = mapi.codepage({**given, **properties.values} if page else given)
    plain = mapi.Properties(
        {n: (mapi.STRING8, raw) for n, raw in whole.items()}, properties.encoding
    )
    refuse_class((properties.text(mapi.MESSAGE_CLASS) or plain.text(_CLASS)).lower())
    letter = Letter(
        subject=properties.text(mapi.SUBJECT) or plain.text(_SUBJECT),
        sent=properties.time(mapi.SENT, mapi.DELIVERED),
        importance=properties.number(mapi.IMPORTANCE, 1),
        text=properties.text(mapi.BODY) or plain.text(_BODY),
        html=html_of(properties),
    )
    letter.attached += formatted(properties, letter)
    letter.attached += [_attached(piece, properties.encoding, depth) for piece in pieces]
    return letter


def _add(piece: _Piece, attribute: int, data: bytes) -> None:
    if attribute == _TITLE:
        piece.title = data
    elif attribute == _DATA:
        piece.data = data
    else:
        piece.properties = _mapi(data)


def _attached(piece: _Piece, encoding: str, depth: int) -> Attached:
    own = piece.properties
    own.encoding = encoding
    own.values.setdefault(mapi.ATTACH_NAME, (mapi.STRING8, piece.title))
    name = own.text(mapi.ATTACH_LONG_NAME, mapi.ATTACH_NAME, mapi.DISPLAY_NAME)
    inside = own.binary(mapi.ATTACH_DATA)
    if inside.startswith(_MESSAGE):
        return Attached(name, as_eml(inside[len(_MESSAGE) :], depth + 1))
    content = piece.data or inside
    return Attached(name, content, own.text(mapi.ATTACH_MIME), own.text(mapi.ATTACH_CID))


def _attributes(untrusted: bytes) -> Iterator[tuple[int, bytes]]:
    """Attributes by their number ([MS-OXTNEF] 2.1.3.1), each with its checksum proven.

    But for the sets of properties: Exchange has written wrong checksums for those, and whether they
    are whole is seen when they are taken apart.
    """
    position, count = len(_SIGNATURE) + 2, 0
    while untrusted[position:].strip(b"\0\r\n"):
        if count >= _MAX_ATTRIBUTES:
            raise LimitError("the message has more attributes than the limit")
        if position + _ATTRIBUTE.size > len(untrusted):
            raise DamagedError("the winmail.dat is cut off")
        _, attribute, length = _ATTRIBUTE.unpack_from(untrusted, position)
        start = position + _ATTRIBUTE.size
        data = untrusted[start : start + length]
        check = untrusted[start + length : start + length + 2]
        proven = sum(data) & 0xFFFF == int.from_bytes(check, "little")
        if len(check) != 2 or not (proven or attribute in (_PROPERTIES, _ATTACHMENT)):
            raise DamagedError("the winmail.dat is damaged")
        yield attribute, data
        position, count = start + length + 2, count + 1


def _mapi(untrusted: bytes) -> mapi.Properties:
    cursor = _Cursor(untrusted)
    values: dict[int, tuple[int, bytes]] = {}
    for _ in range(cursor.number()):
        kind, number = struct.unpack("<HH", cursor.take(4))
        if number >= _FIRST_NAMED:
            cursor.skip_name()
        raw = cursor.value(kind)
        if number < _FIRST_NAMED:
            values[number] = (kind, raw)
    return mapi.Properties(values)


@dataclass(slots=True)
class _Cursor:
    """Walks over properties as TNEF writes them ([MS-OXTNEF] 2.1.3.4)."""

    untrusted: bytes = field(repr=False)
    position: int = 0

    def take(self, length: int) -> bytes:
        """The next bytes; everything is padded to four."""
        found = self.untrusted[self.position : self.position + length]
        if len(found) != length:
            raise DamagedError("the winmail.dat is damaged")
        self.position += length + -length % 4
        return found

    def number(self) -> int:
        """The next 32 bits."""
        return int.from_bytes(self.take(4), "little")

    def skip_name(self) -> None:
        """The name of a named property: a GUID, and a number or a text."""
        self.take(16)
        if self.number():
            self.take(self.number())
        else:
            self.take(4)

    def value(self, kind: int) -> bytes:
        """The value of a property; of one with many values, the last."""
        base = kind & ~_MANY
        if base in _VARIABLE:
            raw = b""
            for _ in range(self.number()):
                raw = self.take(self.number())
            return raw
        if base not in _FIXED:
            raise DamagedError("the winmail.dat holds a property of an unknown type")
        count = self.number() if kind & _MANY else 1
        raw = b""
        for _ in range(count):
            raw = self.take(_FIXED[base])
        return raw
