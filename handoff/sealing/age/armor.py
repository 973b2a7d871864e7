"""ASCII armor: strict PEM (RFC 7468, figure 3) with the label AGE ENCRYPTED FILE."""

from __future__ import annotations

import binascii
from typing import Final

from handoff.sealing.age.errors import ArmorError
from handoff.sealing.age.pipes import BufferedSource, Sink, write_all

BEGIN: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
END: Final = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS: Final = 64
_BYTES: Final = 48
_LINES: Final = 1024
_MAX_WHITESPACE: Final = 1024


class ArmorWriter:
    """A sink that writes what it is given as armor to another sink; `close` writes the end."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._held = b""
        write_all(sink, BEGIN + b"\n")

    def write(self, data: bytes | memoryview, /) -> int:
        """Take all of `data`."""
        self._held += bytes(data)
        whole = len(self._held) // _BYTES * _BYTES
        self._write_lines(self._held[:whole])
        self._held = self._held[whole:]
        return len(data)

    def _write_lines(self, data: bytes) -> None:
        text = binascii.b2a_base64(data, newline=False)
        lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
        write_all(self._sink, b"".join(line + b"\n" for line in lines))

    def close(self) -> None:
        """Write the last, short line and the end line. The sink below stays open."""
        self._write_lines(self._held)
        write_all(self._sink, END + b"\n")


def looks_armored(source: BufferedSource) -> bool:
    """Whether `source` begins, after white space, as armor does; takes nothing from it."""
    return source.peek(_MAX_WHITESPACE + len(BEGIN)).lstrip().startswith(b"-----BEGIN ")


class ArmorReader:
    """A source of the bytes inside armor.

    Line ends may be LF or CRLF, and white space may stand before and after; otherwise only what
    `ArmorWriter` writes is accepted, so that armor is not malleable.

    Raises:
        ArmorError: from `read`, for anything else.
    """

    def __init__(self, source: BufferedSource) -> None:
        self._source = source
        self._decoded = b""
        self._begun = self._short = self._ended = False

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty only after a well-formed end line."""
        if not self._begun:
            self._begin()
        while not self._decoded and not self._ended:
            self._decoded = self._read_block() or self._read_line()
        data, self._decoded = self._decoded[:size], self._decoded[size:]
        return data

    def _begin(self) -> None:
        skipped = 0
        while (line := self._line()) != BEGIN:
            skipped += len(line) + 1
            if line.strip() or skipped > _MAX_WHITESPACE:
                raise ArmorError("the armor does not begin with its first line")
        self._begun = True

    def _line(self) -> bytes:
        """The next line without its end."""
        try:
            line = self._source.readline(_MAX_WHITESPACE)
        except ValueError:
            raise ArmorError("a line of the armor is too long") from None
        if not line:
            raise ArmorError("the armor ends before its last line")
        return line.removesuffix(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line

    def _read_block(self) -> bytes:
        """Many full lines at once if they are all perfect, else nothing: `_read_line` judges."""
        block = self._source.peek(_LINES * (_COLUMNS + 1))
        count = len(block) // (_COLUMNS + 1)
        lines = block[: count * (_COLUMNS + 1)].split(b"\n")
        if self._short or lines.pop() or any(len(line) != _COLUMNS for line in lines):
            return b""
        try:
            decoded = binascii.a2b_base64(b"".join(lines), strict_mode=True)
        except binascii.Error:
            return b""
        if len(decoded) != count * _BYTES:
            return b""
        self._source.skip(count * (_COLUMNS + 1))
        return decoded

    def _read_line(self) -> bytes:
        line = self._line()
        if line == END:
            self._drain()
            return b""
        if self._short or not line or len(line) > _COLUMNS:
            raise ArmorError("a line of the armor has the wrong length")
        try:
            decoded = binascii.a2b_base64(line, strict_mode=True)
        except binascii.Error:
            raise ArmorError("a line of the armor is not base64") from None
        if binascii.b2a_base64(decoded, newline=False) != line:
            raise ArmorError("a line of the armor is not canonical base64")
        self._short = len(decoded) < _BYTES
        return decoded

    def _drain(self) -> None:
        rest = self._source.peek(_MAX_WHITESPACE + 1)
        if rest.strip() or len(rest) > _MAX_WHITESPACE:
            raise ArmorError("there is something after the armor")
        self._ended = True
