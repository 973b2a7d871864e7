"""The end of a batch: its last event, a checkpoint, and the manifest that makes it exist.

The manifest is derived from the log alone, so that a run that resumes a batch writes what the
first one would have written. Its plaintext holds nothing that the vendor may not see; it is kept,
with its signature, among the firm's records before it is announced.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from handoff.errors import RecordMissingError
from handoff.model import CustodyEvent, EventDraft, Manifest, ManifestEntry
from handoff.pipeline import events
from handoff.pipeline.batch import BatchState, Intent, read_state
from handoff.pipeline.notifying_events import due
from handoff.pipeline.records import write_private
from handoff.pipeline.resuming import manifest_path, spooled, stored
from handoff.pipeline.run import Run
from handoff.sealing import manifest as manifests
from handoff.sealing.seal import seal_bytes


def close_batch(run: Run, batch_id: str) -> None:
    """Close the batch in the log and deliver its manifest; every step may have been done before.

    Raises:
        HandoffError: the manifest could not be delivered; the next run does it.
    """
    state = read_state(run.ledger, batch_id)
    if state.closed is None:
        delivered = len(state.confirmed)
        content = _content_sha256(state) if delivered else ""
        held = len(state.control) - delivered
        run.ledger.append([events.batch_closed(run, batch_id, content, delivered, held)])
        run.ledger.checkpoint()
        state = read_state(run.ledger, batch_id)
    if not state.finished:
        _deliver_manifest(run, state)


def entries(state: BatchState) -> tuple[ManifestEntry, ...]:
    """What the log says was delivered, in the order of control numbers."""
    made = [_entry(state, doc_id) for doc_id in state.confirmed]
    return tuple(sorted(made, key=lambda entry: entry.control_number))


def _entry(state: BatchState, doc_id: str) -> ManifestEntry:
    redacted, sealed = state.redacted[doc_id], state.sealed[doc_id]
    control = state.control[doc_id]
    return ManifestEntry(
        control_number=control,
        file_name=f"{control}.{redacted.details['extension']}",
        object_key=str(sealed.details["object_key"]),
        media_type=str(redacted.details["media_type"]),
        size=_int(redacted, "size"),
        sha256=redacted.products["document"].removeprefix("sha256:"),
        ciphertext_size=_int(sealed, "size"),
        ciphertext_sha256=sealed.products["ciphertext"].removeprefix("sha256:"),
        redactions=_counts(redacted),
    )


def _int(event: CustodyEvent, name: str) -> int:
    value = event.details[name]
    return value if isinstance(value, int) else 0


def _counts(event: CustodyEvent) -> dict[str, int]:
    counts = event.details["counts"]
    if not isinstance(counts, dict):
        return {}
    return {name: count for name, count in counts.items() if isinstance(count, int)}


def _manifest(run: Run, state: BatchState, created: CustodyEvent, checkpoint: str) -> Manifest:
    return Manifest(
        batch_id=state.batch_id,
        vendor=run.policy.name,
        created=created.at,
        expires=(created.at + timedelta(days=run.policy.expires_days)).date(),
        policy_sha256=run.policy.sha256,
        profile_sha256=run.engine.profile.sha256,
        model_sha256=run.engine.model_sha256,
        recipients=run.recipients,
        instructions=run.policy.instructions,
        checkpoint=checkpoint,
        entries=entries(state),
    )


def _content_sha256(state: BatchState) -> str:
    """The digest that `batch.closed` records: of the list of entries, in canonical JSON.

    The manifest as a whole cannot stand in the event, because it holds the checkpoint that covers
    the event.
    """
    return hashlib.sha256(manifests.encode_entries(entries(state))).hexdigest()


def _deliver_manifest(run: Run, state: BatchState) -> None:
    """The signature first, the manifest last: once the manifest is there, the batch exists."""
    if not state.manifest_intents:
        _announce_manifest(run, state, *_make(run, state))
    elif not all(_at_hand(run, intent) for intent in state.manifest_intents.values()):
        _announce_manifest(run, state, *_recorded(run, state.batch_id))
    intents = list(read_state(run.ledger, state.batch_id).manifest_intents.values())
    for intent in intents:
        path = manifest_path(run.home.spool, intent.object_key)
        if spooled(path, intent):
            run.store.put(intent.object_key, path, intent.ciphertext_sha256)
    delivered = _event(run, "manifest.delivered", state, intents[-1])
    told = due(run.policy, delivered, "delivery", len(state.confirmed))
    run.ledger.append([delivered, *told])
    run.ledger.checkpoint()
    for intent in intents:
        manifest_path(run.home.spool, intent.object_key).unlink(missing_ok=True)


def _at_hand(run: Run, intent: Intent) -> bool:
    """Whether what was announced still waits in the spool, or lies in the bucket."""
    source = manifest_path(run.home.spool, intent.object_key)
    return spooled(source, intent) or stored(run.store, intent) is not None


def _make(run: Run, state: BatchState) -> tuple[bytes, bytes]:
    """The manifest and its signature, kept among the firm's records before they are announced."""
    assert state.closed is not None  # noqa: S101 - close_batch has just closed it
    encoded = manifests.encode(_manifest(run, state, state.closed, run.ledger.checkpoint().note))
    signature = manifests.sign(encoded, run.keys.signing).encode()
    manifest, beside = _records(run, state.batch_id)
    write_private(manifest, encoded)
    write_private(beside, signature)
    return encoded, signature


def _recorded(run: Run, batch_id: str) -> tuple[bytes, bytes]:
    """The same two once more: the signature may lie in the bucket already, and is kept there.

    Raises:
        RecordMissingError: they are not among the firm's records.
    """
    manifest, beside = _records(run, batch_id)
    try:
        return manifest.read_bytes(), beside.read_bytes()
    except OSError:
        raise RecordMissingError("the manifest of an unfinished batch is gone") from None


def _records(run: Run, batch_id: str) -> tuple[Path, Path]:
    records = run.home.records
    return records / f"{batch_id}.manifest.json", records / f"{batch_id}.manifest.json.sig"


def _announce_manifest(run: Run, state: BatchState, encoded: bytes, signature: bytes) -> None:
    """Seal and spool the manifest, then announce both objects in one transaction."""
    intents = [
        _spool(run, f"{state.batch_id}/manifest.json.sig", signature),
        _spool(run, f"{state.batch_id}/manifest.json.age", seal_bytes(encoded, run.recipients)),
    ]
    run.ledger.append([_event(run, "manifest.intended", state, intent) for intent in intents])


def _spool(run: Run, object_key: str, data: bytes) -> Intent:
    write_private(manifest_path(run.home.spool, object_key), data)
    return Intent(object_key, hashlib.sha256(data).hexdigest())


def _event(run: Run, kind: str, state: BatchState, intent: Intent) -> EventDraft:
    return events.manifest(run, kind, state.batch_id, intent.object_key, intent.ciphertext_sha256)
