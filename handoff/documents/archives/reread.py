"""The independent second reading of an archive that handoff wrote: local headers and zlib."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from handoff.documents.base import Door, Limits
from handoff.errors import DamagedError, LimitError
from handoff.model import TextUnit, UnitKind

_LOCAL = struct.Struct("<4s5H3L2H")
_DIRECTORY = 46
_NAME = re.compile(rb"\d{4,}\.[a-z0-9]{1,5}")


def reread_archive(produced: bytes, door: Door) -> Iterator[TextUnit]:
    """Units of every member of `produced`, through `door`, and of every name in it.

    Raises:
        DamagedError: `produced` is not as handoff writes archives.
    """
    names: list[bytes] = []
    for number, (name, content) in enumerate(_walk(produced, door.limits, names), 1):
        if not _NAME.fullmatch(name):
            raise DamagedError("a member of the rewritten archive has a name of its own")
        yield from door.reread(content, f"m{number}", f"member {number}")
    yield TextUnit("raw/names", UnitKind.RAW, b"\n".join(names).decode(), "names of members")


def _walk(produced: bytes, limits: Limits, names: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    position, left = 0, limits.archive_bytes
    while produced[position : position + 4] == b"PK\x03\x04":
        fields = _LOCAL.unpack_from(produced, position)
        start = position + _LOCAL.size + fields[9] + fields[10]
        name = produced[position + _LOCAL.size :][: fields[9]]
        content = _inflated(produced[start : start + fields[7]], fields[3], left)
        if zlib.crc32(content) != fields[6] or fields[10]:
            raise DamagedError("a member of the rewritten archive is not as it was written")
        left -= len(content)
        names.append(name)
        yield name, content
        position = start + fields[7]
    _require_directory(produced[position:], names)


def _inflated(packed: bytes, method: int, left: int) -> bytes:
    if not method:
        return packed
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(packed, left)
    except zlib.error:
        raise DamagedError("the rewritten archive cannot be unpacked again") from None
    if engine.unconsumed_tail or not engine.eof:
        raise LimitError("the rewritten archive unpacks to more than the limit")
    return content


def _require_directory(rest: bytes, names: list[bytes]) -> None:
    """The directory lists the same members and nothing else: no comments, no extra fields."""
    position = 0
    for name in names:
        lengths = struct.unpack_from("<3H", rest, position + 28)
        listed = rest[position + _DIRECTORY :][: len(name)]
        if lengths != (len(name), 0, 0) or listed != name:
            raise DamagedError("the directory of the rewritten archive is not as it was written")
        position += _DIRECTORY + len(name)
    if rest[position : position + 4] != b"PK\x05\x06" or len(rest) != position + 22:
        raise DamagedError("the rewritten archive has bytes behind its directory")
