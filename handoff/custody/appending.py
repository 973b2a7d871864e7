"""What every SQL ledger does: append durably, sign checkpoints, and never fork.

Order of writes in `append`: the writer's lock, the clock, the rows and the new head, COMMIT.
Order in `checkpoint`: prove that the log continues what was last signed, sign, put the note down
in the file of the latest note, then COMMIT it. Killed in between, the note on disk is one that the
next checkpoint must be, and will be, consistent with.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from handoff.custody import schema
from handoff.custody.checkpoint import open_checkpoint, sign_checkpoint
from handoff.custody.continuity import LatestNote, tree_at
from handoff.custody.events import check_party, encode_draft, format_time, parse_time
from handoff.custody.logkey import LogKey
from handoff.custody.merkle import leaf_hash
from handoff.custody.note import VerifierKey
from handoff.custody.reader import LedgerReader
from handoff.errors import ClockError, CustodyForkError
from handoff.model import Checkpoint, EventDraft
from handoff.ports import Clock

CLOCK_TOLERANCE = timedelta(seconds=2)
"""How far the clock may stand before the last event (NTP steps); the event then gets its time."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who writes events, where, and with what; ASCII without spaces, or `CustodyEventError`.

    Attributes:
        actor: the account that acts.
        host: the machine.
        tool: program and version, "handoff/0.1.0".
    """

    actor: str
    host: str
    tool: str

    def __post_init__(self) -> None:
        check_party(self.actor, "actor")
        check_party(self.host, "host")
        check_party(self.tool, "tool")


class SqlLedger(LedgerReader):
    """The custody log, writable; implements `handoff.ports.Ledger` on what a database offers.

    Args:
        engine: the database.
        latest: the file of the checkpoint signed last.
        key: signs checkpoints; its name is the log's origin.
        clock: gives the time of events.
        party: who acts, where, with what; goes into every event.
        former: keys that signed earlier checkpoints, before a rotation.
    """

    def __init__(  # noqa: PLR0913 - what a ledger is made of
        self,
        engine: Engine,
        latest: LatestNote,
        *,
        key: LogKey,
        clock: Clock,
        party: Party,
        former: Sequence[VerifierKey] = (),
    ) -> None:
        super().__init__(engine)
        self._latest = latest
        self._key = key
        self._clock = clock
        self._party = party
        self._keys = [key.verifier, *former]

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Connection]:
        """A transaction that no other writer shares, durable once it is left without an error."""

    @abstractmethod
    def _read_head(self, connection: Connection) -> schema.Head:
        """The head, which nobody else can move before this transaction ends."""

    @abstractmethod
    def _about_to_change(self) -> None:
        """Called before the first change of a transaction."""

    @contextmanager
    def reserved(self, name: str, *, wait: bool) -> Iterator[None]:
        """Hold the lock called `name` against other hosts that write here; SQLite has none.

        Raises:
            RunLockedError: another host holds it and `wait` is false.
        """
        del name, wait
        yield

    def append(self, drafts: Sequence[EventDraft]) -> range:
        """Record all of `drafts` in one durable transaction; return their indexes.

        Raises:
            CustodyEventError: a draft holds what an event may not hold; nothing was recorded.
            ClockError: the clock stands before the last event; nothing was recorded.
            CustodyError, DiskFullError, PermissionsError: nothing was recorded.
        """
        with self._writing() as connection:
            head = self._read_head(connection)
            first = head.tree.size
            if not drafts:
                return range(first, first)
            at = format_time(self._next_time(head.at))
            rows = [self._row(first + n, at, draft) for n, draft in enumerate(drafts)]
            for row in rows:
                head.tree.append(row["leaf_hash"])
            self._about_to_change()
            self._insert(connection, rows)
            schema.write_head(connection, head.tree, at)
        return range(first, first + len(rows))

    def checkpoint(self) -> Checkpoint:
        """Sign and store a checkpoint over everything appended so far, and return it.

        Raises:
            CustodyForkError: the log does not continue what was last signed; nothing was signed.
            CustodyError, DiskFullError, PermissionsError: nothing was signed, or not recorded.
        """
        keys = self._keys
        with self._writing() as connection:
            head = self._read_head(connection)
            tree = tree_at(connection, head.tree.size, keys)
            if tree.root() != head.tree.root():
                raise CustodyForkError("the custody log's head does not fit its events")
            self._latest.require_continued(connection, tree, keys)
            note = sign_checkpoint(keys[0].name, tree.size, tree.root(), [self._key])
            stored = sa.select(schema.checkpoints.c.size).where(
                schema.checkpoints.c.size == tree.size
            )
            if connection.execute(stored).one_or_none() is None:
                self._about_to_change()
                self._latest.write(note)
                values = {"size": tree.size, "note": note, "frontier": tree.to_bytes()}
                connection.execute(sa.insert(schema.checkpoints).values(values))
        return open_checkpoint(note, keys)

    def _insert(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        connection.execute(sa.insert(schema.events), rows)

    def _next_time(self, last: str) -> datetime:
        """The present, or the last event's time if the clock stands a little before it."""
        now = self._clock.now()
        if now.tzinfo is None:
            raise ClockError("the clock gave a time without its zone")
        if not last:
            return now
        previous = parse_time(last)
        if now < previous - CLOCK_TOLERANCE:
            raise ClockError("the clock stands before the last event of the custody log")
        return max(now, previous)

    def _row(self, index: int, at: str, draft: EventDraft) -> dict[str, Any]:
        party = self._party
        leaf = encode_draft(
            draft, index=index, at=at, actor=party.actor, host=party.host, tool=party.tool
        )
        return {
            "idx": index,
            "at": at,
            "kind": draft.kind,
            "batch_id": draft.batch_id,
            "doc_id": draft.doc_id,
            "leaf": leaf,
            "leaf_hash": leaf_hash(leaf),
        }
