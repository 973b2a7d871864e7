"""What can be wrong with the custody log's file or disk, and the typed error that each gets."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from handoff.custody.database import translated
from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import LogKey, generate_log_key
from handoff.custody.reader import LedgerReader
from handoff.custody.verify import verify
from handoff.errors import (
    CustodyTamperedError,
    DiskFullError,
    HandoffError,
    LedgerCorruptError,
    LedgerLockedError,
    LedgerUnusableError,
    LedgerVersionError,
    PermissionsError,
)
from tests.unit.custody.lab import SetClock, batch, direct, open_ledger

ROOT = Path(__file__).parents[2]


@pytest.fixture
def key(tmp_path: Path) -> LogKey:
    return generate_log_key(tmp_path, "firm.example/custody")


@pytest.fixture
def log(tmp_path: Path, key: LogKey) -> Path:
    path = tmp_path / "custody.db"
    with open_ledger(path, key, SetClock()) as ledger:
        ledger.append(batch(0, 40))
        ledger.checkpoint()
    return path


def other_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def newer_version(path: Path) -> None:
    with direct(path) as connection:
        connection.execute("PRAGMA user_version = 9")


def zero_a_page(path: Path) -> None:
    with direct(path) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'events'"
        page = connection.execute(query).fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))


def drop_head(path: Path) -> None:
    with direct(path) as connection:
        connection.execute("DROP TABLE head")


BROKEN: dict[str, tuple[Callable[[Path], object], type[HandoffError]]] = {
    "no database": (lambda p: p.write_bytes(b"no database at all\n" * 500), LedgerCorruptError),
    "another program's database": (other_program, LedgerCorruptError),
    "a newer version": (newer_version, LedgerVersionError),
    "half of it": (lambda p: os.truncate(p, 2048), LedgerCorruptError),
    "all but its header": (lambda p: os.truncate(p, 4096), LedgerCorruptError),
    "an empty file": (lambda p: os.truncate(p, 0), LedgerCorruptError),
    "a page of zeros": (zero_a_page, LedgerCorruptError),
    "a table missing": (drop_head, LedgerCorruptError),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_log_is_a_typed_error_to_the_writer(log: Path, key: LogKey, name: str) -> None:
    damage, expected = BROKEN[name]
    damage(log)
    with pytest.raises(expected) as caught:
        with_writer(log, key)
    assert caught.value.hint
    assert 10 <= caught.value.exit_code < 60


def with_writer(log: Path, key: LogKey) -> None:
    party = ("alice", "sender-1", "handoff/0.1.0")
    with SqliteLedger.open(log, key=key, clock=SetClock(), party=Party(*party)) as ledger:
        ledger.append(batch(1, 1))
        ledger.checkpoint()
        list(ledger.events())


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_log_does_not_verify(log: Path, key: LogKey, name: str) -> None:
    BROKEN[name][0](log)
    for _ in range(2):
        with pytest.raises((CustodyTamperedError, LedgerVersionError)):
            verify(log, [key.verifier]).require_ok()
        log.with_name("custody.db.sha256").unlink(missing_ok=True)


def test_a_newer_version_is_said_as_such_when_nothing_else_is_wrong(log: Path, key: LogKey) -> None:
    newer_version(log)
    log.with_name("custody.db.sha256").unlink()
    with pytest.raises(LedgerVersionError, match="schema 9, we know 2"):
        verify(log, [key.verifier])


def test_a_directory_in_its_place_is_a_typed_error(tmp_path: Path, key: LogKey) -> None:
    (tmp_path / "custody.db").mkdir()
    with pytest.raises(HandoffError):
        open_ledger(tmp_path / "custody.db", key, SetClock())


def test_a_missing_directory_is_a_typed_error(tmp_path: Path, key: LogKey) -> None:
    with pytest.raises(LedgerUnusableError):
        open_ledger(tmp_path / "nowhere" / "custody.db", key, SetClock())


def test_a_log_that_stays_locked_is_a_typed_error(
    log: Path, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqliteLedger, "busy_timeout", 0.05)
    with open_ledger(log, key, SetClock()) as ledger:
        with direct(log) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerLockedError):
                ledger.append(batch(1, 1))
            other.execute("ROLLBACK")
        assert ledger.append(batch(1, 1)) == range(41, 43)
    assert verify(log, [key.verifier]).ok


def test_a_close_beside_a_reader_leaves_the_sealing_to_later(log: Path, key: LogKey) -> None:
    with direct(log) as reader:
        with open_ledger(log, key, SetClock()) as ledger:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            ledger.append(batch(1, 1))
        report = verify(log, [key.verifier])
        assert (report.ok, report.sealed, report.size) == (True, False, 43)
    open_ledger(log, key, SetClock()).close()
    assert verify(log, [key.verifier]).sealed


def test_a_full_database_is_a_typed_error_and_nothing_is_half_written(
    log: Path, key: LogKey
) -> None:
    with open_ledger(log, key, SetClock()) as ledger:
        raw = ledger._engine.raw_connection()
        pages = raw.cursor().execute("PRAGMA page_count").fetchone()[0]
        raw.cursor().execute(f"PRAGMA max_page_count = {pages}")
        raw.close()
        with pytest.raises(DiskFullError):
            ledger.append(batch(1, 500))
        assert ledger.size() == 41
    report = verify(log, [key.verifier])
    assert (report.ok, report.size) == (True, 41)


def test_a_full_disk_is_a_typed_error_and_nothing_is_half_written(tmp_path: Path) -> None:
    """A real, tiny filesystem where this machine lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mount: this machine does not let us mount a small tmpfs")
    try:
        key = generate_log_key(disk, "firm.example/custody")
        path = disk / "custody.db"
        ledger = open_ledger(path, key, SetClock())
        done = 0
        with pytest.raises(DiskFullError):  # noqa: PT012 - how far it gets is what is tested
            for number in range(1000):
                done = ledger.append(batch(number, 20)).stop
        with pytest.raises(DiskFullError):
            ledger.append(batch(1, 500))
        ledger._engine.dispose()
        report = verify(path, [key.verifier])
        assert (report.discrepancies, report.size) == ((), done)
        assert done > 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


