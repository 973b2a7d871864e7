"""The custody events a batch leaves, each built in one place: digests, counts, codes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from handoff import __version__
from handoff.detection.entities import RULES_VERSION
from handoff.model import EventDraft, Held, JsonValue, StoreReceipt
from handoff.pipeline import ids
from handoff.pipeline.batch import Document
from handoff.pipeline.run import Run
from handoff.pipeline.tasks import Found, Redacted
from handoff.sealing.fingerprints import fingerprint

MAX_PLACE = 120
# Ceph's ids may begin with "-" or ".", and may end as a file's name does: the log admits neither.
VERSION_ID = re.compile(r"(?!.*\.[A-Za-z0-9]{1,4}\Z)(?:[A-Za-z0-9][A-Za-z0-9._=+/-]{0,119})?")


def _draft(run: Run, kind: str, batch_id: str, **fields: Any) -> EventDraft:  # noqa: ANN401 - EventDraft's own fields
    return EventDraft(kind, batch_id, policy_sha256=run.policy.sha256, **fields)


def _counts(counts: Mapping[str, int]) -> dict[str, JsonValue]:
    return dict(counts)


def _code(version_id: str) -> str:
    """A store's version id; what the log's alphabet does not admit stands there by its digest."""
    if VERSION_ID.fullmatch(version_id):
        return version_id
    return f"sha256:{hashlib.sha256(version_id.encode()).hexdigest()}"


def engine_digest(run: Run) -> str:
    """What decides what is found in a document: model, libraries, rules, the program, the limits.

    What was held under another digest is looked at again, so that a limit that was raised needs
    no more than the same command.
    """
    parts = [run.engine.model_sha256, str(RULES_VERSION), __version__]
    parts += [version(name) for name in ("presidio-analyzer", "spacy")]
    parts += [f"{name}={limit}" for name, limit in sorted(asdict(run.engine.limits).items())]
    return f"sha256:{hashlib.sha256('/'.join(parts).encode()).hexdigest()}"


def batch_opened(run: Run, batch_id: str, documents: Sequence[Document]) -> list[EventDraft]:
    """The batch begins: its documents and the control numbers they got, in one transaction."""
    opened = _draft(
        run,
        "batch.opened",
        batch_id,
        materials={
            "profile": f"sha256:{run.engine.profile.sha256}",
            "engine": engine_digest(run),
            **_matter(run),
        },
        details={
            "vendor": run.policy.name,
            "profile": run.engine.profile.name,
            "documents": len(documents),
            "control_first": documents[0].control_number,
            "control_last": documents[-1].control_number,
            "number_last": int(documents[-1].control_number.rpartition("-")[2]),
            **_matter_id(run),
        },
    )
    return [opened, *(_received(run, batch_id, document) for document in documents)]


def _matter(run: Run) -> dict[str, str]:
    """The matter's list by a keyed digest: a plain one could be tried against guessed names."""
    profile = run.engine.profile
    if not profile.matter_sha256:
        return {}
    return {"matter": ids.source_digest(run.engine.batch_key, profile.matter_sha256)}


def _matter_id(run: Run) -> dict[str, JsonValue]:
    """The firm's number for the matter (docs/decisions/0017): what holds and searches go by."""
    matter_id = run.engine.profile.matter_id
    return {"matter_id": matter_id} if matter_id else {}


def _received(run: Run, batch_id: str, document: Document) -> EventDraft:
    item = document.item
    source = ids.source_digest(run.engine.batch_key, item.sha256) if item.sha256 else ""
    return _draft(
        run,
        "document.received",
        batch_id,
        doc_id=document.doc_id,
        materials={"source": source} if source else {},
        details={"control_number": document.control_number, "size": item.size},
    )


def batch_resumed(run: Run, batch_id: str) -> EventDraft:
    """An earlier run of the batch did not finish; this one goes on."""
    return _draft(run, "batch.resumed", batch_id)


def batch_interrupted(run: Run, batch_id: str, code: str) -> EventDraft:
    """The run stops before the batch is finished, for the cause `code`."""
    return _draft(run, "batch.interrupted", batch_id, details={"code": code})


def found(run: Run, batch_id: str, result: Found) -> list[EventDraft]:
    """The document was read whole, and so much of each kind was found."""
    read = _draft(
        run,
        "document.read",
        batch_id,
        doc_id=result.doc_id,
        details={"media_type": result.media_type, "units": result.units},
    )
    counted = _draft(
        run,
        "document.found",
        batch_id,
        doc_id=result.doc_id,
        details={"counts": _counts(result.counts)},
    )
    return [read, counted]


