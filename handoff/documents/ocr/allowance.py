"""Processor time that a page needs beyond what a document of its size is given.

A fax page of a few kilobytes takes as long to read as one of megabytes, so a worker's budget by
size is raised for each page that is read. How many pages there may be is limited elsewhere.
"""

from __future__ import annotations

import resource
import signal

SECONDS_A_PAGE = 30
SECONDS_A_MEGAPIXEL = 3
"""On a core of 2024, a page takes 2 to 12 seconds (benchmarks/bench_ocr.py)."""
_WALL_TO_CPU = 10


def allow_page(size: tuple[int, int]) -> None:
    """Raise the limits of this process, where it has any, by the share of a page of `size`."""
    share = SECONDS_A_PAGE + SECONDS_A_MEGAPIXEL * size[0] * size[1] // 1_000_000
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft != resource.RLIM_INFINITY:
        raised = soft + share
        if hard != resource.RLIM_INFINITY:
            raised = min(raised, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (raised, hard))
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    if left:
        signal.setitimer(signal.ITIMER_REAL, left + share * _WALL_TO_CPU)
