"""Taking out of the bucket what re-sealing put others in the place of.

The vendor may have the documents; whoever has its old key may not. So nothing sealed to the old
key stays where it can be got.
"""

from __future__ import annotations

from handoff.custody.holds import is_held
from handoff.pipeline import resealing_events as events
from handoff.pipeline import revisions
from handoff.pipeline.ledgers import open_reader
from handoff.pipeline.recalling_state import in_force
from handoff.pipeline.resealing_run import Sealer
from handoff.pipeline.resealing_state import OpenBatch
from handoff.pipeline.run import Run
from handoff.storage.withdraw import Removed


def supersede(run: Run, batch: OpenBatch) -> None:
    """Record which objects of the batch another one has come in the place of."""
    current = {str(batch.state.confirmed[d].details["object_key"]) for d in batch.doc_ids}
    current |= revisions.keys_of(batch.batch_id, batch.revision)
    known = set(batch.superseded)
    older: dict[str, None] = {}
    for event in run.ledger.events(batch_id=batch.batch_id):
        key = str(event.details.get("object_key", ""))
        if event.kind == "object.recalled":
            known.add(key)
        elif event.kind == "manifest.intended" or (
            event.kind == "delivery.intended" and event.doc_id in batch.doc_ids
        ):
            older[key] = None
    drafts = [
        events.superseded(run, batch.batch_id, key)
        for key in older
        if key not in current and key not in known
    ]
    if drafts:
        run.ledger.append(drafts)


def remove_superseded(sealer: Sealer, batch: OpenBatch) -> int:
    """Delete every version of each, or deny it; how many are gone.

    Raises:
        StorageError: the bucket refuses more than retention explains; the next run tries again.
    """
    with open_reader(sealer.run.home) as reader:
        held = is_held(reader, batch.batch_id)
    denied = set(in_force(sealer.run.ledger, sealer.run.policy).denied)
    kept = []
    for key in batch.superseded:
        removed = _remove(sealer, key, hide=held)
        if removed.gone:
            sealer.run.ledger.append(
                [events.gone(sealer.run, batch.batch_id, key, removed.versions)]
            )
        else:
            kept.append(key)
    if kept or denied.intersection(batch.superseded):
        _deny(sealer, batch, kept)
    return len(batch.superseded) - len(kept)


def _remove(sealer: Sealer, key: str, *, hide: bool) -> Removed:
    """Under legal hold nothing is destroyed: the object is hidden and denied."""
    found = [version for version in sealer.withdrawal.versions(key) if version.key == key]
    if hide:
        return sealer.withdrawal.hide(key, found)
    return sealer.withdrawal.remove(key, found)


def _deny(sealer: Sealer, batch: OpenBatch, kept: list[str]) -> None:
    """Deny what is kept, and no longer what is gone.

    Durable before the policy is written: from then on `provision` lays the same denials.
    """
    run = sealer.run
    denied = set(in_force(run.ledger, run.policy).denied)
    drafts = [events.denied(run, batch.batch_id, key) for key in kept if key not in denied]
    if drafts:
        run.ledger.append(drafts)
    sealer.withdrawal.deny(in_force(run.ledger, run.policy))
