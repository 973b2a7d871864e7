"""`handoff custody prove`: gather what shows a batch or a document, and sign it for a stranger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from handoff.custody.checkpoint import open_checkpoint
from handoff.custody.evidence.package import SIGNATURE, SUMS, Evidence, lay_out, sums_of, to_zip
from handoff.custody.html import render
from handoff.custody.index.proofs import consistency_proofs, inclusion_proofs
from handoff.custody.index.search import (
    BatchFacts,
    DocumentFacts,
    Query,
    documents_of,
    find_batches,
)
from handoff.custody.index.update import open_index
from handoff.custody.reader import LedgerReader
from handoff.custody.rotation import load_verifier_keys
from handoff.custody.views import history, in_words
from handoff.errors import OutputExistsError
from handoff.model import Checkpoint, CustodyEvent
from handoff.pipeline.anchoring import (
    anchors_directory,
    local_copy,
    timestamp_of,
    timestamp_root,
)
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger, open_reader
from handoff.pipeline.receipts import NAMESPACE as RECEIPT_NAMESPACE
from handoff.pipeline.receipts import manifest_paths, receipt_path, signers_of
from handoff.pipeline.redactionlogs import logs_seen
from handoff.pipeline.texts import texts_seen
from handoff.sealing import sshsig
from handoff.sealing.files import creating, translated
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.manifest import decode

EVIDENCE_NAMESPACE = "handoff-evidence"
PRINCIPAL = "firm"
# What tells of a batch as a whole, and so belongs to the story of each of its documents.
WHOLE = ("batch.", "manifest.", "receipt.", "review.", "approval.", "recall.", "expiry.")


@dataclass(frozen=True, slots=True)
class Proven:
    """What a package shows: its digest, to be noted elsewhere, and how much is in it."""

    sha256: str
    size: int
    events: int
    documents: int
    manifests: int


def prove(home: Home, reference: str, output: Path) -> Proven:
    """Write the evidence package of what `reference` names to `output`.

    Args:
        home: whose log.
        reference: a batch id or the beginning of one, a document id, or a control number.
        output: the ZIP to be written; 0600, never over another file.

    Raises:
        UnknownReferenceError: nothing in the log answers to it.
        OutputExistsError: there is such a file already.
        CustodyError: the log cannot be read, or does not continue what was signed.
        HandoffError: the keys or the records cannot be read.
    """
    if output.exists():
        raise OutputExistsError("the evidence package is already there")
    content, proven = make_package(home, reference)
    try:
        with translated("the evidence package"), creating(output) as file:
            file.write(content)
    except FileExistsError:
        raise OutputExistsError("the evidence package is already there") from None
    return proven


def make_package(home: Home, reference: str) -> tuple[bytes, Proven]:
    """The package itself, for whoever hands it on; arguments and errors as `prove`."""
    with open_reader(home) as reader:
        events = _story(reader, history(reader, reference))
    checkpoint = _checkpoint_over(home, events[-1].index + 1)
    with open_reader(home) as reader:
        evidence = _gather(home, reader, events, checkpoint)
        package = lay_out(evidence, _page(home, reader, reference, evidence))
    keys = load_firm_keys(home.keys)
    package[SUMS] = sums_of(package)
    signature = sshsig.sign(package[SUMS], keys.signing, EVIDENCE_NAMESPACE)
    package[SIGNATURE] = signature.encode()
    content = to_zip(package)
    documents = {event.doc_id for event in events} - {""}
    return content, Proven(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        events=len(events),
        documents=len(documents),
        manifests=len(evidence.manifests),
    )


def _story(reader: LedgerReader, events: Sequence[CustodyEvent]) -> list[CustodyEvent]:
    """`events`, and what happened to the batches around them as a whole."""
    told = {event.index: event for event in events}
    for batch_id in {event.batch_id for event in events} - {""}:
        for event in reader.events(batch_id=batch_id):
            if not event.doc_id and event.kind.startswith(WHOLE):
                told[event.index] = event
    return [told[index] for index in sorted(told)]


def _checkpoint_over(home: Home, size: int) -> Checkpoint:
    """A checkpoint over the log's first `size` events: one under a timestamp, the latest, a new."""
    for path in sorted(anchors_directory(home).glob("*.checkpoint")):
        if int(path.stem) >= size and timestamp_of(path).exists():
            return open_checkpoint(path.read_bytes(), load_verifier_keys(home.keys))
    with open_reader(home) as reader:
        note = reader.last_checkpoint()
    if note is not None:
        checkpoint = open_checkpoint(note, load_verifier_keys(home.keys))
        if checkpoint.size >= size:
            return checkpoint
    with open_ledger(home, SystemClock()) as ledger:
        return ledger.checkpoint()


