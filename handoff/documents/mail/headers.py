"""Mail headers: addresses and subject as units, a few others by allow-list, the rest gone."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import Header, decode_header, make_header
from email.message import Message
from email.utils import format_datetime, getaddresses, parsedate_to_datetime

from handoff.documents.invisible import visible
from handoff.documents.splice import edited
from handoff.model import Redaction, TextUnit, UnitKind

ADDRESSES = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")
_TEXTS = ("Subject",)
_ALONE = frozenset({"importance", "priority", "x-priority", "sensitivity"})
_ALONE_VALUES = re.compile(
    r"(?:high|normal|low|urgent|non-urgent|[1-5](?: \(\w+\))?)", re.IGNORECASE
)
_QUOTE_NEEDED = re.compile(r'[()<>\[\]:;@\\,."]')
# Mailboxes are divided by commas outside of quotes, comments and angle brackets.
_PIECES = re.compile(r'(?:"(?:\\.|[^"\\])*"|\([^()]*\)|<[^<>]*>|[^,])+')
_NAME_AND_ADDRESS = re.compile(r"\s*([^<>]*)<([^<>@\s]+@[^<>@\s]+)>\s*")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=(?:\s+(?==\?))?")
_NOT_ATOM = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]+")


@dataclass(frozen=True, slots=True)
class HeaderText:
    """A decoded stretch of a header: a display name, an address or a whole text."""

    unit_id: str
    place: str
    text: str = field(repr=False)
    context: str = ""

    def unit(self) -> TextUnit:
        """The stretch as a unit."""
        return TextUnit(self.unit_id, UnitKind.MAIL_HEADER, self.text, self.place, self.context)


def header_units(message: Message, prefix: str, place: str) -> Iterator[TextUnit]:
    """Units for every header that is kept and can hold personal data."""
    for name in ADDRESSES:
        for person, address in _people(message, name, prefix, place):
            yield from (text.unit() for text in (person, address) if text.text.strip())
    for name in _TEXTS:
        for text in _texts(message, name, prefix, place):
            if text.text.strip():
                yield text.unit()


def rewrite_headers(
    message: Message, prefix: str, groups: Mapping[str, list[Redaction]]
) -> Iterator[tuple[str, str]]:
    """The headers to write, in order, encoded as RFC 2047 asks."""
    for name in ADDRESSES:
        people = [
            _mailbox(edited(person.text, person.unit_id, groups), address, groups)
            for person, address in _people(message, name, prefix, "")
        ]
        if people:
            yield name, ",\n ".join(people)
    for name in _TEXTS:
        for text in _texts(message, name, prefix, "")[:1]:
            yield name, _encoded(edited(text.text, text.unit_id, groups), name)
    yield from _date(message)
    for name, value in message.items():
        if name.lower() in _ALONE and _ALONE_VALUES.fullmatch(str(value).strip()):
            yield name.title(), str(value).strip()


def decoded(raw: object) -> str:
    """A header's value with its encoded words decoded, as text without line breaks.

    A word in an unknown or wrong encoding is decoded as well as can be: one that stayed as it
    stands would be read by nobody, and could still be decoded by whoever gets it.
    """
    text = str(raw)
    try:
        text = str(make_header(decode_header(text)))
    except (MessageError, UnicodeError, LookupError, ValueError, TypeError):
        text = _WORD.sub(_rescued, text)
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return visible(re.sub(r"\s*[\r\n]+\s*", " ", text))


def _rescued(word: re.Match[str]) -> str:
    """An encoded word (RFC 2047) whose encoding or content is not what it says."""
    charset, encoding, text = word[1].partition("*")[0], word[2], word[3]
    try:
        if encoding in "bB":
            raw = base64.b64decode(re.sub(r"[^A-Za-z0-9+/]", "", text) + "==")
        else:
            raw = quopri.decodestring(text.encode("utf-8", "surrogateescape"), header=True)
    except ValueError:
        return "?"
    for name in (charset, "utf-8"):
        try:
            return raw.decode(name)
        except (UnicodeError, LookupError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def _people(
    message: Message, name: str, prefix: str, place: str
) -> list[tuple[HeaderText, HeaderText]]:
    """Display name and address of each mailbox; what is no plain mailbox is all display name."""
    people: list[tuple[HeaderText, HeaderText]] = []
    for value in message.get_all(name, []):
        for piece in _mailboxes(re.sub(r"[\r\n]+\s*", " ", str(value))):
            person, address = _parsed(piece)
            key = f"{prefix}{name.lower()}.{len(people) + 1}"
            where = f"{place}{name} {len(people) + 1}"
            people.append(
                (
                    HeaderText(f"{key}.name", f"{where}, name", decoded(person), "name"),
                    HeaderText(f"{key}.address", f"{where}, address", decoded(address), "e-mail"),
                )
            )
    return people


def _mailboxes(value: str) -> Iterator[str]:
    """The mailboxes of an address header, each as it stands.

    `Doe, Jane <jane@...>` without quotes is one: a part with no address goes with the next that
    has one, so that the surname is read beside its first name and not alone.
    """
    waiting: list[str] = []
    for piece in filter(str.strip, _PIECES.findall(value)):
        waiting.append(piece)
        if "@" in piece:
            yield ",".join(waiting)
            waiting.clear()
    yield from waiting


def _parsed(piece: str) -> tuple[str, str]:
    """Display name and address, if that is all that stands there; otherwise all of it as a name."""
    pairs = [pair for pair in getaddresses([piece]) if any(pair)]
    if len(pairs) == 1 and "@" in pairs[0][1]:
        found = " ".join(pairs[0]).casefold()
        words = re.findall(r"[^\s<>(),;:\"'\\]+", piece)
        if all(word.casefold() in found for word in words):
            return pairs[0]
    if plain := _NAME_AND_ADDRESS.fullmatch(piece):
        return plain[1].strip(), plain[2]
    return piece.strip(), ""


def _mailbox(person: str, address: HeaderText, groups: Mapping[str, list[Redaction]]) -> str:
    new = edited(address.text, address.unit_id, groups)
    if new != address.text or not new.isascii():
        # A replacement is no address: keep it readable, and make mail programs take the line.
        new = _NOT_ATOM.sub("-", new).strip("-.") or "removed"
        new = new if "@" in new.strip("@") else f"{new.strip('@')}@redacted.invalid"
    if not person.strip():
        return new or '""'
    phrase = _encoded(person, "")
    if person.isascii() and _QUOTE_NEEDED.search(person):
        phrase = '"' + person.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{phrase} <{new}>" if new else phrase


def _texts(message: Message, name: str, prefix: str, place: str) -> list[HeaderText]:
    return [
        HeaderText(f"{prefix}{name.lower()}.{number}", f"{place}{name}", decoded(value))
        for number, value in enumerate(message.get_all(name, []), 1)
    ]


def _encoded(text: str, name: str) -> str:
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=name or None).encode()


def _date(message: Message) -> Iterator[tuple[str, str]]:
    """The date, written anew from what it means, so that nothing else travels with it."""
    try:
        yield "Date", format_datetime(parsedate_to_datetime(str(message["Date"])))
    except (ValueError, TypeError, IndexError, OverflowError):
        return
