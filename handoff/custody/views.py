"""The custody log in words: the history of a batch, of a document, or of a period.

Pure functions from events to plain data; the command line and later the web page print them. They
never fail on an event of a kind, or with details, that they do not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
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
        after: int = -1,
    ) -> Iterator[CustodyEvent]:
        """Events in order of index, from the one after `after` on, narrowed by what is given."""
        ...


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


def show(source: EventSource, reference: str) -> list[TimelineRow]:
    """The history of what `reference` names, in order and in words.

    Args:
        source: the log.
        reference: a batch id or the beginning of one, a document id, or a control number.

    Raises:
        UnknownReferenceError: nothing answers to it, or more than one batch does.
    """
    return in_words(history(source, reference))


def history(source: EventSource, reference: str) -> list[CustodyEvent]:
    """The events of what `reference` names, in order; arguments and errors as `show`."""
    batch_id = _resolve_batch(source, reference)
    if batch_id is not None:
        return list(source.events(batch_id=batch_id))
    documents = {reference, *_documents_numbered(source, reference)}
    found = [event for doc_id in documents for event in source.events(doc_id=doc_id)]
    if not reference or not found:
        raise UnknownReferenceError("nothing in the custody log answers to this reference")
    return sorted(found, key=lambda event: event.index)


def in_words(events: Iterable[CustodyEvent]) -> list[TimelineRow]:
    """`events` as rows in words."""
    return list(_rows(events))


class PeriodSource(EventSource, Protocol):
    """A source that finds a moment's place in it."""

    def index_at(self, moment: datetime) -> int:
        """The index of the first event at or after `moment`."""
        ...


def period(  # noqa: PLR0913 - each narrows in its own way
    source: PeriodSource,
    since: datetime | None,
    until: datetime | None,
    *,
    kinds: Sequence[str] = (),
    by: str = "",
    batch_ids: AbstractSet[str] | None = None,
) -> Iterator[TimelineRow]:
    """What happened from `since` up to `until`, in order; empty or None does not narrow.

    Args:
        source: the log.
        since: the first moment.
        until: the first moment that is too late.
        kinds: only events of these kinds.
        by: only what this account did.
        batch_ids: only events of these batches.
    """
    first = source.index_at(since) if since else 0
    events = source.events(kinds=kinds or None, after=first - 1)
    if until:
        events = takewhile(lambda event: event.at < until, events)
    wanted = (
        event
        for event in events
        if by in {"", event.actor} and (batch_ids is None or event.batch_id in batch_ids)
    )
    return _rows(wanted)


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
