"""The custody log's SQLite schema: the text of every object, and the same as SQLAlchemy tables.

The statements are written out, not generated, because `verify` compares `sqlite_master` with them
character by character: an added trigger or view could lie to every reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from handoff.custody.merkle import CompactRange, ProofError
from handoff.errors import LedgerCorruptError

SCHEMA_VERSION = 2
"""Kept in `PRAGMA user_version` (SQLite), in `meta`, and, as Alembic's, in `alembic_version`.

1: the first. 2: `alembic_version`.
"""
REVISIONS = {1: "0001", 2: "0002"}
"""Alembic's name of each schema version."""
APPLICATION_ID = 0x484F4646
"""`HOFF` in the header of the database file."""

STATEMENTS = {
    "meta": "CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID",
    "head": "CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 0), size INTEGER NOT NULL,"
    " at TEXT NOT NULL, frontier BLOB NOT NULL)",
    "events": "CREATE TABLE events (idx INTEGER PRIMARY KEY CHECK (idx >= 0), at TEXT NOT NULL,"
    " kind TEXT NOT NULL, batch_id TEXT NOT NULL, doc_id TEXT NOT NULL, leaf BLOB NOT NULL,"
    " leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32))",
    "checkpoints": "CREATE TABLE checkpoints (size INTEGER PRIMARY KEY CHECK (size >= 0),"
    " note TEXT NOT NULL, frontier BLOB NOT NULL)",
    "events_batch": "CREATE INDEX events_batch ON events (batch_id)",
    "events_doc": "CREATE INDEX events_doc ON events (doc_id)",
    "events_kind": "CREATE INDEX events_kind ON events (kind)",
    "alembic_version": "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
} | {
    # A seat belt against our own mistakes and careless hands, no proof: whoever can write the file
    # can drop a trigger. The proof is in the signed checkpoints.
    f"{table}_no_{verb.lower()}": f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb}"
    f" ON {table} BEGIN SELECT RAISE(ABORT, 'the custody log is append-only'); END"
    for table in ("events", "checkpoints")
    for verb in ("UPDATE", "DELETE")
}


def definition_row(name: str) -> tuple[str, str, str]:
    """Type, table and SQL that `sqlite_master` must show for the object `name`."""
    sql = STATEMENTS[name]
    kind = sql.split()[1].lower()
    table = name if kind == "table" else sql.partition(" ON ")[2].split()[0]
    return kind, table, sql


class Raw(sa.types.UserDefinedType[bytes]):
    """A BLOB handed through as the driver gives it, so that a tampered type reaches our checks."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The SQL name of the type."""
        return "BLOB"


_METADATA = sa.MetaData()
meta = sa.Table("meta", _METADATA, sa.Column("name", sa.Text), sa.Column("value", sa.Text))
head = sa.Table(
    "head",
    _METADATA,
    sa.Column("id", sa.BigInteger),
    sa.Column("size", sa.BigInteger),
    sa.Column("at", sa.Text),
    sa.Column("frontier", Raw),
)
events = sa.Table(
    "events",
    _METADATA,
    sa.Column("idx", sa.BigInteger),
    sa.Column("at", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("batch_id", sa.Text),
    sa.Column("doc_id", sa.Text),
    sa.Column("leaf", Raw),
    sa.Column("leaf_hash", Raw),
)
checkpoints = sa.Table(
    "checkpoints",
    _METADATA,
    sa.Column("size", sa.BigInteger),
    sa.Column("note", sa.Text),
    sa.Column("frontier", Raw),
)
alembic_version = sa.Table("alembic_version", _METADATA, sa.Column("version_num", sa.Text))


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: the tree over all its events, and the time of the last, "" for none."""

    tree: CompactRange
    at: str


def create_schema(connection: Connection, origin: str) -> None:
    """Lay out an empty log named `origin` in the current transaction."""
    for statement in STATEMENTS.values():
        connection.exec_driver_sql(statement)
    first_rows(connection, origin)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def first_rows(connection: Connection, origin: str) -> None:
    """The rows that an empty log named `origin` has."""
    rows = [{"name": name, "value": value} for name, value in expected_meta(origin).items()]
    connection.execute(sa.insert(meta), rows)
    connection.execute(sa.insert(head).values(id=0, size=0, at="", frontier=b""))
    connection.execute(sa.insert(alembic_version).values(version_num=REVISIONS[SCHEMA_VERSION]))


def expected_meta(origin: str) -> dict[str, str]:
    """Every row that `meta` holds."""
    return {"schema_version": str(SCHEMA_VERSION), "origin": origin}


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """The head row, held against the last event; raises `LedgerCorruptError`.

    With `lock`, nobody else can read it so before this transaction ends (PostgreSQL).
    """
    query = sa.select(head.c.size, head.c.at, head.c.frontier)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    last = connection.execute(sa.select(sa.func.max(events.c.idx))).scalar()
    try:
        if row is None or row.size != (0 if last is None else last + 1):
            raise LedgerCorruptError("the custody log's head does not fit its events")
        return Head(CompactRange.from_bytes(row.size, row.frontier), row.at)
    except (ProofError, TypeError):
        raise LedgerCorruptError("the custody log's head is damaged") from None


def write_head(connection: Connection, tree: CompactRange, at: str) -> None:
    """Move the head in the current transaction."""
    values = {"size": tree.size, "at": at, "frontier": tree.to_bytes()}
    connection.execute(sa.update(head).values(values))
