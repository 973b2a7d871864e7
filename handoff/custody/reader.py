"""Reading the custody log: events in constant memory, checkpoints, size; no key needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from handoff.custody import schema
from handoff.custody.database import check_header, disposed_on_error, open_engine, translated
from handoff.custody.events import decode_event, format_time
from handoff.errors import CustodyEventError, LedgerCorruptError
from handoff.model import CustodyEvent

PAGE = 500
"""Events read at a time."""


class LedgerReader:
    """Read access to the custody log at `path`.

    Every method raises only `CustodyError` subclasses and the `PolicyError`s of disk and rights.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open_reader(cls, path: Path) -> LedgerReader:
        """Open the log at `path` read-only.

        Raises:
            NotInitializedError: there is none.
            LedgerCorruptError, LedgerVersionError, LedgerLockedError: as they say.
        """
        engine = open_engine(path, writable=False)
        with disposed_on_error(engine), translated(), engine.begin() as connection:
            check_header(connection)
        return LedgerReader(engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """The database, for questions that are not asked often enough for a method here."""
        return self._engine

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def size(self) -> int:
        """How many events there are."""
        with translated(), self._engine.connect() as connection:
            last = connection.execute(sa.select(sa.func.max(schema.events.c.idx))).scalar()
        return 0 if last is None else int(last) + 1

    def events(
        self,
        *,
        batch_id: str | None = None,
        doc_id: str | None = None,
        kinds: Iterable[str] | None = None,
        after: int = -1,
    ) -> Iterator[CustodyEvent]:
        """Events in order of index, from the one after `after` on, narrowed by what is given.

        Read a page at a time, so that memory does not grow and no transaction stays open while the
        caller thinks. Raises `LedgerCorruptError` at the first event that cannot be read.
        """
        columns = schema.events.c
        query = sa.select(columns.idx, columns.leaf).order_by(columns.idx).limit(PAGE)
        if batch_id is not None:
            query = query.where(columns.batch_id == batch_id)
        if doc_id is not None:
            query = query.where(columns.doc_id == doc_id)
        if kinds is not None:
            query = query.where(columns.kind.in_(list(kinds)))
        last = after
        while rows := self._page(query.where(columns.idx > last)):
            for row in rows:
                yield decode_row(row.idx, row.leaf)
            last = rows[-1].idx

    def _page(self, query: sa.Select[tuple[int, bytes]]) -> list[Row[tuple[int, bytes]]]:
        with translated(), self._engine.begin() as connection:
            return list(connection.execute(query))

    def kinds(self) -> list[str]:
        """Every kind of event that there is."""
        query = sa.select(schema.events.c.kind).distinct()
        with translated(), self._engine.connect() as connection:
            return sorted(str(kind) for kind in connection.execute(query).scalars())

    def leaf_hashes(self, start: int, end: int) -> list[bytes]:
        """The hashes of the leaves `start <= index < end`, as they stand in their rows."""
        columns = schema.events.c
        query = sa.select(columns.leaf_hash).where(columns.idx >= start, columns.idx < end)
        with translated(), self._engine.connect() as connection:
            found = [row.leaf_hash for row in connection.execute(query.order_by(columns.idx))]
        if len(found) != end - start or not all(isinstance(value, bytes) for value in found):
            raise LedgerCorruptError("events of the custody log are missing")
        return found

    def index_at(self, moment: datetime) -> int:
        """The index of the first event at or after `moment`; the log's size if there is none.

        Times do not go back within a log, so the place is found by halving.
        """
        low, high = 0, self.size()
        wanted = format_time(moment)
        while low < high:
            middle = (low + high) // 2
            if self._time_of(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _time_of(self, index: int) -> str:
        query = sa.select(schema.events.c.at).where(schema.events.c.idx == index)
        with translated(), self._engine.connect() as connection:
            return str(connection.execute(query).scalar())

    def event(self, index: int) -> CustodyEvent | None:
        """The event at `index`, or None; raises `LedgerCorruptError` if it cannot be read."""
        columns = schema.events.c
        rows = self._page(sa.select(columns.idx, columns.leaf).where(columns.idx == index))
        return decode_row(rows[0].idx, rows[0].leaf) if rows else None

    def last_event(self) -> CustodyEvent | None:
        """The latest event, or None; raises `LedgerCorruptError` if it cannot be read."""
        columns = schema.events.c
        query = sa.select(columns.idx, columns.leaf).order_by(columns.idx.desc()).limit(1)
        rows = self._page(query)
        return decode_row(rows[0].idx, rows[0].leaf) if rows else None

    def last_checkpoint(self) -> str | None:
        """The note of the latest checkpoint, unverified, or None."""
        columns = schema.checkpoints.c
        query = sa.select(columns.note).order_by(columns.size.desc()).limit(1)
        with translated(), self._engine.connect() as connection:
            note = connection.execute(query).scalar()
        return None if note is None else str(note)


def decode_row(index: object, untrusted_leaf: object) -> CustodyEvent:
    """The event of one row; raises `LedgerCorruptError`."""
    try:
        if isinstance(untrusted_leaf, bytes):
            event = decode_event(untrusted_leaf)
            if event.index == index:
                return event
    except CustodyEventError:
        pass
    raise LedgerCorruptError(f"event {index} of the custody log is damaged")
