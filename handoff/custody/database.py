"""Opening the custody log's SQLite file, and turning everything SQLite can say into our errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from handoff.custody.files import translate_os_error
from handoff.custody.schema import APPLICATION_ID, SCHEMA_VERSION
from handoff.errors import (
    CustodyError,
    DiskFullError,
    LedgerCorruptError,
    LedgerLockedError,
    LedgerUnusableError,
    LedgerVersionError,
    NotInitializedError,
    PermissionsError,
)


def wal_path(path: Path) -> Path:
    """The write-ahead log beside the database at `path`."""
    return path.with_name(path.name + "-wal")


def create_database_file(path: Path) -> None:
    """Make an empty 0600 file unless there is one; SQLite gives -wal and -shm the same mode."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise translate_os_error(error) from None


def open_engine(path: Path, *, writable: bool, busy_timeout: float = 5.0) -> Engine:
    """An engine on the database file at `path`, which must exist; it waits `busy_timeout` seconds.

    Readers get `mode=ro`; where even the directory is read-only and no write-ahead log is left, the
    file is opened as immutable.
    """
    if not path.is_file():
        raise NotInitializedError("there is no custody log at the place configured")
    mode = "rw" if writable else "ro"
    if not writable and not os.access(path.parent, os.W_OK) and not wal_path(path).exists():
        mode = "ro&immutable=1"
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=busy_timeout, isolation_level=None, check_same_thread=False
        )
        try:
            _configure(connection, writable=writable)
        except BaseException:
            connection.close()  # nobody else has it yet
            raise
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    sa.event.listen(engine, "begin", _begin)
    return engine.execution_options(handoff_begin="BEGIN IMMEDIATE" if writable else "BEGIN")


def _configure(connection: sqlite3.Connection, *, writable: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # Views and triggers that an attacker left in the file get no dangerous functions, and every
    # page is checked for shape when it is read.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    if writable:
        # FULL: a commit that returned survives the loss of power.
        connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["handoff_begin"])


@contextmanager
def disposed_on_error(engine: Engine) -> Iterator[None]:
    """Close the connections of `engine` where the block does not succeed in handing it on."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def use_wal(engine: Engine) -> None:
    """Put the database into WAL mode; raises `LedgerUnusableError` where that cannot be."""
    raw = engine.raw_connection()
    try:
        mode = raw.cursor().execute("PRAGMA journal_mode = WAL").fetchone()
    finally:
        raw.close()
    if mode != ("wal",):
        raise LedgerUnusableError(
            "the custody log cannot use a write-ahead log here",
            hint="keep the handoff home on a local disk, not on a network share",
        )


def check_header(connection: Connection) -> None:
    """Raise unless the database says that it is a custody log of the version we know.

    Raises:
        LedgerCorruptError: it is another program's database, or an empty one.
        LedgerVersionError: another version of handoff wrote it.
    """
    version = check_application(connection)
    if version != SCHEMA_VERSION:
        raise wrong_version(version)


def check_application(connection: Connection) -> int:
    """The schema version that the database names; raises `LedgerCorruptError` if it is not ours."""
    application = connection.exec_driver_sql("PRAGMA application_id").scalar()
    if application != APPLICATION_ID:
        raise LedgerCorruptError("the file is a database, but no custody log")
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def wrong_version(version: int) -> LedgerVersionError:
    """The error for a log of another schema, with what to do about it."""
    message = f"the custody log has schema {version}, we know {SCHEMA_VERSION}"
    if 0 < version < SCHEMA_VERSION:
        return LedgerVersionError(message, "run `handoff custody migrate` once")
    return LedgerVersionError(message)


def is_blank(connection: Connection) -> bool:
    """Whether nothing was ever laid out in the database."""
    objects = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    return objects == 0 and connection.exec_driver_sql("PRAGMA user_version").scalar() == 0


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite and the system raise inside into typed errors, without quoting them."""
    try:
        yield
    except DBAPIError as error:
        raise _translate(error) from None
    except (SQLAlchemyError, UnicodeError):
        # sqlite3 raises UnicodeDecodeError where SQLite's message quotes bytes of a damaged schema.
        raise LedgerCorruptError("the custody log's database is damaged") from None
    except sqlite3.Error as error:
        raise translate_sqlite_error(error) from None
    except OSError as error:
        raise translate_os_error(error) from None


def _translate(error: DBAPIError) -> CustodyError | DiskFullError | PermissionsError:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return translate_sqlite_error(original)
    return translate_postgres_error(getattr(original, "sqlstate", None))


def translate_postgres_error(
    sqlstate: str | None,
) -> CustodyError | DiskFullError | PermissionsError:
    """The typed error for what PostgreSQL reported (its manual, appendix A).

    Without a code it was libpq that spoke: there is no server, or the connection broke.
    """
    state = sqlstate or "08000"
    if state in {"55P03", "57014", "40P01"}:
        return LedgerLockedError("the custody log stayed locked by another process")
    if state == "53100":
        return DiskFullError("the disk of the custody log is full")
    if state in {"42501", "25006"} or state.startswith("28"):
        return PermissionsError(
            "the custody log's PostgreSQL does not let us in, or not do what we must",
            "check the role, its password (PGPASSWORD, ~/.pgpass) and what it was granted",
        )
    if state[:2] in {"08", "3D", "53", "57", "58"}:
        return LedgerUnusableError(
            "the custody log's PostgreSQL cannot be reached, or has no such database",
            "check that the server runs, and `custody:` in config.yaml",
        )
    return LedgerCorruptError("the custody log's database is damaged")


def translate_sqlite_error(
    error: BaseException | None,
) -> CustodyError | DiskFullError | PermissionsError:
    """The typed error for what SQLite reported (https://sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return LedgerLockedError("the custody log stayed locked by another process")
    if primary == sqlite3.SQLITE_FULL:
        return DiskFullError("the disk of the custody log is full")
    if primary in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
        return PermissionsError("the custody log cannot be written")
    if primary in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL}:
        return LedgerUnusableError("the custody log cannot be opened or read from its disk")
    if primary == sqlite3.SQLITE_NOTADB:
        return LedgerCorruptError("the custody log's file is no database")
    # What is left (malformed pages, a missing table, text that is no UTF-8, a broken constraint)
    # cannot happen to a file that only we wrote.
    return LedgerCorruptError("the custody log's database is damaged")
