"""What a worker makes of errors, and what the processes around it are started with."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, cast

import pytest

from handoff.confinement.seccomp import ConfinementError
from handoff.documents.intake import IntakeItem
from handoff.errors import (
    AssetError,
    DamagedError,
    DiskFullError,
    HandoffError,
    PermissionsError,
)
from handoff.model import Held
from handoff.pipeline import worker
from handoff.pipeline.tasks import FindTask
from handoff.policy.config import WorkersSchema

TASK = FindTask("d1", IntakeItem(Path("x"), "x", 1))


class Failing:
    """A reader that meets `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def find(self, task: FindTask) -> Any:
        raise self.error


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test leaves the process without a reader and without a limit of time."""
    monkeypatch.setattr(worker, "_reader", None)
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)


@pytest.mark.parametrize("error", [PermissionsError("spool"), DiskFullError("spool")])
def test_no_document_is_held_for_what_is_wrong_with_the_machine(
    monkeypatch: pytest.MonkeyPatch, error: HandoffError
) -> None:
    monkeypatch.setattr(worker, "_reader", cast("Any", Failing(error)))
    with pytest.raises(type(error)):
        worker.find(TASK)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DamagedError("x"), "document.damaged"),
        (MemoryError(), "document.limit"),
        (RecursionError(), "document.limit"),
        (ValueError("the text of a document"), "document.internal"),
    ],
)
def test_what_is_wrong_with_a_document_holds_it(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    monkeypatch.setattr(worker, "_reader", cast("Any", Failing(error)))
    held = worker.find(TASK)
    assert isinstance(held, Held)
    assert held.code == code
    assert "text of a document" not in held.message


def test_a_document_that_needs_a_missing_package_is_held_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = ModuleNotFoundError("No module named 'py7zr.helpers'", name="py7zr.helpers")
    monkeypatch.setattr(worker, "_reader", cast("Any", Failing(missing)))
    held = worker.find(TASK)
    assert isinstance(held, Held)
    assert held.code == "document.converter_missing"
    assert "the Python package py7zr is missing" in held.message


def test_a_module_of_ours_that_is_missing_is_a_bug_and_not_a_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = ModuleNotFoundError("x", name="handoff.documents.nowhere")
    monkeypatch.setattr(worker, "_reader", cast("Any", Failing(missing)))
    held = worker.find(TASK)
    assert isinstance(held, Held)
    assert held.code == "document.internal"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ModuleNotFoundError("x", name="cv2"), "machine.package_missing", "package cv2"),
        (
            ImportError("too old", name="lxml.etree"),
            "machine.package_missing",
            "lxml",
        ),
        (OSError(errno.ENOMEM, "cannot allocate"), "machine.worker_start", "ENOMEM"),
        (ConfinementError(errno.EPERM, "seccomp"), "machine.worker_start", "EPERM"),
        (AttributeError("_ARRAY_API not found"), "machine.worker_start", "AttributeError"),
        (AssetError("the model is missing"), "machine.asset", "the model is missing"),
    ],
)
def test_a_worker_that_cannot_start_says_why_and_blames_no_document(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(worker, "_failure", None)
    monkeypatch.setattr(worker, "_prepare", fail)
    worker.start(cast("Any", None), WorkersSchema())
    for ask in (worker.ready, lambda: worker.find(TASK)):
        with pytest.raises(HandoffError) as raised:
            ask()
        assert raised.value.code == code
        assert said in raised.value.message


RESTART = """
    import multiprocessing, os, signal, time
    from multiprocessing import forkserver
    from handoff.pipeline.worker import _Workers

    def environment():
        return open("/proc/self/environ", "rb").read()

    if __name__ == "__main__":
        workers = _Workers(1, mp_context=multiprocessing.get_context("forkserver"))
        assert b"planted" not in workers.submit(environment).result()
        server = forkserver._forkserver._forkserver_pid
        os.kill(server, signal.SIGKILL)
        time.sleep(0.5)
        try:
            while True:
                workers.submit(environment).result()
        except Exception:
            pass
        again = _Workers(1, mp_context=multiprocessing.get_context("forkserver"))
        assert b"planted" not in again.submit(environment).result()
        assert forkserver._forkserver._forkserver_pid != server
        assert os.environ["AWS_SECRET_ACCESS_KEY"] == "planted"
        again.shutdown()
"""


def test_a_fork_server_that_was_killed_is_started_anew_without_credentials(tmp_path: Path) -> None:
    script = tmp_path / "restart.py"
    script.write_text(textwrap.dedent(RESTART))
    result = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"AWS_SECRET_ACCESS_KEY": "planted", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr


INTERRUPTED = """
    import time
    from handoff.pipeline.forking import start_fork_server

    if __name__ == "__main__":
        start_fork_server()
        try:
            print("started", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            pass
"""


def test_an_interrupt_while_the_model_loads_prints_no_traceback(tmp_path: Path) -> None:
    script = tmp_path / "interrupted.py"
    script.write_text(textwrap.dedent(INTERRUPTED))
    process = subprocess.Popen(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "started\n"
    os.killpg(process.pid, signal.SIGINT)
    # Both processes hold the pipe until the model is loaded: long on a machine busy with tests.
    _, errors = process.communicate(timeout=300)
    assert errors == ""
