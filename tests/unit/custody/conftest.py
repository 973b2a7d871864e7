"""Fixtures for the tests of custody: a clock, a key, a place, and a sealed log."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.custody.logkey import LogKey, generate_log_key
from tests.unit.custody.lab import SetClock, batch, open_ledger


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def key(tmp_path: Path) -> LogKey:
    return generate_log_key(tmp_path, "firm.example/custody")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "custody.db"


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
