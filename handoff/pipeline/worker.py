"""The worker process: the only place where document text exists. Reads, finds, redacts, seals.

A worker gets no credentials: the fork server that makes it is started without them. It gives up the
network before it sees a document, and other processes of its user cannot look into it. Each
document runs under limits on memory, CPU and wall time; over the memory limit it is held, over a
time limit the kernel ends the process and the coordinator finds the culprit (pool.py).
"""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import resource
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from handoff.confinement.namespaces import leave_network
from handoff.confinement.seccomp import ConfinementError, deny_network, keep_private
from handoff.errors import (
    ConverterMissingError,
    DocumentError,
    HandoffError,
    InternalError,
    LimitError,
    PackageMissingError,
    WorkerStartError,
)
from handoff.model import Held
from handoff.pipeline.forking import start_fork_server
from handoff.pipeline.holding import held_from_error
from handoff.pipeline.pool import Pool
from handoff.pipeline.reviewing_values import ExamineResult, ExamineTask
from handoff.pipeline.run import Engine
from handoff.pipeline.tasks import FindResult, FindTask, RedactResult, RedactTask
from handoff.policy.config import WorkersSchema

if TYPE_CHECKING:
    from handoff.pipeline.reading import Reader

MEGABYTE = 1_000_000
BYTES_IN_FLIGHT = 64_000_000
TASKS_PER_PROCESS = 2
WALL_TO_CPU = 10
# A worker that has read many documents is replaced: Presidio's memory creeps (facts.md, #896).
DOCUMENTS_PER_WORKER = 400

_reader: Reader | None = None
_failure: HandoffError | None = None
_limits = WorkersSchema()

TaskT = TypeVar("TaskT", FindTask, RedactTask, ExamineTask)
ResultT = TypeVar("ResultT")
ReturnT = TypeVar("ReturnT")
ParamT = ParamSpec("ParamT")


def start(engine: Engine, limits: WorkersSchema) -> None:
    """Prepare this process: private files, no core dumps, a memory ceiling, the engine loaded.

    What goes wrong is kept for whoever gives this process a task. Raised from here it would only
    look like a worker that a document killed.
    """
    global _failure  # noqa: PLW0603 - a worker process is a global by nature
    try:
        _prepare(engine, limits)
    except Exception as error:  # noqa: BLE001 - a library that does not load raises anything
        _failure = _start_failure(error)


def _start_failure(error: Exception) -> HandoffError:
    """Why this process cannot read documents; it has not seen one, so the reason quotes none."""
    match error:
        case HandoffError():
            return error
        case ImportError() if missing := PackageMissingError.named_by(error):
            return missing
        case OSError(errno=int(number)):
            reason = f"the system refuses what it needs ({errno.errorcode.get(number, number)})"
        case _:
            reason = _where(error)
    return WorkerStartError(f"a process that reads documents cannot start: {reason}")


def _prepare(engine: Engine, limits: WorkersSchema) -> None:
    global _reader, _limits  # noqa: PLW0603 - a worker process is a global by nature
    from handoff.pipeline.reading import Reader

    os.umask(0o077)
    _silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_coordinator, daemon=True).start()
    _confine()
    # A core dump would be plaintext on disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # All that is written was made in memory first: a larger file can only be a fault.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.memory_bytes, limits.memory_bytes))
    # RLIMIT_DATA counts writable private memory; RLIMIT_AS would also count the address space
    # that wasmtime reserves and never touches.
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    _limits = limits
    _reader = Reader(engine)


def _confine() -> None:
    """No network, no new privileges, no other process; `handoff doctor` says what is not to be had.

    A number of processes is no limit here: the kernel counts all those of the user, whoever
    started them (RLIMIT_NPROC, getrlimit(2)).
    """
    keep_private()
    leave_network()
    with suppress(ConfinementError):
        deny_network()


def _silence() -> None:
    """No library may speak from here: its log lines and messages could quote the document."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _end_with_coordinator() -> None:
    """A coordinator that was killed must not leave processes behind that hold plaintext."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def ready() -> None:
    """Do nothing, or raise why this process cannot read documents."""
    if _failure is not None:
        raise _failure


def find(task: FindTask) -> FindResult:
    """Read the document and find what is in it; held if that is not wholly possible."""
    return _guarded(task, lambda reader: reader.find(task))


def redact(task: RedactTask) -> RedactResult:
    """Redact, recheck and seal the document; held if any of it is not wholly possible."""
    return _guarded(task, lambda reader: reader.redact(task))


def examine(task: ExamineTask) -> ExamineResult:
    """What was found in the document, in context; held if it is not what it was."""
    return _guarded(task, lambda reader: reader.examine(task))


def _guarded(task: TaskT, step: Callable[[Reader], ResultT]) -> ResultT | Held:
    ready()
    assert _reader is not None  # noqa: S101 - start() ran in this process
    try:
        with _deadline(task.size):
            return step(_reader)
    except DocumentError as error:
        return held_from_error(task.doc_id, error, error.places)
    except HandoffError:
        # The disk, the spool, the output: no document is to blame, and every other would fail too.
        raise
    except MemoryError:
        return held_from_error(task.doc_id, LimitError("needs more memory than a document may"))
    except RecursionError:
        return held_from_error(task.doc_id, LimitError("is nested deeper than a document may be"))
    except ImportError as error:
        return held_from_error(task.doc_id, _converter_missing(error))
    except Exception as error:  # noqa: BLE001 - a bug of ours holds one document, not the batch
        return held_from_error(task.doc_id, InternalError(_where(error)))


def _converter_missing(error: ImportError) -> DocumentError:
    """Other documents may not need what this one needs, so they go on."""
    missing = PackageMissingError.named_by(error)
    if missing is None:
        return InternalError(_where(error))
    return ConverterMissingError(missing.message, missing.hint)


def _where(error: Exception) -> str:
    """The kind of an unexpected exception and our line it came from; its message may quote text."""
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "handoff" in f.filename]
    line = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown line"
    return f"unexpected {type(error).__name__} at {line}"


@contextmanager
def _deadline(size: int) -> Iterator[None]:
    """Let the kernel end this process if one document takes more than its share of time."""
    budget = _limits.cpu_seconds + _limits.cpu_seconds_per_megabyte * (size // MEGABYTE)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (used + budget, hard))
    signal.setitimer(signal.ITIMER_REAL, budget * WALL_TO_CPU)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


class _Workers(ProcessPoolExecutor):
    """Worker processes; the fork server is one without credentials whenever it has to be started.

    multiprocessing starts a fork server that has died anew, with the environment as it is then.
    """

    def submit(
        self, fn: Callable[ParamT, ReturnT], /, *args: ParamT.args, **kwargs: ParamT.kwargs
    ) -> Future[ReturnT]:
        """As `ProcessPoolExecutor.submit`."""
        start_fork_server()
        return super().submit(fn, *args, **kwargs)


def open_pool(engine: Engine, limits: WorkersSchema) -> Pool:
    """Worker processes that inherit neither credentials nor open files."""
    processes = limits.processes or os.cpu_count() or 1
    factory = partial(
        _Workers,
        processes,
        mp_context=multiprocessing.get_context("forkserver"),
        initializer=start,
        initargs=(engine, limits),
        max_tasks_per_child=DOCUMENTS_PER_WORKER,
    )
    return Pool(factory, processes * TASKS_PER_PROCESS, BYTES_IN_FLIGHT, ready)
