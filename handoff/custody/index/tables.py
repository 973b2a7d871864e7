"""The index's SQLite file: one row a batch, one row a document in a batch, and how far it read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

INDEX_VERSION = 2
"""Raised with every change of the tables or of what they mean: an older file is built anew."""

METADATA = sa.MetaData()

batches = sa.Table(
    "batches",
    METADATA,
    sa.Column("batch_id", sa.Text, primary_key=True),
    sa.Column("vendor", sa.Text, nullable=False, index=True),
    sa.Column("matter", sa.Text, nullable=False, index=True),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("profile_sha256", sa.Text, nullable=False),
    sa.Column("policy_sha256", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("opened_at", sa.Text, nullable=False, index=True),
    sa.Column("closed_at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("control_first", sa.Text, nullable=False),
    sa.Column("control_last", sa.Text, nullable=False),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("receipt_at", sa.Text, nullable=False),
    sa.Column("alerts", sa.Integer, nullable=False),
)

documents = sa.Table(
    "documents",
    METADATA,
    sa.Column("batch_id", sa.Text, primary_key=True),
    sa.Column("doc_id", sa.Text, primary_key=True, index=True),
    sa.Column("control_number", sa.Text, nullable=False, index=True),
    sa.Column("vendor", sa.Text, nullable=False),
    sa.Column("matter", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("received_at", sa.Text, nullable=False),
    sa.Column("changed_at", sa.Text, nullable=False, index=True),
    sa.Column("delivered_at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("extension", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("held_code", sa.Text, nullable=False),
    sa.Column("withheld", sa.Integer, nullable=False),
    sa.Column("redactions", sa.Text, nullable=False),
    sa.Column("object_key", sa.Text, nullable=False),
    sa.Column("policy_sha256", sa.Text, nullable=False),
    sa.Column("accesses", sa.Integer, nullable=False),
    sa.Column("accessed_at", sa.Text, nullable=False),
    sa.Column("alerts", sa.Integer, nullable=False),
    sa.Index("documents_vendor_state", "vendor", "state"),
    sa.Index("documents_matter_state", "matter", "state"),
    sa.Index("documents_state", "state"),
)

blocks = sa.Table(
    "blocks",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("root", sa.LargeBinary, nullable=False),
)
"""The root of each whole block of 256 leaves (`proofs`)."""

progress = sa.Table(
    "progress",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("last", sa.LargeBinary, nullable=False),
)
"""One row: how many events were read, and the leaf hash of the last of them."""


def index_path(log: Path) -> Path:
    """Where the index of the log at `log` lies."""
    return log.with_name("index.db")


def engine_in_memory() -> Engine:
    """An engine on an index that goes with the process, for a home that nobody may write to."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    METADATA.create_all(engine)
    return engine


def engine_on(path: Path) -> Engine:
    """An engine on the index at `path`."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # What is lost with the power is built anew, so nothing needs to wait for the disk.
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
        except BaseException:
            connection.close()  # the pool does not have it yet, and forgets it
            raise
        connection.isolation_level = None

    sa.event.listen(engine, "connect", configure)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine
