"""7z archives by py7zr, unpacked into memory within limits. Imported only where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath

from py7zr import SevenZipFile, exceptions
from py7zr.io import Py7zIO, WriterFactory

from handoff.documents.archives.members import Member, checked, refuse
from handoff.documents.base import Limits
from handoff.errors import (
    DamagedError,
    DocumentError,
    EncryptedError,
    LimitError,
    UnsafeContentError,
    UnsupportedTypeError,
)

_GRACE = 1_000_000


class _Buffer(Py7zIO):
    """Keeps what is written to it; py7zr itself counts the bytes (`max_extract_size`)."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, s: bytes | bytearray) -> int:
        self.content += s
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        return bytes(self.content[:size])

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - py7zr's signature
        return 0

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return len(self.content)


class _Memory(WriterFactory):
    """Gives py7zr buffers where it would make files."""

    def __init__(self) -> None:
        self.buffers: dict[str, _Buffer] = {}

    def create(self, filename: str) -> Py7zIO:
        return self.buffers.setdefault(filename, _Buffer())


def sevenzip_members(untrusted: bytes, limits: Limits) -> list[Member]:
    """The files in the archive, in its order.

    Raises:
        DamagedError: it is no archive, cut off, or fails a checksum.
        EncryptedError: the archive, or its list of names, is encrypted.
        LimitError: it unpacks to more than the limits allow.
        UnsupportedTypeError: it is packed by a method that py7zr does not know.
        EmptyError, UnsafeContentError: see `checked`.
    """
    try:
        return list(_members(untrusted, limits))
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - py7zr lets through most of what its parsing meets
        raise _translated(error) from None


def _translated(error: Exception) -> DocumentError:
    match error:
        case exceptions.PasswordRequired():
            return EncryptedError("the archive is encrypted")
        case exceptions.UnsupportedCompressionMethodError():
            return UnsupportedTypeError("the archive is packed by a method handoff does not know")
        case exceptions.DecompressionBombError():
            return LimitError("the archive unpacks to far more than its size (a zip bomb)")
        case _:
            return DamagedError("the archive is damaged")


def _members(untrusted: bytes, limits: Limits) -> Iterator[Member]:
    allowed = min(limits.archive_bytes, _GRACE + len(untrusted) * limits.archive_ratio)
    with SevenZipFile(BytesIO(untrusted), "r", max_extract_size=allowed) as archive:
        if archive.needs_password():
            raise EncryptedError("the archive is encrypted")
        files = [entry for entry in archive.files if not entry.is_directory]
        special = {entry.filename for entry in files if _is_special(entry)}
        # How many there are, and their names, are checked before anything is unpacked.
        kept = checked([Member(entry.filename, bytes) for entry in files], limits)
        memory = _Memory()
        archive.extractall(factory=memory)
    yield from _loaded(kept, special, memory.buffers)


def _is_special(entry: object) -> bool:
    return any(getattr(entry, name) for name in ("is_symlink", "is_junction", "is_socket"))


def _loaded(
    kept: Sequence[Member], special: set[str], buffers: dict[str, _Buffer]
) -> Iterator[Member]:
    for member in kept:
        if member.name in special:
            yield Member(member.name, refuse(UnsafeContentError("it is a link, no file")))
            continue
        buffer = buffers.get(PurePosixPath(member.name).as_posix())
        if buffer is None:
            raise DamagedError("the archive is damaged")
        yield Member(member.name, partial(buffer.read, None))
