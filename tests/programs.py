"""Programs that are run to their end, forked from a process that has all of it imported."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOST = str(Path(__file__).with_name("program_host.py"))
SECONDS = 300


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit status as `subprocess` gives it, and what it said."""

    code: int
    stdout: str
    stderr: str


class Host:
    """The process that programs are forked from; see `program_host.py`."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept = {k: os.environ[k] for k in ("PATH", "HANDOFF_ASSETS", "HOME") if k in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, HOST, str(theirs.fileno())],
                env={**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
            )
        self._requests = ours
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """Of the process that programs are forked from."""
        return self._process.pid

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], directory: Path, driver: str
    ) -> Ended:
        """Run `handoff` (or the Python file `driver`) with `arguments`."""
        asked = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "directory": str(directory),
            "driver": driver,
        }
        pipes = [os.pipe() for _ in range(3)]
        with self._lock:
            message = json.dumps(asked).encode()
            socket.send_fds(self._requests, [message], [write for _, write in pipes])
        for _, write in pipes:
            os.close(write)
        return _outcome(*(read for read, _ in pipes))

    def close(self) -> None:
        """End it, and the fork server with it."""
        self._requests.close()
        self._process.wait(SECONDS)


def _outcome(stdout: int, stderr: int, answers: int) -> Ended:
    said: dict[int, bytes] = {}

    def drain(descriptor: int) -> None:
        with os.fdopen(descriptor, "rb") as stream:
            said[descriptor] = stream.read()

    with os.fdopen(answers) as answer:
        program = int(answer.readline())
        watchdog = threading.Timer(SECONDS, os.kill, (program, signal.SIGKILL))
        watchdog.start()
        threads = [threading.Thread(target=drain, args=(each,)) for each in (stdout, stderr)]
        for thread in threads:
            thread.start()
        code = int(answer.readline())
        watchdog.cancel()
        for thread in threads:
            thread.join()
    return Ended(code, said[stdout].decode(), said[stderr].decode())


@cache
def host() -> Host:
    """The host of this process, started when it is first asked for."""
    made = Host()
    atexit.register(made.close)
    return made
