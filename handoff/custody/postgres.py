"""The custody log in PostgreSQL, where several hosts send at once.

`SELECT ... FOR UPDATE` on the one row of `head` orders the writers: whoever holds it knows the next
index, and nobody else can take it before COMMIT. So indexes have no gaps and the log cannot fork.
COMMIT returns once the server has the events on its disk (`synchronous_commit`, `fsync`).

Where the connection breaks at COMMIT, nobody told us the outcome; PostgreSQL is asked for it by the
transaction's id (`pg_xact_status`), so that nothing is recorded twice and nothing is believed
recorded that is not.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from handoff.custody import postgres_schema, schema
from handoff.custody.appending import Party, SqlLedger
from handoff.custody.continuity import LatestNote
from handoff.custody.database import disposed_on_error, translated
from handoff.custody.ledger import migrated_event
from handoff.custody.logkey import LogKey
from handoff.custody.migrating import migrate_postgres
from handoff.custody.note import VerifierKey
from handoff.custody.reader import LedgerReader
from handoff.errors import (
    ConfigError,
    CustodyError,
    CustodyKeyError,
    CustodyOutcomeUnknownError,
    LedgerUnusableError,
    NotInitializedError,
    RunLockedError,
)
from handoff.ports import Clock

_SETTINGS = {
    "search_path": postgres_schema.NAMESPACE,
    # A role or database set up for speed must not make COMMIT a promise that nobody keeps.
    "synchronous_commit": "on",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}
_LOCK_SPACE = 0x484F4646
_INSERT = "COPY events (idx, at, kind, batch_id, doc_id, leaf, leaf_hash) FROM STDIN"
_COPY_FROM = 50
"""Events from which COPY is faster than INSERT."""


def open_postgres(database: str) -> Engine:
    """An engine on the database that the URL names; the password comes from libpq's own places.

    Without an `sslmode` in the URL a server that is not this machine must prove who it is.

    Raises:
        ConfigError: the URL cannot be used, or psycopg is not installed.
    """
    try:
        import psycopg  # noqa: F401 - an extra: only whoever uses PostgreSQL needs it
    except ImportError:
        raise ConfigError(
            "the custody log is in PostgreSQL, but psycopg is not installed",
            "install handoff with its extra: pip install 'handoff[postgres]'",
        ) from None
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    return sa.create_engine(
        _url(database),
        connect_args={"options": options, "connect_timeout": 10, "application_name": "handoff"},
        isolation_level="READ COMMITTED",
        # An append may come hours after the last: a connection that died meanwhile is replaced.
        pool_pre_ping=True,
        pool_size=2,
    )


def _url(database: str) -> URL:
    try:
        url = make_url(database).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise ConfigError("`custody.database` in config.yaml is no PostgreSQL URL") from None
    if url.password is not None:
        raise ConfigError(
            "`custody.database` in config.yaml holds a password",
            "leave it out, and put it into PGPASSWORD or ~/.pgpass",
        )
    if "sslmode" in url.query or _is_here(url.host):
        return url
    return url.update_query_dict({"sslmode": "verify-full"})


def _is_here(hostname: str | None) -> bool:
    """Whether it is a socket, or a name of this machine."""
    if not hostname or hostname.startswith("/") or hostname == "localhost":
        return True
    try:
        return ip_address(hostname).is_loopback
    except ValueError:
        return False


def require_log(connection: Connection) -> None:
    """Raise `NotInitializedError` unless the database holds a custody log."""
    query = f"SELECT to_regclass('{postgres_schema.NAMESPACE}.meta')"
    if connection.exec_driver_sql(query).scalar() is None:
        raise NotInitializedError(
            "there is no custody log in the PostgreSQL database configured",
            "run `handoff init` once on one of the hosts",
        )


def open_postgres_reader(database: str) -> LedgerReader:
    """Read access to the log in `database`; raises as `PostgresLedger.open`."""
    engine = open_postgres(database)
    with disposed_on_error(engine), translated(), engine.begin() as connection:
        require_log(connection)
    return LedgerReader(engine)


class PostgresLedger(SqlLedger):
    """The custody log in PostgreSQL; implements `handoff.ports.Ledger`."""

    settle_seconds: ClassVar[float] = 30.0
    """How long to ask for the outcome of a COMMIT that broke."""

    @classmethod
    def open(  # noqa: PLR0913 - what a ledger is made of
        cls,
        database: str,
        latest: Path,
        *,
        key: LogKey,
        clock: Clock,
        party: Party,
        former: Sequence[VerifierKey] = (),
        create: bool = False,
    ) -> PostgresLedger:
        """Open the log in `database`, or lay out an empty one under the name of `key`.

        Args:
            database: `postgresql://user@host/name`, without a password.
            latest: a path on this host; the last checkpoint that it signed is kept beside.
            key: signs checkpoints; its name is the log's origin; every host has the same.
            clock: gives the time of events.
            party: who acts, where, with what; goes into every event.
            former: keys that signed earlier checkpoints, before a rotation.
            create: whether a missing log is made.

        A log of an older schema is migrated, and an event says so.

        Raises:
            ConfigError: the URL cannot be used.
            NotInitializedError: there is no log and `create` is false.
            CustodyKeyError: the log is another key's.
            LedgerCorruptError, LedgerVersionError, LedgerLockedError, LedgerUnusableError,
            PermissionsError, DiskFullError: as they say.
        """
        engine = open_postgres(database)
        note = LatestNote(latest)
        with disposed_on_error(engine):
            before = _prepare(engine, key.verifier.name, create=create)
            ledger = cls(engine, note, key=key, clock=clock, party=party, former=former)
            if before != schema.SCHEMA_VERSION:
                ledger.append([migrated_event(before)])
        return ledger

    @contextmanager
    def reserved(self, name: str, *, wait: bool) -> Iterator[None]:
        """Hold the lock called `name` against every host; it goes with the connection.

        Raises:
            RunLockedError: another host holds it and `wait` is false.
        """
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)
        arguments = {"space": _LOCK_SPACE, "number": number}
        autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with translated(), autocommit.connect() as connection:
            if wait:
                connection.exec_driver_sql("SET lock_timeout = 0")
            call = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
            query = sa.text(f"SELECT {call}(:space, :number)")
            if connection.execute(query, arguments).scalar() is False:
                raise RunLockedError("another host is sending to the same vendor")
            try:
                yield
            finally:
                # Closed, not given back to the pool: the lock must not outlive the run.
                with suppress(DBAPIError):
                    connection.invalidate()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated(), self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
                identity = connection.info.pop("transaction", "")
            except BaseException:
                with suppress(DBAPIError):
                    transaction.rollback()
                raise
            try:
                transaction.commit()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                self._settle(str(identity))

    def _settle(self, identity: str) -> None:
        """Find out what became of a transaction whose COMMIT was not answered.

        Returns if it was committed. Raises `LedgerUnusableError` if it was not, and
        `CustodyOutcomeUnknownError` if the server did not say within `settle_seconds`.
        """
        end = time.monotonic() + self.settle_seconds
        while True:
            status = ""
            with suppress(CustodyError), translated(), self._engine.connect() as connection:
                query = sa.text("SELECT pg_xact_status(CAST(CAST(:id AS text) AS xid8))")
                status = str(connection.execute(query, {"id": identity}).scalar())
            if status == "committed":
                return
            if status == "aborted":
                raise LedgerUnusableError("the connection to the custody log's database broke")
            if time.monotonic() > end:
                raise CustodyOutcomeUnknownError(
                    "the connection to the custody log's database broke at the commit"
                )
            time.sleep(0.2)

    def _read_head(self, connection: Connection) -> schema.Head:
        head = schema.read_head(connection, lock=True)
        query = "SELECT pg_current_xact_id()::text"
        connection.info["transaction"] = connection.exec_driver_sql(query).scalar()
        return head

    def _about_to_change(self) -> None:
        """The bytes of the files are the server's; there is no seal to break."""

    def _insert(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if len(rows) < _COPY_FROM:
            super()._insert(connection, rows)
            return
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(_INSERT) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))


