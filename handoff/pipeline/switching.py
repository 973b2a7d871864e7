"""`vendor switch`: what one vendor still has goes to another, under the other one's policy.

Nothing is read and nothing is redacted anew: the documents that were proven clean are opened with
the firm's recovery key and sealed to the other vendor's, as batches of its own, one for each batch
of the former vendor. So the redacted form must be the one that the other policy asks for.

The order of writes is that of a send (sending.py). The ids of documents and batch derive from
those of the former ones, so that the same command finishes a run that was killed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from handoff.errors import ObjectMissingError, UsageError
from handoff.model import Held, SealedDocument
from handoff.pipeline import events, ids, seen
from handoff.pipeline import switching_events as own_events
from handoff.pipeline.batch import CONTROL_DIGITS, BatchState, History, read_state
from handoff.pipeline.closing import close_batch
from handoff.pipeline.notifying import notify
from handoff.pipeline.resealing import Outcome
from handoff.pipeline.resealing_documents import require_identities, seal_anew
from handoff.pipeline.resealing_run import Sealer
from handoff.pipeline.resealing_state import OpenBatch, open_batches
from handoff.pipeline.resuming import settle_intents, sweep_spool
from handoff.pipeline.switching_checks import require_allowed
from handoff.pipeline.switching_events import Carried
from handoff.pipeline.switching_names import carry_names
from handoff.policy.vendors import load_vendor
from handoff.ports import Store
from handoff.sealing.seal import spool_path
from handoff.storage.s3 import S3Store


@dataclass(frozen=True, slots=True)
class Switch:
    """One batch that changes vendors.

    Attributes:
        sealer: the vendor that it goes to.
        source: the bucket that it lies in.
        former: the batch there.
        documents: what goes, by the ids that they get.
        state: the new batch, as the log has it.
    """

    sealer: Sealer
    source: Store
    former: OpenBatch
    documents: dict[str, Carried]
    state: BatchState


def switch(
    sealer: Sealer, former_vendor: str, references: Sequence[str], matter: Path | None = None
) -> Iterator[Outcome]:
    """Send what is open of the batches named, which `former_vendor` has, to the sealer's vendor.

    Nothing changes for the former vendor. What was switched before is not sent again.

    Raises:
        UsageError: both vendors are the same one, or no batch was named.
        UnknownReferenceError: nothing is open of a batch that was named.
        ProfileDiffersError: documents were redacted otherwise than the other vendor's policy asks.
        BatchLimitError, MediaTypeError, MatterNotAllowedError: its policy does not allow them.
        HandoffError: the run cannot go on; the next run of the same command finishes it.
    """
    run = sealer.run
    if former_vendor == run.policy.name or not references:
        raise UsageError("name two different vendors, and the batches that change between them")
    policy = load_vendor(run.home.vendors, former_vendor, run.config.storage)
    found = open_batches(run.home, run.ledger, former_vendor, sealer.today, references)
    require_allowed(sealer, policy, found, matter)
    require_identities(sealer)
    source = S3Store(policy.bucket, vendor=former_vendor)
    source.check()
    for name, sha256 in (
        (run.home.vendors / f"{run.policy.name}.yaml", run.policy.sha256),
        (run.home.profiles / f"{run.engine.profile.name}.yaml", run.engine.profile.sha256),
    ):
        seen.keep(run.home, name, sha256)
    for batch in found:
        # The model is the one by which the documents were redacted, not the one of today.
        engine = replace(run.engine, model_sha256=batch.manifest.model_sha256)
        like = replace(sealer, run=replace(run, engine=engine))
        yield from _switch_batch(like, source, batch)
    sweep_spool(run.home.spool, History(run.ledger).unfinished())
    notify(run.ledger, run.policy, run.config.mail, run.reporter)


def _switch_batch(sealer: Sealer, source: Store, former: OpenBatch) -> Iterator[Outcome]:
    run = sealer.run
    history = History(run.ledger, run.policy.name)
    pending = {
        new: old for old in former.doc_ids if not _done(history, new := _doc_id(sealer, old))
    }
    if not pending:
        yield Outcome(former.batch_id, "", "unchanged", len(former.doc_ids))
        return
    switch = _begin(sealer, source, former, pending, history)
    for doc_id, document in switch.documents.items():
        if doc_id not in switch.state.confirmed:
            yield _carry(switch, doc_id, document)
        else:
            yield Outcome(switch.state.batch_id, document.control_number, "switched")
    close_batch(run, switch.state.batch_id)


def _doc_id(sealer: Sealer, former_doc_id: str) -> str:
    """The same for the same document of the former vendor, and none that a send would give."""
    key, profile = sealer.run.engine.batch_key, sealer.run.engine.profile.form
    return ids.document_id(key, sealer.run.policy.name, profile, f"switched:{former_doc_id}", 1)


def _done(history: History, doc_id: str) -> bool:
    """Whether a finished batch delivered the document."""
    return any(
        doc_id in state.confirmed
        for state in map(history.state, history.batch_ids)
        if state.finished
    )


def _begin(
    sealer: Sealer, source: Store, former: OpenBatch, pending: dict[str, str], history: History
) -> Switch:
    """Open the batch in the log, or take it up where an earlier run stopped."""
    run = sealer.run
    begun = [s for s in history.unfinished(run.policy.sha256) if set(pending) & set(s.control)]
    if begun:
        state = begun[0]
        run.ledger.append([events.batch_resumed(run, state.batch_id)])
        settle_intents(run, state)
        state = read_state(run.ledger, state.batch_id)
        documents = _numbered(state, former, pending)
    else:
        # A number of attempts keeps it apart from a batch that was switched and taken back.
        known = set(history.batch_ids)
        batch_id = next(
            made
            for attempt in range(len(known) + 1)
            if (made := _batch_id(sealer, pending, attempt)) not in known
        )
        state = BatchState(batch_id)
        first = history.last_control + 1
        for offset, doc_id in enumerate(pending):
            number = f"{run.policy.control_prefix}-{first + offset:0{CONTROL_DIGITS}d}"
            state.control[doc_id] = number
        documents = _numbered(state, former, pending)
        carry_names(sealer, former.batch_id, batch_id, documents)
        run.ledger.append(own_events.opened(run, former, batch_id, documents))
        state = read_state(run.ledger, batch_id)
    return Switch(sealer, source, former, documents, state)


def _batch_id(sealer: Sealer, pending: dict[str, str], attempt: int) -> str:
    run = sealer.run
    return ids.batch_id(run.engine.batch_key, run.policy.name, run.policy.sha256, pending, attempt)


def _numbered(state: BatchState, former: OpenBatch, pending: dict[str, str]) -> dict[str, Carried]:
    return {
        doc_id: Carried(pending[doc_id], former.state.control[pending[doc_id]], number)
        for doc_id, number in state.control.items()
        if doc_id in pending
    }


def _carry(switch: Switch, doc_id: str, document: Carried) -> Outcome:
    """Seal one document to the other vendor and deliver it; announced before, confirmed after."""
    run, batch_id = switch.sealer.run, switch.state.batch_id
    object_key = ids.object_key(batch_id)
    try:
        made = seal_anew(
            switch.sealer, switch.source, switch.former.state, document.former_doc_id, object_key
        )
    except ObjectMissingError as error:
        held = Held(doc_id, error.code, error.message, error.hint)
        run.ledger.append([events.held(run, batch_id, held)])
        return Outcome(batch_id, document.former_number, "missing")
    sealed = SealedDocument(
        *(doc_id, document.control_number, object_key),
        *(made.ciphertext_sha256, made.ciphertext_size, run.recipients),
    )
    run.ledger.append(own_events.carried(run, switch.former, document, batch_id, sealed))
    source = spool_path(run.home.spool, object_key)
    receipt = run.store.put(object_key, source, made.ciphertext_sha256)
    run.ledger.append([events.confirmed(run, batch_id, doc_id, receipt)])
    source.unlink(missing_ok=True)
    return Outcome(batch_id, document.control_number, "switched")
