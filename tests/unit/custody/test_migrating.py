"""A log of an older schema is brought to the present one and loses nothing; a newer is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.custody import schema
from handoff.custody.ledger import SqliteLedger
from handoff.custody.logkey import LogKey
from handoff.custody.reader import LedgerReader
from handoff.custody.seal import ByteSeal
from handoff.custody.verify import verify
from handoff.errors import LedgerVersionError
from tests.unit.custody.lab import PARTY, SetClock, batch, direct, open_ledger


@pytest.fixture
def old(sealed: Path) -> Path:
    """A log as version 0.1.0 left it: schema 1, sealed."""
    with direct(sealed) as connection:
        connection.execute("DROP TABLE alembic_version")
        connection.execute("UPDATE meta SET value = '1' WHERE name = 'schema_version'")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ByteSeal(sealed).write()
    return sealed


def test_a_log_of_schema_1_is_migrated_when_a_writer_opens_it(
    old: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(old, key, clock) as ledger:
        ledger.append(batch(9, 1))
        ledger.checkpoint()
        migrated = list(ledger.events(kinds=["log.migrated"]))
    assert [dict(event.details) for event in migrated] == [{"from": 1, "to": schema.SCHEMA_VERSION}]
    report = verify(old, [key.verifier])
    report.require_ok()
    assert (report.size, report.sealed) == (32, True)


def test_a_migrated_log_has_the_schema_of_a_fresh_one(
    old: Path, key: LogKey, clock: SetClock, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh.db"
    for path in (old, fresh):
        open_ledger(path, key, clock).close()
    query = "SELECT name, sql FROM sqlite_master ORDER BY name"
    stamp = "SELECT version_num FROM alembic_version"
    shown = []
    for path in (old, fresh):
        with direct(path) as c:
            shown.append((c.execute(query).fetchall(), c.execute(stamp).fetchall()))
    assert shown[0] == shown[1]
    assert shown[0][1] == [(schema.REVISIONS[schema.SCHEMA_VERSION],)]


def test_a_reader_of_an_old_log_is_told_to_migrate(old: Path) -> None:
    with pytest.raises(LedgerVersionError) as caught:
        LedgerReader.open_reader(old)
    assert "custody migrate" in caught.value.hint


@pytest.mark.parametrize("version", [3, 99])
def test_a_newer_log_is_refused_and_left_as_it_is(
    sealed: Path, key: LogKey, clock: SetClock, version: int
) -> None:
    with direct(sealed) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = sealed.read_bytes()
    with pytest.raises(LedgerVersionError):
        SqliteLedger.open(sealed, key=key, clock=clock, party=PARTY)
    assert sealed.read_bytes() == before
