"""What a worker process has given up before it sees a document."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from handoff.documents.libreoffice.runner import program

_STARTED = """
import os, resource, socket, sys, types
reading = types.ModuleType("handoff.pipeline.reading")
reading.Reader = lambda engine: None
sys.modules["handoff.pipeline.reading"] = reading
from handoff.pipeline import worker
from handoff.policy.config import WorkersSchema
if sys.argv[2] == "worker":
    worker.parent_process = lambda: None
    worker.start(None, WorkersSchema())
"""
_CONNECT = """
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
except OSError:
    os._exit(10)
os._exit(11)
"""
_LIMITS = """
for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_DATA):
    assert resource.getrlimit(limit)[0] != resource.RLIM_INFINITY
status = open("/proc/self/status").read()
assert "NoNewPrivs:\\t1" in status
assert "Seccomp:\\t2" in status
os._exit(10)
"""
_CONVERT = """
from handoff.documents.libreoffice import runner
made = runner.convert(rb"{\\rtf1 hello}", runner.RTF, runner.WRITER_TEXT)
os._exit(10 if b"hello" in made else 11)
"""


def _run(what: str, port: int = 0, role: str = "worker") -> int:
    done = subprocess.run(
        [sys.executable, "-c", _STARTED + what, str(port), role],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        check=False,
        timeout=120,
    )
    return done.returncode


@pytest.mark.parametrize(("role", "outcome"), [("worker", 10), ("any other", 11)])
def test_a_worker_cannot_reach_a_listening_port_of_the_same_machine(
    role: str, outcome: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert _run(_CONNECT, listener.getsockname()[1], role) == outcome


def test_a_worker_has_limits_and_no_way_to_new_privileges() -> None:
    assert _run(_LIMITS) == 10


@pytest.mark.skipif(program() is None, reason="LibreOffice is not installed")
def test_a_worker_can_still_start_libreoffice() -> None:
    assert _run(_CONVERT) == 10
