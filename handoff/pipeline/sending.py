"""One batch, from intake to its manifest, in an order that survives being killed anywhere.

Finding runs over the whole batch first, so that a name found anywhere is redacted everywhere;
then documents are redacted, rechecked and sealed in workers while earlier ones are uploaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from handoff.errors import (
    DiskFullError,
    DocumentError,
    MediaTypeError,
    ObjectExistsError,
    ReviewChangedError,
    ReviewRejectedError,
    StorageError,
)
from handoff.model import (
    Delivered,
    EventDraft,
    Failed,
    Held,
    Outcome,
    StoreReceipt,
)
from handoff.pipeline import events, ids, redactionlogs, worker
from handoff.pipeline.batch import BatchState, Document, Intent, already_delivered, read_state
from handoff.pipeline.closing import close_batch
from handoff.pipeline.decisions import Decisions, gate
from handoff.pipeline.decisions_log import Reviews
from handoff.pipeline.delivering import Landed, Upload, Uploads
from handoff.pipeline.finding import BatchFindings
from handoff.pipeline.holding import held_from_error, held_from_event
from handoff.pipeline.pool import Pool
from handoff.pipeline.records import write_names
from handoff.pipeline.resuming import settle_intents
from handoff.pipeline.run import Run
from handoff.pipeline.tasks import Destination, FindTask, Found, Redacted, RedactTask
from handoff.pipeline.worker import open_pool
from handoff.sealing.seal import spool_path


@dataclass(slots=True)
class Batch:
    """A batch being sent: its documents in order, and what the log had of it at the start.

    `decisions` are those of documents that a reviewer has released.
    """

    run: Run
    state: BatchState
    documents: list[Document]
    reviews: Reviews
    decisions: dict[str, Decisions] = field(default_factory=dict)
    announced: dict[str, Redacted] = field(default_factory=dict)
    trouble: StorageError | DiskFullError | None = None

    @property
    def batch_id(self) -> str:
        """The batch's id."""
        return self.state.batch_id

    @property
    def control(self) -> dict[str, str]:
        """Control numbers by doc_id."""
        return {document.doc_id: document.control_number for document in self.documents}


def send_batch(batch: Batch) -> Iterator[Outcome]:
    """Send one batch, or finish it where an earlier run stopped.

    Raises:
        HandoffError: the batch cannot be finished now; the log says how far it came.
    """
    run, resumed = batch.run, batch.state.opened
    names = {document.doc_id: document.item.display_name() for document in batch.documents}
    size = sum(document.item.size for document in batch.documents)
    run.reporter.batch(batch.batch_id, names, size, resumed=resumed)
    if not resumed:
        _require_unused(run, batch.batch_id)
    write_names(run, batch.batch_id, batch.documents)
    if resumed:
        run.ledger.append([events.batch_resumed(run, batch.batch_id)])
        settle_intents(run, batch.state)
        batch.state = read_state(run.ledger, batch.batch_id)
    else:
        run.ledger.append(events.batch_opened(run, batch.batch_id, batch.documents))
    if batch.state.closed is None:
        yield from _deliver(batch)
    else:
        yield from _replay(batch)
    close_batch(run, batch.batch_id)


def _require_unused(run: Run, batch_id: str) -> None:
    """A batch that begins has nothing in the bucket, unless the log was restored from a backup."""
    if any(True for _ in run.store.keys(f"{batch_id}/")):
        raise ObjectExistsError(
            "the bucket holds this batch already, but the custody log does not know it",
            "the log is older than what was sent: see `Backup and restore` in docs/operations.md",
        )


def _replay(batch: Batch) -> Iterator[Outcome]:
    """A batch that was closed, and killed before its manifest was delivered."""
    for document in batch.documents:
        if document.doc_id in batch.state.confirmed:
            yield already_delivered(batch.state, document.doc_id)
        elif document.doc_id in batch.state.held:
            yield held_from_event(batch.state.held[document.doc_id], document.control_number)


def _deliver(batch: Batch) -> Iterator[Outcome]:
    run = batch.run
    findings = BatchFindings(run.engine.batch_key, run.engine.profile.parties)
    with closing(open_pool(run.engine, run.config.workers)) as pool:
        yield from _find(batch, pool, findings)
        yield from _redact_and_upload(batch, pool, findings)
    if batch.trouble:
        run.ledger.append([events.batch_interrupted(run, batch.batch_id, batch.trouble.code)])
        raise batch.trouble


def _find(batch: Batch, pool: Pool, findings: BatchFindings) -> Iterator[Outcome]:
    """First visit: read every document of the batch and gather what is in it.

    Those already delivered are read too, so that names and numbers come out as they did before;
    that one of them cannot be read any more changes nothing about its delivery.
    """
    run, delivered = batch.run, batch.state.confirmed
    run.reporter.stage("reading", len(batch.documents))
    readable = []
    for document in batch.documents:
        begun = _begun(batch, document)
        if isinstance(begun, FindTask):
            readable.append(begun)
            continue
        run.reporter.advance(document.doc_id, document.item.size, held=True)
        if document.doc_id not in delivered:
            yield _hold(batch, document.doc_id, begun)
    for task, outcome in pool.run(worker.find, readable):
        result = _admitted(batch, outcome)
        run.reporter.advance(task.doc_id, task.size, held=not isinstance(result, Found))
        if isinstance(result, Found):
            findings.add(result)
            _record(batch, events.found(run, batch.batch_id, result))
        elif task.doc_id not in delivered:
            yield _hold(batch, task.doc_id, result)
    for document in batch.documents:
        if document.doc_id in delivered:
            yield already_delivered(batch.state, document.doc_id)


