"""A writer killed at any step leaves a log that verifies and holds all that it was promised."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from handoff.custody.database import wal_path
from handoff.custody.logkey import LogKey, generate_log_key
from handoff.custody.reader import LedgerReader
from handoff.custody.seal import ByteSeal
from handoff.custody.verify import verify
from tests.unit.custody.lab import SetClock, batch, open_ledger

ROOT = Path(__file__).parents[2]
WRITER = str(Path(__file__).with_name("custody_writer.py"))
NEVER = 1_000_000
FRAME = 24 + 4096
"""Bytes that SQLite's write-ahead log takes for a page (https://sqlite.org/fileformat2.html, 4)."""
MIN_BEGINNINGS = 8
# What a writer does to the disk, and what it tells its caller.
KINDS = {"create", "pragma", "insert", "update", "commit", "fsync", "unlink", "replace", "promise"}

Writer = Callable[[Path, int], dict[str, Any]]


@contextmanager
def writer() -> Iterator[Writer]:
    """Call it with a home, and the step before which the writer shall die."""
    process = subprocess.Popen(
        [sys.executable, WRITER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdin
    assert process.stdout

    def write(home: Path, doomed: int) -> dict[str, Any]:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{home} {doomed}\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer

    with process:
        yield write
        process.stdin.close()


def test_every_index_returned_before_the_kill_is_there(tmp_path: Path) -> None:
    """Killed before each step in turn, while the log is new and once it has been sealed."""
    pristine = tmp_path / "pristine"
    pristine.mkdir()
    key = generate_log_key(pristine, "firm.example/custody")
    unsealed = unsaid = 0
    with writer() as write:
        whole = write(home_of(tmp_path, pristine, NEVER), NEVER)
        assert whole["well"]
        assert set(whole["steps"]) == KINDS
        for doomed in range(len(whole["steps"])):
            home = home_of(tmp_path, pristine, doomed)
            ended = write(home, doomed)
            assert ended["killed"]
            assert ended["steps"] == whole["steps"][:doomed]
            # A log killed while it was being laid out has promised nothing, and is none yet.
            size = check(home, key, ended["promised"]) if ended["promised"] else 0
            unsealed += not ByteSeal(home / "custody.db").exists()
            unsaid += size > ended["promised"]
            # Whoever opens the log next goes on where the other was killed, and seals it.
            after = write(home, NEVER)
            assert after["well"]
            assert check(home, key, after["promised"]) > size
            assert ByteSeal(home / "custody.db").exists()
    assert unsealed > doomed // 2, "few kills came while the log was being written"
    assert unsaid > 0, "no kill came between a commit and its promise"


def test_a_kill_in_the_middle_of_a_commit_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    """SQLite writes a commit to the end of its write-ahead log; beginnings of that are tried."""
    key = generate_log_key(tmp_path, "firm.example/custody")
    path = tmp_path / "custody.db"
    with open_ledger(path, key, SetClock()) as ledger:
        before = ledger.append(batch(0, 8)).stop
        short = wal_path(path).stat().st_size
        after = ledger.append(batch(1, 40)).stop
        written = wal_path(path).read_bytes()
        sizes = []
        for length in [*range(short, len(written), FRAME // 2), len(written)]:
            home = tmp_path / str(length)
            home.mkdir()
            shutil.copy(path, home)
            wal_path(home / "custody.db").write_bytes(written[:length])
            sizes.append(check(home, key, before))
    assert sizes == [*[before] * (len(sizes) - 1), after]
    assert len(sizes) > MIN_BEGINNINGS


def home_of(tmp_path: Path, pristine: Path, doomed: int) -> Path:
    """A home with the key and no log."""
    home = tmp_path / str(doomed)
    shutil.copytree(pristine, home)
    return home


def check(home: Path, key: LogKey, promised: int) -> int:
    path = home / "custody.db"
    report = verify(path, [key.verifier])
    assert report.discrepancies == ()
    assert report.size >= promised
    with LedgerReader.open_reader(path) as reader:
        assert [event.index for event in reader.events()] == list(range(report.size))
    return report.size