def held(run: Run, batch_id: str, result: Held) -> EventDraft:
    """The document stays here."""
    return _draft(
        run,
        "document.held",
        batch_id,
        doc_id=result.doc_id,
        materials={"engine": engine_digest(run)},
        details={"code": result.code, "places": len(result.places)},
    )


def redacted(run: Run, batch_id: str, result: Redacted, record: str) -> list[EventDraft]:
    """Redacted, rechecked, sealed, and the upload announced: durable together, before the PUT.

    `record` is the digest of the kept record of the redactions.
    """
    assert result.sealed is not None  # noqa: S101 - a delivery always has a spool as destination
    sealed = result.sealed
    document = f"sha256:{result.sha256}"
    ciphertext = f"sha256:{sealed.ciphertext_sha256}"
    common = {"batch_id": batch_id, "doc_id": result.doc_id}
    where: dict[str, JsonValue] = {
        "control_number": result.control_number,
        "object_key": sealed.object_key,
        "size": sealed.size,
    }
    return [
        _draft(
            run,
            "document.redacted",
            **common,
            products={"document": document, "redaction_log": f"sha256:{record}"},
            details={
                "control_number": result.control_number,
                "counts": _counts(result.redactions),
                "media_type": result.media_type,
                "extension": result.extension.removeprefix("."),
                "size": result.size,
            },
        ),
        *_parts_held(run, result, common),
        _draft(
            run,
            "document.rechecked",
            **common,
            materials={"document": document},
            details={
                "readers": list(result.readers),
                "values_sought": result.values_sought,
                "units": result.units_read,
            },
        ),
        _draft(
            run,
            "document.sealed",
            **common,
            materials={"document": document},
            products={"ciphertext": ciphertext},
            details={
                **where,
                "recipients": len(sealed.recipients),
                "sealed_to": [f"sha256:{fingerprint(key)}" for key in sealed.recipients],
            },
        ),
        _draft(
            run, "delivery.intended", **common, products={"ciphertext": ciphertext}, details=where
        ),
    ]


def _parts_held(run: Run, result: Redacted, common: Mapping[str, str]) -> list[EventDraft]:
    """Parts that stay here; after `document.redacted`, which begins the list anew on resuming."""
    return [
        _draft(
            run,
            "document.part_held",
            **common,
            details={"place": _place(part.place), "code": part.code},
        )
        for part in result.withheld
    ]


def _place(place: str) -> str:
    """A place in the log's alphabet: "attachment 2, member 1" as `attachment-2/member-1`."""
    steps = (re.sub(r"[^A-Za-z0-9]+", "-", step).strip("-") for step in place.split(", "))
    return "/".join(filter(None, steps))[:MAX_PLACE].rstrip("/-")


def confirmed(run: Run, batch_id: str, doc_id: str, receipt: StoreReceipt) -> EventDraft:
    """The object lies in the vendor's bucket."""
    return _draft(
        run,
        "delivery.confirmed",
        batch_id,
        doc_id=doc_id,
        products={"ciphertext": f"sha256:{receipt.sha256}"},
        details={
            "object_key": receipt.object_key,
            "version": _code(receipt.version_id),
            "size": receipt.size,
        },
    )


def failed(run: Run, batch_id: str, doc_id: str, code: str) -> EventDraft:
    """The upload ended with an error; the intent stands, and the next run settles it."""
    return _draft(run, "delivery.failed", batch_id, doc_id=doc_id, details={"code": code})


def abandoned(run: Run, batch_id: str, doc_id: str, object_key: str) -> EventDraft:
    """The object is not in the bucket and its ciphertext is gone; the document is sealed anew."""
    return _draft(
        run, "delivery.abandoned", batch_id, doc_id=doc_id, details={"object_key": object_key}
    )


def batch_closed(run: Run, batch_id: str, content: str, delivered: int, held: int) -> EventDraft:
    """Every document of the batch is delivered or held; `content` is the manifest's digest."""
    return _draft(
        run,
        "batch.closed",
        batch_id,
        products={"manifest_content": f"sha256:{content}"} if content else {},
        details={"vendor": run.policy.name, "delivered": delivered, "held": held, "failed": 0},
    )


def manifest(run: Run, kind: str, batch_id: str, object_key: str, sha256: str) -> EventDraft:
    """`manifest.intended` or `manifest.delivered`, for one object of the manifest."""
    return _draft(
        run,
        kind,
        batch_id,
        products={"ciphertext": f"sha256:{sha256}"},
        details={"object_key": object_key},
    )
