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


def held_in(reader: LedgerReader, reference: str, release: Release | None = None) -> Held | None:
    """What waits in a batch, or the one document that has this control number; None if nothing.

    `release` given, documents that were released under it are left out.

    Raises:
        UnknownReferenceError: nothing in the log answers to `reference`.
    """
    events = history(reader, reference)
    held = {e.doc_id: e for e in events if e.kind == "document.held"}
    if not held:
        return None
    batch_id = [*held.values()][-1].batch_id
    reviews = Reviews(reader.events(kinds=KINDS), release or Release())
    received = {e.doc_id: e for e in reader.events(batch_id=batch_id, kinds=["document.received"])}
    [opened] = reader.events(batch_id=batch_id, kinds=["batch.opened"])
    waiting = [
        _waiting(received[doc_id], latest, reviews.standing(doc_id))
        for doc_id in held
        if doc_id in received and (latest := _latest(reader, doc_id)) is not None
        and (release is None or not _settled(reviews, latest))
    ]  # fmt: skip
    return Held(opened, tuple(sorted(waiting, key=lambda w: w.control_number)))


def _latest(reader: LedgerReader, doc_id: str) -> CustodyEvent | None:
    """The event that holds the document now, None if it was delivered, or is held for good."""
    kinds = ["document.held", "delivery.confirmed"]
    event = [*reader.events(doc_id=doc_id, kinds=kinds)][-1]
    return event if event.details.get("code") in REVIEWABLE else None


def _settled(reviews: Reviews, held: CustodyEvent) -> bool:
    released = reviews.released(held.doc_id)
    return released is not None and released.index > held.index


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
