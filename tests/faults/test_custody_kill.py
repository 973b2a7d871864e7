"""A writer killed at any moment leaves a log that verifies and holds all that it was promised."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from handoff.custody.logkey import LogKey, generate_log_key
from handoff.custody.reader import LedgerReader
from handoff.custody.seal import ByteSeal
from handoff.custody.verify import verify

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import load_log_key
from handoff.model import EventDraft

class Clock:
    def now(self):
        return datetime.now(UTC)

home = Path(sys.argv[1])
party = Party("alice", "sender-1", "handoff/0.1.0")
round_ = 0
while True:
    with SqliteLedger.open(
        home / "custody.db", key=load_log_key(home), clock=Clock(), party=party, create=True
    ) as ledger:
        for size in (1, 7, 40):
            drafts = [EventDraft("document.read", "b", f"d-{n}") for n in range(size)]
            print(ledger.append(drafts).stop, flush=True)
        if round_ % 2 == 0:
            print(ledger.checkpoint().size, flush=True)
    round_ += 1
"""
ROUNDS = 12


def test_every_index_returned_before_the_kill_is_there(tmp_path: Path) -> None:
    key = generate_log_key(tmp_path, "firm.example/custody")
    moments = random.Random(7)
    promised, unsealed = 0, 0
    for _ in range(ROUNDS):
        promised = max(promised, write_and_kill(tmp_path, moments.uniform(0.01, 0.25)))
        unsealed += not ByteSeal(tmp_path / "custody.db").exists()
        check(tmp_path, key, promised)
    assert promised > 0
    assert unsealed > 0, "no kill ever came while the log was being written"


def write_and_kill(home: Path, delay: float) -> int:
    """Let the writer run for `delay` seconds after its first word; what it promised last."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    # The last line may be cut short by the kill; a whole one ends in a newline.
    lines = (first + rest).splitlines(keepends=True)
    return max((int(line) for line in lines if line.endswith("\n")), default=0)


def check(home: Path, key: LogKey, promised: int) -> None:
    path = home / "custody.db"
    report = verify(path, [key.verifier])
    assert report.discrepancies == ()
    assert report.size >= promised
    with LedgerReader.open_reader(path) as reader:
        assert [event.index for event in reader.events()] == list(range(report.size))
