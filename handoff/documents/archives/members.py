"""Members of an archive: read one at a time, never written to disk, measured while they unpack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from handoff.documents.base import Content, Limits
from handoff.errors import EmptyError, LimitError, UnsafeContentError

_CHUNK = 1 << 16
_GRACE = 1_000_000
# Names that lead out of the directory into which somebody unpacks, or that programs read unlike.
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f]|^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
# What systems leave in archives by themselves: no document, and dropped.
_LEFTOVER = re.compile(r"(^|[/\\])(__MACOSX[/\\]|(\.DS_Store|Thumbs\.db|desktop\.ini)$)", re.I)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name there, and how to get at its bytes."""

    name: str = field(repr=False)
    load: Content = field(repr=False)


@dataclass(slots=True)
class Budget:
    """How much an archive may still unpack to, counted over all its members, failed ones too."""

    left: int
    ratio: int

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        """What `limits` allow one archive."""
        return cls(limits.archive_bytes, limits.archive_ratio)

    def gather(self, read: Callable[[int], bytes], packed: int) -> bytes:
        """All that `read` gives, piece by piece, of something of `packed` bytes.

        Raises:
            LimitError: more than the archive, or something of this size, may unpack to.
        """
        allowed = min(self.left, _GRACE + packed * self.ratio)
        pieces: list[bytes] = []
        length = 0
        while chunk := read(_CHUNK):
            length += len(chunk)
            self.left -= len(chunk)
            if length > allowed:
                raise LimitError("it unpacks to far more than its size (a zip bomb)")
            pieces.append(chunk)
        return b"".join(pieces)


def checked(members: Iterable[Member], limits: Limits) -> Sequence[Member]:
    """The members that are documents, after their names and number proved harmless.

    Raises:
        EmptyError: there is none.
        LimitError: more than `limits.archive_entries`.
        UnsafeContentError: a name that leads out of the archive, or two members of the same name.
    """
    listed = list(members)
    if len(listed) > limits.archive_entries:
        raise LimitError("the archive has more members than the limit")
    if any(_BAD_NAME.search(member.name) for member in listed):
        raise UnsafeContentError("a member of the archive has a name that leads out of it")
    names = {member.name.replace("\\", "/").casefold() for member in listed}
    if len(names) != len(listed):
        raise UnsafeContentError("the archive holds two members of the same name")
    kept = [member for member in listed if not _LEFTOVER.search(member.name)]
    if not kept:
        raise EmptyError("the archive holds no file")
    return kept


def refuse(error: Exception) -> Content:
    """Content that cannot be had, for the reason `error`."""

    def load() -> bytes:
        raise error

    return load


def numbered(members: Sequence[Member]) -> Iterator[tuple[int, Member]]:
    """Members with their numbers, from 1."""
    return enumerate(members, 1)
