"""The SQLite ledger: order, durability of what it returns, time, checkpoints, and files."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import LogKey
from handoff.custody.merkle import leaf_hash, root_of
from handoff.custody.reader import LedgerReader
from handoff.custody.verify import verify
from handoff.errors import (
    ClockError,
    CustodyEventError,
    CustodyForkError,
    CustodyKeyError,
    LedgerCorruptError,
    NotInitializedError,
)
from handoff.model import EventDraft
from handoff.ports import Ledger
from tests.unit.custody.lab import PARTY, SetClock, batch, direct, open_ledger, tamper


def test_it_is_a_ledger(path: Path, key: LogKey, clock: SetClock) -> None:
    with open_ledger(path, key, clock) as opened:
        ledger: Ledger = opened
        assert ledger.size() == 0
        assert opened.last_event() is None


def test_indexes_are_without_gaps_and_events_come_back(
    path: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(path, key, clock) as ledger:
        assert ledger.append(batch(0, 3)) == range(4)
        assert ledger.append([]) == range(4, 4)
        assert ledger.append(batch(1, 1)) == range(4, 6)
        events = list(ledger.events())
        assert ledger.last_event() == events[-1]
    assert [event.index for event in events] == list(range(6))
    assert (events[0].kind, events[0].batch_id) == ("batch.opened", "batch-0000")
    assert {(event.actor, event.host, event.tool) for event in events} == {
        (PARTY.actor, PARTY.host, PARTY.tool)
    }
    assert events[1].details == {"PERSON": 0, "control_number": "ACME-000000"}
    assert events[1].at == clock.moment


def test_events_are_narrowed_by_batch_document_and_kind(sealed: Path) -> None:
    with LedgerReader.open_reader(sealed) as reader:
        assert len(list(reader.events(batch_id="batch-0001"))) == 9
        assert [e.index for e in reader.events(doc_id="doc-2-7")] == [26]
        assert len(list(reader.events(kinds=["batch.opened"]))) == 4
        assert len(list(reader.events(batch_id="batch-0003", kinds=["batch.opened"]))) == 1
        assert list(reader.events(kinds=[])) == []
        assert list(reader.events(batch_id="' OR 1=1 --")) == []
        assert reader.size() == 29


def test_many_events_are_read_in_pages(path: Path, key: LogKey, clock: SetClock) -> None:
    with open_ledger(path, key, clock) as ledger:
        ledger.append([EventDraft("batch.resumed", "b")] * 1201)
        read = ledger.events(batch_id="b")
        first = next(read)
        ledger.append([EventDraft("batch.closed", "b")])
        assert [first.index, *(event.index for event in read)] == list(range(1202))


def test_a_refused_draft_records_nothing_of_its_append(
    path: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(path, key, clock) as ledger:
        bad = EventDraft("document.read", "b", details={"code": "two words"})
        with pytest.raises(CustodyEventError):
            ledger.append([*batch(0, 2), bad])
        assert ledger.size() == 0
    assert verify(path, [key.verifier]).ok


@pytest.mark.parametrize(
    ("back", "refused"), [(0.5, False), (2, False), (2.1, True), (86400, True)]
)
def test_a_clock_gone_back_is_refused_beyond_two_seconds(
    path: Path, key: LogKey, clock: SetClock, back: float, refused: bool
) -> None:
    with open_ledger(path, key, clock) as ledger:
        ledger.append(batch(0, 1))
        before = clock.moment
        clock.advance(-back)
        if refused:
            with pytest.raises(ClockError):
                ledger.append(batch(1, 1))
            assert ledger.size() == 2
        else:
            ledger.append(batch(1, 1))
            assert [event.at for event in ledger.events()] == [before] * 4


def test_a_clock_without_a_zone_is_refused(path: Path, key: LogKey, clock: SetClock) -> None:
    with open_ledger(path, key, clock) as ledger:
        clock.moment = datetime(2026, 11, 24)  # noqa: DTZ001
        with pytest.raises(ClockError):
            ledger.append(batch(0, 1))


@pytest.mark.parametrize("field", ["actor", "host", "tool"])
@pytest.mark.parametrize("value", ["", "two words", "\u00e9ric", "a\n"])
def test_a_party_must_be_plain(field: str, value: str) -> None:
    parts = {"actor": "alice", "host": "h", "tool": "t"} | {field: value}
    with pytest.raises(CustodyEventError):
        Party(**parts)


def test_a_checkpoint_commits_to_all_leaves(path: Path, key: LogKey, clock: SetClock) -> None:
    with open_ledger(path, key, clock) as ledger:
        assert ledger.checkpoint().size == 0
        ledger.append(batch(0, 6))
        checkpoint = ledger.checkpoint()
        assert ledger.checkpoint() == checkpoint
        assert ledger.last_checkpoint() == checkpoint.note
    with direct(path) as connection:
        leaves = [row[0] for row in connection.execute("SELECT leaf FROM events ORDER BY idx")]
    assert checkpoint.root == root_of(leaf_hash(leaf) for leaf in leaves)
    assert checkpoint.origin == "firm.example/custody"
    assert (path.parent / "custody.db.checkpoint").read_text() == checkpoint.note


def test_the_log_goes_on_after_it_was_closed(path: Path, key: LogKey, clock: SetClock) -> None:
    for number in range(3):
        with open_ledger(path, key, clock) as ledger:
            ledger.append(batch(number, 2))
            ledger.checkpoint()
    report = verify(path, [key.verifier])
    assert (report.ok, report.size, report.covered, report.sealed) == (True, 9, 9, True)


def test_every_file_is_private(path: Path, key: LogKey, clock: SetClock) -> None:
    with open_ledger(path, key, clock) as ledger:
        ledger.append(batch(0, 2))
        ledger.checkpoint()
        names = {p.name for p in path.parent.glob("custody.db*")}
        assert {"custody.db", "custody.db-wal", "custody.db-shm"} < names
        modes = {stat.S_IMODE(p.stat().st_mode) for p in path.parent.glob("custody.db*")}
    modes |= {stat.S_IMODE(p.stat().st_mode) for p in path.parent.glob("custody.db*")}
    assert modes == {0o600}


def test_a_clean_close_leaves_one_database_file_under_a_seal(sealed: Path) -> None:
    assert sorted(p.name for p in sealed.parent.glob("custody.db*")) == [
        "custody.db",
        "custody.db.checkpoint",
        "custody.db.sha256",
    ]
    subprocess.run(
        ["sha256sum", "-c", "--quiet", "custody.db.sha256"], cwd=sealed.parent, check=True
    )


def test_a_close_without_writing_keeps_the_seal(sealed: Path, key: LogKey, clock: SetClock) -> None:
    seal = sealed.with_name("custody.db.sha256")
    before = (seal.stat().st_ino, sealed.read_bytes())
    with open_ledger(sealed, key, clock) as ledger:
        assert ledger.size() == 29
    assert (seal.stat().st_ino, sealed.read_bytes()) == before


def test_a_second_writer_goes_on_where_the_first_stands(
    path: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(path, key, clock) as one, open_ledger(path, key, clock) as two:
        assert one.append(batch(0, 1)) == range(2)
        assert two.append(batch(1, 1)) == range(2, 4)
        assert one.append(batch(2, 1)) == range(4, 6)
        two.checkpoint()
        assert one.checkpoint().size == 6
    assert verify(path, [key.verifier]).ok


def test_a_missing_log_is_only_made_when_asked(path: Path, key: LogKey, clock: SetClock) -> None:
    with pytest.raises(NotInitializedError):
        SqliteLedger.open(path, key=key, clock=clock, party=PARTY)
    with pytest.raises(NotInitializedError):
        LedgerReader.open_reader(path)
    assert not path.exists()


def test_another_keys_log_is_refused(sealed: Path, clock: SetClock) -> None:
    with pytest.raises(CustodyKeyError):
        open_ledger(sealed, LogKey("other.example/log", b"o" * 32), clock)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET kind = 'x.y' WHERE idx = 1",
        "DELETE FROM events WHERE idx = 28",
        "UPDATE checkpoints SET note = '' WHERE size = 9",
        "DELETE FROM checkpoints",
    ],
)
def test_the_seat_belt_holds_against_careless_hands(sealed: Path, statement: str) -> None:
    with (
        direct(sealed) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)


OVERWRITE = (
    "UPDATE events SET (leaf, leaf_hash) = (SELECT leaf, leaf_hash FROM events WHERE idx = {})"
    " WHERE idx = {}"
)
CUT_HEAD = (
    "UPDATE head SET size = 18, at = (SELECT at FROM events WHERE idx = 17),"
    " frontier = (SELECT frontier FROM checkpoints WHERE size = 18)"
)
FORKS = {
    "an event since the last checkpoint was changed": (
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE idx = 27) WHERE idx = 28",
    ),
    "an event and its hash were changed": (
        OVERWRITE.format(27, 28),
    ),
    "the head's frontier was changed": (
        "UPDATE head SET frontier = zeroblob(128)",
    ),
    "the last checkpoint's frontier was changed": (
        "UPDATE checkpoints SET frontier = zeroblob(128) WHERE size = 27",
    ),
    "the last checkpoint's note was changed": (
        "UPDATE checkpoints SET note = replace(note, '27', '26') WHERE size = 27",
    ),
    "the last checkpoint is gone and an event under it was changed": (
        "DELETE FROM checkpoints WHERE size = 27",
        OVERWRITE.format(19, 20),
    ),
    "the tail was cut off with its checkpoint": (
        "DELETE FROM events WHERE idx >= 18",
        "DELETE FROM checkpoints WHERE size > 18",
        CUT_HEAD,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORKS)
def test_no_checkpoint_is_signed_over_a_fork(
    sealed: Path, key: LogKey, clock: SetClock, name: str
) -> None:
    tamper(sealed, *FORKS[name])
    latest = sealed.with_name("custody.db.checkpoint").read_bytes()
    with open_ledger(sealed, key, clock) as ledger, pytest.raises(CustodyForkError):
        ledger.checkpoint()
    assert sealed.with_name("custody.db.checkpoint").read_bytes() == latest


def test_a_damaged_latest_note_stops_signing(sealed: Path, key: LogKey, clock: SetClock) -> None:
    latest = sealed.with_name("custody.db.checkpoint")
    latest.write_bytes(latest.read_bytes()[:-9])
    with open_ledger(sealed, key, clock) as ledger, pytest.raises(CustodyForkError):
        ledger.checkpoint()


def test_a_signature_noted_before_a_crash_is_continued(
    sealed: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(sealed, key, clock) as ledger:
        ledger.checkpoint()
    # As if the process had died between the note on disk and the commit of its row.
    tamper(sealed, "DELETE FROM checkpoints WHERE size = 29")
    with open_ledger(sealed, key, clock) as ledger:
        ledger.append(batch(5, 2))
        assert ledger.checkpoint().size == 32
    assert verify(sealed, [key.verifier]).discrepancies == ()


def test_a_head_that_does_not_fit_stops_appending(
    sealed: Path, key: LogKey, clock: SetClock
) -> None:
    tamper(sealed, "DELETE FROM events WHERE idx = 28")
    with open_ledger(sealed, key, clock) as ledger, pytest.raises(LedgerCorruptError):
        ledger.append(batch(5, 2))


def test_a_damaged_event_is_a_typed_error_with_its_index(sealed: Path) -> None:
    tamper(sealed, "UPDATE events SET leaf = 'text' WHERE idx = 3")
    with (
        LedgerReader.open_reader(sealed) as reader,
        pytest.raises(LedgerCorruptError, match="event 3 "),
    ):
        list(reader.events())


def test_help_does_not_load_sqlalchemy() -> None:
    code = "import sys, handoff.custody; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
