"""Rebuild the tree from the events of a log and hold it against its checkpoints, in one pass."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.engine import Connection

from handoff.custody.checkpoint import open_checkpoint
from handoff.custody.events import check_leaf
from handoff.custody.findings import Findings, VerificationReport
from handoff.custody.merkle import CompactRange, leaf_hash
from handoff.custody.note import VerifierKey
from handoff.errors import CustodyError, CustodyEventError

_EVENTS = "SELECT idx, at, kind, batch_id, doc_id, leaf, leaf_hash FROM events{} ORDER BY idx"
# SQLite: from the table itself, never out of an index that might tell another story.
_HINTS = {"sqlite": " NOT INDEXED"}
_CHECKPOINTS = "SELECT size, note, frontier FROM checkpoints ORDER BY size"


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the tree must be at `size`; `frontier` None where only the root is known."""

    size: int
    root: bytes
    where: str
    frontier: object = None

    def __lt__(self, other: _Expected) -> bool:
        return self.size < other.size


def _rows(connection: Connection) -> Iterable[Sequence[Any]]:
    """Every event's row in order, a part at a time.

    SQLite's own cursor steps through the table as it is read, at half the cost of SQLAlchemy's
    rows; a PostgreSQL cursor needs to be told not to fetch everything at once.
    """
    query = _EVENTS.format(_HINTS.get(connection.dialect.name, ""))
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        return cast("Iterable[Sequence[Any]]", driver.execute(query))
    options = {"stream_results": True, "yield_per": 1000}
    return connection.exec_driver_sql(query, execution_options=options)


class Replay:
    """One pass over a log. Tell it what to expect, run it, ask it for the report."""

    def __init__(self, found: Findings, keys: Sequence[VerifierKey]) -> None:
        self._found = found
        self._keys = keys
        self._tree = CompactRange()
        self._outside: list[_Expected] = []
        self._contradicted: dict[str, None] = {}
        self._last_time = ""
        self._next_index = 0
        self._fitting = 0
        self._covered = 0
        self._first_wrong: int | None = None

    @property
    def size(self) -> int:
        """Events read so far."""
        return self._tree.size

    def expect(self, untrusted_notes: Sequence[tuple[str, str]]) -> None:
        """Hold the log also against checkpoints kept elsewhere: where it was, and the note."""
        for where, note in untrusted_notes:
            try:
                checkpoint = open_checkpoint(note, self._keys)
            except CustodyError as error:
                self._found.add("checkpoint.signature", f"{where}: {error.message}")
                self._contradicted[where] = None
            else:
                self._outside.append(_Expected(checkpoint.size, checkpoint.root, where))

    def run(self, connection: Connection) -> None:
        """Read all events; raises only what the connection raises."""
        expected = heapq.merge(self._stored(connection), sorted(self._outside))
        waiting = self._compare(expected, next(expected, None))
        for row in _rows(connection):
            self._check_row(row)
            if waiting is not None and waiting.size <= self._tree.size:
                waiting = self._compare(expected, waiting)
        while waiting is not None:
            self._contradicted[waiting.where] = None
            self._found.add(
                "checkpoint.beyond",
                f"{waiting.where} covers {waiting.size} events, there are {self.size}",
                self.size,
            )
            waiting = next(expected, None)
        self._check_head(connection)

    def report(self, *, sealed: bool) -> VerificationReport:
        """The outcome so far."""
        return VerificationReport(
            size=self.size,
            root=self._tree.root(),
            checkpoints=self._fitting,
            covered=self._covered,
            sealed=sealed,
            discrepancies=self._found.kept,
            omitted=self._found.omitted,
            contradicted=tuple(self._contradicted),
        )

    def _stored(self, connection: Connection) -> Iterator[_Expected]:
        """The checkpoints of the database whose signatures hold, by size."""
        for size, note, frontier in connection.exec_driver_sql(
            _CHECKPOINTS, execution_options={"stream_results": True, "yield_per": 100}
        ):
            where = f"the checkpoint at size {size}"
            try:
                checkpoint = open_checkpoint(note if isinstance(note, str) else "", self._keys)
            except CustodyError as error:
                self._found.add("checkpoint.signature", f"{where}: {error.message}")
                continue
            if checkpoint.size != size:
                self._found.add("checkpoint.size", f"{where} was signed for another size")
                continue
            yield _Expected(size, checkpoint.root, where, frontier)

    def _compare(
        self, expected: Iterator[_Expected], waiting: _Expected | None
    ) -> _Expected | None:
        """Hold the tree against all that is expected of its present size; what waits next."""
        while waiting is not None and waiting.size <= self.size:
            frontier = waiting.frontier
            if waiting.root != self._tree.root():
                self._contradicted[waiting.where] = None
                self._found.add(
                    "checkpoint.root",
                    f"the first {waiting.size} events are not those of {waiting.where}",
                    self._covered if self._first_wrong is None else self._first_wrong,
                )
            elif frontier is not None and frontier != self._tree.to_bytes():
                self._found.add("checkpoint.frontier", f"{waiting.where} has a changed frontier")
            else:
                self._fitting += 1
                self._covered = waiting.size
            waiting = next(expected, None)
        return waiting

    def _wrong(self, code: str, message: str, index: int) -> None:
        """Record what is wrong with one event; the first one is where the trouble begins."""
        self._found.add(code, message, index)
        if self._first_wrong is None:
            self._first_wrong = index

    def _check_row(self, row: Sequence[Any]) -> None:
        index, untrusted_leaf = row[0], row[5]
        if index != self._next_index:
            first = min(index, self._next_index)
            self._wrong("event.index", f"events are missing before event {index}", first)
        self._next_index = index + 1
        if not isinstance(untrusted_leaf, bytes):
            self._wrong("event.leaf", f"event {index} has no leaf", index)
            return
        computed = leaf_hash(untrusted_leaf)
        self._tree.append(computed)
        if computed != row[6]:
            self._wrong("event.hash", f"event {index} does not fit its hash", index)
        try:
            head = check_leaf(untrusted_leaf)
        except CustodyEventError as error:
            self._wrong("event.leaf", f"event {index}: {error.message}", index)
            return
        if head != row[:5]:
            self._wrong("event.columns", f"event {index} stands in the wrong row", index)
        if head.at < self._last_time:
            self._wrong("event.time", f"event {index} is older than the one before", index)
        self._last_time = head.at

    def _check_head(self, connection: Connection) -> None:
        rows = connection.exec_driver_sql("SELECT id, size, at, frontier FROM head").all()
        expected = (0, self.size, self._last_time, self._tree.to_bytes())
        if [tuple(row) for row in rows] != [expected]:
            self._found.add("head", "the log's head does not fit its events", self.size)
