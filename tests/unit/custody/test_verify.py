"""Verification: what it says of a good log, and that each kind of tampering is named."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from handoff.custody.checkpoint import sign_checkpoint
from handoff.custody.findings import MAX_DISCREPANCIES, Findings, VerificationReport
from handoff.custody.logkey import LogKey
from handoff.custody.verify import verify
from handoff.errors import CustodyTamperedError, NotInitializedError
from handoff.model import EventDraft
from tests.unit.custody.lab import SetClock, batch, direct, open_ledger, tamper

STRANGER = LogKey("firm.example/custody", b"s" * 32)


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def codes(report: VerificationReport) -> set[str]:
    return {discrepancy.code for discrepancy in report.discrepancies}


def check(path: Path, key: LogKey, *, code: str, index: int | None) -> None:
    """Verification names `code` and the first event concerned, seal or no seal."""
    for sealed in (True, False):
        if not sealed:
            beside(path, ".sha256").unlink()
        report = verify(path, [key.verifier])
        assert code in codes(report)
        assert report.first_index == index
        with pytest.raises(CustodyTamperedError):
            report.require_ok()


def test_a_good_log_verifies(sealed: Path, key: LogKey) -> None:
    report = verify(sealed, [key.verifier])
    assert report.ok
    report.require_ok()
    # Three in the database, and the latest once more in its file.
    assert (report.size, report.checkpoints, report.covered) == (29, 4, 27)
    assert (report.uncovered, report.sealed, report.first_index) == (2, True, None)


def test_an_empty_log_verifies(path: Path, key: LogKey, clock: SetClock) -> None:
    open_ledger(path, key, clock).close()
    report = verify(path, [key.verifier])
    assert (report.ok, report.size, report.sealed) == (True, 0, True)


def test_a_log_verifies_while_it_is_written(path: Path, key: LogKey, clock: SetClock) -> None:
    with open_ledger(path, key, clock) as ledger:
        for number in range(3):
            ledger.append(batch(number, 3))
            ledger.checkpoint()
            report = verify(path, [key.verifier])
            assert (report.ok, report.size, report.sealed) == (True, 4 * (number + 1), False)


def test_a_log_without_checkpoints_says_that_nothing_covers_it(
    path: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(path, key, clock) as ledger:
        ledger.append(batch(0, 3))
    report = verify(path, [key.verifier])
    assert (report.ok, report.covered, report.uncovered) == (True, 0, 4)


def test_a_log_verifies_with_the_keys_of_a_rotation(sealed: Path, key: LogKey) -> None:
    assert verify(sealed, [STRANGER.verifier, key.verifier]).ok


def test_a_missing_log_is_a_typed_error(path: Path, key: LogKey) -> None:
    with pytest.raises(NotInitializedError):
        verify(path, [key.verifier])


SWAP = (
    "UPDATE events SET idx = 99 WHERE idx = 4",
    "UPDATE events SET idx = 4 WHERE idx = 5",
    "UPDATE events SET idx = 5 WHERE idx = 99",
)
COPY = (
    "UPDATE events SET (at, kind, batch_id, doc_id, leaf, leaf_hash) ="
    " (SELECT at, kind, batch_id, doc_id, leaf, leaf_hash FROM events WHERE idx = {})"
    " WHERE idx = {}"
)
ADD = (
    "INSERT INTO events SELECT {}, at, kind, batch_id, doc_id, leaf, leaf_hash"
    " FROM events WHERE idx = {}"
)
REWORD = (
    "UPDATE events SET leaf = CAST(replace(CAST(leaf AS TEXT), 'alice', 'alicf') AS BLOB)"
    " WHERE idx = 4"
)
CUT = "DELETE FROM events WHERE idx >= 20"
TAMPERED: dict[str, tuple[str, int | None, tuple[str, ...]]] = {
    "a bit of a leaf": ("event.hash", 4, (
        REWORD,
    )),
    "a leaf hash": ("event.hash", 4, ("UPDATE events SET leaf_hash = zeroblob(32) WHERE idx = 4",)),
    "a kind": ("event.columns", 4, ("UPDATE events SET kind = 'document.read' WHERE idx = 4",)),
    "a batch": ("event.columns", 4, ("UPDATE events SET batch_id = 'batch-0001' WHERE idx = 4",)),
    "a document": ("event.columns", 4, ("UPDATE events SET doc_id = '' WHERE idx = 4",)),
    "a time": ("event.columns", 4, (
        "UPDATE events SET at = '2026-11-24T09:30:00.000001Z' WHERE idx = 4",)),
    "a leaf that is text": ("event.leaf", 4, (
        "UPDATE events SET leaf = CAST(leaf AS TEXT) WHERE idx = 4",)),
    "a leaf that is empty": ("event.leaf", 4, ("UPDATE events SET leaf = x'' WHERE idx = 4",)),
    "two rows swapped": ("event.columns", 4, SWAP),
    "a row over another": ("event.columns", 4, (COPY.format(5, 4),)),
    "a row deleted": ("event.index", 4, ("DELETE FROM events WHERE idx = 4",)),
    "the first row deleted": ("event.index", 0, ("DELETE FROM events WHERE idx = 0",)),
    "a row added at the end": ("event.columns", 29, (
        ADD.format(29, 28),)),
    "a row added before the first": ("event.index", -1, (
        "PRAGMA ignore_check_constraints = ON",
        ADD.format(-1, 0),)),
    "the tail cut off": ("checkpoint.beyond", 20, (CUT,)),
    "the tail and its checkpoint cut off": ("checkpoint.beyond", 20, (
        CUT, "DELETE FROM checkpoints WHERE size > 20")),
    "a checkpoint's note": ("checkpoint.signature", None, (
        "UPDATE checkpoints SET note = replace(note, 'firm', 'farm') WHERE size = 9",)),
    "a checkpoint without a note": ("checkpoint.signature", None, (
        "UPDATE checkpoints SET note = x'00' WHERE size = 9",)),
    "a checkpoint moved": ("checkpoint.size", None, (
        "UPDATE checkpoints SET size = 10 WHERE size = 9",)),
    "a checkpoint's frontier": ("checkpoint.frontier", None, (
        "UPDATE checkpoints SET frontier = x'' WHERE size = 9",)),
    "the head's size": ("head", 29, ("UPDATE head SET size = 30",)),
    "the head's time": ("head", 29, ("UPDATE head SET at = '2027-01-01T00:00:00.000000Z'",)),
    "the head's frontier": ("head", 29, ("UPDATE head SET frontier = zeroblob(128)",)),
    "no head": ("head", 29, ("DELETE FROM head",)),
    "the origin": ("meta", None, ("UPDATE meta SET value = 'x' WHERE name = 'origin'",)),
    "a row of meta added": ("meta", None, ("INSERT INTO meta VALUES ('x', 'y')",)),
    "a row of meta of another type": ("meta", None, ("INSERT INTO meta VALUES (x'00', x'01')",)),
    "a table added": ("schema", None, ("CREATE TABLE more (x)",)),
    "a view added": ("schema", None, ("CREATE VIEW more AS SELECT 1",)),
    "a trigger added": ("schema", None, (
        "CREATE TRIGGER more AFTER INSERT ON events BEGIN DELETE FROM head; END",)),
    "an index dropped": ("schema", None, ("DROP INDEX events_kind",)),
    "a table replaced by a view": ("schema", 0, (
        "ALTER TABLE events RENAME TO kept", "CREATE VIEW events AS SELECT * FROM kept")),
    "a table named in other letters": ("schema", None, (
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET tbl_name = 'EVENTS' WHERE name = 'events_kind'")),
    "another program's mark": ("database", 0, ("PRAGMA application_id = 1",)),
    "another journal mode": ("database", None, ("PRAGMA journal_mode = DELETE",)),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_named_with_the_first_event_concerned(
    sealed: Path, key: LogKey, name: str
) -> None:
    code, index, statements = TAMPERED[name]
    restore = "replaced" not in name
    tamper(sealed, *statements, restore=restore)
    check(sealed, key, code=code, index=index)


def test_a_dropped_trigger_is_noticed(sealed: Path, key: LogKey) -> None:
    tamper(sealed, restore=False)
    check(sealed, key, code="schema", index=None)


def test_a_checkpoint_of_another_key_is_not_believed(sealed: Path, key: LogKey) -> None:
    report = verify(sealed, [key.verifier])
    forged = sign_checkpoint("firm.example/custody", 9, report.root, [STRANGER])
    with direct(sealed) as connection:
        connection.execute("DROP TRIGGER checkpoints_no_update")
        connection.execute("UPDATE checkpoints SET note = ? WHERE size = 9", (forged,))
    check(sealed, key, code="checkpoint.signature", index=None)


def test_a_history_rewritten_whole_is_contradicted_by_the_latest_checkpoint(
    sealed: Path, key: LogKey, clock: SetClock
) -> None:
    latest = beside(sealed, ".checkpoint").read_bytes()
    for name in ("", ".sha256", ".checkpoint"):
        beside(sealed, name).unlink()
    with open_ledger(sealed, key, clock) as ledger:
        ledger.append(batch(7, 30))
        ledger.checkpoint()
    assert verify(sealed, [key.verifier]).ok, "nobody can see it without what is kept elsewhere"
    report = verify(sealed, [key.verifier], checkpoints=[latest.decode()])
    assert codes(report) == {"checkpoint.root"}
    beside(sealed, ".checkpoint").write_bytes(latest)
    assert codes(verify(sealed, [key.verifier])) == {"checkpoint.root"}


def test_a_checkpoint_kept_elsewhere_notices_a_tail_cut_off(
    sealed: Path, key: LogKey, clock: SetClock
) -> None:
    old = sealed.with_name("old.db")
    shutil.copy(sealed, old)
    with open_ledger(sealed, key, clock) as ledger:
        ledger.append(batch(4, 3))
        note = ledger.checkpoint().note
    assert verify(sealed, [key.verifier], checkpoints=[note]).ok
    report = verify(old, [key.verifier], checkpoints=[note])
    assert [(d.code, d.index) for d in report.discrepancies] == [("checkpoint.beyond", 29)]


@pytest.mark.parametrize("note", ["", "nonsense", "o\n1\nAAAA\n\n\u2014 o AAAAAAAA\n"])
def test_a_checkpoint_from_elsewhere_that_is_none_is_a_finding(
    sealed: Path, key: LogKey, note: str
) -> None:
    assert codes(verify(sealed, [key.verifier], checkpoints=[note])) == {"checkpoint.signature"}


def test_every_byte_of_the_files_beside_the_database_counts(sealed: Path, key: LogKey) -> None:
    for suffix, code in ((".sha256", "seal"), (".checkpoint", "checkpoint.latest")):
        path = beside(sealed, suffix)
        good = path.read_bytes()
        for at in range(len(good)):
            path.write_bytes(good[:at] + bytes([good[at] ^ 0x20]) + good[at + 1 :])
            assert codes(verify(sealed, [key.verifier])) == {code}
        path.write_bytes(good)


def test_a_write_ahead_log_under_a_seal_is_a_finding(sealed: Path, key: LogKey) -> None:
    beside(sealed, "-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(60))
    assert codes(verify(sealed, [key.verifier])) == {"seal"}


def test_a_clock_set_back_between_events_is_a_finding(
    path: Path, key: LogKey, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_ledger(path, key, clock) as ledger:
        ledger.append(batch(0, 1))
        clock.advance(-3600)
        monkeypatch.setattr(ledger, "_next_time", lambda _: clock.now())
        ledger.append(batch(1, 1))
    report = verify(path, [key.verifier])
    assert [(d.code, d.index) for d in report.discrepancies] == [("event.time", 2)]


def test_a_ruined_log_takes_no_more_memory_than_a_good_one(
    path: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(path, key, clock) as ledger:
        for _ in range(3):
            ledger.append([EventDraft("batch.resumed", "b")] * 1000)
    tamper(path, "UPDATE events SET kind = 'x.y'")
    report = verify(path, [key.verifier])
    assert len(report.discrepancies) == MAX_DISCREPANCIES
    assert report.omitted == 3000 + 1 - MAX_DISCREPANCIES
    with pytest.raises(CustodyTamperedError, match="and 3000 more"):
        report.require_ok()


def test_memory_does_not_grow_with_the_log(path: Path, key: LogKey, clock: SetClock) -> None:
    peaks = []
    for _ in range(2):
        with open_ledger(path, key, clock) as ledger:
            for _ in range(3):
                ledger.append([EventDraft("batch.resumed", "b")] * 2000)
        verify(path, [key.verifier])
        tracemalloc.start()
        assert verify(path, [key.verifier]).ok
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.1


def test_findings_are_kept_in_the_order_found() -> None:
    found = Findings()
    assert not found.any
    found.add("b", "second thing", 2)
    found.add("a", "first thing", 1)
    assert [d.code for d in found.kept] == ["b", "a"]


def test_no_message_quotes_a_leaf(sealed: Path, key: LogKey) -> None:
    secret = b'{"actor":"Jane Henderson"}'
    with closing(sqlite3.connect(sealed, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET leaf = ? WHERE idx = 4", (secret,))
    assert "Henderson" not in repr(verify(sealed, [key.verifier]))
