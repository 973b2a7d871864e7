"""The custody log as tables: a list of batches, and the history of a batch or a document.

Pure functions from events to plain data; the command line and later the web page print them. They
never fail on an event of a kind, or with details, that they do not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from handoff.custody.words import sentence
from handoff.errors import UnknownReferenceError
from handoff.model import CustodyEvent


class EventSource(Protocol):
    """What can be read from: a ledger, or a reader of one."""

    def events(
        self,
        *,
        batch_id: str | None = None,
        doc_id: str | None = None,
        kinds: Iterable[str] | None = None,
    ) -> Iterator[CustodyEvent]:
        """Events in order of index, narrowed by what is given."""
        ...


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch in the list.

    Attributes:
        state: "open", "interrupted" or "closed". A batch is closed when its manifest is
            delivered, or when it has none because nothing was delivered.
        closed_at: when it was closed, None while it is not.
        delivered, held, failed: documents by how they ended so far.
    """

    batch_id: str
    vendor: str
    opened_at: datetime
    closed_at: datetime | None
    state: str
    documents: int
    delivered: int
    held: int
    failed: int


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event in words."""

    index: int
    at: datetime
    kind: str
    actor: str
    host: str
    batch_id: str
    doc_id: str
    control_number: str
    text: str


_OUTCOMES = {
    "document.held": "held",
    "delivery.confirmed": "delivered",
    "delivery.failed": "failed",
    # The announced upload never happened; the document is sealed and sent anew.
    "delivery.abandoned": "pending",
}
_BATCH_KINDS = (
    "batch.opened",
    "batch.resumed",
    "batch.interrupted",
    "batch.closed",
    "manifest.delivered",
)


@dataclass(slots=True)
class _Tally:
    opened: CustodyEvent
    state: str = "open"
    closed: CustodyEvent | None = None
    outcomes: dict[str, str] = field(default_factory=dict)

    def row(self) -> BatchRow:
        return BatchRow(
            batch_id=self.opened.batch_id,
            vendor=_text(self.opened, "vendor"),
            opened_at=self.opened.at,
            closed_at=self.closed.at if self.closed else None,
            state=self.state,
            documents=_number(self.opened, "documents"),
            delivered=self._count("delivered"),
            held=self._count("held"),
            failed=self._count("failed"),
        )

    def _count(self, name: str) -> int:
        counted = sum(1 for outcome in self.outcomes.values() if outcome == name)
        return _number(self.closed, name, counted) if self.closed else counted


def list_batches(source: EventSource) -> list[BatchRow]:
    """Every batch, in the order in which they were opened.

    A closed batch counts as `batch.closed` says, another one by the last outcome of each document.
    """
    tallies: dict[str, _Tally] = {}
    for event in source.events(kinds=(*_BATCH_KINDS, *_OUTCOMES)):
        if not event.batch_id:
            continue
        tally = tallies.setdefault(event.batch_id, _Tally(event))
        if event.kind in _OUTCOMES:
            # A manifest is delivered too, but is no document.
            if event.doc_id:
                tally.outcomes[event.doc_id] = _OUTCOMES[event.kind]
        elif event.kind == "batch.closed":
            tally.closed = event
            tally.state = "open" if _number(event, "delivered") else "closed"
        elif event.kind == "manifest.delivered":
            tally.state = "closed"
        elif tally.state != "closed":
            tally.state = "interrupted" if event.kind == "batch.interrupted" else "open"
    return [tally.row() for tally in tallies.values()]


def show(source: EventSource, reference: str) -> list[TimelineRow]:
    """The history of what `reference` names, in order.

    Args:
        source: the log.
        reference: a batch id or the beginning of one, a document id, or a control number.

    Raises:
        UnknownReferenceError: nothing answers to it, or more than one batch does.
    """
    batch_id = _resolve_batch(source, reference)
    if batch_id is not None:
        return list(_rows(source.events(batch_id=batch_id)))
    documents = {reference, *_documents_numbered(source, reference)}
    rows = [row for doc_id in documents for row in _rows(source.events(doc_id=doc_id))]
    if not reference or not rows:
        raise UnknownReferenceError("nothing in the custody log answers to this reference")
    return sorted(rows, key=lambda row: row.index)


def _resolve_batch(source: EventSource, reference: str) -> str | None:
    """The batch whose id is `reference` or begins with it, None where there is none."""
    if not reference:
        return None
    if next(source.events(batch_id=reference), None) is not None:
        return reference
    opened = {event.batch_id for event in source.events(kinds=("batch.opened",))}
    matching = {batch_id for batch_id in opened if batch_id.startswith(reference)}
    if len(matching) > 1:
        raise UnknownReferenceError(f"{len(matching)} batches begin like this")
    return matching.pop() if matching else None


def _documents_numbered(source: EventSource, control_number: str) -> set[str]:
    """Documents that got `control_number`, given with or without an extension."""
    kinds = ("document.received", "document.redacted", "document.sealed", "delivery.intended")
    wanted = control_number.partition(".")[0]
    return {
        event.doc_id
        for event in source.events(kinds=kinds)
        if event.doc_id and _text(event, "control_number").partition(".")[0] == wanted
    }


def _rows(events: Iterable[CustodyEvent]) -> Iterator[TimelineRow]:
    """Rows in words; a document keeps the control number it was received under."""
    numbers: dict[str, str] = {}
    for event in events:
        number = _text(event, "control_number") or numbers.get(event.doc_id, "")
        if event.doc_id:
            numbers[event.doc_id] = number
        yield TimelineRow(
            index=event.index,
            at=event.at,
            kind=event.kind,
            actor=event.actor,
            host=event.host,
            batch_id=event.batch_id,
            doc_id=event.doc_id,
            control_number=number,
            text=sentence(event),
        )


def _text(event: CustodyEvent, name: str) -> str:
    value = event.details.get(name)
    return value if isinstance(value, str) else ""


def _number(event: CustodyEvent, name: str, default: int = 0) -> int:
    value = event.details.get(name)
    return value if type(value) is int else default
