"""Files of the key directory: read and written so that nobody else sees them, never replaced."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from handoff.errors import KeyExistsError, KeyFileError, PermissionsError
from handoff.sealing.files import creating, translated

_MAX_KEY_FILE: Final = 64 * 1024


def write_all(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write all of `files`, by name, or none; `directory` is made (0700) where it is missing.

    Raises:
        KeyExistsError: when any of them is there already; then none is written.
        PermissionsError: when `directory` is open to others or cannot be written.
        DiskFullError: when there is no room.
    """
    with translated("the key directory"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(directory.stat(), "the key directory")
    for name in files:
        if (directory / name).exists() or (directory / name).is_symlink():
            raise KeyExistsError(f"the key file {name} is already there")
    written: list[Path] = []
    try:
        for name, content in files.items():
            _write_one(directory / name, content)
            written.append(directory / name)
    except BaseException:
        # Half a set of keys would only stand in the way of the next try.
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _write_one(path: Path, content: bytes) -> None:
    try:
        with translated(f"the key file {path.name}"), creating(path) as file:
            file.write(content)
    except FileExistsError:
        raise KeyExistsError(f"the key file {path.name} is already there") from None


def read(directory: Path, name: str) -> bytes:
    """A key file's content; its mode is checked on the file that is read, not on its name.

    Raises:
        KeyFileError: it is missing.
        PermissionsError: it is open to others, or cannot be read.
    """
    try:
        with (directory / name).open("rb") as file:
            check_private(os.fstat(file.fileno()), f"the key file {name}")
            return file.read(_MAX_KEY_FILE)
    except FileNotFoundError:
        raise KeyFileError(f"the key file {name} is missing") from None
    except OSError:
        raise PermissionsError(f"the key file {name} cannot be read") from None


def require_directory(directory: Path) -> None:
    """Do nothing, or raise.

    Raises:
        KeyFileError: there is no such directory.
        PermissionsError: it is open to others.
    """
    if not directory.is_dir():
        raise KeyFileError("there is no key directory", "run `handoff init`")
    check_private(directory.stat(), "the key directory")


def check_private(status: os.stat_result, what: str) -> None:
    """Do nothing, or raise.

    Raises:
        PermissionsError: group or others may use `what`.
    """
    if stat.S_IMODE(status.st_mode) & 0o077:
        mode = "0700" if stat.S_ISDIR(status.st_mode) else "0600"
        raise PermissionsError(
            f"{what} is open to other users of this machine", f"set its mode to {mode}"
        )
