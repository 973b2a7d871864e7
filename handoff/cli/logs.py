"""The structured log: one JSON object a line in `<home>/logs/handoff.jsonl`, no document text.

Only this module writes to it. Everything that third-party libraries would log is switched off,
because a library's message may quote what it was given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from handoff.errors import HandoffError

FILE = "handoff.jsonl"


class Log(Protocol):
    """What may be logged: an event name and fields of codes, counts and identifiers."""

    def info(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - JSON
        """Log one line."""
        ...


@contextmanager
def run_log(directory: Path, command: str) -> Iterator[Log]:
    """A log for one run; every line carries the command and the process id."""
    import structlog

    from handoff.sealing.files import translated

    with translated("the log file"):
        descriptor = os.open(directory / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", buffering=1) as file:
        logger = structlog.wrap_logger(
            structlog.WriteLogger(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
        )
        log = cast("Log", logger.bind(command=command, pid=os.getpid()))
        try:
            yield log
        except HandoffError as error:
            log.info("run.failed", code=error.code, exit_code=error.exit_code)
            raise
        log.info("run.finished")
