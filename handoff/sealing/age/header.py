"""The header of an age file: version line, recipient stanzas, MAC (specification, "Header")."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handoff.sealing.age.encoding import b64decode, b64encode
from handoff.sealing.age.errors import HeaderError, MacError
from handoff.sealing.age.pipes import BufferedSource
from handoff.sealing.age.primitives import WRAPPED_SIZE, hkdf

VERSION_LINE: Final = b"age-encryption.org/v1\n"
_COLUMNS: Final = 64
_ARGUMENTS: Final = re.compile(rb"[\x21-\x7e]+(?: [\x21-\x7e]+)*")

MAX_HEADER: Final = 1024 * 1024
"""Bytes of header we are willing to hold: some six hundred post-quantum recipients."""


@dataclass(frozen=True, slots=True)
class Stanza:
    """One wrapped copy of the file key: the arguments (the first names the type) and the body."""

    arguments: tuple[str, ...]
    body: bytes

    @property
    def type(self) -> str:
        """The first argument."""
        return self.arguments[0]

    def encode(self) -> bytes:
        """The stanza's lines; the last is always shorter than 64 columns, even if empty."""
        body = b64encode(self.body)
        lines = [body[at : at + _COLUMNS] for at in range(0, len(body) + 1, _COLUMNS)]
        return b"\n".join([b"-> " + " ".join(self.arguments).encode("ascii"), *lines, b""])


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header: its stanzas, the bytes under the MAC, and the MAC."""

    stanzas: tuple[Stanza, ...]
    authenticated: bytes
    mac: bytes

    def verify(self, file_key: bytes) -> None:
        """Check the MAC; raises MacError when the header is not the one that was written."""
        if not hmac.compare_digest(_mac(file_key, self.authenticated), self.mac):
            raise MacError("the header was changed after it was written")


def _mac(file_key: bytes, authenticated: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, b"", b"header"), authenticated, "sha256")


def encode_header(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """The whole header with its MAC, ready to be followed by the payload."""
    authenticated = VERSION_LINE + b"".join(stanza.encode() for stanza in stanzas) + b"---"
    return authenticated + b" " + b64encode(_mac(file_key, authenticated)) + b"\n"


class _Lines:
    """Header lines one by one, remembered for the MAC and counted against MAX_HEADER."""

    def __init__(self, source: BufferedSource) -> None:
        self._source = source
        self.raw = bytearray()

    def next(self) -> bytes:
        """The next line without its line feed."""
        try:
            line = self._source.readline(MAX_HEADER - len(self.raw))
        except ValueError:
            raise HeaderError("the header is too long") from None
        if not line.endswith(b"\n"):
            raise HeaderError("the file ends within the header")
        self.raw += line
        return line[:-1]


def read_header(source: BufferedSource) -> Header:
    """Read and parse a header; `source` then stands at the first byte of the payload.

    Raises:
        HeaderError: for anything the specification's grammar does not allow, and for a header
            over MAX_HEADER bytes.
    """
    if source.peek(len(VERSION_LINE)) != VERSION_LINE:
        raise HeaderError("this is no age file of version 1")
    lines = _Lines(source)
    lines.next()
    stanzas: list[Stanza] = []
    while (line := lines.next()).startswith(b"->"):
        stanzas.append(_read_stanza(line, lines))
    if not stanzas or not line.startswith(b"--- "):
        raise HeaderError("a line is neither a stanza nor the MAC")
    authenticated = bytes(lines.raw[: -len(line) - 1]) + b"---"
    return Header(tuple(stanzas), authenticated, _decode(line[4:], 32))


def _read_stanza(line: bytes, lines: _Lines) -> Stanza:
    if not line.startswith(b"-> ") or not _ARGUMENTS.fullmatch(line, 3):
        raise HeaderError("malformed stanza arguments")
    encoded = bytearray()
    while True:
        part = lines.next()
        if len(part) > _COLUMNS:
            raise HeaderError("a line of a stanza body is too long")
        encoded += part
        if len(part) < _COLUMNS:
            break
    return Stanza(tuple(line[3:].decode("ascii").split(" ")), _decode(bytes(encoded), None))


def _decode(text: bytes, size: int | None) -> bytes:
    try:
        data = b64decode(text)
    except ValueError:
        raise HeaderError("malformed base64") from None
    if size is not None and len(data) != size:
        raise HeaderError("a value of the wrong length")
    return data


def decode_argument(stanza: Stanza, place: int, count: int, size: int) -> bytes:
    """Decode argument `place` of a stanza that must have `count` of them, and a wrapped file key.

    The check of the body's length keeps partitioning oracles out (specification, every type).

    Raises:
        HeaderError: for any other number of arguments, length, encoding or body.
    """
    if len(stanza.arguments) != count or len(stanza.body) != WRAPPED_SIZE:
        raise HeaderError(f"malformed {stanza.type} stanza")
    return _decode(stanza.arguments[place].encode("ascii"), size)
