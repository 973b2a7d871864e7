"""Writing secrets and ciphertext: files of mode 0600, whole or not at all, and durable."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from handoff.errors import DiskFullError, PermissionsError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DESCRIPTORS: Final = Path("/proc/self/fd")
_NO_TMPFILE: Final = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL})


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn an OSError of writing `what` into a HandoffError.

    Raises:
        DiskFullError: when there is no room, or no quota, left.
        PermissionsError: for every other refusal of the file system.
        FileExistsError: as it is: the caller knows what it means.
    """
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(f"no room left to write {what}") from None
        name = errno.errorcode.get(error.errno or 0, "unknown")
        raise PermissionsError(f"{what} cannot be written ({name})") from None


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes the place of `path` when the block ends well.

    When it does not, nothing of it stays and `path` is what it was.

    Raises:
        OSError: whatever writing raises.
    """
    temporary = _temporary(path)
    try:
        with _create(temporary) as file:
            yield file
            _to_disk(file)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


@contextmanager
def creating(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that appears as `path` when the block ends well.

    Where the file system can, the file has no name until then, so that not even a process killed
    in the middle leaves anything behind.

    Raises:
        FileExistsError: when `path` is there, before or after the block.
        OSError: whatever writing raises.
    """
    if path.exists() or path.is_symlink():
        raise FileExistsError(errno.EEXIST, "exists")
    unnamed = _create_unnamed(path.parent)
    if unnamed is None:
        with _creating_by_name(path) as file:
            yield file
    else:
        with unnamed as file:
            yield file
            _to_disk(file)
            _name(file, path)
    _sync_directory(path.parent)


@contextmanager
def _creating_by_name(path: Path) -> Iterator[BinaryIO]:
    temporary = _temporary(path)
    try:
        with _create(temporary) as file:
            yield file
            _to_disk(file)
        _publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, path: Path) -> None:
    """Give `temporary` its name, never over another file."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links (FAT, some network shares): reserve, then replace.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        temporary.replace(path)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{secrets.token_hex(8)}.part")


def _create(path: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)


def _create_unnamed(directory: Path) -> BinaryIO | None:
    """A file without a name in `directory`, or None where there is no such thing."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not _DESCRIPTORS.is_dir():
        return None
    try:
        descriptor = os.open(directory, flag | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno in _NO_TMPFILE and directory.is_dir():
            return None
        raise
    return os.fdopen(descriptor, "wb", buffering=0)


def _name(file: BinaryIO, path: Path) -> None:
    """Give an unnamed file its name, never over another file (open(2), O_TMPFILE)."""
    descriptors = os.open(_DESCRIPTORS, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Only with a directory descriptor does Python call linkat, which can follow the link.
        os.link(str(file.fileno()), path, src_dir_fd=descriptors, follow_symlinks=True)
    finally:
        os.close(descriptors)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    """Make the new name durable; a file system that cannot is left to its own ways."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