def _gather(
    home: Home, reader: LedgerReader, events: Sequence[CustodyEvent], checkpoint: Checkpoint
) -> Evidence:
    keys = load_verifier_keys(home.keys)
    manifests = dict(_manifests(home, events))
    sizes = {
        open_checkpoint(decode(content).checkpoint, keys).size for content, _ in manifests.values()
    }
    with open_index(home.custody, reader) as index:
        indexes = [event.index for event in events]
        proofs = inclusion_proofs(index, reader, indexes, checkpoint.size)
        consistency = consistency_proofs(index, reader, sizes, checkpoint.size)
    outside = _timestamp(home, checkpoint) | _receipts(home, events)
    return Evidence(
        events=events,
        proofs=proofs,
        checkpoint=checkpoint,
        consistency=consistency,
        vkey="\n".join(str(key) for key in keys),
        allowed_signers=_allowed_signers(home, events),
        manifests=manifests,
        texts=texts_seen(home, events) | logs_seen(home, events) | outside,
    )


def _allowed_signers(home: Home, events: Sequence[CustodyEvent]) -> str:
    """The firm's key, first, and those of the vendors' people who may sign receipts."""
    signing = load_firm_keys(home.keys).public_parts().signing
    namespaces = f"{sshsig.MANIFEST_NAMESPACE},{EVIDENCE_NAMESPACE}"
    lines = [sshsig.allowed_signers_line(PRINCIPAL, signing, namespaces)]
    vendors = {str(e.details["vendor"]) for e in events if e.kind == "receipt.received"}
    for vendor in sorted(vendors):
        for key in signers_of(home, vendor):
            lines.append(sshsig.allowed_signers_line("vendor", key, RECEIPT_NAMESPACE))
    return "".join(lines)


def _timestamp(home: Home, checkpoint: Checkpoint) -> dict[str, bytes]:
    """The timestamp over the checkpoint and its authority's certificate, if there is one."""
    token, root = timestamp_of(local_copy(home, checkpoint.size)), timestamp_root(home)
    if not token.exists() or not root:
        return {}
    return {"checkpoint.tsr": token.read_bytes(), "checkpoint.ca": root}


def _receipts(home: Home, events: Sequence[CustodyEvent]) -> dict[str, bytes]:
    """The vendors' receipts that the events name."""
    found: dict[str, bytes] = {}
    for event in events:
        if event.kind == "receipt.received":
            digest = event.products["receipt"].removeprefix("sha256:")
            path = receipt_path(home, event.batch_id, digest)
            if path.exists():
                signed = event.materials.get("manifest", "").removeprefix("sha256:")
                name = _manifest_name(home, event.batch_id, signed)
                found[f"receipts/{name}.{digest[:16]}.sig"] = path.read_bytes()
    return found


def _manifests(
    home: Home, events: Sequence[CustodyEvent]
) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    """Manifests and signatures of each batch that has them, as they lie among the records."""
    for batch_id in sorted({event.batch_id for event in events} - {""}):
        for revision, path in manifest_paths(home, batch_id).items():
            with translated("a record of the batch"):
                signature = path.with_name(f"{path.name}.sig").read_bytes()
                yield _revision_name(batch_id, revision), (path.read_bytes(), signature)


def _manifest_name(home: Home, batch_id: str, sha256: str) -> str:
    """Under which name the package has the manifest of a batch that has this digest (hex)."""
    for revision, path in manifest_paths(home, batch_id).items():
        if hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
            return _revision_name(batch_id, revision)
    return batch_id


def _revision_name(batch_id: str, revision: int) -> str:
    """The first manifest bears the batch's id; those of a batch sealed anew, a number more."""
    return batch_id if revision == 1 else f"{batch_id}_{revision}"


def _page(home: Home, reader: LedgerReader, reference: str, evidence: Evidence) -> str:
    batches, documents = _facts(home, reader, evidence.events)
    return render(
        "evidence.html",
        subject=reference,
        origin=evidence.checkpoint.origin,
        batches=batches,
        documents=documents,
        rows=in_words(evidence.events),
        checkpoint=evidence.checkpoint,
    )


def _facts(
    home: Home, reader: LedgerReader, events: Sequence[CustodyEvent]
) -> tuple[list[BatchFacts], list[DocumentFacts]]:
    shown = {event.doc_id for event in events}
    batch_ids = sorted({event.batch_id for event in events} - {""})
    with open_index(home.custody, reader) as index:
        batches = [
            batch
            for batch_id in batch_ids
            for batch in find_batches(index, Query(reference=batch_id))
            if batch.batch_id == batch_id
        ]
        documents = [
            document
            for batch_id in batch_ids
            for document in documents_of(index, batch_id)
            if document.doc_id in shown
        ]
    return batches, documents
