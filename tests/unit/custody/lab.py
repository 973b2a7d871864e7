"""What the tests of custody work with: a clock that can be set, a ledger, drafts, tampering."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import LogKey
from handoff.model import EventDraft

PARTY = Party("alice", "sender-1", "handoff/0.1.0")


class SetClock:
    """A clock that stands where it is set."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def open_ledger(path: Path, key: LogKey, clock: SetClock) -> SqliteLedger:
    return SqliteLedger.open(path, key=key, clock=clock, party=PARTY, create=True)


def batch(number: int, documents: int) -> list[EventDraft]:
    """Drafts such as the pipeline makes for a batch."""
    batch_id = f"batch-{number:04d}"
    drafts = [EventDraft("batch.opened", batch_id, details={"vendor": "acme"})]
    for n in range(documents):
        drafts.append(
            EventDraft(
                "document.redacted",
                batch_id,
                f"doc-{number}-{n}",
                materials={"source": f"{n:064x}"},
                products={"redacted": f"{n + 1:064x}"},
                policy_sha256="ab" * 32,
                details={"PERSON": n, "control_number": f"ACME-{n:06d}"},
            )
        )
    return drafts


def direct(path: Path) -> closing[sqlite3.Connection]:
    """The database as anybody can open it, for a `with` that closes it at its end."""
    return closing(sqlite3.connect(path, isolation_level=None))


def tamper(path: Path, *statements: str, restore: bool = True) -> None:
    """Change the database as somebody would who knows of the triggers, and puts them back."""
    with direct(path) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in kept if restore else ():
            connection.execute(sql)
