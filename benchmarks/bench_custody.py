"""The custody log's appends beside a bare insert of the same rows, and its verification.

Appends: `SqliteLedger.append` in batches of 1, 10 and 1,000, each beside SQLAlchemy Core inserting
rows made beforehand, of the same bytes, into the same table with the same indexes, WAL and
synchronous=FULL. Aim: at least 0.5x at 1,000. Verification: `verify` of a closed log beside plain
SHA-256 and JSON parsing of the same leaves. Aim of issue 7: at most 2x. The two sides alternate;
the figure is the ratio of medians, with a 95 % bootstrap interval over the rounds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from handoff.custody import schema
from handoff.custody.database import create_database_file, open_engine, use_wal
from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import generate_log_key
from handoff.custody.note import VerifierKey
from handoff.custody.verify import verify
from handoff.model import EventDraft

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


def open_ledger(home: Path) -> SqliteLedger:
    key = generate_log_key(home, "bench.example/custody")
    party = Party("bench", "localhost", "handoff/bench")
    return SqliteLedger.open(
        home / "custody.db", key=key, clock=SystemClock(), party=party, create=True
    )


def open_bare(home: Path) -> sa.Engine:
    create_database_file(home / "bare.db")
    engine = open_engine(home / "bare.db", writable=True)
    use_wal(engine)
    with engine.begin() as connection:
        for name in ("events", "events_batch", "events_doc", "events_kind"):
            connection.exec_driver_sql(schema.STATEMENTS[name])
    return engine


def rows_of(ledger: SqliteLedger, first: int) -> list[dict[str, object]]:
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


def measure_appends(home: Path, size: int, rounds: int) -> dict[str, object]:
    ours: list[float] = []
    bare: list[float] = []
    made, appends = drafts(size), SIZES[size]
    with open_ledger(home) as ledger:
        engine = open_bare(home)
        for _ in range(rounds + 1):
            first = ledger.size()
            ours.append(timed(lambda: [ledger.append(made) for _ in range(appends)]))
            rows = rows_of(ledger, first)
            parts = [rows[at : at + size] for at in range(0, len(rows), size)]
            bare.append(timed(partial(insert_all, engine, parts)))
        engine.dispose()
    events = size * appends
    # Rates, so that more is better; the first round warms up.
    return result(
        f"append, {size} at a time",
        [events / seconds for seconds in ours[1:]],
        [events / seconds for seconds in bare[1:]],
        "events/s beside a bare insert",
    )


def measure_verification(home: Path, events: int, rounds: int) -> dict[str, object]:
    with open_ledger(home) as ledger:
        for _ in range(events // 1000):
            ledger.append(drafts(1000))
        ledger.checkpoint()
        leaves = [row["leaf"] for row in rows_of(ledger, 0)]
    key = VerifierKey.parse((home / "custody-log.vkey").read_text())
    ours: list[float] = []
    plain: list[float] = []
    for _ in range(rounds + 1):
        ours.append(timed(lambda: verify(home / "custody.db", [key]).require_ok()))
        plain.append(timed(lambda: hash_and_parse(leaves)))
    return result(
        f"verify {len(leaves)} events", ours[1:], plain[1:], "s beside SHA-256 and JSON parsing"
    )


def hash_and_parse(leaves: Sequence[object]) -> None:
    for leaf in leaves:
        assert isinstance(leaf, bytes)
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
    parser.add_argument("--events", type=int, default=20_000, help="events to verify")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    for size in (*SIZES, 0):
        with tempfile.TemporaryDirectory() as name:
            if size:
                row = measure_appends(Path(name), size, options.rounds)
            else:
                row = measure_verification(Path(name), options.events, max(3, options.rounds // 3))
        print(json.dumps(row) if options.json else in_words(row), flush=True)


def in_words(row: dict[str, Any]) -> str:
    return (
        f"{row['name']:24} {row['ours']:10.4g} against {row['theirs']:10.4g} {row['unit']}:"
        f" ratio {row['ratio']:.2f} (95 % between {row['low']:.2f} and {row['high']:.2f},"
        f" {row['rounds']} rounds)"
    )


if __name__ == "__main__":
    main()
