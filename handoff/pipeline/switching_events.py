"""The custody events of a batch that changes vendors: where it comes from, what goes on."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.model import EventDraft, JsonValue, SealedDocument
from handoff.pipeline import resealing_events
from handoff.pipeline.resealing_state import OpenBatch
from handoff.pipeline.run import Run


@dataclass(frozen=True, slots=True)
class Carried:
    """A document that changes vendors: what it was, and the number that it gets."""

    former_doc_id: str
    former_number: str
    control_number: str


def opened(
    run: Run, former: OpenBatch, batch_id: str, documents: dict[str, Carried]
) -> list[EventDraft]:
    """The batch begins, with what the former one was made by: profile, engine, matter."""
    [was] = run.ledger.events(batch_id=former.batch_id, kinds=["batch.opened"])
    numbers = [document.control_number for document in documents.values()]
    details: dict[str, JsonValue] = {
        "vendor": run.policy.name,
        "profile": run.engine.profile.name,
        "documents": len(documents),
        "control_first": numbers[0],
        "control_last": numbers[-1],
        "number_last": int(numbers[-1].rpartition("-")[2]),
        "former_batch": former.batch_id,
        "former_vendor": former.manifest.vendor,
    }
    if matter_id := was.details.get("matter_id"):
        details["matter_id"] = matter_id
    first = EventDraft(
        *("batch.opened", batch_id),
        materials=was.materials,
        policy_sha256=run.policy.sha256,
        details=details,
    )
    return [first, *(_received(run, former, batch_id, *item) for item in documents.items())]


def _received(
    run: Run, former: OpenBatch, batch_id: str, doc_id: str, document: Carried
) -> EventDraft:
    [was, *_] = run.ledger.events(
        batch_id=former.batch_id, doc_id=document.former_doc_id, kinds=["document.received"]
    )
    return EventDraft(
        *("document.received", batch_id, doc_id),
        materials=was.materials,
        policy_sha256=run.policy.sha256,
        details={**was.details, "control_number": document.control_number},
    )


def carried(
    run: Run, former: OpenBatch, document: Carried, batch_id: str, sealed: SealedDocument
) -> list[EventDraft]:
    """The redacted document as it was proven clean then, sealed, and its upload announced."""
    was = former.state.redacted[document.former_doc_id]
    product = was.products["document"]
    switched = EventDraft(
        *("document.switched", batch_id, sealed.doc_id),
        products={"document": product},
        policy_sha256=run.policy.sha256,
        details={
            **was.details,
            "control_number": document.control_number,
            "former_batch": former.batch_id,
            "former_number": document.former_number,
        },
    )
    withheld = [
        EventDraft(
            *("document.part_held", batch_id, sealed.doc_id),
            policy_sha256=run.policy.sha256,
            details=event.details,
        )
        for event in former.state.withheld.get(document.former_doc_id, ())
    ]
    return [switched, *withheld, *resealing_events.sealed(run, batch_id, sealed, product)]
