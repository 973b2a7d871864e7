"""The custody log's appends beside a bare insert of the same rows, its verification, its proofs.

Appends: `append` in batches of 1, 10 and 1,000, on SQLite and on PostgreSQL (a server of its own on
loopback, where its programs are installed), each beside a bare insert of rows made beforehand, of
the same bytes, into the same table with the same indexes, as durably: by SQLAlchemy Core, and on
SQLite also by the driver's own `executemany`, the quickest there is. Aim: at least 0.5x at 1,000.
Verification: `verify` of a closed log beside plain SHA-256 and JSON parsing of the same leaves; aim
of issue 7: at most 2x, in constant memory. Proofs: an inclusion proof of one event out of the same
log; aim: 50 ms. The two sides alternate; the figure is the ratio of medians, with a 95 % bootstrap
interval over the rounds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from handoff.custody import postgres_schema, schema
from handoff.custody.appending import Party, SqlLedger
from handoff.custody.database import create_database_file, open_engine, use_wal
from handoff.custody.index.proofs import inclusion_proofs
from handoff.custody.index.update import open_index
from handoff.custody.ledger import SqliteLedger
from handoff.custody.logkey import generate_log_key
from handoff.custody.note import VerifierKey
from handoff.custody.postgres import PostgresLedger, open_postgres
from handoff.custody.postgres_schema import NAMESPACE
from handoff.custody.reader import LedgerReader
from handoff.custody.verify import verify
from handoff.model import EventDraft
from tests import postgres

SIZES = {1: 60, 10: 40, 1000: 3}
"""Events in an append, and how many appends make one round."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def drafts(count: int) -> list[EventDraft]:
    """Events as a delivery leaves them, about 600 bytes a leaf."""
    return [
        EventDraft(
            "document.sealed",
            "b-4fJ0xQ9a",
            f"d-{n:08d}",
            materials={"document": "sha256:" + f"{n:064x}"},
            products={"ciphertext": "sha256:" + f"{n + 1:064x}"},
            policy_sha256="ab" * 32,
            details={
                "control_number": f"ACME-{n:06d}",
                "object_key": f"b-4fJ0xQ9a/{n:022x}.age",
                "size": 100_000 + n,
                "recipients": 2,
                "counts": {"PERSON": n % 50, "EMAIL_ADDRESS": n % 7, "US_SSN": n % 3},
            },
        )
        for n in range(count)
    ]


def open_ledger(home: Path, database: str = "") -> SqlLedger:
    key = generate_log_key(home, "bench.example/custody")
    party, path = Party("bench", "localhost", "handoff/bench"), home / "custody.db"
    if database:
        return PostgresLedger.open(
            database, path, key=key, clock=SystemClock(), party=party, create=True
        )
    return SqliteLedger.open(path, key=key, clock=SystemClock(), party=party, create=True)


def open_bare(home: Path, database: str = "") -> sa.Engine:
    if database:
        engine = open_postgres(database)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {NAMESPACE}")
            for statement in postgres_schema.STATEMENTS:
                if "ON events (" in statement or "TABLE events" in statement:
                    connection.exec_driver_sql(statement)
        return engine
    create_database_file(home / "bare.db")
    engine = open_engine(home / "bare.db", writable=True)
    use_wal(engine)
    with engine.begin() as connection:
        for name in ("events", "events_batch", "events_doc", "events_kind"):
            connection.exec_driver_sql(schema.STATEMENTS[name])
    return engine


def rows_of(ledger: SqlLedger, first: int) -> list[dict[str, object]]:
    """The rows that the ledger holds from `first` on."""
    with ledger._engine.connect() as connection:  # noqa: SLF001
        query = sa.select(schema.events).where(schema.events.c.idx >= first)
        return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def insert_all(engine: sa.Engine, parts: list[list[dict[str, object]]]) -> None:
    for rows in parts:
        with engine.begin() as connection:
            connection.execute(sa.insert(schema.events), rows)


