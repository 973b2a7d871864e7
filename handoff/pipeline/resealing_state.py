"""What is still open of a vendor's batches, sealed to which keys; how far a re-sealing came.

All of it comes from the custody log and the kept manifests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from handoff.custody.appending import SqlLedger
from handoff.errors import RecordMissingError, UnknownReferenceError
from handoff.model import CustodyEvent, Manifest
from handoff.pipeline import revisions
from handoff.pipeline.batch import BatchState, History, Intent, read_state
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_ledger
from handoff.ports import Clock, Ledger
from handoff.sealing.fingerprints import fingerprint
from handoff.sealing.manifest import decode

BEGUN, FINISHED, SUPERSEDED = "reseal.begun", "reseal.finished", "object.superseded"
_ENDS = ("delivery.denied", "delivery.recalled", "delivery.expired")


@dataclass(slots=True)
class OpenBatch:
    """A finished batch of which something still lies with the vendor.

    Attributes:
        state: the batch as the log tells it.
        manifest: the latest that was delivered.
        revision: which one that is.
        doc_ids: the documents that were delivered, and neither taken back nor expired.
        progress: of a re-sealing that was begun and not finished, None for none.
        superseded: object keys in whose place others came, and that may still lie there.
    """

    state: BatchState
    manifest: Manifest
    revision: int
    doc_ids: tuple[str, ...]
    progress: Progress | None
    superseded: tuple[str, ...]

    @property
    def batch_id(self) -> str:
        """The batch's id."""
        return self.state.batch_id

    def is_sealed_to(self, recipients: tuple[str, ...]) -> bool:
        """Whether every object is sealed to exactly these."""
        return set(self.manifest.recipients) == set(recipients)


@dataclass(slots=True)
class Progress:
    """How far a re-sealing came: the event that began it, and what has happened since."""

    begun: CustodyEvent
    revision: int
    intents: dict[str, Intent] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    manifest: dict[str, Intent] = field(default_factory=dict)
    delivered: bool = False

    def recipients(self) -> set[str]:
        """Fingerprints of the keys it seals to."""
        listed = self.begun.details.get("sealed_to")
        return set(map(str, listed)) if isinstance(listed, list) else set()


def open_batches(
    home: Home, ledger: Ledger, vendor: str, today: date, references: Sequence[str] = ()
) -> list[OpenBatch]:
    """Every batch of `vendor` of which something is still open on `today`, oldest first.

    With `references`, those alone whose ids they begin.

    Raises:
        UnknownReferenceError: one of `references` names no such batch, or more than one.
        RecordMissingError: the kept manifest of one of them is gone.
        ManifestInvalidError: it is damaged.
    """
    ids = History(ledger, vendor).batch_ids
    if references:
        ids = [b for b in ids if any(b.startswith(named) for named in references if named)]
    looked = (open_batch(home, ledger, batch_id, today) for batch_id in ids)
    found = [batch for batch in looked if batch is not None]
    for reference in references:
        if sum(batch.batch_id.startswith(reference) for batch in found) != 1:
            raise UnknownReferenceError(
                "nothing is open of a batch that was named, or more than one begins like it"
            )
    return found


def open_batch(home: Home, ledger: Ledger, batch_id: str, today: date) -> OpenBatch | None:
    """The batch, None if nothing of it is open; raises as `open_batches`."""
    state = read_state(ledger, batch_id)
    delivered, superseded = 0, dict[str, None]()
    progress: Progress | None = None
    is_open = dict[str, bool]()
    for event in ledger.events(batch_id=batch_id):
        key = str(event.details.get("object_key", ""))
        progress = _follow(progress, event)
        if event.kind == "manifest.delivered":
            delivered = max(delivered, revisions.revision_of(key))
        elif event.kind == "delivery.confirmed":
            is_open[event.doc_id] = True
        elif event.kind in _ENDS:
            is_open[event.doc_id] = False
        elif event.kind == "recall.intended" and not event.doc_id:
            is_open = dict.fromkeys(is_open, False)
        elif event.kind == SUPERSEDED:
            superseded[key] = None
        elif event.kind == "object.recalled":
            superseded.pop(key, None)
    doc_ids = tuple(doc_id for doc_id, still in is_open.items() if still)
    if not delivered or not (doc_ids or superseded):
        return None
    manifest = read_manifest(home, batch_id, delivered)
    if manifest.expires < today:
        doc_ids = ()
    return OpenBatch(state, manifest, delivered, doc_ids, progress, tuple(superseded))


def _follow(progress: Progress | None, event: CustodyEvent) -> Progress | None:
    """Where a re-sealing stands after `event`."""
    if event.kind == BEGUN:
        revision = event.details["revision"]
        return Progress(event, revision if isinstance(revision, int) else 0)
    if progress is None or event.kind == FINISHED:
        return None
    if event.kind in {"delivery.intended", "manifest.intended"}:
        key = str(event.details["object_key"])
        intent = Intent(key, event.products["ciphertext"].removeprefix("sha256:"))
        if event.doc_id:
            progress.intents[event.doc_id] = intent
        else:
            progress.manifest[key] = intent
    elif event.kind == "delivery.confirmed":
        progress.confirmed.add(event.doc_id)
    elif event.kind == "manifest.delivered":
        progress.delivered = True
    return progress


def read_manifest(home: Home, batch_id: str, revision: int) -> Manifest:
    """The kept manifest; raises `RecordMissingError`, `ManifestInvalidError`."""
    try:
        encoded = revisions.record_path(home.records, batch_id, revision).read_bytes()
    except OSError:
        raise RecordMissingError("the manifest of a batch is not among the records") from None
    return decode(encoded)


def fingerprints(recipients: tuple[str, ...]) -> tuple[str, ...]:
    """The fingerprints of recipients, as they stand in events."""
    return tuple(f"sha256:{fingerprint(recipient)}" for recipient in recipients)


def sealed_to(home: Home, clock: Clock, vendor: str, digest: str) -> dict[str, int]:
    """How many open documents of which batch are sealed to the key with this fingerprint."""
    with open_ledger(home, clock) as ledger:
        return _sealed_to(home, ledger, vendor, clock.now().date(), digest)


def _sealed_to(
    home: Home, ledger: SqlLedger, vendor: str, today: date, digest: str
) -> dict[str, int]:
    return {
        batch.batch_id: len(batch.doc_ids)
        for batch in open_batches(home, ledger, vendor, today)
        if batch.doc_ids and digest in map(fingerprint, batch.manifest.recipients)
    }
