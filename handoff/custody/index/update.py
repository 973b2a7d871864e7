"""Bring the index up to the log's end, or build it anew where it does not belong to this log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection, Engine

from handoff.custody.database import create_database_file, disposed_on_error, translated
from handoff.custody.events import encode_event
from handoff.custody.index.fold import Facts, Row
from handoff.custody.index.proofs import Leaves, extend_blocks
from handoff.custody.index.tables import (
    INDEX_VERSION,
    METADATA,
    batches,
    blocks,
    documents,
    engine_in_memory,
    engine_on,
    index_path,
    progress,
)
from handoff.custody.merkle import leaf_hash
from handoff.errors import LedgerCorruptError, LedgerUnusableError, PermissionsError
from handoff.model import CustodyEvent

STRETCH = 5_000
"""Events taken into account in one transaction."""


class Source(Leaves, Protocol):
    """The log, read from a place on."""

    def events(
        self,
        *,
        batch_id: str | None = None,
        doc_id: str | None = None,
        kinds: Iterable[str] | None = None,
        after: int = -1,
    ) -> Iterator[CustodyEvent]:
        """Events whose index is above `after`, in order."""
        ...


@contextmanager
def open_index(log: Path, source: Source) -> Iterator[Engine]:
    """The index of the log at `log`, brought up to date from `source`.

    Raises:
        CustodyError: the log cannot be read, or the index cannot be written.
    """
    path = index_path(log)
    engine = _usable(path)
    try:
        with translated():
            refresh(engine, source)
            yield engine
    finally:
        engine.dispose()


def _usable(path: Path) -> Engine:
    """An engine on an index with our tables.

    A file that is anything else is thrown away; where nothing may be written, it is in memory.
    """
    try:
        create_database_file(path)
        try:
            return _with_tables(path)
        except LedgerCorruptError:
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
            create_database_file(path)
            return _with_tables(path)
    except (PermissionsError, LedgerUnusableError):
        return engine_in_memory()


def _with_tables(path: Path) -> Engine:
    engine = engine_on(path)
    with disposed_on_error(engine), translated(), engine.begin() as connection:
        METADATA.create_all(connection)
    return engine


def refresh(engine: Engine, source: Source) -> int:
    """Take in every event that came since the last time; return the log's size."""
    while True:
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE progress SET id = id")
            size = _size(connection, source)
            stretch = list(islice(source.events(after=size - 1), STRETCH))
            if not stretch:
                return size
            _take_in(connection, stretch)
            extend_blocks(connection, source, stretch[-1].index + 1)


def _size(connection: Connection, source: Source) -> int:
    """How far the index has read; 0, and an empty index, where it is not this log's."""
    row = connection.execute(sa.select(progress)).one_or_none()
    if row is not None and row.version == INDEX_VERSION:
        last = next(source.events(after=row.size - 2), None)
        if last is not None and last.index == row.size - 1 and _hash(last) == row.last:
            return int(row.size)
    for table in (batches, blocks, documents, progress):
        connection.execute(sa.delete(table))
    return 0


def _hash(event: CustodyEvent) -> bytes:
    return leaf_hash(encode_event(event))


def _take_in(connection: Connection, stretch: list[CustodyEvent]) -> None:
    facts = Facts()
    _load(connection, facts, stretch)
    for event in stretch:
        facts.apply(event)
    _store(connection, batches, list(facts.batches.values()))
    _store(connection, documents, list(facts.documents.values()))
    last = stretch[-1]
    values = {"version": INDEX_VERSION, "size": last.index + 1, "last": _hash(last)}
    connection.execute(sa.delete(progress))
    connection.execute(sa.insert(progress).values(id=0, **values))


def _load(connection: Connection, facts: Facts, stretch: list[CustodyEvent]) -> None:
    """The rows that `stretch` touches, as they are."""
    for touched in _chunks({event.batch_id for event in stretch}):
        query = sa.select(batches).where(batches.c.batch_id.in_(touched))
        for row in connection.execute(query).mappings():
            facts.batches[row["batch_id"]] = dict(row)
    for batch_id, ids in _documents_by_batch(stretch).items():
        for touched in _chunks(ids):
            query = sa.select(documents).where(
                documents.c.batch_id == batch_id, documents.c.doc_id.in_(touched)
            )
            for row in connection.execute(query).mappings():
                facts.documents[row["batch_id"], row["doc_id"]] = dict(row)


def _documents_by_batch(stretch: list[CustodyEvent]) -> dict[str, set[str]]:
    touched: dict[str, set[str]] = {}
    for event in stretch:
        if event.doc_id:
            touched.setdefault(event.batch_id, set()).add(event.doc_id)
    return touched


def _chunks(values: set[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), 500):
        yield ordered[start : start + 500]


def _store(connection: Connection, table: sa.Table, rows: list[Row]) -> None:
    if not rows:
        return
    statement = insert(table)
    changes = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
    connection.execute(statement.on_conflict_do_update(set_=changes), rows)
