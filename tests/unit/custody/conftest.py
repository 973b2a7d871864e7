"""Ledgers for the tests of custody: a clock that can be set, a key, a log with a few batches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import LogKey, generate_log_key
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


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def key(tmp_path: Path) -> LogKey:
    return generate_log_key(tmp_path, "firm.example/custody")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "custody.db"


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


@pytest.fixture
def sealed(path: Path, key: LogKey, clock: SetClock) -> Path:
    """A closed log: three batches of nine events, each with its checkpoint, and two events."""
    with open_ledger(path, key, clock) as ledger:
        for number in range(3):
            ledger.append(batch(number, 8))
            clock.advance(60)
            ledger.checkpoint()
        ledger.append(batch(3, 1))
    return path
