"""Small files beside the custody log: whole or not at all, 0600, on disk when the call returns."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from handoff.errors import DiskFullError, LedgerUnusableError, PermissionsError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


def translate_os_error(error: OSError) -> PermissionsError | DiskFullError | LedgerUnusableError:
    """The typed error for a failed system call on one of our files."""
    if error.errno in _FULL:
        return DiskFullError("the disk of the custody log is full")
    if error.errno in _DENIED:
        return PermissionsError("the directory of the custody log does not let us write")
    return LedgerUnusableError("a file of the custody log cannot be read or written")


def create_file(path: Path, data: bytes) -> None:
    """Write a new file; raises `FileExistsError` where there is one, else as `replace_file`."""
    temporary = _write_temporary(path, data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise translate_os_error(error) from None
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file in the place of any before it.

    Raises `PermissionsError`, `DiskFullError` or `LedgerUnusableError`, and then leaves what was.
    """
    temporary = _write_temporary(path, data)
    try:
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise translate_os_error(error) from None
    sync_directory(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file, durably; one that is not there is no error."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise translate_os_error(error) from None
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` durable."""
    try:
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise translate_os_error(error) from None


def _write_temporary(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise translate_os_error(error) from None
    return temporary
