"""Runs handoff and kills its own process before or after the n-th call of one kind.

usage: die_at.py KIND N before|after[-interrupt] COMMAND...

KIND is what this process does to the log, the bucket or the disk: append, checkpoint, put, change,
write (a private file), fsync, replace (a file by another), unlink; or how it works with its
workers: submit (hand over a task), collect (take a result); or what a worker does with a document:
sniff, check, pack on the first visit, settle, recheck, seal on the second. Then n counts tasks, and
it is the worker that kills the process it works for, and itself. With `-interrupt` nothing is
killed: the whole process group is interrupted, as by Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

KIND, NUMBER, COMMAND = sys.argv[1], int(sys.argv[2]), sys.argv[4:]
MOMENT, _, INTERRUPT = sys.argv[3].partition("-")
CHANGES = ("delete_object", "put_bucket_policy", "put_object")
FIRST_VISIT, SECOND_VISIT = ("sniff", "check", "pack"), ("settle", "recheck", "seal")
seen = 0


def die() -> None:
    """End as a process does that is killed: now, and without a word."""
    if INTERRUPT:
        os.killpg(0, signal.SIGINT)
        return
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(
    function: Callable[..., Any], counts: Callable[..., bool] = lambda *_: True
) -> Callable[..., Any]:
    """`function`, with the death built in; only the calls that `counts` says are counted."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        global seen
        if not counts(*args):
            return function(*args, **kwargs)
        mine, seen = seen, seen + 1
        if mine == NUMBER and MOMENT == "before":
            die()
        result = function(*args, **kwargs)
        if mine == NUMBER and MOMENT == "after":
            die()
        return result

    return wrapped


def last(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, as the last thing that a worker, and the process it works for, ever do."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if MOMENT == "after":
            function(*args, **kwargs)
        coordinator = parent_process()
        assert coordinator
        assert coordinator.pid
        os.kill(coordinator.pid, signal.SIGKILL)
        die()

    return wrapped


@dataclass(frozen=True)
class Doomed:
    """A task for a worker, in the middle of which everything ends."""

    function: Callable[..., Any]

    def __call__(self, task: Any) -> Any:
        from handoff.detection import language
        from handoff.pipeline import reading

        # The number chose the task; in it, every call of its kind is the one.
        where: Any = language if KIND == "check" else reading
        setattr(where, KIND, last(getattr(where, KIND)))
        return self.function(task)


def doom_a_task(submit: Callable[..., Any]) -> Callable[..., Any]:
    """`submit`, giving the n-th task of the visit in which KIND is done to be `Doomed`."""
    visit = "find" if KIND in FIRST_VISIT else "redact"

    def submitting(executor: Any, function: Callable[..., Any], task: Any) -> Any:
        global seen
        if function.__name__ == visit:
            mine, seen = seen, seen + 1
            function = Doomed(function) if mine == NUMBER else function
        return submit(executor, function, task)

    return submitting


def deadly_results(run: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """`Pool.run`, which ends before or after the n-th result was made use of."""
    take = deadly(next)

    def running(*args: Any) -> Iterator[Any]:
        results = run(*args)
        while (result := take(results, None)) is not None:
            yield result

    return running


def main() -> None:
    from handoff.cli.main import main as run
    from handoff.custody.ledger import SqliteLedger
    from handoff.pipeline import closing, records
    from handoff.pipeline.pool import Pool
    from handoff.pipeline.worker import _Workers
    from handoff.storage.client import BucketApi
    from handoff.storage.s3 import S3Store

    places: dict[str, list[tuple[Any, str]]] = {
        "append": [(SqliteLedger, "append")],
        "checkpoint": [(SqliteLedger, "checkpoint")],
        "put": [(S3Store, "put")],
        "change": [(BucketApi, "call")],
        "write": [(records, "write_private"), (closing, "write_private")],
        "fsync": [(os, "fsync")],
        "replace": [(Path, "replace")],
        "unlink": [(Path, "unlink")],
        "submit": [(_Workers, "submit")],
    }
    if KIND in FIRST_VISIT + SECOND_VISIT:
        _Workers.submit = doom_a_task(_Workers.submit)  # type: ignore[method-assign]
    elif KIND == "collect":
        Pool.run = deadly_results(Pool.run)  # type: ignore[method-assign]
    else:
        counts = (lambda _, what, *__: what in CHANGES) if KIND == "change" else lambda *_: True
        [function, *_] = [getattr(where, name) for where, name in places[KIND]]
        for where, name in places[KIND]:
            setattr(where, name, deadly(function, counts))
    run(COMMAND)


if __name__ == "__main__":
    main()
