"""`handoff send`: what is there to send, in which batches, and has it been sent already?

The order inside one batch is in sending.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from handoff.documents.intake import IntakeItem, scan
from handoff.errors import NothingToSendError
from handoff.model import AlreadyDelivered, CustodyEvent, Held, Outcome
from handoff.pipeline import ids, seen
from handoff.pipeline.batch import Document, History, number, resumable
from handoff.pipeline.decisions_log import KINDS, Reviews
from handoff.pipeline.events import engine_digest
from handoff.pipeline.notifying import notify
from handoff.pipeline.records import require_known
from handoff.pipeline.resuming import sweep_spool
from handoff.pipeline.run import Run
from handoff.pipeline.sending import Batch, send_batch
from handoff.policy.preflight import require_within_limits


def send(run: Run, inputs: Sequence[Path], *, again: bool = False) -> Iterator[Outcome]:
    """Send what `inputs` (files, directories) hold to the run's vendor; one outcome a document.

    Documents that a finished batch delivered, in the same bytes under the same profile, are not
    sent again unless `again` is set; those it held are held again without being read anew, unless
    the cause may have passed or a reviewer has released them.

    Raises:
        NothingToSendError: there is no document in `inputs`.
        UsageError: the handoff home is among them.
        BatchLimitError: more is to be sent than the vendor's policy allows; nothing was read.
        CustodyForkError: the log is an older copy of what it was.
        VendorNotToldError: all was delivered, and the vendor could not be told of it.
        HandoffError: the run cannot go on; the next run of the same command finishes it.
    """
    run.home.require_apart(inputs)
    require_known(run.home.records, run.ledger.events(kinds=["batch.closed"]))
    items = scan(inputs, run.engine.limits)
    if not items:
        _notify(run)
        raise NothingToSendError("the input holds no documents")
    history = History(run.ledger, run.policy.name)
    reviews = Reviews(run.ledger.events(kinds=KINDS), run.policy.name, run.policy.release)
    # One spool for all vendors: what waits in it may be another vendor's.
    sweep_spool(run.home.spool, History(run.ledger).unfinished())
    pending: dict[str, Document] = {}
    for document in _identified(run, items):
        settled = None if again else _settled(run, history, reviews, document.doc_id)
        if settled is None:
            pending[document.doc_id] = document
        else:
            run.reporter.settled(document.doc_id, document.item.display_name())
            yield settled
    size = sum(document.item.size for document in pending.values())
    require_within_limits(run.policy, len(pending), size)
    _keep_policies(run)
    for batch in _batches(run, history, reviews, pending):
        yield from send_batch(batch)
    _notify(run)


def _notify(run: Run) -> None:
    """Tell the vendor what was delivered now, and what an earlier run could not tell."""
    notify(run.ledger, run.policy, run.config.mail, run.reporter)


def _settled(
    run: Run, history: History, reviews: Reviews, doc_id: str
) -> AlreadyDelivered | Held | None:
    """How an earlier batch ended for the document, unless it is to be looked at again."""

    def reopens(held: CustodyEvent) -> bool:
        return reviews.reopens(held, run.policy.sha256)

    settled = history.settled(doc_id, engine_digest(run), reopens)
    return reviews.told(settled) if isinstance(settled, Held) else settled


def _keep_policies(run: Run) -> None:
    """Keep the texts whose digests the log is about to name."""
    policy, profile = run.policy, run.engine.profile
    seen.keep(run.home, run.home.vendors / f"{policy.name}.yaml", policy.sha256)
    seen.keep(run.home, run.home.profiles / f"{profile.name}.yaml", profile.sha256)


def _identified(run: Run, items: Sequence[IntakeItem]) -> Iterator[Document]:
    copies: dict[str, int] = {}
    for item in items:
        content = item.sha256 or f"unread:{item.name}"
        copies[content] = copies.get(content, 0) + 1
        doc_id = ids.document_id(
            run.engine.batch_key,
            run.policy.name,
            run.engine.profile.form,
            content,
            copies[content],
        )
        yield Document(doc_id, item)


def _batches(
    run: Run, history: History, reviews: Reviews, pending: Mapping[str, Document]
) -> Iterator[Batch]:
    """First the batches that an earlier run began and did not finish, then one of what is new."""
    begun = list(resumable(history.unfinished(run.policy.sha256), pending))
    prefix = run.policy.control_prefix
    for state, documents in begun:
        yield Batch(run, state, number(documents, state, prefix, 1), reviews)
    taken = {document.doc_id for _, documents in begun for document in documents}
    new = [document for doc_id, document in pending.items() if doc_id not in taken]
    if new:
        state = history.state(_fresh_batch_id(run, history, new))
        numbered = number(new, state, prefix, history.last_control + 1)
        yield Batch(run, state, numbered, reviews)


def _fresh_batch_id(run: Run, history: History, documents: Sequence[Document]) -> str:
    """The id these documents derive; a number is mixed in when they were sent before (`again`)."""
    attempt = 0
    while True:
        batch_id = ids.batch_id(
            run.engine.batch_key,
            run.policy.name,
            run.policy.sha256,
            (document.doc_id for document in documents),
            attempt,
        )
        if batch_id not in history.batch_ids:
            return batch_id
        attempt += 1
