"""An end for what would never end: no measurement, and far beyond what any machine takes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

CPU_SECONDS = 120.0


class StuckError(BaseException):
    """Work went on for so long that it can only be stuck; no `except` of ours catches it."""


@contextmanager
def ends() -> Iterator[None]:
    """Raise in the middle of the block if it has used two minutes of this process's own CPU time.

    How long others keep the machine busy does not count.
    """

    def stuck(_number: int, _frame: object) -> None:
        raise StuckError(f"not at its end after {CPU_SECONDS:.0f} s of CPU time")

    before = signal.signal(signal.SIGVTALRM, stuck)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
