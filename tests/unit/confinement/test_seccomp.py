"""What a process can no longer do once it has given up the network."""

import socket
import subprocess
import sys

import pytest

from handoff.confinement import seccomp

_TRY = """
import socket, sys
from handoff.confinement.seccomp import deny_network, keep_private
keep_private()
if sys.argv[2] == "denied":
    deny_network()
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
    print("connected")
except PermissionError:
    print("refused")
socket.socket(socket.AF_UNIX).close()
"""


@pytest.mark.parametrize(("way", "outcome"), [("denied", "refused"), ("free", "connected")])
def test_a_process_that_gave_up_the_network_cannot_reach_a_listening_port(
    way: str, outcome: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", _TRY, port, way], capture_output=True, text=True, check=True
        )
    assert done.stdout.strip() == outcome


def test_an_unknown_architecture_is_said_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "_MACHINES", {})
    with pytest.raises(seccomp.ConfinementError):
        seccomp.deny_network()
