"""Worker processes that may die: bounded work in flight, and the culprit found and named.

With every executor, a process that dies takes the futures of its innocent neighbours with it. So
all that was in flight is run again, one at a time, each alone in a fresh pool: whoever kills a
process when alone is the culprit, and only its document is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol, TypeVar

from handoff.errors import WorkerDiedError, WorkerStartError

DEATHS_ALLOWED = 2
# What `submit` raises when a worker is gone, and when the fork server is.
_BROKEN = (BrokenProcessPool, EOFError, ConnectionError)


class Sized(Protocol):
    """A task that says how many bytes of input it brings."""

    @property
    def size(self) -> int:
        """Bytes of input."""
        ...


def _nothing() -> None:
    """What any process can do that started at all."""


TaskT = TypeVar("TaskT", bound=Sized)
ResultT = TypeVar("ResultT")


class Pool:
    """Runs functions over tasks on executors made by `factory`.

    Args:
        factory: makes an executor; called again whenever a worker died.
        width: how many tasks may be in flight.
        max_bytes: how many bytes of input may be in flight; one task always may.
        probe: run in a worker, does nothing, or raises why that worker cannot do its work.
    """

    def __init__(
        self,
        factory: Callable[[], Executor],
        width: int,
        max_bytes: int,
        probe: Callable[[], None] = _nothing,
    ) -> None:
        self._factory = factory
        self._probe = probe
        self._width = width
        self._max_bytes = max_bytes
        self._executor = factory()

    def close(self) -> None:
        """Stop the workers; tasks not yet begun are forgotten."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def check(self) -> None:
        """See that a worker starts, on an executor that has nothing in flight.

        Raises:
            WorkerStartError: it dies before it is given anything to do.
            HandoffError: what `probe` raises.
        """
        for _ in range(DEATHS_ALLOWED):
            try:
                return self._executor.submit(self._probe).result()
            except _BROKEN:
                self._renew()
        raise WorkerStartError("a process that reads documents dies before it is given one")

    def run(
        self, function: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT | WorkerDiedError]]:
        """Each task with its result, or with the error that says it killed its worker.

        `function` must be idempotent, because a task may run again. Results come in the order of
        completion. What `function` raises is raised here.

        Raises:
            WorkerStartError: workers die without a task too, so that no task is to blame.
        """
        source = iter(tasks)
        flying: dict[Future[ResultT], TaskT] = {}
        waiting = next(source, None)
        while flying or waiting is not None:
            while waiting is not None and self._room(flying.values(), waiting):
                flying[self._submit(function, waiting)] = waiting
                waiting = next(source, None)
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                suspects = list(flying.values())
                flying.clear()
                yield from ((task, self._alone(function, task)) for task in suspects)
                continue
            for future in done:
                yield flying.pop(future), future.result()

    def _room(self, flying: Iterable[TaskT], task: TaskT) -> bool:
        sizes = [other.size for other in flying]
        return not sizes or (len(sizes) < self._width and sum(sizes) + task.size <= self._max_bytes)

    def _submit(self, function: Callable[[TaskT], ResultT], task: TaskT) -> Future[ResultT]:
        try:
            return self._executor.submit(function, task)
        except _BROKEN:
            # A worker died after its task was done, or the process that forks workers did. What
            # else is in flight may never end, so this future stands for all of it.
            broken: Future[ResultT] = Future()
            broken.set_exception(BrokenProcessPool())
            return broken

    def _alone(
        self, function: Callable[[TaskT], ResultT], task: TaskT
    ) -> ResultT | WorkerDiedError:
        self._renew()
        for _ in range(DEATHS_ALLOWED):
            try:
                return self._executor.submit(function, task).result()
            except _BROKEN:
                self._renew()
        self.check()
        return WorkerDiedError("the process reading this document died or ran out of its limits")

    def _renew(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._factory()
