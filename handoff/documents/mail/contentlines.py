"""Content lines, of which calendars (RFC 5545, 3.1) and vCards (RFC 6350, 3.2) consist."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from handoff.documents.encoding import decode
from handoff.documents.invisible import visible
from handoff.errors import DamagedError, LimitError

_FOLD = re.compile(rb"\r?\n[ \t]")
_NAME = re.compile(r"(?:[A-Za-z0-9-]{1,40}\.)?([A-Za-z0-9-]{1,60})")
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,60})(?:=((?:"[^"]*"|[^;":])*))?')
# Of extensions (RFC 5545, 3.8.8.2) nothing is kept but a calendar's name; so they need not be
# well-formed either, and programs that write them are careless with them.
_DROPPED = re.compile(r"X-(?!WR-CALNAME\b)", re.IGNORECASE)
# Their parameters say a name; some programs leave the address out, and the colon with it.
_SELF_NAMED = frozenset({"ORGANIZER", "ATTENDEE"})
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MAX_LINES = 200_000
_OCTETS = 75  # RFC 5545, 3.1


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line: its name in capitals, its parameters by their names in capitals, its raw value."""

    name: str
    parameters: dict[str, str] = field(repr=False)
    value: str = field(repr=False)

    def text(self) -> str:
        """The value as text."""
        return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], self.value)

    def components(self) -> list[ContentLine]:
        """The parts of a structured value (a name's, an address's), each a line like this one."""
        parts = re.split(r"(?<!\\);", self.value)
        return [ContentLine(self.name, self.parameters, part) for part in parts]


def parse_lines(untrusted: bytes) -> list[ContentLine]:
    """The lines of `untrusted`, unfolded.

    Raises:
        DamagedError: a line that is no extension breaks the rules.
        EncodingError and the like: see `decode`.
        LimitError: too many lines.
    """
    text = decode(_FOLD.sub(b"", untrusted)).text.removeprefix("\ufeff")
    raw = [line for line in re.split(r"\r?\n|\r", text) if line.strip()]
    if len(raw) > _MAX_LINES:
        raise LimitError("the file has more lines than the limit")
    return list(_joined(iter(raw)))


def _joined(raw: Iterator[str]) -> Iterator[ContentLine]:
    for first in raw:
        if (line := _line(first)) is None:
            continue
        if "QUOTED-PRINTABLE" not in line.parameters.get("ENCODING", "").upper():
            yield line
            continue
        pieces = [line.value]  # vCard 2.1 goes on after a line that ends with "="
        while pieces[-1].endswith("=") and (more := next(raw, None)) is not None:
            pieces[-1:] = [pieces[-1][:-1], more]
        plain = decode(quopri.decodestring("".join(pieces).encode("utf-8"))).text
        yield ContentLine(line.name, line.parameters, plain.replace("\r\n", "\n"))


def _line(text: str) -> ContentLine | None:
    """The line; None for an extension that is none, which would be dropped anyhow."""
    try:
        return _parsed(text)
    except DamagedError:
        if _DROPPED.match(text):
            return None
        raise


def _parsed(line: str) -> ContentLine:
    name = _NAME.match(line)
    if name is None:
        raise DamagedError("a line of the file is none of its format")
    position, parameters = name.end(), dict[str, str]()
    while found := _PARAMETER.match(line, position):
        # vCard 2.1 gives the type and the encoding without a name.
        key, value = found[1].upper(), found[2]
        key, value = (key, value) if value is not None else ("ENCODING", found[1])
        parameters.setdefault(key, visible(value.strip('"')))
        position = found.end()
    bare = position == len(line) and bool(parameters) and name[1].upper() in _SELF_NAMED
    if line[position : position + 1] != ":" and not bare:
        raise DamagedError("a line of the file is none of its format")
    return ContentLine(name[1].upper(), parameters, visible(line[position + 1 :]))


def escaped(text: str) -> str:
    """`text` as a value (RFC 5545, 3.3.11)."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return re.sub(r"\r\n?|\n", r"\\n", plain)


def written(name: str, value: str) -> bytes:
    """A line, folded, with its end; `name` may carry parameters."""
    line = re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", " ", f"{name}:{value}").encode("utf-8")
    pieces = [line[:_OCTETS]]
    rest = line[_OCTETS:]
    while rest:
        pieces.append(b" " + rest[: _OCTETS - 1])
        rest = rest[_OCTETS - 1 :]
    return b"\r\n".join(pieces) + b"\r\n"
