"""The custody events of re-sealing, each built in one place: keys by their fingerprints."""

from __future__ import annotations

import hashlib
from typing import Any

from handoff.model import EventDraft, JsonValue, SealedDocument
from handoff.pipeline import events, revisions
from handoff.pipeline.resealing_state import (
    BEGUN,
    FINISHED,
    SUPERSEDED,
    OpenBatch,
    fingerprints,
)
from handoff.pipeline.run import Run

confirmed = events.confirmed


def begun(run: Run, batch: OpenBatch, revision: int) -> EventDraft:
    """What is open of the batch will be sealed to these keys, under a manifest of this revision."""
    record = revisions.record_path(run.home.records, batch.batch_id, batch.revision)
    former = hashlib.sha256(record.read_bytes()).hexdigest()
    return _draft(
        run,
        BEGUN,
        batch.batch_id,
        {
            "vendor": run.policy.name,
            "documents": len(batch.doc_ids),
            "revision": revision,
            "sealed_to": list(fingerprints(run.recipients)),
        },
        materials={"manifest": f"sha256:{former}"},
    )


def sealed(run: Run, batch_id: str, made: SealedDocument, document: str) -> list[EventDraft]:
    """Sealed to other keys, and the upload announced; durable together, before the PUT."""
    ciphertext = f"sha256:{made.ciphertext_sha256}"
    where: dict[str, JsonValue] = {
        "control_number": made.control_number,
        "object_key": made.object_key,
        "size": made.size,
    }
    keys: dict[str, JsonValue] = {
        "recipients": len(made.recipients),
        "sealed_to": list(fingerprints(made.recipients)),
    }
    common: dict[str, Any] = {"doc_id": made.doc_id, "products": {"ciphertext": ciphertext}}
    materials = {"document": document}
    return [
        _draft(run, "document.sealed", batch_id, where | keys, materials=materials, **common),
        _draft(run, "delivery.intended", batch_id, where, **common),
    ]


def superseded(run: Run, batch_id: str, object_key: str) -> EventDraft:
    """Another object came in the place of this one, which is to be taken out of the bucket."""
    return _draft(run, SUPERSEDED, batch_id, _object(run, object_key))


def gone(run: Run, batch_id: str, object_key: str, versions: int) -> EventDraft:
    """No version of a superseded object is left."""
    details = _object(run, object_key) | {"versions": versions}
    return _draft(run, "object.recalled", batch_id, details)


def denied(run: Run, batch_id: str, object_key: str) -> EventDraft:
    """The superseded object cannot be deleted yet; the vendor is not let at it any more."""
    return _draft(run, "object.denied", batch_id, _object(run, object_key))


def finished(run: Run, batch: OpenBatch, documents: int) -> EventDraft:
    """Everything that was open of the batch is sealed to the keys that `reseal.begun` names."""
    details: dict[str, JsonValue] = {
        "vendor": run.policy.name,
        "documents": documents,
        "remaining": len(batch.superseded),
    }
    return _draft(run, FINISHED, batch.batch_id, details)


def _object(run: Run, object_key: str) -> dict[str, JsonValue]:
    return {"vendor": run.policy.name, "object_key": object_key}


def _draft(
    run: Run,
    kind: str,
    batch_id: str,
    details: dict[str, JsonValue],
    **fields: Any,  # noqa: ANN401 - EventDraft's own
) -> EventDraft:
    return EventDraft(kind, batch_id, policy_sha256=run.policy.sha256, details=details, **fields)
