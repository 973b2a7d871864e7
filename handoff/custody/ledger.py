"""The custody log in SQLite, one file; the order of writes stands in `appending`.

The writer's lock is BEGIN IMMEDIATE; the byte seal is removed before the first change; COMMIT is
with synchronous=FULL. What is returned is on disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from handoff.custody import schema
from handoff.custody.appending import CLOCK_TOLERANCE, Party, SqlLedger
from handoff.custody.continuity import LatestNote
from handoff.custody.database import (
    check_application,
    create_database_file,
    disposed_on_error,
    is_blank,
    open_engine,
    translated,
    use_wal,
    wal_path,
)
from handoff.custody.logkey import LogKey
from handoff.custody.migrating import migrate_sqlite
from handoff.custody.note import VerifierKey
from handoff.custody.seal import ByteSeal
from handoff.errors import CustodyKeyError, LedgerLockedError
from handoff.model import EventDraft
from handoff.ports import Clock

__all__ = ["CLOCK_TOLERANCE", "Party", "SqlLedger", "SqliteLedger"]

_INSERT = (
    "INSERT INTO events (idx, at, kind, batch_id, doc_id, leaf, leaf_hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class SqliteLedger(SqlLedger):
    """The custody log, writable; implements `handoff.ports.Ledger`.

    Close it, or use it in a `with`: that seals the file's bytes.
    """

    busy_timeout: ClassVar[float] = 30.0
    """Seconds to wait for another writer."""

    def __init__(  # noqa: PLR0913 - what a ledger is made of
        self,
        engine: Engine,
        path: Path,
        *,
        key: LogKey,
        clock: Clock,
        party: Party,
        former: Sequence[VerifierKey] = (),
    ) -> None:
        super().__init__(engine, LatestNote(path), key=key, clock=clock, party=party, former=former)
        self._path = path
        self._seal = ByteSeal(path)

    @classmethod
    def open(  # noqa: PLR0913 - what a ledger is made of
        cls,
        path: Path,
        *,
        key: LogKey,
        clock: Clock,
        party: Party,
        former: Sequence[VerifierKey] = (),
        create: bool = False,
    ) -> SqliteLedger:
        """Open the log at `path`, or lay out an empty one under the name of `key`.

        Args:
            path: the database file; beside it stand `-wal`, `-shm`, `.sha256`, `.checkpoint`.
            key: signs checkpoints; its name is the log's origin.
            clock: gives the time of events.
            party: who acts, where, with what; goes into every event.
            former: keys that signed earlier checkpoints, before a rotation.
            create: whether a missing log is made.

        A log of an older schema is migrated, and an event says so.

        Raises:
            NotInitializedError: there is no log and `create` is false.
            CustodyKeyError: the log is another key's.
            LedgerCorruptError, LedgerVersionError, LedgerLockedError, LedgerUnusableError,
            PermissionsError, DiskFullError: as they say.
        """
        if create:
            create_database_file(path)
        engine = open_engine(path, writable=True, busy_timeout=cls.busy_timeout)
        with disposed_on_error(engine):
            before = _prepare(engine, path, key.verifier.name, create=create)
            ledger = cls(engine, path, key=key, clock=clock, party=party, former=former)
            if before != schema.SCHEMA_VERSION:
                ledger.append([migrated_event(before)])
        return ledger

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

    def _read_head(self, connection: Connection) -> schema.Head:
        return schema.read_head(connection)

    def _insert(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        # As text and tuples: SQLAlchemy's own statement takes half as long again for the same rows.
        connection.exec_driver_sql(_INSERT, [tuple(row.values()) for row in rows])

    def _about_to_change(self) -> None:
        # A large transaction may reach the write-ahead log before its end, so first the seal.
        self._seal.break_()


def migrated_event(before: int) -> EventDraft:
    """What the log says of a migration from schema `before`."""
    return EventDraft("log.migrated", details={"from": before, "to": schema.SCHEMA_VERSION})


def _prepare(engine: Engine, path: Path, origin: str, *, create: bool) -> int:
    """Check that the file is the log named `origin`, laying it out first if it is blank.

    Returns the schema version it had before it was migrated.
    """
    with translated():
        with engine.begin() as connection:
            blank = is_blank(connection)
            if not (blank and create):
                check_application(connection)
        use_wal(engine)
        with engine.begin() as connection:
            if create and is_blank(connection):
                schema.create_schema(connection, origin)
            query = sa.select(schema.meta.c.value).where(schema.meta.c.name == "origin")
            if connection.execute(query).scalar() != origin:
                raise CustodyKeyError("the custody log was begun under another key's name")
            return migrate_sqlite(connection, before_change=ByteSeal(path).break_)
