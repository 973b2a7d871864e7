"""The process that workers are forked from: no credentials, no open files, the model loaded."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver

SETTINGS = {
    # One thread for linear algebra, because there is a worker for every core already.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # When the coordinator is killed, multiprocessing's tracker tells the terminal of semaphores.
    "PYTHONWARNINGS": "ignore",
}
LONGEST_TMPDIR = 60
SECRET_PREFIXES = ("AWS_", "HANDOFF_PASSPHRASE")


def start_fork_server() -> None:
    """Start the process that workers are forked from; it loads the model while we go on.

    Workers descend from it: what its environment lacks, theirs does.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(["handoff.pipeline.preload"])
    changed = {name: os.environ.get(name) for name in (*_secrets(), *SETTINGS)}
    for name in changed:
        os.environ.pop(name, None)
    os.environ.update(SETTINGS)
    try:
        with _deaf_to_interrupts(), _short_temporary_names():
            forkserver.ensure_running()
    finally:
        for name, value in changed.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; one that loads the model would print a traceback.

    A signal that is ignored stays ignored in a process that is started meanwhile.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _short_temporary_names() -> Iterator[None]:
    """The fork server's socket gets a name that fits, however long TMPDIR is.

    The address of a Unix socket has 108 bytes on Linux (unix(7)); multiprocessing puts it into a
    directory of its own, 0700, below the temporary directory.
    """
    before = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > LONGEST_TMPDIR:
        tempfile.tempdir = "/tmp"  # noqa: S108 - multiprocessing makes a private directory in it
    try:
        yield
    finally:
        tempfile.tempdir = before


def _secrets() -> list[str]:
    return [name for name in os.environ if name.startswith(SECRET_PREFIXES)]
