"""ZIP archives by the zipfile module, after every ambiguity of their structure was refused.

PKWARE APPNOTE 4.3.6: entries follow one another from the first byte to the central directory,
which ends the file. Two programs can see different archives in a file that does not keep to it.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO

from handoff.documents.archives.members import Budget, Member, checked, refuse
from handoff.documents.base import Content, Limits
from handoff.errors import DamagedError, EncryptedError, UnsafeContentError, UnsupportedTypeError

_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_END_SIZE = 22
_ZIP64_END = 56 + 20  # APPNOTE 4.3.14 and 4.3.15: the record without extensible data, its locator
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LATER = 0x8
_DESCRIPTOR = 24
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FAILURES = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, NotImplementedError,
    RuntimeError, ValueError, UnicodeError, IndexError, OverflowError,
)  # fmt: skip


def zip_members(untrusted: bytes, limits: Limits) -> list[Member]:
    """The files in the archive, in the order of its directory.

    Raises:
        DamagedError: it is no archive, or cut off.
        UnsafeContentError: members overlap, or bytes lie before, between or after them.
        EmptyError, LimitError: see `checked`.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(untrusted))
        infos = archive.infolist()
        _require_gapless(untrusted, archive, infos)
    except _FAILURES:
        raise DamagedError("the archive is damaged") from None
    budget = Budget.of(limits)
    files = (info for info in infos if not info.is_dir())
    # orig_filename shows what zipfile cut off at a NUL.
    listed = (Member(info.orig_filename, _content(archive, info, budget)) for info in files)
    return list(checked(listed, limits))


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Content:
    if info.flag_bits & _ENCRYPTED:
        return refuse(EncryptedError("it is encrypted in the archive"))
    if info.compress_type not in _METHODS:
        return refuse(UnsupportedTypeError("it is packed by a method that handoff does not know"))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return refuse(UnsafeContentError("it is a link or a device, no file"))
    return partial(_inflated, archive, info, budget)


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    try:
        with archive.open(info) as stream:
            content = budget.gather(stream.read, info.compress_size)
    except _FAILURES:
        raise DamagedError("it cannot be unpacked") from None
    if len(content) != info.file_size:
        raise DamagedError("it is not of the size that the archive says")
    return content


def _require_gapless(
    untrusted: bytes, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]
) -> None:
    position = 0
    for info in sorted(infos, key=lambda entry: entry.header_offset):
        room = _DESCRIPTOR if position else 0
        if not position <= info.header_offset <= position + room:
            raise UnsafeContentError("members overlap, or bytes lie hidden between them")
        fields = _LOCAL.unpack_from(untrusted, info.header_offset)
        if not _same(fields, info):
            raise UnsafeContentError("a member is described in two ways that differ")
        position = info.header_offset + _LOCAL.size + fields[9] + fields[10] + info.compress_size
    start = archive.start_dir
    if not position <= start <= position + (_DESCRIPTOR if position else 0):
        raise UnsafeContentError("bytes lie hidden between the members of the archive")
    _require_plain_end(untrusted, archive)


def _same(fields: tuple[int, ...], info: zipfile.ZipInfo) -> bool:
    """Whether the header before the member says what the directory says of it."""
    flags, method, check, packed = fields[2], fields[3], fields[6], fields[7]
    if (flags, method) != (info.flag_bits, info.compress_type):
        return False
    if flags & _LATER:
        return True
    return bool(check == info.CRC and packed in (info.compress_size, 0xFFFFFFFF))


def _require_plain_end(untrusted: bytes, archive: zipfile.ZipFile) -> None:
    """The directory's end follows the directory, and its comment ends the file."""
    end = len(untrusted) - _END_SIZE - len(archive.comment)
    fields = _END.unpack_from(untrusted, end)
    if fields[0] != b"PK\x05\x06" or fields[7] != len(archive.comment):
        raise UnsafeContentError("bytes are appended to the archive")
    size = _directory_size(untrusted, archive.start_dir)
    if end - archive.start_dir - size not in (0, _ZIP64_END):
        raise UnsafeContentError("bytes lie hidden behind the directory of the archive")


def _directory_size(untrusted: bytes, start: int) -> int:
    return sum(_directory_entries(untrusted, start))


def _directory_entries(untrusted: bytes, position: int) -> Iterator[int]:
    """Sizes of the directory's entries (APPNOTE 4.3.12)."""
    while untrusted[position : position + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", untrusted, position + 28)
        yield (length := 46 + name + extra + comment)
        position += length


def within_stored(untrusted: bytes, position: int) -> bool:
    """Whether `position` lies inside of a member that is stored as it is.

    What stands there is read with the member, so that it is no second document.
    """
    at = 0
    try:
        while at <= position and untrusted[at : at + 4] == b"PK\x03\x04":
            fields = _LOCAL.unpack_from(untrusted, at)
            if fields[2] & _LATER:
                return False
            start = at + _LOCAL.size + fields[9] + fields[10]
            if start <= position < start + fields[7]:
                return bool(fields[3] == zipfile.ZIP_STORED)
            at = start + fields[7]
    except struct.error:
        return False
    return False
