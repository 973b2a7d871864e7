"""The custody log in SQLite: append durably, sign checkpoints, and never fork.

Order of writes in `append`: the write lock (BEGIN IMMEDIATE), the clock, the rows and the new head,
the byte seal removed, COMMIT with synchronous=FULL. What is returned is on disk.
Order in `checkpoint`: prove that the log continues what was last signed, sign, put the note down
in the file of the latest note, then COMMIT it. Killed in between, the note on disk is one that the
next checkpoint must be, and will be, consistent with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from handoff.custody import schema
from handoff.custody.checkpoint import open_checkpoint, sign_checkpoint
from handoff.custody.continuity import LatestNote, tree_at
from handoff.custody.database import (
    check_header,
    create_database_file,
    is_blank,
    open_engine,
    translated,
    use_wal,
    wal_path,
)
from handoff.custody.events import check_party, encode_event, format_time, parse_time
from handoff.custody.logkey import LogKey
from handoff.custody.merkle import leaf_hash
from handoff.custody.reader import LedgerReader
from handoff.custody.seal import ByteSeal
from handoff.errors import ClockError, CustodyForkError, CustodyKeyError, LedgerLockedError
from handoff.model import Checkpoint, CustodyEvent, EventDraft
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


class SqliteLedger(LedgerReader):
    """The custody log, writable; implements `handoff.ports.Ledger`.

    Close it, or use it in a `with`: that seals the file's bytes.
    """

    busy_timeout: ClassVar[float] = 30.0
    """Seconds to wait for another writer."""

    def __init__(
        self, engine: Engine, path: Path, *, key: LogKey, clock: Clock, party: Party
    ) -> None:
        super().__init__(engine)
        self._path = path
        self._key = key
        self._clock = clock
        self._party = party
        self._seal = ByteSeal(path)
        self._latest = LatestNote(path)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key: LogKey,
        clock: Clock,
        party: Party,
        create: bool = False,
    ) -> SqliteLedger:
        """Open the log at `path`, or lay out an empty one under the name of `key`.

        Args:
            path: the database file; beside it stand `-wal`, `-shm`, `.sha256`, `.checkpoint`.
            key: signs checkpoints; its name is the log's origin.
            clock: gives the time of events.
            party: who acts, where, with what; goes into every event.
            create: whether a missing log is made.

        Raises:
            NotInitializedError: there is no log and `create` is false.
            CustodyKeyError: the log is another key's.
            LedgerCorruptError, LedgerVersionError, LedgerLockedError, LedgerUnusableError,
            PermissionsError, DiskFullError: as they say.
        """
        if create:
            create_database_file(path)
        engine = open_engine(path, writable=True, busy_timeout=cls.busy_timeout)
        try:
            _prepare(engine, key.verifier.name, create=create)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, path, key=key, clock=clock, party=party)

    def append(self, drafts: Sequence[EventDraft]) -> range:
        """Record all of `drafts` in one durable transaction; return their indexes.

        Raises:
            CustodyEventError: a draft holds what an event may not hold; nothing was recorded.
            ClockError: the clock stands before the last event; nothing was recorded.
            CustodyError, DiskFullError, PermissionsError: nothing was recorded.
        """
        with self._writing() as connection:
            head = schema.read_head(connection)
            first = head.tree.size
            if not drafts:
                return range(first, first)
            at = self._next_time(head.at)
            rows = [self._row(first + n, at, draft) for n, draft in enumerate(drafts)]
            for row in rows:
                head.tree.append(row["leaf_hash"])
            # First the seal: a large transaction may reach the write-ahead log before its end.
            self._seal.break_()
            connection.execute(sa.insert(schema.events), rows)
            schema.write_head(connection, head.tree, format_time(at))
        return range(first, first + len(rows))

    def checkpoint(self) -> Checkpoint:
        """Sign and store a checkpoint over everything appended so far, and return it.

        Raises:
            CustodyForkError: the log does not continue what was last signed; nothing was signed.
            CustodyError, DiskFullError, PermissionsError: nothing was signed, or not recorded.
        """
        keys = [self._key.verifier]
        with self._writing() as connection:
            head = schema.read_head(connection)
            tree = tree_at(connection, head.tree.size, keys)
            if tree.root() != head.tree.root():
                raise CustodyForkError("the custody log's head does not fit its events")
            self._latest.require_continued(connection, tree, keys)
            note = sign_checkpoint(keys[0].name, tree.size, tree.root(), [self._key])
            stored = sa.select(schema.checkpoints.c.size).where(
                schema.checkpoints.c.size == tree.size
            )
            if connection.execute(stored).one_or_none() is None:
                self._seal.break_()
                self._latest.write(note)
                values = {"size": tree.size, "note": note, "frontier": tree.to_bytes()}
                connection.execute(sa.insert(schema.checkpoints).values(values))
        return open_checkpoint(note, keys)

    def close(self) -> None:
        """Fold the write-ahead log into the file, seal its bytes, and let go of it.

        Where another process is at work on the file, sealing is left to it.
        """
        try:
            with suppress(LedgerLockedError), translated():
                if not self._seal.exists() and self._fold():
                    self._seal_if_still()
        finally:
            super().close()

    def _fold(self) -> bool:
        """Move the write-ahead log into the file; False if another connection is in the way."""
        raw = self._engine.raw_connection()
        try:
            cursor = raw.cursor()
            # Nobody shall wait long at the end of a run for a seal that the next run can write.
            cursor.execute("PRAGMA busy_timeout = 500")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            row = cursor.fetchone()
            return row is not None and row[0] == 0
        finally:
            raw.close()

    def _seal_if_still(self) -> None:
        # Under the write lock, with nothing in the write-ahead log, the file's bytes stand still.
        with self._engine.begin():
            wal = wal_path(self._path)
            if not wal.exists() or wal.stat().st_size == 0:
                self._seal.write()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated(), self._engine.begin() as connection:
            yield connection

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

    def _row(self, index: int, at: datetime, draft: EventDraft) -> dict[str, Any]:
        event = CustodyEvent(
            index=index,
            at=at,
            kind=draft.kind,
            actor=self._party.actor,
            host=self._party.host,
            tool=self._party.tool,
            batch_id=draft.batch_id,
            doc_id=draft.doc_id,
            materials=dict(draft.materials),
            products=dict(draft.products),
            policy_sha256=draft.policy_sha256,
            details=dict(draft.details),
        )
        leaf = encode_event(event)
        return {
            "idx": index,
            "at": format_time(at),
            "kind": draft.kind,
            "batch_id": draft.batch_id,
            "doc_id": draft.doc_id,
            "leaf": leaf,
            "leaf_hash": leaf_hash(leaf),
        }


def _prepare(engine: Engine, origin: str, *, create: bool) -> None:
    """Check that the file is the log named `origin`, laying it out first if it is blank."""
    with translated():
        with engine.begin() as connection:
            blank = is_blank(connection)
            if not (blank and create):
                check_header(connection)
        use_wal(engine)
        with engine.begin() as connection:
            if create and is_blank(connection):
                schema.create_schema(connection, origin)
            query = sa.select(schema.meta.c.value).where(schema.meta.c.name == "origin")
            if connection.execute(query).scalar() != origin:
                raise CustodyKeyError("the custody log was begun under another key's name")
