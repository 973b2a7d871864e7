"""The custody log's PostgreSQL schema, and what its catalogue must show of it.

The tables stand in a schema of their own, `handoff_custody`, so that the log can share a database
with others, and so that anything in it that is not ours is seen.
"""

# ruff: noqa: S608 - every query here is put together from constants

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import Connection

NAMESPACE = "handoff_custody"

_REFUSE = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RAISE EXCEPTION 'the custody log is append-only'; END$$"
)
STATEMENTS = (
    "CREATE TABLE meta (name text PRIMARY KEY NOT NULL, value text NOT NULL)",
    (
        "CREATE TABLE head (id bigint PRIMARY KEY CHECK (id = 0), size bigint NOT NULL,"
        " at text NOT NULL, frontier bytea NOT NULL)"
    ),
    (
        "CREATE TABLE events (idx bigint PRIMARY KEY CHECK (idx >= 0), at text NOT NULL,"
        " kind text NOT NULL, batch_id text NOT NULL, doc_id text NOT NULL, leaf bytea NOT NULL,"
        " leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32))"
    ),
    (
        "CREATE TABLE checkpoints (size bigint PRIMARY KEY CHECK (size >= 0), note text NOT NULL,"
        " frontier bytea NOT NULL)"
    ),
    "CREATE INDEX events_batch ON events (batch_id)",
    "CREATE INDEX events_doc ON events (doc_id)",
    "CREATE INDEX events_kind ON events (kind)",
    "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
    _REFUSE,
    *(
        # A seat belt as in SQLite, no proof: the tables' owner can drop it, and `verify` says so.
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in ("events", "checkpoints")
    ),
)

_CLASS = "JOIN pg_class c ON c.oid = {} WHERE c.relnamespace = 'handoff_custody'::regnamespace"
_CATALOGUE = (
    # Everything that could make a query show other than what the tables hold.
    (
        "SELECT 'relation', relname, concat(relkind, relpersistence, relrowsecurity) FROM pg_class"
        " WHERE relnamespace = 'handoff_custody'::regnamespace AND relkind NOT IN ('i', 't')"
    ),
    "SELECT 'column', concat(relname, '.', attname),"
    " concat(format_type(atttypid, atttypmod), ' ', attnotnull) FROM pg_attribute "
    + _CLASS.format("attrelid")
    + " AND relkind = 'r' AND attnum > 0 AND NOT attisdropped",
    # PostgreSQL 18 lists NOT NULL among the constraints too; the columns say it already.
    (
        "SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'handoff_custody'::regnamespace AND contype <> 'n'"
    ),
    "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'handoff_custody'",
    "SELECT 'trigger', tgname, concat(tgenabled, ' ', pg_get_triggerdef(t.oid)) FROM pg_trigger t "
    + _CLASS.format("tgrelid")
    + " AND NOT tgisinternal",
    "SELECT 'rule', rulename, c.relname FROM pg_rewrite " + _CLASS.format("ev_class"),
    "SELECT 'policy', polname, c.relname FROM pg_policy " + _CLASS.format("polrelid"),
    "SELECT 'child', c.relname, inhparent::regclass::text FROM pg_inherits "
    + _CLASS.format("inhrelid"),
    "SELECT 'parent', c.relname, inhrelid::regclass::text FROM pg_inherits "
    + _CLASS.format("inhparent"),
    (
        "SELECT 'function', proname, prosrc FROM pg_proc"
        " WHERE pronamespace = 'handoff_custody'::regnamespace"
    ),
)


def catalogue(connection: Connection) -> dict[tuple[str, str], str]:
    """What the server's catalogue shows of the log: kind and name of an object -> definition."""
    return dict(_rows(connection))


def _rows(connection: Connection) -> Iterator[tuple[tuple[str, str], str]]:
    for query in _CATALOGUE:
        for kind, name, definition in connection.exec_driver_sql(query):
            yield (str(kind), str(name)), str(definition)


def _expected() -> dict[tuple[str, str], str]:
    found = _EXPECTED_TABLES | {
        ("function", "refuse_change"): _REFUSE.partition("$$")[2].removesuffix("$$")
    }
    for table in ("events", "checkpoints"):
        found["trigger", f"{table}_append_only"] = (
            f"O CREATE TRIGGER {table}_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON"
            f" {NAMESPACE}.{table} FOR EACH STATEMENT EXECUTE FUNCTION"
            " refuse_change()"
        )
    for table, column in (("batch", "batch_id"), ("doc", "doc_id"), ("kind", "kind")):
        found["index", f"events_{table}"] = _index(f"events_{table}", "events", column, "")
    for table, column in _KEYS.items():
        name = f"{table}_pkey"
        found["constraint", name] = f"PRIMARY KEY ({column})"
        found["index", name] = _index(name, table, column, "UNIQUE ")
    return found


def _index(name: str, table: str, column: str, unique: str) -> str:
    return f"CREATE {unique}INDEX {name} ON {NAMESPACE}.{table} USING btree ({column})"


_KEYS = {"meta": "name", "head": "id", "events": "idx", "checkpoints": "size"}
_COLUMNS = {
    "meta": "name text, value text",
    "head": "id bigint, size bigint, at text, frontier bytea",
    "events": "idx bigint, at text, kind text, batch_id text, doc_id text, leaf bytea,"
    " leaf_hash bytea",
    "checkpoints": "size bigint, note text, frontier bytea",
    "alembic_version": "version_num character varying(32)",
}
_EXPECTED_TABLES = (
    {("relation", table): "rpf" for table in _COLUMNS}
    | {
        ("column", f"{table}.{column.split()[0]}"): column.partition(" ")[2] + " t"
        for table, columns in _COLUMNS.items()
        for column in columns.split(", ")
    }
    | {
        ("constraint", "head_id_check"): "CHECK ((id = 0))",
        ("constraint", "events_idx_check"): "CHECK ((idx >= 0))",
        ("constraint", "events_leaf_hash_check"): "CHECK ((length(leaf_hash) = 32))",
        ("constraint", "checkpoints_size_check"): "CHECK ((size >= 0))",
    }
)
EXPECTED = _expected()
"""What `catalogue` must return of a log that nobody touched."""
