"""Runs handoff, or a driver around it, again and again, each time in a process of its own.

A program that starts from nothing takes half a second of imports, and one that reads documents
three more until the fork server behind its workers has the engine loaded. Here both are done once:
each run is forked from this process, has its own environment, directory, streams, limits and exit
status, can be killed, and its workers are forked from the one fork server that all runs share.

usage: program_host.py DESCRIPTOR, a Unix socket. A message on it is the JSON of a run, with stdout,
stderr and a pipe for the answers as descriptors: the process id, then how it ended.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import multiprocessing.process
import os
import pkgutil
import runpy
import socket
import sys
import tempfile
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import Any, NoReturn

MAX_MESSAGE = 1_000_000
PROGRAM = "handoff.cli.main"


def load() -> None:
    """Import what a run imports, and start what its workers come from."""
    import handoff.cli
    import handoff.pipeline.closing
    import handoff.pipeline.redacting
    import handoff.pipeline.send
    import handoff.storage.s3
    from handoff.pipeline.forking import start_fork_server
    from tests import botofiles

    botofiles.read_once()
    botofiles.read_ahead()
    for module in pkgutil.iter_modules(handoff.cli.__path__):
        importlib.import_module(f"handoff.cli.{module.name}")
    start_fork_server()
    gc.freeze()


def serve(requests: socket.socket) -> None:
    """Fork a process for each message, until the other end is closed."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, MAX_MESSAGE, 3)
        if not message:
            return
        if os.fork() == 0:
            requests.close()
            keep(json.loads(message), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        reap()


def reap() -> None:
    """Let go of the keepers that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def keep(asked: dict[str, Any], stdout: int, stderr: int, answers: int) -> None:
    """Fork the program, wait for its end and tell of it; returns in the program only."""
    program = os.fork()
    if program:
        os.close(stdout)
        os.close(stderr)
        os.write(answers, f"{program}\n".encode())
        _, status = os.waitpid(program, 0)
        os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(answers)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.closerange(stdout, stdout + 1)
    os.closerange(stderr, stderr + 1)
    become(asked)


def become(asked: dict[str, Any]) -> NoReturn:
    """Be the program that was asked for, as if the interpreter had just started it."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["directory"])
    # What multiprocessing and tempfile remember of the process they were imported in.
    process: Any = multiprocessing.process
    process.ORIGINAL_DIR = str(Path.cwd())
    tempfile.tempdir = None
    # The fork server is our parent's child, so that it cannot be waited for from here.
    module: Any = forkserver
    # Likewise the tracker of resources, which Python 3.13 waits for when it ends.
    tracker: Any = resource_tracker._resource_tracker
    tracker._stop = lambda **_: None
    module.ensure_running = module._forkserver.ensure_running = lambda: None
    driver, arguments = asked["driver"], asked["arguments"]
    if driver:
        sys.argv = [driver, *arguments]
        runpy.run_path(driver, run_name="__main__")
        sys.exit(0)
    # A worker imports the main module of the process that asks for it.
    sys.modules["__main__"].__spec__ = importlib.util.find_spec(PROGRAM)
    from handoff.cli.main import main as program

    sys.argv = [PROGRAM, *arguments]
    program()


def main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        load()
        serve(requests)


if __name__ == "__main__":
    main()