READ_ONLY = """
import os
import sys
from pathlib import Path
from handoff.custody.reader import LedgerReader
from handoff.custody.logkey import VerifierKey
from handoff.custody.verify import verify
from handoff.errors import PermissionsError
from tests.faults.test_custody_broken import with_writer
from handoff.custody.logkey import LogKey

path, vkey = Path(sys.argv[1]), VerifierKey.parse(sys.argv[2])
with LedgerReader.open_reader(path) as reader:
    list(reader.events())  # load all there is to load while we may
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
with LedgerReader.open_reader(path) as reader:
    assert len(list(reader.events())) == 41
report = verify(path, [vkey])
assert report.ok and report.sealed, report
try:
    with_writer(path, LogKey("firm.example/custody", b"x" * 32))
except PermissionsError:
    print("refused")
"""


@pytest.fixture
def public(log: Path) -> Iterator[Path]:
    """The log in a directory that everybody can read and only root can write."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(log.parent, name, dirs_exist_ok=True)
        for path in Path(name).iterdir():
            path.chmod(0o444)
        Path(name).chmod(0o555)
        yield Path(name) / log.name


def test_a_read_only_log_can_be_read_and_verified_but_not_written(
    public: Path, key: LogKey
) -> None:
    if os.geteuid() != 0:
        pytest.skip("root: becoming a user who may not write needs it")
    done = subprocess.run(
        [sys.executable, "-B", "-c", READ_ONLY, str(public), str(key.verifier)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("refused\n", "")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(28, "No space left"), DiskFullError),
        (OSError(13, "Permission denied"), PermissionsError),
        (OSError(30, "Read-only"), PermissionsError),
        (OSError(5, "I/O error"), LedgerUnusableError),
        (sqlite3.DatabaseError("no code"), LedgerCorruptError),
        (sa.exc.ResourceClosedError("no rows"), LedgerCorruptError),
    ],
)
def test_what_the_libraries_raise_is_translated_without_a_quote(
    error: Exception, expected: type[HandoffError]
) -> None:
    with pytest.raises(expected) as caught, translated():
        raise error
    assert str(error) not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_file_beside_the_log_is_written_whole_or_not_at_all(
    log: Path, key: LogKey, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    latest = log.with_name("custody.db.checkpoint")
    before = latest.read_bytes()
    with open_ledger(log, key, SetClock()) as ledger:
        ledger.append(batch(1, 1))

        def fail(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            if step == "replace":
                patch.setattr(Path, "replace", fail)
            else:
                patch.setattr(os, step, fail)
            with pytest.raises(DiskFullError):
                ledger.checkpoint()
        assert latest.read_bytes() == before
        assert not list(log.parent.glob(".custody*"))
        assert ledger.checkpoint().size == 43
    assert verify(log, [key.verifier]).ok


def test_reading_a_broken_log_raises_only_typed_errors(log: Path) -> None:
    zero_a_page(log)
    queries: list[dict[str, Any]] = [{}, {"batch_id": "batch-0000"}, {"doc_id": "doc-0-3"}]
    with LedgerReader.open_reader(log) as reader:
        for query in queries:
            with pytest.raises(LedgerCorruptError):
                list(reader.events(**query))
