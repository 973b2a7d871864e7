"""What lies in the batch: files found, checked by their metadata, and read without being tricked.

Nothing is skipped silently: links, devices, lock files and system litter (.DS_Store, Thumbs.db)
become items like all others, so that each is either handed over or held with its reason. A file
name is never believed and never echoed raw; names starting with a dash are only ever arguments of
system calls, never of programs.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handoff.documents.base import Limits
from handoff.errors import (
    ChangedError,
    DocumentError,
    EmptyError,
    InputMissingError,
    LimitError,
    NothingToSendError,
    UnreadableError,
    UnsupportedTypeError,
)

_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LITTER_PREFIXES = ("~$", ".~lock.", "._")
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a block device"),
    (stat.S_ISCHR, "a character device"),
)


@dataclass(frozen=True, slots=True)
class IntakeItem:
    """One file of the batch.

    Attributes:
        path: where it lies; a name is personal data, so it stays out of the repr.
        name: path relative to the directory it was found under, for the firm's own map.
        size: bytes, 0 where the file could not be read.
        sha256: hex digest of its bytes, "" where it could not be read.
        identity: device, inode and modification time (ns) at the time of the scan.
        problem: why it is held already, or None.
    """

    path: Path = field(repr=False)
    name: str = field(repr=False)
    size: int = 0
    sha256: str = ""
    identity: tuple[int, int, int] = (0, 0, 0)
    problem: DocumentError | None = None

    def display_name(self) -> str:
        """The name in a form that is safe to print: control characters and odd bytes escaped."""
        return display(self.name)


def display(name: str) -> str:
    """`name` with everything that is not printable, or not valid Unicode, as a visible escape."""
    return "".join(
        char if char.isprintable() and char != "\\" else ascii(char)[1:-1] for char in name
    )


def scan(paths: Sequence[Path], limits: Limits) -> list[IntakeItem]:
    """Every file under `paths` (directories, files, or both), in the same order every time.

    A file named twice, directly and through its directory, comes once. Files are read once to be
    hashed, in constant memory.

    Raises:
        InputMissingError: one of `paths` is not there.
        NothingToSendError: nothing at all lies there.
    """
    for number, path in enumerate(paths, 1):
        if not os.path.lexists(path):
            # The path stays unsaid: it may be a client's name, and this goes to cron's mail.
            raise InputMissingError(f"path {number} of {len(paths)} does not exist")
    roots = [path if _is_directory(path, follow=True) else path.parent for path in paths]
    real_roots = [Path(os.path.realpath(root)) for root in roots]
    seen: set[Path] = set()
    items: list[IntakeItem] = []
    for path, root in zip(paths, roots, strict=True):
        for found in _walk(path):
            absolute = found.absolute()
            if absolute not in seen:
                seen.add(absolute)
                items.append(_item(found, found.relative_to(root).as_posix(), real_roots, limits))
    if not items:
        raise NothingToSendError("there is no file in the input")
    return items


def read_bytes(item: IntakeItem) -> bytes:
    """The bytes of `item`, which are those that were hashed.

    Raises:
        UnreadableError: the file cannot be opened any more.
        ChangedError: it is another file now, or has other bytes.
    """
    descriptor = _open(item.path)
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - a descriptor, opened safely above
        if _identity(os.fstat(descriptor)) != item.identity:
            raise ChangedError("the file changed since the batch was first looked at")
        try:
            content = stream.read(item.size + 1)
        except OSError as error:
            raise _unreadable(error) from None
    if hashlib.sha256(content).hexdigest() != item.sha256:
        raise ChangedError("the file changed since the batch was first looked at")
    return content


def _walk(path: Path) -> Iterator[Path]:
    """`path`, or every entry below it, sorted by the bytes of its name; links are not followed."""
    if not _is_directory(path, follow=True):
        yield path
        return
    ahead = _entries(path)
    while ahead:
        entry = ahead.pop()
        # A list of its own instead of recursion: directories may be nested deeper than calls.
        below = _entries(entry) if _is_directory(entry, follow=False) else [entry]
        if below == [entry]:
            yield entry
        else:
            ahead += below


def _entries(directory: Path) -> list[Path]:
    """What lies in `directory`, the last first; the directory itself where that cannot be seen."""
    try:
        return sorted(directory.iterdir(), key=lambda entry: os.fsencode(entry.name), reverse=True)
    except OSError:
        return [directory]


def _is_directory(path: Path, *, follow: bool) -> bool:
    """Whether `path` is a directory; what cannot be looked at is none, and is held later."""
    try:
        return stat.S_ISDIR(path.stat(follow_symlinks=follow).st_mode)
    except OSError:
        return False


def _item(path: Path, name: str, real_roots: Sequence[Path], limits: Limits) -> IntakeItem:
    try:
        target = _resolve(path, real_roots)
        _refuse_litter(path)
        return _hashed(target, name, limits)
    except DocumentError as problem:
        return IntakeItem(path, name, problem=problem)


def _resolve(path: Path, real_roots: Sequence[Path]) -> Path:
    """`path` itself, or the file a link inside the batch points to."""
    try:
        if not stat.S_ISLNK(path.lstat().st_mode):
            return path
    except OSError as error:
        raise _unreadable(error) from None
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise UnreadableError("the file is a symbolic link that leads nowhere") from None
    if not any(target.is_relative_to(root) for root in real_roots):
        raise UnreadableError(
            "the file is a symbolic link that leads out of the batch",
            "put a copy of the document itself into the batch",
        )
    return target


def _refuse_litter(path: Path) -> None:
    name = path.name.lower()
    if name in _LITTER or name.startswith(_LITTER_PREFIXES):
        raise UnsupportedTypeError(
            "this is a lock file or system litter, not a document", "delete it from the batch"
        )


def _hashed(path: Path, name: str, limits: Limits) -> IntakeItem:
    descriptor = _open(path)
    with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123 - see read_bytes
        status = os.fstat(descriptor)
        if status.st_size == 0:
            raise EmptyError("the file has no content")
        if status.st_size > limits.input_bytes:
            raise LimitError("the file is larger than the limit for one document")
        digest = hashlib.sha256()
        length = 0
        try:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                length += len(chunk)
        except OSError as error:
            raise _unreadable(error) from None
    if length != status.st_size:
        raise ChangedError("the file changed while it was being read")
    return IntakeItem(path, name, length, digest.hexdigest(), _identity(status))


def _open(path: Path) -> int:
    """A descriptor of the regular file at `path`, opened without following or waiting."""
    try:
        _require_regular(os.lstat(path).st_mode)
        descriptor = os.open(path, _OPEN_FLAGS)
    except OSError as error:
        raise _unreadable(error) from None
    try:
        # Once more on what was really opened: the name may have been swapped in between.
        _require_regular(os.fstat(descriptor).st_mode)
    except UnreadableError:
        os.close(descriptor)
        raise
    return descriptor


def _require_regular(mode: int) -> None:
    for is_kind, words in _KINDS:
        if is_kind(mode):
            raise UnreadableError(f"this is {words}, not a regular file")


def _unreadable(error: OSError) -> UnreadableError:
    reasons = {
        errno.EACCES: "the file may not be read by this user",
        errno.ENOENT: "there is no such file",
        errno.ELOOP: "the file is a symbolic link",
    }
    return UnreadableError(reasons.get(error.errno or 0, "the file cannot be read"))


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return (status.st_dev, status.st_ino, status.st_mtime_ns)
