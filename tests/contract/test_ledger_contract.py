"""What every ledger promises, tried on each: SQLite, and a real PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from handoff.custody.appending import SqlLedger
from handoff.custody.findings import VerificationReport
from handoff.custody.ledger import SqliteLedger
from handoff.custody.logkey import LogKey, generate_log_key
from handoff.custody.postgres import PostgresLedger, open_postgres_reader
from handoff.custody.postgres_verify import verify_postgres
from handoff.custody.reader import LedgerReader
from handoff.custody.verify import verify
from handoff.errors import (
    ClockError,
    CustodyEventError,
    CustodyForkError,
    CustodyKeyError,
    NotInitializedError,
)
from handoff.model import EventDraft
from tests.unit.custody.lab import PARTY, SetClock, batch

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import load_log_key
from handoff.custody.postgres import PostgresLedger
from handoff.model import EventDraft

where, home, name, count = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
class Clock:
    def now(self): return datetime.now(UTC)
options = dict(key=load_log_key(home), clock=Clock(), party=Party(name, "h", "t"))
opened = (
    PostgresLedger.open(where, home / f"{name}.db", **options)
    if "://" in where else SqliteLedger.open(Path(where), **options)
)
with opened as ledger:
    for number in range(count):
        batch_id, count = f"{name}-{number}", 1 + number % 4
        got = ledger.append([EventDraft("test.event", batch_id, f"d-{n}") for n in range(count)])
        print(got.start, got.stop, flush=True)
        if number % 10 == 9:
            ledger.checkpoint()
"""


@dataclass
class Place:
    """One kind of ledger, and how to open it."""

    where: str
    home: Path
    key: LogKey
    clock: SetClock
    open: Callable[..., SqlLedger]
    read: Callable[[], LedgerReader]
    verify: Callable[..., VerificationReport]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    key, clock = generate_log_key(tmp_path, "firm.example/custody"), SetClock()
    path = tmp_path / "custody.db"

    def options(create: bool, key: LogKey) -> dict[str, Any]:
        return {"key": key, "clock": clock, "party": PARTY, "create": create}

    if request.param == "sqlite":
        return Place(
            str(path),
            tmp_path,
            key,
            clock,
            lambda create=True, key=key: SqliteLedger.open(path, **options(create, key)),
            lambda: LedgerReader.open_reader(path),
            lambda **more: verify(path, [key.verifier], **more),
        )
    url = request.getfixturevalue("postgres").database()
    return Place(
        url,
        tmp_path,
        key,
        clock,
        lambda create=True, key=key: PostgresLedger.open(url, path, **options(create, key)),
        lambda: open_postgres_reader(url),
        lambda **more: verify_postgres(url, path, [key.verifier], **more),
    )


def test_indexes_are_given_in_order_and_what_was_appended_is_read(place: Place) -> None:
    with place.open() as ledger:
        assert ledger.append(batch(0, 2)) == range(3)
        assert ledger.append([]) == range(3, 3)
        assert ledger.append(batch(1, 1)) == range(3, 5)
    with place.read() as reader:
        assert [event.index for event in reader.events()] == [0, 1, 2, 3, 4]
        assert [e.doc_id for e in reader.events(batch_id="batch-0001")] == ["", "doc-1-0"]
        assert reader.size() == 5
        last = reader.last_event()
        assert last is not None
        assert (last.actor, last.host, last.at) == ("alice", "sender-1", place.clock.moment)


def test_a_large_batch_is_one_transaction_and_the_same_log(place: Place) -> None:
    with place.open() as ledger:
        assert ledger.append(batch(0, 1199)) == range(1200)
        ledger.append(batch(1, 3))
        checkpoint = ledger.checkpoint()
    report = place.verify(checkpoints=[checkpoint.note])
    report.require_ok()
    assert (report.size, report.covered, report.root) == (1204, 1204, checkpoint.root)


def test_a_log_goes_on_where_it_was_left(place: Place) -> None:
    with place.open() as ledger:
        ledger.append(batch(0, 2))
        first = ledger.checkpoint()
    with place.open(create=False) as ledger:
        assert ledger.append(batch(1, 2)) == range(3, 6)
        second = ledger.checkpoint()
        assert ledger.checkpoint().note == second.note
    place.verify(checkpoints=[first.note, second.note]).require_ok()


def test_nothing_is_recorded_of_a_batch_with_one_bad_event(place: Place) -> None:
    with place.open() as ledger:
        ledger.append(batch(0, 1))
        with pytest.raises(CustodyEventError):
            ledger.append([*batch(1, 100), EventDraft("test.event", details={"x": "two words"})])
        assert ledger.size() == 2
        assert ledger.append(batch(1, 0)) == range(2, 3)


def test_a_clock_set_back_stops_the_log(place: Place) -> None:
    with place.open() as ledger:
        ledger.append(batch(0, 1))
        place.clock.advance(-60)
        with pytest.raises(ClockError):
            ledger.append(batch(1, 1))
        assert ledger.size() == 2


def test_a_missing_log_is_not_made_unasked(place: Place) -> None:
    with pytest.raises(NotInitializedError):
        place.open(create=False)
    with pytest.raises(NotInitializedError):
        place.read()


def test_the_log_of_another_key_is_refused(place: Place, tmp_path: Path) -> None:
    place.open().close()
    (tmp_path / "other").mkdir()
    other = generate_log_key(tmp_path / "other", "firm.example/another")
    with pytest.raises(CustodyKeyError):
        place.open(key=other)


def test_no_checkpoint_is_signed_that_the_last_one_contradicts(place: Place) -> None:
    with place.open() as ledger:
        ledger.append(batch(0, 3))
        ledger.checkpoint()
    elsewhere = place.home / "elsewhere"
    elsewhere.mkdir()
    options: dict[str, Any] = {
        "key": place.key,
        "clock": place.clock,
        "party": PARTY,
        "create": True,
    }
    with SqliteLedger.open(elsewhere / "custody.db", **options) as other:
        other.append(batch(7, 3))
        note = other.checkpoint().note
    (place.home / "custody.db.checkpoint").write_text(note)
    with place.open() as ledger:
        ledger.append(batch(1, 3))
        with pytest.raises(CustodyForkError):
            ledger.checkpoint()


def test_threads_of_one_process_share_a_ledger(place: Place) -> None:
    with place.open() as ledger:
        with ThreadPoolExecutor(4) as pool:
            got = list(pool.map(lambda n: ledger.append(batch(n, n % 3)), range(24)))
        taken = sorted(index for indexes in got for index in indexes)
        assert taken == list(range(len(taken)))
        ledger.checkpoint()
    place.verify().require_ok()


def test_two_processes_hammering_it_leave_no_gap_and_no_fork(place: Place) -> None:
    place.open().close()
    command = [sys.executable, "-c", WRITER, place.where, str(place.home)]
    writers = [
        subprocess.Popen([*command, name, "60"], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    claimed: list[int] = []
    for writer in writers:
        out, _ = writer.communicate(timeout=120)
        assert writer.returncode == 0
        for line in out.splitlines():
            claimed.extend(range(*map(int, line.split())))
    assert sorted(claimed) == list(range(300))
    report = place.verify()
    report.require_ok()
    assert report.size == 300
    with place.read() as reader:
        events = list(reader.events())
    assert all(a.at <= b.at for a, b in pairwise(events))
    for name in ("one", "two"):
        mine = [event.batch_id for event in events if event.actor == name]
        numbers = [int(batch_id.rpartition("-")[2]) for batch_id in mine]
        assert numbers == sorted(numbers)