def _prepare(engine: Engine, origin: str, *, create: bool) -> int:
    """Check that the database holds the log named `origin`, laying it out if there is none.

    Returns the schema version it had before it was migrated.
    """
    with translated(), engine.begin() as connection:
        if connection.exec_driver_sql("SHOW fsync").scalar() != "on":
            raise LedgerUnusableError(
                "the custody log's PostgreSQL runs without fsync and can lose what it committed",
                "set `fsync = on` in postgresql.conf",
            )
        if create:
            _create(connection, origin)
        require_log(connection)
        query = sa.select(schema.meta.c.value).where(schema.meta.c.name == "origin")
        if connection.execute(query).scalar() != origin:
            raise CustodyKeyError("the custody log was begun under another key's name")
        schema.read_head(connection, lock=True)
        return migrate_postgres(connection)


def _create(connection: Connection, origin: str) -> None:
    # Two hosts may be initialised at once: the second waits here and finds the log made.
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_SPACE}, 0)")
    name = postgres_schema.NAMESPACE
    made = connection.exec_driver_sql(f"SELECT to_regclass('{name}.meta')").scalar()
    if made is None:
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {name}")
        for statement in postgres_schema.STATEMENTS:
            connection.exec_driver_sql(statement)
        schema.first_rows(connection, origin)
