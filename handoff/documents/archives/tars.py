"""tar archives, and single files packed by gzip, bzip2 or xz, by the standard library."""

from __future__ import annotations

import bz2
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Protocol

from handoff.documents.archives.members import Budget, Member, checked, refuse
from handoff.documents.base import Content, Limits
from handoff.errors import DamagedError, UnsafeContentError

_GZIP = 31  # zlib's window for a gzip header and trailer (RFC 1952)
_PIECE = 1 << 16
_NAMED = 0x08
_EXTRA = 0x04


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def tar_members(untrusted: bytes, limits: Limits) -> list[Member]:
    """The files in the archive, in its order.

    Raises:
        DamagedError: it is no archive, or cut off.
        EmptyError, LimitError, UnsafeContentError: see `checked`.
    """
    try:
        with tarfile.open(fileobj=BytesIO(untrusted), mode="r:", errorlevel=2) as archive:
            listed = list(_listed(archive, untrusted, limits.archive_entries))
    except (tarfile.TarError, ValueError, OSError, EOFError, OverflowError, UnicodeError):
        raise DamagedError("the archive is damaged") from None
    return list(checked(listed, limits))


def _listed(archive: tarfile.TarFile, untrusted: bytes, most: int) -> Iterator[Member]:
    for info in archive:
        if not info.isdir():
            yield Member(info.name, _tar_content(info, untrusted))
        most -= 1
        if most < 0:
            return  # one more than the limit is enough for `checked` to refuse them all


def _tar_content(info: tarfile.TarInfo, untrusted: bytes) -> Content:
    if not info.isreg() or info.issparse():
        return refuse(UnsafeContentError("it is a link or a device, no file"))
    content = untrusted[info.offset_data : info.offset_data + info.size]
    if len(content) != info.size:
        return refuse(DamagedError("it is cut off"))
    return content.__bytes__


def gzip_member(untrusted: bytes, limits: Limits) -> list[Member]:
    """The one file in a gzip file; its name, which may be in the header, is the member's."""
    return _packed(untrusted, limits, lambda: zlib.decompressobj(_GZIP), _gzip_name(untrusted))


def bzip2_member(untrusted: bytes, limits: Limits) -> list[Member]:
    """The one file in a bzip2 file."""
    return _packed(untrusted, limits, bz2.BZ2Decompressor)


def xz_member(untrusted: bytes, limits: Limits) -> list[Member]:
    """The one file in an xz file."""
    memory = limits.engine_memory
    return _packed(untrusted, limits, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memory))


def _packed(
    untrusted: bytes, limits: Limits, make: Callable[[], _Decompressor], name: str = ""
) -> list[Member]:
    return [Member(name, partial(_unpacked, untrusted, Budget.of(limits), make))]


def _unpacked(untrusted: bytes, budget: Budget, make: Callable[[], _Decompressor]) -> bytes:
    stream = _Stream(untrusted, make())
    try:
        content = budget.gather(stream.read, len(untrusted))
    except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
        raise DamagedError("it cannot be unpacked") from None
    if not stream.engine.eof:
        raise DamagedError("it is cut off")
    if stream.engine.unused_data or stream.position < len(untrusted):
        raise UnsafeContentError("bytes are appended to what is packed")
    return content


@dataclass(slots=True)
class _Stream:
    """Feeds a decompressor in small pieces, so that what it has not taken is never copied whole."""

    untrusted: bytes = field(repr=False)
    engine: _Decompressor
    position: int = 0
    _tail: bytes = field(default=b"", repr=False)

    def read(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end."""
        while not self.engine.eof:
            exhausted = False
            if not self._tail and getattr(self.engine, "needs_input", True):
                self._tail = self.untrusted[self.position : self.position + _PIECE]
                self.position += len(self._tail)
                exhausted = not self._tail
            chunk = self.engine.decompress(self._tail, size)
            self._tail = getattr(self.engine, "unconsumed_tail", b"")
            if chunk or exhausted:
                return chunk
        return b""


def _gzip_name(untrusted: bytes) -> str:
    """The name in the header (RFC 1952, 2.3.1), "" without one."""
    flags = untrusted[3] if len(untrusted) > 3 else 0
    if not flags & _NAMED:
        return ""
    start = 10
    if flags & _EXTRA:
        start += 2 + int.from_bytes(untrusted[10:12], "little")
    return untrusted[start : start + 1024].partition(b"\0")[0].decode("latin-1")
