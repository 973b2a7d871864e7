"""A program that is forked with its imports done is the program, in all that tests look at."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests import programs
from tests.firm import Firm, Result

pytestmark = pytest.mark.real
PROBE = """
import json, multiprocessing, os, signal, sys, tempfile
if sys.argv[1:] == ["die"]:
    os.kill(os.getpid(), signal.SIGKILL)
print(json.dumps({
    "environment": sorted(os.environ),
    "directory": os.getcwd(),
    "remembered": multiprocessing.process.ORIGINAL_DIR,
    "name": __name__,
    "arguments": sys.argv[1:],
    "descriptors": sorted(int(n) for n in os.listdir("/proc/self/fd"))[:3],
    "stdin": sys.stdin.read(),
    "temporary": tempfile.gettempdir(),
}))
print("said last", file=sys.stderr)
sys.exit(7)
"""


def from_nothing(firm: Firm, *arguments: str | Path) -> Result:
    """The same by an interpreter of its own."""
    process = firm.start(*arguments)
    stdout, stderr = process.communicate(timeout=programs.SECONDS)
    return Result(process.returncode, stdout, stderr)


@pytest.mark.parametrize("line", ["redact batch -o {}", "custody verify", "bogus", "keys show"])
def test_it_says_the_same_and_ends_the_same(firm: Firm, line: str) -> None:
    batch = firm.directory / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text("Dear Johnathan Sorensen,\n\nhello.\n")
    first, second = (firm.directory / name for name in ("first", "second"))
    words = [str(batch) if word == "batch" else word for word in line.split()]
    forked = firm.run(*(word.format(first) for word in words))
    fresh = from_nothing(firm, *(word.format(second) for word in words))
    assert forked == fresh
    if first.exists():
        read = [(each / "DOC-000001.txt").read_text() for each in (first, second)]
        assert read[0] == read[1] != ""


def test_it_has_its_own_environment_directory_streams_and_end(firm: Firm, tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text(PROBE)
    ended = firm.run("a b", driver=str(probe), cwd=tmp_path)
    assert (ended.code, ended.stderr) == (7, "said last\n")
    [seen] = ended.lines
    assert set(seen["environment"]) == set(firm.environment())
    assert seen["directory"] == seen["remembered"] == str(tmp_path)
    assert (seen["name"], seen["arguments"], seen["stdin"]) == ("__main__", ["a b"], "")
    assert seen["descriptors"] == [0, 1, 2]
    assert firm.run("die", driver=str(probe)).code == -signal.SIGKILL


def test_no_login_reaches_what_workers_are_forked_from(connected: Firm) -> None:
    batch = connected.directory / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text("Dear Johnathan Sorensen,\n\nhello.\n")
    assert connected.run("send", batch, "--vendor", "acme").code == 0
    processes = [each for each in Path("/proc").iterdir() if each.name.isdigit()]
    servers = [each for each in processes if b"forkserver" in read(each / "cmdline")]
    ours = [each for each in servers if parent(each) == str(programs.host().pid)]
    assert ours
    assert not any(b"AWS_" in read(each / "environ") for each in ours)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def parent(process: Path) -> str:
    return read(process / "stat").decode().rpartition(")")[2].split()[1]
