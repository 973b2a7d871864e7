"""The pool: bounded work in flight, and the task that kills its worker named, the others done."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from handoff.errors import AssetError, WorkerDiedError, WorkerStartError
from handoff.pipeline.pool import Pool


@dataclass(frozen=True)
class Task:
    number: int
    size: int = 1


def work(task: Task) -> int:
    """Twice the number; 13 kills its process."""
    if task.number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return task.number * 2


def fail(task: Task) -> int:
    raise KeyError(task.number)


@pytest.fixture
def pool() -> Iterator[Pool]:
    context = multiprocessing.get_context("forkserver")
    made = Pool(partial(ProcessPoolExecutor, 2, mp_context=context), width=4, max_bytes=100)
    yield made
    made.close()


def test_every_task_comes_back_once_with_its_result(pool: Pool) -> None:
    results = dict(pool.run(work, [Task(n) for n in range(10)]))
    assert results == {Task(n): n * 2 for n in range(10)}


def test_the_culprit_is_named_and_the_innocent_are_done(pool: Pool) -> None:
    results = dict(pool.run(work, [Task(n) for n in range(10, 20)]))
    assert isinstance(results.pop(Task(13)), WorkerDiedError)
    assert results == {Task(n): n * 2 for n in range(10, 20) if n != 13}


def test_an_exception_is_raised_to_the_caller(pool: Pool) -> None:
    with pytest.raises(KeyError):
        list(pool.run(fail, [Task(1)]))


class Counting(Executor):
    """Counts bytes in flight; a task ends when the next one is asked for."""

    def __init__(self) -> None:
        self.most = 0
        self.now: list[tuple[Future[Any], Task]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.now.append((future, args[0]))
        self.most = max(self.most, sum(task.size for _, task in self.now))
        if len(self.now) == 3 or args[0].size > 50:
            for waiting, task in self.now:
                waiting.set_result(fn(task))
            self.now.clear()
        return future


def test_no_more_than_the_bytes_allowed_are_in_flight_but_one_task_always_is() -> None:
    executor = Counting()
    pool = Pool(lambda: executor, width=10, max_bytes=60)
    sizes = [20, 20, 20, 1_000, 20, 20, 20]
    results = list(pool.run(work, [Task(n, size) for n, size in enumerate(sizes)]))
    assert len(results) == len(sizes)
    assert executor.most == 1_000


class Dying:
    """An executor whose fork server is gone: the second task cannot be given to it."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error
        self.given = 0

    def submit(self, function: Any, task: Task) -> Future[Any]:
        self.given += 1
        if self.given > 1:
            raise self.error
        return Future()

    def shutdown(self, **_: Any) -> None:
        """Pending futures never end, as those of a real one that are cancelled here never do."""


@pytest.mark.parametrize("error", [EOFError, ConnectionRefusedError, BrokenPipeError])
def test_the_death_of_the_fork_server_costs_no_document(error: type[Exception]) -> None:
    context = multiprocessing.get_context("forkserver")
    executors: list[Any] = [Dying(error)]

    def factory() -> Executor:
        made: Executor = executors.pop() if executors else ProcessPoolExecutor(1, context)
        return made

    pool = Pool(factory, width=4, max_bytes=100)
    assert dict(pool.run(work, [Task(1), Task(2), Task(3)])) == {Task(n): n * 2 for n in (1, 2, 3)}
    pool.close()


def die() -> None:
    """Workers that end like this end before they are given a task."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_where_no_worker_starts_the_machine_is_to_blame_and_no_task() -> None:
    context = multiprocessing.get_context("forkserver")
    factory = partial(ProcessPoolExecutor, 1, mp_context=context, initializer=die)
    pool = Pool(factory, width=4, max_bytes=100)
    with pytest.raises(WorkerStartError):
        list(pool.run(work, [Task(1), Task(2)]))
    with pytest.raises(WorkerStartError):
        pool.check()
    pool.close()


def unfit() -> None:
    raise AssetError("the model is missing")


def test_what_the_probe_of_a_worker_says_is_said() -> None:
    context = multiprocessing.get_context("forkserver")
    factory = partial(ProcessPoolExecutor, 1, mp_context=context)
    pool = Pool(factory, width=4, max_bytes=100, probe=unfit)
    with pytest.raises(AssetError, match="the model is missing"):
        pool.check()
    pool.close()


def test_a_pool_whose_workers_start_is_in_order(pool: Pool) -> None:
    pool.check()
    assert dict(pool.run(work, [Task(1)])) == {Task(1): 2}
