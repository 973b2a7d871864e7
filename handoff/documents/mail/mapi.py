"""Properties of Outlook items as MAPI has them: their types, and compressed RTF.

Sources: [MS-OXCDATA] 2.11.1 (property types), [MS-OXPROPS] (names), [MS-OXRTFCP] (compression).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from handoff.errors import DamagedError

LONG, BOOLEAN, OBJECT, STRING8, UNICODE, TIME, BINARY = 3, 0xB, 0xD, 0x1E, 0x1F, 0x40, 0x102

MESSAGE_CLASS, SUBJECT, SENT, DELIVERED = 0x001A, 0x0037, 0x0039, 0x0E06
IMPORTANCE, REPLY_TO_NAMES = 0x0017, 0x0050
SENDER = (0x0C1A, 0x5D01, 0x0C1F)
REPRESENTING = (0x0042, 0x5D02, 0x0065)
BODY, HTML, RTF = 0x1000, 0x1013, 0x1009
RECIPIENT_TYPE, DISPLAY_NAME, EMAIL, SMTP = 0x0C15, 0x3001, 0x3003, 0x39FE
ATTACH_DATA, ATTACH_NAME, ATTACH_METHOD = 0x3701, 0x3704, 0x3705
ATTACH_LONG_NAME, ATTACH_MIME, ATTACH_CID = 0x3707, 0x370E, 0x3712
MESSAGE_CODEPAGE, INTERNET_CODEPAGE = 0x3FFD, 0x3FDE

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_RTF_HEADER = struct.Struct("<4L")
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_MAX_RTF = 64_000_000
# What the window holds at the start ([MS-OXRTFCP] 2.1.3.1.1).
_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_CODEPAGES = {65001: "utf-8", 20127: "ascii", 28591: "latin-1", 28605: "iso8859-15",
              1200: "utf-16-le", 20866: "koi8-r", 932: "cp932", 936: "gbk", 949: "cp949",
              950: "big5", 10000: "mac-roman"}  # fmt: skip


@dataclass(slots=True)
class Properties:
    """Properties of a message, a recipient or an attachment, by their number."""

    values: dict[int, tuple[int, bytes]] = field(default_factory=dict, repr=False)
    encoding: str = "cp1252"

    def text(self, *numbers: int) -> str:
        """The first of `numbers` that is a text and not empty, "" if none is."""
        for number in numbers:
            kind, raw = self.values.get(number, (0, b""))
            if kind == UNICODE:
                text = raw.decode("utf-16-le", "replace")
            elif kind == STRING8:
                text = _decoded(raw, self.encoding)
            else:
                continue
            if text := text.rstrip("\0"):
                return text
        return ""

    def binary(self, number: int) -> bytes:
        """A binary property, b"" where there is none."""
        kind, raw = self.values.get(number, (0, b""))
        return raw if kind in (BINARY, OBJECT) else b""

    def number(self, number: int, default: int = 0) -> int:
        """An integer property."""
        kind, raw = self.values.get(number, (0, b""))
        return int.from_bytes(raw[:4], "little") if kind == LONG and raw else default

    def time(self, *numbers: int) -> datetime | None:
        """The first of `numbers` that is a time a calendar has."""
        for number in numbers:
            kind, raw = self.values.get(number, (0, b""))
            if kind == TIME and len(raw) >= 8:
                ticks = int.from_bytes(raw[:8], "little")
                try:
                    return _EPOCH + timedelta(microseconds=ticks // 10)
                except OverflowError:
                    continue
        return None


def _decoded(raw: bytes, encoding: str) -> str:
    """8-bit text; programs are known to name UTF-8 and write Windows' Western encoding."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def codepage(values: Mapping[int, tuple[int, bytes]]) -> str:
    """The encoding of 8-bit texts, as the message names it; Windows' Western one if it does not."""
    for number in (MESSAGE_CODEPAGE, INTERNET_CODEPAGE):
        kind, raw = values.get(number, (0, b""))
        page = int.from_bytes(raw[:4], "little") if kind == LONG else 0
        name = _CODEPAGES.get(page, f"cp{page}")
        try:
            "".encode(name)
        except LookupError:
            continue
        return name
    return "cp1252"


def expand_rtf(untrusted: bytes) -> bytes:
    """RTF out of its compressed form ([MS-OXRTFCP] 2.2).

    Raises:
        DamagedError: it is in neither of the two forms, or longer than it says.
    """
    if len(untrusted) < _RTF_HEADER.size:
        raise DamagedError("the formatted text of the message is damaged")
    _, size, kind, _ = _RTF_HEADER.unpack_from(untrusted)
    content = untrusted[_RTF_HEADER.size :]
    if kind == _PLAIN:
        return content[:size]
    if kind != _COMPRESSED or size > _MAX_RTF:
        raise DamagedError("the formatted text of the message is damaged")
    return _inflated(content, size)


def _inflated(content: bytes, size: int) -> bytes:
    """LZ77 over a window that begins with `_PRELOADED`; the output is the window, kept whole."""
    made = bytearray(_PRELOADED)
    shift, end = len(_PRELOADED), len(_PRELOADED) + size
    position = 0
    while position < len(content) and len(made) < end:
        control = content[position]
        position += 1
        for bit in range(8):
            if position >= len(content):
                break
            if not control >> bit & 1:
                made.append(content[position])
                position += 1
                continue
            token = int.from_bytes(content[position : position + 2], "big")
            position += 2
            if not _copy(made, token >> 4, (token & 15) + 2):
                return bytes(made[shift:end])
    return bytes(made[shift:end])


def _copy(made: bytearray, offset: int, length: int) -> bool:
    """Repeat what stands at `offset` of the window; False where that marks the end."""
    back = (len(made) - offset) % _WINDOW
    if back == 0:
        return False
    start = len(made) - back
    if start < 0:
        raise DamagedError("the formatted text of the message is damaged")
    for index in range(start, start + length):
        made.append(made[index])
    return True
