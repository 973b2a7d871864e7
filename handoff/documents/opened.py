"""What `read` opened, for `rewrite` of the same bytes: a document is parsed once, not twice."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


class Opened:
    """Holds one opened document, the last one, until it is taken.

    It belongs to a door, and so to one outermost document: nothing of it outlives the visit, and
    nothing of another document can be in it. Inside of one, only the same bytes give it back.
    """

    def __init__(self) -> None:
        self._last: tuple[bytes, object] | None = None

    def keep(self, untrusted: bytes, opened: T) -> T:
        """Hold, and return, what was made of `untrusted` in place of what was held before."""
        self._last = (untrusted, opened)
        return opened

    def hand_over(self) -> tuple[bytes, object] | None:
        """What is held, for `hand_back`: a document inside another is kept with the outer one."""
        last, self._last = self._last, None
        return last

    def hand_back(self, last: tuple[bytes, object] | None) -> None:
        """Hold again what `hand_over` gave."""
        self._last = last

    def take(self, untrusted: bytes, kind: type[T]) -> T | None:
        """What is held, if it is a `kind` made of these very bytes; it is held no longer.

        Who takes it may change it: nobody else has it.
        """
        last, self._last = self._last, None
        if last is None or not isinstance(last[1], kind) or last[0] != untrusted:
            return None
        return last[1]
