"""What a killed run left behind, and how the next one settles it before it goes on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from handoff.model import StoreReceipt
from handoff.pipeline import events
from handoff.pipeline.batch import BatchState, Intent
from handoff.pipeline.run import Run
from handoff.ports import Store
from handoff.sealing.files import translated
from handoff.sealing.seal import spool_path


def manifest_path(spool: Path, object_key: str) -> Path:
    """Where the sealed manifest, or its signature, waits: its last part is the same in all."""
    return spool / object_key.replace("/", ".")


def sweep_spool(spool: Path, unfinished: Iterable[BatchState]) -> None:
    """Remove ciphertext that no announced upload waits for (a worker killed while sealing)."""
    wanted: set[str] = set()
    for state in unfinished:
        wanted |= {spool_path(spool, i.object_key).name for i in state.last_intent.values()}
        wanted |= {manifest_path(spool, key).name for key in state.manifest_intents}
    for path in spool.iterdir():
        if path.name not in wanted:
            with translated("the spool"):
                path.unlink()


def settle_intents(run: Run, state: BatchState) -> None:
    """For each upload announced and not confirmed: find out, finish it, or give it up.

    What lies in the bucket is confirmed, what waits in the spool is uploaded under the key that
    was announced, and what is in neither is abandoned, so that the document is sealed anew.
    """
    for doc_id, intent in state.last_intent.items():
        receipt = _settle(run.store, run.home.spool, intent)
        if receipt is None:
            run.ledger.append([events.abandoned(run, state.batch_id, doc_id, intent.object_key)])
        else:
            run.ledger.append([events.confirmed(run, state.batch_id, doc_id, receipt)])
            spool_path(run.home.spool, intent.object_key).unlink(missing_ok=True)


def _settle(store: Store, spool: Path, intent: Intent) -> StoreReceipt | None:
    source = spool_path(spool, intent.object_key)
    if spooled(source, intent):
        return store.put(intent.object_key, source, intent.ciphertext_sha256)
    return stored(store, intent)


def stored(store: Store, intent: Intent) -> StoreReceipt | None:
    """What the store says of an announced upload, if the bytes that were announced lie there."""
    if store.head(intent.object_key) is None:
        return None
    with Path(os.devnull).open("wb") as nowhere:
        receipt = store.get(intent.object_key, nowhere)
    return receipt if receipt.sha256 == intent.ciphertext_sha256 else None


def spooled(source: Path, intent: Intent) -> bool:
    """Whether the file at `source` is the ciphertext that was announced."""
    try:
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return False
    return digest == intent.ciphertext_sha256
