"""Which documents of a batch wait for a person, and the originals that they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from handoff.custody.reader import LedgerReader
from handoff.custody.views import history
from handoff.documents.base import Limits
from handoff.documents.intake import IntakeItem, scan
from handoff.errors import ChangedError, GoneError, InputMissingError
from handoff.model import CustodyEvent, Release
from handoff.pipeline import ids
from handoff.pipeline.decisions_log import KINDS, REVIEWABLE, Reviews, Standing


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that a batch held until a person decides.

    Attributes:
        code: why it is held.
        source: the keyed digest of its original.
        standing: what was decided since it was held.
    """

    doc_id: str
    control_number: str
    code: str
    source: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Held:
    """A batch, and those of its documents that a person may decide about."""

    opened: CustodyEvent
    waiting: tuple[Waiting, ...]


def held_in(reader: LedgerReader, reference: str) -> Held | None:
    """What a batch held for a person, or the one document that has this control number.

    None where nothing is held there.

    Raises:
        UnknownReferenceError: nothing in the log answers to `reference`.
    """
    held = [event for event in history(reader, reference) if event.kind == "document.held"]
    if not held:
        return None
    batch_id, wanted = held[-1].batch_id, {event.doc_id for event in held}
    [opened] = reader.events(batch_id=batch_id, kinds=["batch.opened"])
    reviews = Reviews(reader.events(kinds=KINDS), "", Release())
    waiting = [
        _waiting(received, latest, reviews.standing(received.doc_id))
        for received in reader.events(batch_id=batch_id, kinds=["document.received"])
        if received.doc_id in wanted and (latest := _latest(reader, received.doc_id)) is not None
    ]
    return Held(opened, tuple(sorted(waiting, key=lambda w: w.control_number)))


def undecided(reader: LedgerReader, held: Held, release: Release) -> tuple[Waiting, ...]:
    """Those of `held` that are neither released under the vendor's policy nor rejected."""
    vendor = str(held.opened.details["vendor"])
    reviews = Reviews(reader.events(kinds=KINDS), vendor, release)
    return tuple(
        waiting
        for waiting in held.waiting
        if waiting.standing.rejected is None
        and (waiting.standing.reviewed is None or reviews.released(waiting.doc_id) is None)
    )


def _latest(reader: LedgerReader, doc_id: str) -> CustodyEvent | None:
    """The event that holds the document now, None if it was delivered, or is held for good."""
    kinds = ["document.held", "delivery.confirmed"]
    events = [*reader.events(doc_id=doc_id, kinds=kinds)]
    return events[-1] if events and events[-1].details.get("code") in REVIEWABLE else None


def _waiting(received: CustodyEvent, held: CustodyEvent, standing: Standing) -> Waiting:
    """What was decided before the document was held once more does not count any longer."""
    events = (standing.reviewed, standing.approved, standing.rejected)
    since = [event if event and event.index > held.index else None for event in events]
    return Waiting(
        doc_id=held.doc_id,
        control_number=str(received.details["control_number"]),
        code=str(held.details["code"]),
        source=received.materials.get("source", ""),
        standing=Standing(*since),
    )


class Originals:
    """The files in which the waiting documents lie, found again and proven to be the same bytes.

    Args:
        batch_key: the firm's key, under which the log knows originals.
        sources: where they lay, by control number.
        inputs: where to look instead, if anywhere.
        limits: of intake.
    """

    def __init__(
        self,
        batch_key: bytes,
        sources: Mapping[str, Path],
        inputs: Sequence[Path],
        limits: Limits,
    ) -> None:
        self._batch_key = batch_key
        self._sources = sources
        self._limits = limits
        self._given = dict(self._digested(inputs))

    def find(self, waiting: Waiting) -> IntakeItem:
        """The file of a document.

        Raises:
            GoneError: it is not where it was, nor where was looked.
            ChangedError: another file lies in its place.
            DocumentError: it cannot be read any more.
        """
        if waiting.source in self._given:
            return self._given[waiting.source]
        path = self._sources.get(waiting.control_number)
        if path is None:
            raise GoneError("nothing says where its file lies", "name the directory with --input")
        try:
            [item] = scan([path], self._limits)
        except (InputMissingError, ValueError):
            raise GoneError(
                "its file is not where it was", "put it back, or name its directory with --input"
            ) from None
        if item.problem is not None:
            raise item.problem
        if self._digest(item) != waiting.source:
            raise ChangedError(
                "its file was changed since it was held", "send again: what changed is read anew"
            )
        return item

    def _digested(self, inputs: Sequence[Path]) -> Iterator[tuple[str, IntakeItem]]:
        for item in scan(inputs, self._limits) if inputs else ():
            if item.sha256:
                yield self._digest(item), item

    def _digest(self, item: IntakeItem) -> str:
        return ids.source_digest(self._batch_key, item.sha256)
