"""Sealing anew what is still open, to the keys that the vendor's policy names now.

Order of writes, for each batch:

    custody: reseal.begun(revision, keys)                            (durable)
    for each document:
        the ciphertext is fetched, opened and sealed through a pipe into the spool
        custody: document.sealed, delivery.intended(object_key)      (durable)
        PUT under a new key
        custody: delivery.confirmed                                  (durable)
    the manifest of the revision: custody, PUT, custody, as when a batch is closed
    custody: object.superseded(object_key), for each old object      (durable)
    every version of them is deleted, or denied where retention forbids it
    custody: object.recalled | object.denied, object.retained        (durable)
    custody: reseal.finished, checkpoint

A run that dies anywhere leaves a `reseal.begun` without its end, from which the next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handoff.errors import ObjectMissingError
from handoff.model import SealedDocument, StoreReceipt
from handoff.pipeline import ids, revisions
from handoff.pipeline import resealing_events as events
from handoff.pipeline.batch import History, Intent
from handoff.pipeline.notifying import notify
from handoff.pipeline.resealing_documents import require_identities, seal_anew
from handoff.pipeline.resealing_manifest import deliver_revision
from handoff.pipeline.resealing_removal import remove_superseded, supersede
from handoff.pipeline.resealing_run import Sealer
from handoff.pipeline.resealing_state import (
    OpenBatch,
    Progress,
    fingerprints,
    open_batch,
    open_batches,
)
from handoff.pipeline.resuming import spooled, stored, sweep_spool
from handoff.sealing.seal import spool_path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: "resealed", or "missing" from the bucket.

    A batch without documents ("unchanged", "removed") has no control number.
    """

    batch_id: str
    control_number: str
    state: str
    count: int = 1


def reseal(sealer: Sealer, references: Sequence[str] = ()) -> Iterator[Outcome]:
    """Seal anew what is open of the batches that `references` begin the ids of; without, of all.

    What is sealed to exactly the keys of today already is left as it is.

    Raises:
        UnknownReferenceError: a reference names no batch of which anything is open.
        IntegrityError, SealedDamagedError, IdentityMismatchError: an object is not what the log
            says, or the firm's identity does not open it.
        HandoffError: the run cannot go on; the next one finishes it.
    """
    run = sealer.run
    for batch in open_batches(run.home, run.ledger, run.policy.name, sealer.today, references):
        yield from _reseal_batch(sealer, batch)
    # What killed runs left; another re-sealing that was killed seals anew what it had here.
    sweep_spool(run.home.spool, History(run.ledger).unfinished())
    notify(run.ledger, run.policy, run.config.mail, run.reporter)


def _reseal_batch(sealer: Sealer, batch: OpenBatch) -> Iterator[Outcome]:
    run = sealer.run
    progress = batch.progress
    if progress is None and (batch.is_sealed_to(run.recipients) or not batch.doc_ids):
        yield from _removed(sealer, batch)
        return
    wanted = set(fingerprints(run.recipients))
    if progress is None or (not progress.delivered and progress.recipients() != wanted):
        require_identities(sealer)
        revision = revisions.latest(batch.state.manifest_intents) + 1
        run.ledger.append([events.begun(run, batch, revision)])
        batch = _again(sealer, batch)
    assert batch.progress is not None  # noqa: S101 - an unfinished one, or the one just begun
    missing: set[str] = set()
    if not batch.progress.delivered:
        for doc_id in batch.doc_ids:
            outcome = _reseal_document(sealer, batch, batch.progress, doc_id)
            if outcome.state == "missing":
                missing.add(doc_id)
            yield outcome
        kept = [doc_id for doc_id in batch.doc_ids if doc_id not in missing]
        if kept:
            deliver_revision(run, batch, batch.progress, kept)
    yield from _finish(sealer, _again(sealer, batch))


def _again(sealer: Sealer, batch: OpenBatch) -> OpenBatch:
    """The batch as the log tells it now."""
    found = open_batch(sealer.run.home, sealer.run.ledger, batch.batch_id, sealer.today)
    assert found is not None  # noqa: S101 - nothing of it was taken back meanwhile
    return found


def _finish(sealer: Sealer, batch: OpenBatch) -> Iterator[Outcome]:
    run, progress = sealer.run, batch.progress
    assert progress is not None  # noqa: S101 - only a re-sealing that was begun is finished
    if progress.delivered:
        supersede(run, batch)
        batch = _again(sealer, batch)
    yield from _removed(sealer, batch)
    run.ledger.append([events.finished(run, batch, len(progress.confirmed))])
    run.ledger.checkpoint()


def _removed(sealer: Sealer, batch: OpenBatch) -> Iterator[Outcome]:
    """Take out of the bucket what has been superseded, also by an earlier run."""
    if not batch.superseded:
        yield Outcome(batch.batch_id, "", "unchanged", len(batch.doc_ids))
        return
    gone = remove_superseded(sealer, batch)
    yield Outcome(batch.batch_id, "", "removed", gone)
    if kept := len(batch.superseded) - gone:
        yield Outcome(batch.batch_id, "", "retained", kept)


def _reseal_document(sealer: Sealer, batch: OpenBatch, progress: Progress, doc_id: str) -> Outcome:
    run, control = sealer.run, batch.state.control[doc_id]
    done = Outcome(batch.batch_id, control, "resealed")
    if doc_id in progress.confirmed:
        return done
    intent = progress.intents.get(doc_id)
    receipt = _settle(sealer, intent) if intent else None
    if receipt is None:
        try:
            intent = _seal(sealer, batch, doc_id)
        except ObjectMissingError:
            return Outcome(batch.batch_id, control, "missing")
        source = spool_path(run.home.spool, intent.object_key)
        receipt = run.store.put(intent.object_key, source, intent.ciphertext_sha256)
    run.ledger.append([events.confirmed(run, batch.batch_id, doc_id, receipt)])
    spool_path(run.home.spool, receipt.object_key).unlink(missing_ok=True)
    return done


def _settle(sealer: Sealer, intent: Intent) -> StoreReceipt | None:
    """Finish the upload that a killed run announced; None if its ciphertext is nowhere."""
    run = sealer.run
    source = spool_path(run.home.spool, intent.object_key)
    if spooled(source, intent):
        return run.store.put(intent.object_key, source, intent.ciphertext_sha256)
    return stored(run.store, intent)


def _seal(sealer: Sealer, batch: OpenBatch, doc_id: str) -> Intent:
    """Fetch, open and seal one document into the spool, and announce its upload."""
    run, state = sealer.run, batch.state
    object_key = ids.object_key(batch.batch_id)
    made = seal_anew(sealer, run.store, state, doc_id, object_key)
    sealed = SealedDocument(
        *(doc_id, state.control[doc_id], object_key),
        *(made.ciphertext_sha256, made.ciphertext_size, run.recipients),
    )
    run.ledger.append(events.sealed(run, batch.batch_id, sealed, f"sha256:{made.sha256}"))
    return Intent(object_key, made.ciphertext_sha256)