def insert_by_driver(engine: sa.Engine, parts: list[list[dict[str, object]]]) -> None:
    tuples = [[tuple(row.values()) for row in rows] for rows in parts]
    for rows in tuples:
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def measure_appends(
    home: Path,
    size: int,
    rounds: int,
    databases: tuple[str, str] = ("", ""),
    insert: Callable[[sa.Engine, list[list[dict[str, object]]]], None] = insert_all,
) -> dict[str, object]:
    ours: list[float] = []
    bare: list[float] = []
    made, appends = drafts(size), SIZES[size]
    with open_ledger(home, databases[0]) as ledger:
        engine = open_bare(home, databases[1])
        for _ in range(rounds + 1):
            first = ledger.size()
            ours.append(timed(lambda: [ledger.append(made) for _ in range(appends)]))
            rows = rows_of(ledger, first)
            parts = [rows[at : at + size] for at in range(0, len(rows), size)]
            bare.append(timed(partial(insert, engine, parts)))
        engine.dispose()
    events = size * appends
    # Rates, so that more is better; the first round warms up.
    return result(
        f"{'PostgreSQL' if databases[0] else 'SQLite'}: append, {size} at a time",
        [events / seconds for seconds in ours[1:]],
        [events / seconds for seconds in bare[1:]],
        "events/s beside a bare insert by "
        + ("SQLAlchemy" if insert is insert_all else "the driver"),
    )


def measure_verification(home: Path, events: int, rounds: int) -> Iterator[dict[str, object]]:
    with open_ledger(home) as ledger:
        for _ in range(events // 1000):
            ledger.append(drafts(1000))
        ledger.checkpoint()
    key = VerifierKey.parse((home / "custody-log.vkey").read_text())
    path = home / "custody.db"
    ours: list[float] = []
    plain: list[float] = []
    for _ in range(rounds):
        ours.append(timed(lambda: verify(path, [key]).require_ok()))
        plain.append(timed(lambda: hash_and_parse(path)))
    unit = "s beside SHA-256 and JSON parsing of the same rows"
    yield result(f"verify {events} events", ours, plain, unit)
    yield {
        "name": "peak memory of this process",
        "ours": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "unit": "MiB",
    }
    yield measure_proofs(path, events)


def measure_proofs(path: Path, events: int) -> dict[str, object]:
    """One proof at a time out of a log whose index is there, at events spread over it."""
    with LedgerReader.open_reader(path) as reader, open_index(path, reader) as index:
        times = [
            timed(partial(inclusion_proofs, index, reader, [n * events // 40], events))
            for n in range(40)
        ]
    return {
        "name": f"inclusion proof out of {events}",
        "ours": statistics.median(times) * 1000,
        "unit": f"ms at the median, {max(times) * 1000:.1f} at most",
    }


def hash_and_parse(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for (leaf,) in connection.execute("SELECT leaf FROM events ORDER BY idx"):
            hashlib.sha256(leaf).digest()
            json.loads(leaf)


def result(name: str, ours: list[float], theirs: list[float], unit: str) -> dict[str, object]:
    draw = random.Random(1)
    ratios = sorted(
        statistics.median(draw.choices(ours, k=len(ours)))
        / statistics.median(draw.choices(theirs, k=len(theirs)))
        for _ in range(2000)
    )
    ratio = statistics.median(ours) / statistics.median(theirs)
    return {
        "name": name,
        "ours": statistics.median(ours),
        "theirs": statistics.median(theirs),
        "unit": unit,
        "ratio": ratio,
        "low": ratios[50],
        "high": ratios[-51],
        "rounds": len(ours),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--events", type=int, default=1_000_000, help="events to verify")
    parser.add_argument("--verify-rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    for row in measure(options.rounds, options.events, options.verify_rounds):
        print(json.dumps(row) if options.json else in_words(row), flush=True)


def measure(rounds: int, events: int, verify_rounds: int) -> Iterator[dict[str, object]]:
    """Everything, one row after the other."""
    for size in SIZES:
        for insert in (insert_all, insert_by_driver):
            with tempfile.TemporaryDirectory() as name:
                yield measure_appends(Path(name), size, rounds, insert=insert)
    if postgres.programs() is not None:
        with postgres.server() as server:
            for size in SIZES:
                with tempfile.TemporaryDirectory() as name:
                    databases = (server.database(), server.database())
                    yield measure_appends(Path(name), size, rounds, databases)
    with tempfile.TemporaryDirectory() as name:
        yield from measure_verification(Path(name), events, verify_rounds)


def in_words(row: dict[str, Any]) -> str:
    if "ratio" not in row:
        return f"{row['name']:34} {row['ours']:10.4g} {row['unit']}"
    return (
        f"{row['name']:34} {row['ours']:10.4g} against {row['theirs']:10.4g} {row['unit']}:"
        f" ratio {row['ratio']:.2f} (95 % between {row['low']:.2f} and {row['high']:.2f},"
        f" {row['rounds']} rounds)"
    )


if __name__ == "__main__":
    main()
