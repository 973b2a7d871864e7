"""ZIP containers of untrusted origin, read whole into memory within limits; never extracted.

Every oddity by which two programs could see different contents in one archive is refused:
doubled names, overlapping entries, bytes before, between or after the entries (PKWARE APPNOTE
4.3.6 allows none of these in the files that Office programs write).
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO

from handoff.documents.base import Limits
from handoff.errors import DamagedError, EncryptedError, LimitError, UnsafeContentError

_ENCRYPTED_FLAG = 0x1
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises for bytes that are no archive, or a damaged one.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, NotImplementedError,
    RuntimeError, ValueError, UnicodeError, IndexError, OverflowError,
)  # fmt: skip
_CHUNK = 1 << 16
_RATIO_GRACE = 1_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f\\:]|^/|(^|/)\.\.?(/|$)|//")


def read_entries(untrusted: bytes, limits: Limits) -> dict[str, bytes]:
    """The archive's entries by name, directories left out.

    Raises:
        DamagedError: it is no archive, an entry is truncated or fails its checksum.
        EncryptedError: an entry is encrypted.
        LimitError: too many entries, too many bytes, or too high a compression ratio.
        UnsafeContentError: an ambiguity or a name that leads out of the archive.
    """
    try:
        with zipfile.ZipFile(BytesIO(untrusted)) as archive:
            infos = archive.infolist()
            if len(infos) > limits.archive_entries:
                raise LimitError("the file has more parts than the limit")
            _require_plain(untrusted, archive, infos)
            return _read_all(archive, infos, limits)
    except _BROKEN:
        raise DamagedError("the file is a damaged ZIP archive") from None


def peek(untrusted: bytes, name: str, most: int) -> bytes:
    """The first `most` bytes of the entry `name`, b"" where none is there or it cannot be read.

    Only of methods that `read_entries` takes: which others there are, and how they fail, changes
    from one Python to the next.
    """
    try:
        with zipfile.ZipFile(BytesIO(untrusted)) as archive:
            info = archive.getinfo(name)
            if info.compress_type not in _METHODS:
                return b""
            with archive.open(info) as stream:
                return stream.read(most)
    except (*_BROKEN, KeyError):
        return b""


def write_entries(entries: dict[str, bytes]) -> bytes:
    """A ZIP archive of `entries` in their order, without times, owners, comments or extras."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, content)
    return buffer.getvalue()


def _read_all(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limits: Limits
) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    left = limits.archive_bytes
    for info in infos:
        if info.is_dir():
            continue
        content = _inflate(archive, info, left, limits.archive_ratio)
        left -= len(content)
        entries[info.filename] = content
    return entries


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, ratio: int) -> bytes:
    """One entry, measured while it streams: sizes that an archive declares prove nothing."""
    allowed = min(left, _RATIO_GRACE + info.compress_size * ratio)
    pieces: list[bytes] = []
    length = 0
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            length += len(chunk)
            if length > allowed:
                raise LimitError("the file unpacks to far more than its size (a zip bomb)")
            pieces.append(chunk)
    return b"".join(pieces)


def _require_plain(
    untrusted: bytes, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]
) -> None:
    if any(info.flag_bits & _ENCRYPTED_FLAG for info in infos):
        raise EncryptedError("a part of the file is encrypted")
    if any(info.compress_type not in _METHODS for info in infos):
        raise DamagedError("a part of the file is packed by a method Office does not use")
    names = [info.filename.casefold() for info in infos]
    if len(set(names)) != len(names):
        raise UnsafeContentError("the file holds two parts of the same name")
    # orig_filename shows what zipfile cut off at a NUL.
    if any(_BAD_NAME.search(info.orig_filename) for info in infos):
        raise UnsafeContentError("a part of the file has a name that leads out of it")
    _require_gapless(untrusted, archive, infos)


def _require_gapless(
    untrusted: bytes, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]
) -> None:
    """The entries follow one another from the first byte to the directory, which ends the file."""
    position = 0
    for info in sorted(infos, key=lambda entry: entry.header_offset):
        if not position <= info.header_offset <= position + _descriptor_room(position):
            raise UnsafeContentError("parts of the file overlap, or bytes lie hidden between them")
        fields = _LOCAL_HEADER.unpack_from(untrusted, info.header_offset)
        position = info.header_offset + _LOCAL_HEADER.size + fields[9] + fields[10]
        position += info.compress_size
    start = archive.start_dir
    if not position <= start <= position + _descriptor_room(position):
        raise UnsafeContentError("bytes lie hidden between the parts of the file")
    if archive.comment or not untrusted.endswith(b"\x00\x00") or _trailing(untrusted):
        raise UnsafeContentError("bytes are appended to the file")


def _descriptor_room(position: int) -> int:
    """How many bytes a data descriptor may take (APPNOTE 4.3.9: at most 24 with ZIP64)."""
    return 24 if position else 0


def _trailing(untrusted: bytes) -> bool:
    return untrusted[-22:-18] != b"PK\x05\x06"
