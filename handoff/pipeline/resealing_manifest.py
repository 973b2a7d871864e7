"""The manifest of a batch that was sealed anew: a further one, beside the first (revisions.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from handoff.errors import RecordMissingError
from handoff.pipeline import events, revisions
from handoff.pipeline.batch import Intent, read_state
from handoff.pipeline.closing import entries
from handoff.pipeline.notifying_events import due
from handoff.pipeline.records import write_private
from handoff.pipeline.resealing_state import OpenBatch, Progress
from handoff.pipeline.resuming import manifest_path, spooled, stored
from handoff.pipeline.run import Run
from handoff.sealing import manifest as manifests
from handoff.sealing.seal import seal_bytes


def deliver_revision(
    run: Run, batch: OpenBatch, progress: Progress, doc_ids: Collection[str]
) -> None:
    """Make, keep, announce and deliver the manifest of `doc_ids`; every step may have been done.

    The signature goes first: once the manifest is there, the revision is what holds.

    Raises:
        HandoffError: it could not be delivered; the next run does it.
    """
    intents = progress.manifest
    if not intents:
        intents = _announce(run, batch, progress, *_make(run, batch, progress, doc_ids))
    elif not all(_at_hand(run, intent) for intent in intents.values()):
        intents = _announce(run, batch, progress, *_kept(run, batch, progress))
    for intent in intents.values():
        path = manifest_path(run.home.spool, intent.object_key)
        if spooled(path, intent):
            run.store.put(intent.object_key, path, intent.ciphertext_sha256)
    sealed = intents[revisions.manifest_key(batch.batch_id, progress.revision)]
    delivered = events.manifest(
        *(run, "manifest.delivered", batch.batch_id),
        *(sealed.object_key, sealed.ciphertext_sha256),
    )
    run.ledger.append([delivered, *due(run.policy, delivered, "delivery", len(doc_ids))])
    run.ledger.checkpoint()
    for intent in intents.values():
        manifest_path(run.home.spool, intent.object_key).unlink(missing_ok=True)


def _at_hand(run: Run, intent: Intent) -> bool:
    """Whether what was announced still waits in the spool, or lies in the bucket."""
    source = manifest_path(run.home.spool, intent.object_key)
    return spooled(source, intent) or stored(run.store, intent) is not None


def _make(
    run: Run, batch: OpenBatch, progress: Progress, doc_ids: Collection[str]
) -> tuple[bytes, bytes]:
    """The manifest and its signature, kept among the firm's records before they are announced.

    It is the former one but for what the re-sealing changed; what was taken back is not in it.
    """
    state = read_state(run.ledger, batch.batch_id)
    wanted = {state.control[doc_id] for doc_id in doc_ids}
    encoded = manifests.encode(
        replace(
            batch.manifest,
            created=progress.begun.at,
            policy_sha256=run.policy.sha256,
            recipients=run.recipients,
            checkpoint=run.ledger.checkpoint().note,
            entries=tuple(e for e in entries(state) if e.control_number in wanted),
        )
    )
    signature = manifests.sign(encoded, run.keys.signing).encode()
    record = revisions.record_path(run.home.records, batch.batch_id, progress.revision)
    write_private(record, encoded)
    write_private(record.with_name(f"{record.name}.sig"), signature)
    return encoded, signature


def _kept(run: Run, batch: OpenBatch, progress: Progress) -> tuple[bytes, bytes]:
    """The same two once more: the signature may lie in the bucket already, and is kept there."""
    record = revisions.record_path(run.home.records, batch.batch_id, progress.revision)
    try:
        return record.read_bytes(), record.with_name(f"{record.name}.sig").read_bytes()
    except OSError:
        raise RecordMissingError("the manifest of an unfinished re-sealing is gone") from None


def _announce(
    run: Run, batch: OpenBatch, progress: Progress, encoded: bytes, signature: bytes
) -> dict[str, Intent]:
    """Seal and spool the manifest, then announce both objects in one transaction."""
    parts = {
        revisions.signature_key(batch.batch_id, progress.revision): signature,
        revisions.manifest_key(batch.batch_id, progress.revision): seal_bytes(
            encoded, run.recipients
        ),
    }
    intents = {}
    for key, data in parts.items():
        write_private(manifest_path(run.home.spool, key), data)
        intents[key] = Intent(key, hashlib.sha256(data).hexdigest())
    drafts = [
        events.manifest(
            *(run, "manifest.intended", batch.batch_id),
            *(intent.object_key, intent.ciphertext_sha256),
        )
        for intent in intents.values()
    ]
    run.ledger.append(drafts)
    return intents