def _begun(batch: Batch, document: Document) -> FindTask | DocumentError:
    """What is to be done with the document first, or why it is held already."""
    doc_id, item = document.doc_id, document.item
    if item.problem is not None:
        return item.problem
    source = ids.source_digest(batch.run.engine.batch_key, item.sha256)
    try:
        decisions = batch.reviews.decisions(batch.run.home.records, doc_id, source)
    except (ReviewChangedError, ReviewRejectedError) as error:
        return error
    if decisions is not None:
        batch.decisions[doc_id] = decisions
    return FindTask(doc_id, item, decisions)


def _admitted(batch: Batch, result: Found | Held | DocumentError) -> Found | Held | DocumentError:
    """`result`, or that the vendor's policy does not let it have documents of this type."""
    allowed = batch.run.policy.limits.media_types
    if isinstance(result, Found) and allowed and result.media_type not in allowed:
        return MediaTypeError(f"the vendor may not have documents of type {result.media_type}")
    return result


def _redact_and_upload(batch: Batch, pool: Pool, findings: BatchFindings) -> Iterator[Outcome]:
    """Second visit: redact, recheck and seal in workers, uploading what is sealed meanwhile."""
    run = batch.run
    tasks = _redact_tasks(batch, findings)
    run.reporter.stage("redacting", len(tasks))
    with closing(Uploads(run.store)) as uploads:
        for task, result in pool.run(worker.redact, tasks):
            run.reporter.advance(task.doc_id, task.size, held=not isinstance(result, Redacted))
            if isinstance(result, Redacted):
                yield from _confirm(batch, uploads.submit(_announce(batch, result)))
            else:
                yield _hold(batch, task.doc_id, result)
            if batch.trouble:
                break
        while landed := uploads.finish():
            yield from _confirm(batch, landed)


def _redact_tasks(batch: Batch, findings: BatchFindings) -> list[RedactTask]:
    order = [document.doc_id for document in batch.documents]
    shared = findings.shared(order)
    run = batch.run
    return [
        RedactTask(
            document.doc_id,
            document.item,
            document.control_number,
            Destination(run.home.spool, ids.object_key(batch.batch_id), run.recipients),
            findings.packed[document.doc_id],
            shared,
            findings.readings(document.doc_id),
            gate(run.policy.release, run.engine.batch_key, document.doc_id),
            batch.decisions.get(document.doc_id),
        )
        for document in batch.documents
        if document.doc_id in findings.packed and document.doc_id not in batch.state.confirmed
    ]


def _record(batch: Batch, drafts: Iterable[EventDraft]) -> None:
    """Append what an earlier run of this batch has not already recorded."""
    fresh = [d for d in drafts if (d.doc_id, d.kind) not in batch.state.recorded]
    if fresh:
        batch.run.ledger.append(fresh)


def _hold(batch: Batch, doc_id: str, cause: Held | DocumentError) -> Held:
    cause = cause if isinstance(cause, Held) else held_from_error(doc_id, cause)
    outcome = replace(cause, control_number=batch.control[doc_id])
    _record(batch, [events.held(batch.run, batch.batch_id, outcome)])
    return outcome


def _announce(batch: Batch, result: Redacted) -> Upload:
    """Make the record of the redactions and the intent durable; only then may the upload begin."""
    assert result.sealed is not None  # noqa: S101 - a delivery always has a spool as destination
    record = redactionlogs.keep(batch.run.home, batch.batch_id, result)
    batch.run.ledger.append(events.redacted(batch.run, batch.batch_id, result, record))
    batch.announced[result.doc_id] = result
    intent = Intent(result.sealed.object_key, result.sealed.ciphertext_sha256)
    return Upload(result.doc_id, intent, spool_path(batch.run.home.spool, result.sealed.object_key))


def _confirm(batch: Batch, landed: list[Landed]) -> Iterator[Outcome]:
    """Make the outcome of uploads durable, then let go of the spooled ciphertext."""
    run = batch.run
    drafts = [_outcome_event(batch, item) for item in landed]
    if drafts:
        run.ledger.append(drafts)
    for item in landed:
        doc_id = item.upload.doc_id
        if isinstance(item.result, StoreReceipt):
            item.upload.source.unlink(missing_ok=True)
            yield _delivered(batch.announced.pop(doc_id), item.result)
        else:
            batch.trouble = item.result
            error = item.result
            yield Failed(doc_id, error.code, error.message, error.hint, batch.control[doc_id])


def _outcome_event(batch: Batch, item: Landed) -> EventDraft:
    doc_id = item.upload.doc_id
    if isinstance(item.result, StoreReceipt):
        return events.confirmed(batch.run, batch.batch_id, doc_id, item.result)
    return events.failed(batch.run, batch.batch_id, doc_id, item.result.code)


def _delivered(facts: Redacted, receipt: StoreReceipt) -> Delivered:
    return Delivered(
        facts.doc_id,
        facts.control_number,
        facts.media_type,
        facts.size,
        facts.redactions,
        receipt,
        facts.withheld,
    )
