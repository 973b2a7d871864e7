"""Writes a custody log, again and again, and is killed before the n-th step each time.

Reads lines "HOME N" and answers each with a line of JSON: whether the writer was killed, the steps
it came to, and what it had promised. A step is an SQL statement that changes anything, a file made
durable, named or removed, or an index given back to the caller. Every writer is a process of its
own, forked here, so that the imports are paid for once.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from handoff.custody import database
from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import load_log_key
from handoff.model import EventDraft

PARTY = Party("alice", "sender-1", "handoff/0.1.0")
SIZES = (1, 7, 40)
OPENINGS = 2
DIFFERENT_ROWS = 2
# Before a statement that only reads, the disk is what it is before the next one that writes.
CHANGES = re.compile(r"(?i)create|insert|update|commit|pragma (?:journal_mode|wal_checkpoint)")


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Steps:
    """Counts what the process does, tells a pipe of it, and dies before step `doomed`."""

    def __init__(self, doomed: int, pipe: int) -> None:
        self.doomed = doomed
        self.pipe = pipe
        self.seen = 0
        self.row, self.rows = "", 0

    def statement(self, sql: str) -> None:
        """SQLite is about to run `sql`; of many rows the second stands for all that follow."""
        if not CHANGES.match(sql):
            return
        verb = sql.split(maxsplit=1)[0]
        self.rows = self.rows + 1 if verb == self.row else 1
        self.row = verb
        if self.rows <= DIFFERENT_ROWS:
            self.step(verb)

    def step(self, what: str, number: int = 0) -> None:
        """`what` is about to be done."""
        if self.seen == self.doomed:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen += 1
        os.write(self.pipe, f"{what.lower()} {number}\n".encode())

    def promise(self, number: int) -> None:
        """Give back that the log has `number` events."""
        self.step("promise", number)

    def before(self, function: Callable[..., Any], what: str) -> Callable[..., Any]:
        """`function` as a step."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.step(what)
            return function(*args, **kwargs)

        return counted

    def install(self) -> None:
        """Let nothing happen on disk that is not counted."""
        configure = database._configure

        def configured(connection: sqlite3.Connection, *, writable: bool) -> None:
            connection.set_trace_callback(self.statement)
            configure(connection, writable=writable)

        for where, name, new in (
            (database, "_configure", configured),
            (os, "fsync", self.before(os.fsync, "fsync")),
            (os, "link", self.before(os.link, "link")),
            (Path, "replace", self.before(Path.replace, "replace")),
            (Path, "unlink", self.before(Path.unlink, "unlink")),
        ):
            setattr(where, name, new)


def write(home: Path, steps: Steps) -> None:
    """Open the log twice; append in batches, and sign what is there before the last of them."""
    for _ in range(OPENINGS):
        path, key = home / "custody.db", load_log_key(home)
        with SqliteLedger.open(path, key=key, clock=Clock(), party=PARTY, create=True) as ledger:
            for size in SIZES:
                if size == max(SIZES):
                    steps.promise(ledger.checkpoint().size)
                drafts = [EventDraft("document.read", "b", f"d-{n}") for n in range(size)]
                steps.promise(ledger.append(drafts).stop)


def run(home: Path, doomed: int) -> dict[str, Any]:
    """Fork a writer; how it ended, and what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        steps = Steps(doomed, writer)
        steps.install()
        write(home, steps)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        told = [(what, int(number)) for what, number in (line.split() for line in said)]
    _, status = os.waitpid(child, 0)
    return {
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "well": status == 0,
        "steps": [what for what, _ in told],
        "promised": max((number for what, number in told if what == "promise"), default=0),
    }


def main() -> None:
    for line in sys.stdin:
        home, _, doomed = line.rstrip("\n").rpartition(" ")
        sys.stdout.write(json.dumps(run(Path(home), int(doomed))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
