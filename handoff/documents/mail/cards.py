"""Calendars (.ics) and vCards (.vcf): people, texts and times kept by allow-list, the rest dropped.

RFC 5545 and RFC 6350 (and the older vCard 2.1 and 3.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handoff.documents.base import Door
from handoff.documents.mail.contentlines import ContentLine, escaped, parse_lines, written
from handoff.documents.splice import by_unit, edited
from handoff.errors import DamagedError, UnsupportedTypeError
from handoff.model import Redaction, TextUnit, UnitKind

_TEXTS = frozenset(
    {"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "CATEGORIES", "RESOURCES", "FN",
     "TITLE", "ROLE", "NOTE", "NICKNAME", "LABEL", "TEL", "BDAY", "X-WR-CALNAME"}
)  # fmt: skip
_STRUCTURED = frozenset({"N", "ADR", "ORG"})
_PEOPLE = frozenset({"ORGANIZER", "ATTENDEE"})
_TIMES = frozenset(
    {"DTSTART", "DTEND", "DTSTAMP", "DUE", "DURATION", "RECURRENCE-ID", "EXDATE", "RDATE",
     "TRIGGER", "TZOFFSETFROM", "TZOFFSETTO", "PRIORITY", "SEQUENCE", "VERSION"}
)  # fmt: skip
_TIME = re.compile(r"[-+0-9TZPWDHMS.,/]{1,200}")
_WORDS: Mapping[str, frozenset[str]] = {
    "METHOD": frozenset(
        ["PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"]
    ),
    "STATUS": frozenset(
        [
            "TENTATIVE",
            "CONFIRMED",
            "CANCELLED",
            "NEEDS-ACTION",
            "COMPLETED",
            "IN-PROCESS",
            "DRAFT",
            "FINAL",
        ]
    ),
    "CLASS": frozenset(["PUBLIC", "PRIVATE", "CONFIDENTIAL"]),
    "TRANSP": frozenset(["OPAQUE", "TRANSPARENT"]),
    "CALSCALE": frozenset({"GREGORIAN"}),
    "ACTION": frozenset(["AUDIO", "DISPLAY", "EMAIL"]),
}
_BLOCKS = frozenset(
    [
        "VCALENDAR",
        "VEVENT",
        "VTODO",
        "VJOURNAL",
        "VFREEBUSY",
        "VTIMEZONE",
        "STANDARD",
        "DAYLIGHT",
        "VALARM",
        "VCARD",
    ]
)
_RULE = re.compile(
    r"(?:(?:FREQ|UNTIL|COUNT|INTERVAL|BY(?:SECOND|MINUTE|HOUR|DAY|MONTHDAY|YEARDAY|WEEKNO|MONTH"
    r"|SETPOS)|WKST)=(?:SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY"
    r"|[-+0-9TZ,]|SU|MO|TU|WE|TH|FR|SA){1,100};?){1,14}"
)
_NOT_ATOM = re.compile(r"[^A-Za-z0-9_.@-]+")
_CONTEXTS = {"FN": "name", "N": "name", "TEL": "phone", "EMAIL": "e-mail", "BDAY": "date of birth"}


class ContentLineFormat:
    """What calendars and vCards share: lines, each kept, redacted or dropped by its name."""

    readers = ("content-lines", "handoff")

    def __init__(self, name: str, media_type: str, outermost: str) -> None:
        self.name, self.media_type, self.extension = name, media_type, f".{name}"
        self._outermost = outermost

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes begin with the format's own BEGIN."""
        start = untrusted[:64].removeprefix(b"\xef\xbb\xbf").lstrip().upper()
        return start.startswith(f"BEGIN:{self._outermost}".encode())

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Units of every text, name and address in a line that is kept.

        Raises:
            DamagedError: a line is none, or blocks do not close.
            UnsupportedTypeError: a block of a kind that no rule knows, where the profile holds the
                file for it.
        """
        lines = parse_lines(untrusted)
        _tell_unknown(lines, door)
        return tuple(
            value.unit() for line in _kept(lines) for value in _values(*line) if value.text.strip()
        )

    def rewrite(
        self,
        untrusted: bytes,
        redactions: Sequence[Redaction],
        door: Door,  # noqa: ARG002 - the interface
    ) -> bytes:
        """The lines that are kept, redacted; identifiers and time zones under names of our own."""
        writing = _Writing(by_unit(redactions))
        lines = _kept(parse_lines(untrusted))
        return b"".join(piece for line in lines for piece in writing.lines(*line))

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002 - the interface
        """Every line as it stands and with its escapes undone, without the parser above."""
        return tuple(_reread(produced))


def card_formats() -> tuple[ContentLineFormat, ...]:
    """Calendars and vCards."""
    return (
        ContentLineFormat("ics", "text/calendar", "VCALENDAR"),
        ContentLineFormat("vcf", "text/vcard", "VCARD"),
    )


@dataclass(frozen=True, slots=True)
class _Value:
    """A stretch of text in a line."""

    unit_id: str
    place: str
    text: str = field(repr=False)
    context: str = ""

    def unit(self) -> TextUnit:
        return TextUnit(self.unit_id, UnitKind.BODY, self.text, self.place, self.context)


def _kept(lines: list[ContentLine]) -> Iterator[tuple[int, ContentLine]]:
    """The lines, with their numbers, less those in blocks of an unknown kind.

    Programs ignore such blocks (RFC 5545, 3.6: "MUST ignore x-comp and iana-comp").
    """
    open_blocks: list[str] = []
    unknown = 0
    for number, line in enumerate(lines, 1):
        block = line.value.strip().upper()
        if line.name == "BEGIN":
            open_blocks.append(block)
            unknown += block not in _BLOCKS
        elif not open_blocks and line.name.startswith("X-"):
            continue
        elif not open_blocks or (line.name == "END" and open_blocks.pop() != block):
            raise DamagedError("the blocks of the file do not close")
        if not unknown:
            yield number, line
        unknown -= line.name == "END" and block not in _BLOCKS
    if open_blocks:
        raise DamagedError("the blocks of the file do not close")


def _tell_unknown(lines: list[ContentLine], door: Door) -> None:
    for number, line in enumerate(lines, 1):
        if line.name == "BEGIN" and line.value.strip().upper() not in _BLOCKS:
            cause = UnsupportedTypeError("this is a block of an unknown kind")
            door.withhold(f"block that begins in line {number}", cause)


def _values(number: int, line: ContentLine) -> list[_Value]:
    """The texts of a line; a line without any is kept as it is, or dropped."""
    place, context = f"line {number}", _CONTEXTS.get(line.name, "")
    if line.name in _TEXTS:
        return [_Value(f"l{number}", place, line.text(), context)]
    if line.name in _STRUCTURED:
        parts = enumerate(line.components(), 1)
        return [_Value(f"l{number}.{n}", place, part.text(), context) for n, part in parts]
    if line.name == "EMAIL":
        return [_Value(f"l{number}.address", place, line.text().strip(), context)]
    if line.name in _PEOPLE:
        address = re.sub(r"(?i)^mailto:", "", line.value.strip())
        name = line.parameters.get("CN", "")
        return [
            _Value(f"l{number}.name", place, name, "name"),
            _Value(f"l{number}.address", place, address, "e-mail"),
        ]
    return []


@dataclass(slots=True)
class _Writing:
    """One file on its way to its new form."""

    groups: Mapping[str, list[Redaction]]
    _zones: dict[str, str] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)

    def lines(self, number: int, line: ContentLine) -> Iterator[bytes]:
        """The line as it will be written, nothing where it is dropped."""
        values = _values(number, line)
        texts = [edited(value.text, value.unit_id, self.groups) for value in values]
        if line.name in _PEOPLE:
            name = texts[0].replace('"', "'")
            named = f'{line.name};CN="{name}"' if name.strip() else line.name
            yield written(named, f"mailto:{_address(texts[1], values[1].text)}")
        elif line.name == "EMAIL":
            yield written(line.name, _address(texts[0], values[0].text))
        elif values:
            yield written(line.name, ";".join(map(escaped, texts)))
        else:
            yield from self._plain(line)

    def _plain(self, line: ContentLine) -> Iterator[bytes]:
        value = line.value.strip()
        if line.name in ("BEGIN", "END") or value.upper() in _WORDS.get(line.name, ()):
            yield written(line.name, value.upper())
        elif line.name in _TIMES and _TIME.fullmatch(value):
            zone = line.parameters.get("TZID")
            named = f"{line.name};TZID={self._zone(zone)}" if zone else line.name
            dated = ";VALUE=DATE" if line.parameters.get("VALUE", "").upper() == "DATE" else ""
            yield written(named + dated, value)
        elif line.name == "RRULE" and _RULE.fullmatch(value.upper()):
            yield written(line.name, value.upper())
        elif line.name == "TZID":
            yield written(line.name, self._zone(value))
        elif line.name == "UID":
            made = self._ids.setdefault(value, f"item-{len(self._ids) + 1}@redacted.invalid")
            yield written(line.name, made)

    def _zone(self, name: str) -> str:
        return self._zones.setdefault(name, f"zone-{len(self._zones) + 1}")


def _address(new: str, old: str) -> str:
    """An address stays one, so that programs take the line; what is none is not kept."""
    if new == old and "@" in old and not _NOT_ATOM.search(old.replace("+", "")):
        return old
    made = _NOT_ATOM.sub("-", new).strip("-.@") or "removed"
    return made if "@" in made else f"{made}@redacted.invalid"


def _reread(produced: bytes) -> Iterator[TextUnit]:
    flat = produced.replace(b"\r\n ", b"").decode("utf-8", "replace")
    for number, line in enumerate(flat.split("\r\n"), 1):
        plain = line.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")
        text = plain.partition(":")[2].replace("\\\\", "\\")
        if text.strip():
            yield TextUnit(f"l{number}", UnitKind.BODY, text, f"line {number}")
        if line:
            yield TextUnit(f"raw/l{number}", UnitKind.RAW, line, f"line {number}")
