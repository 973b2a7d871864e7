"""What verification says: discrepancies, and what was covered. Plain data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.errors import CustodyTamperedError

MAX_DISCREPANCIES = 100
"""How many are kept; the rest are counted, so that a ruined log takes no more memory."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is not as it was recorded.

    Attributes:
        code: stable word for machines: "event.hash", "checkpoint.root", "seal", ...
        message: the same for people.
        index: the first event concerned, None where it is no event.
    """

    code: str
    message: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The outcome of one verification.

    Attributes:
        size: events read.
        root: root hash over them.
        checkpoints: how many checkpoints fit, those from outside included.
        covered: events under the largest checkpoint that fits.
        sealed: whether the file's bytes were held against a seal too. False while a run is under
            way or after one was killed; then only what the bytes mean was verified.
        discrepancies: what is wrong, at most `MAX_DISCREPANCIES` of them.
        omitted: how many more there are.
        contradicted: the places outside of the database whose checkpoints do not fit.
    """

    size: int
    root: bytes
    checkpoints: int
    covered: int
    sealed: bool
    discrepancies: tuple[Discrepancy, ...]
    omitted: int = 0
    contradicted: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.discrepancies

    @property
    def uncovered(self) -> int:
        """Events that no checkpoint covers yet: the tail that could be cut off unseen."""
        return max(0, self.size - self.covered)

    @property
    def first_index(self) -> int | None:
        """The first event concerned by any discrepancy."""
        return min((d.index for d in self.discrepancies if d.index is not None), default=None)

    def require_ok(self) -> None:
        """Raise `CustodyTamperedError` if anything is wrong."""
        if self.ok:
            return
        total = len(self.discrepancies) + self.omitted
        place = "" if self.first_index is None else f", from event {self.first_index} on"
        raise CustodyTamperedError(
            f"the custody log is not what was recorded{place}: {self.discrepancies[0].message}"
            + (f" (and {total - 1} more)" if total > 1 else "")
        )


class Findings:
    """Collects discrepancies up to the limit."""

    def __init__(self) -> None:
        self._kept: list[Discrepancy] = []
        self.omitted = 0

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self._kept)

    @property
    def kept(self) -> tuple[Discrepancy, ...]:
        """Those within the limit, in the order found."""
        return tuple(self._kept)

    def add(self, code: str, message: str, index: int | None = None) -> None:
        """Record one."""
        if len(self._kept) < MAX_DISCREPANCIES:
            self._kept.append(Discrepancy(code, message, index))
        else:
            self.omitted += 1
