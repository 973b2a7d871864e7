"""Which objects a reference means, in which bucket they lie, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handoff.custody.appending import SqlLedger
from handoff.custody.index.search import BatchFacts, DocumentFacts, Query, documents_of
from handoff.custody.index.search import find_batches as search_batches
from handoff.custody.index.search import find_documents as search_documents
from handoff.custody.index.update import open_index
from handoff.custody.reader import LedgerReader
from handoff.errors import UnknownPolicyError, UnknownReferenceError, UnknownVendorError
from handoff.model import VendorPolicy
from handoff.pipeline import seen
from handoff.pipeline.home import Home
from handoff.policy.vendors import load_vendor, load_vendor_file

OUT = ("sending", "failed", "delivered", "denied")
"""States in which an object may lie in the vendor's bucket."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object in the vendor's bucket; `doc_id` empty for what is no document."""

    object_key: str
    doc_id: str = ""
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be taken out of a vendor's bucket.

    Attributes:
        batch: the batch.
        items: the documents meant, those that are gone left out.
        doc_id: the one document that was named, "" for the whole batch.
        former: keys under which that document lay before it was sealed anew.
    """

    batch: BatchFacts
    items: tuple[Item, ...]
    doc_id: str = ""
    former: tuple[str, ...] = ()

    @property
    def batch_id(self) -> str:
        """The id of the batch."""
        return self.batch.batch_id

    @property
    def vendor(self) -> str:
        """The vendor that has it."""
        return self.batch.vendor

    @property
    def prefix(self) -> str:
        """Under which everything of the batch lies."""
        return f"{self.batch_id}/"

    @property
    def keys(self) -> tuple[str, ...]:
        """Of the one document, every key that it may lie under; empty for a whole batch."""
        now = [item.object_key for item in self.items]
        return tuple(dict.fromkeys([*now, *self.former])) if self.doc_id else ()


def find(home: Home, reader: LedgerReader, reference: str) -> Target:
    """What `reference` names: a batch id (or its beginning), a document id, a control number.

    Raises:
        UnknownReferenceError: nothing answers to it, more than one batch or document does, or
            nothing of it ever left.
    """
    plain = reference.partition(".")[0]
    with open_index(home.custody, reader) as index:
        batches = [
            batch
            for batch in search_batches(index, Query(reference=reference))
            if reference and batch.batch_id.startswith(reference)
        ]
        documents = [
            document
            for document in search_documents(index, Query(reference=reference))
            if plain and plain in {document.control_number.partition(".")[0], document.doc_id}
        ]
        if len(batches) == 1:
            return _whole(batches[0], documents_of(index, batches[0].batch_id))
        sent = [document for document in documents if document.object_key]
        if len(sent) == 1:
            [batch] = [
                batch
                for batch in search_batches(index, Query(reference=sent[0].batch_id))
                if batch.batch_id == sent[0].batch_id
            ]
            return narrowed(reader, Target(batch, _items(sent)), sent[0].doc_id)
    if batches or sent:
        raise UnknownReferenceError("more than one batch or document answers to the reference")
    raise UnknownReferenceError("nothing that was sent answers to the reference")


def of_vendor(home: Home, reader: LedgerReader, vendor: str = "") -> list[Target]:
    """Every batch sent to `vendor` ("": to anybody), oldest first."""
    with open_index(home.custody, reader) as index:
        batches = search_batches(index, Query(vendor=vendor))[::-1]
        return [_whole(batch, documents_of(index, batch.batch_id)) for batch in batches]


def narrowed(reader: LedgerReader, target: Target, doc_id: str) -> Target:
    """`target`, but of one document alone; of the whole batch where `doc_id` is empty."""
    if not doc_id:
        return target
    announced = reader.events(batch_id=target.batch_id, doc_id=doc_id, kinds=("delivery.intended",))
    keys = tuple(dict.fromkeys(str(event.details["object_key"]) for event in announced))
    items = tuple(item for item in target.items if item.doc_id == doc_id)
    return Target(target.batch, items, doc_id, keys)


def _whole(batch: BatchFacts, documents: Sequence[DocumentFacts]) -> Target:
    return Target(batch, _items(documents))


def _items(documents: Sequence[DocumentFacts]) -> tuple[Item, ...]:
    return tuple(
        Item(document.object_key, document.doc_id, document.control_number)
        for document in documents
        if document.object_key and document.state in OUT
    )


def policy_for(home: Home, ledger: SqlLedger | LedgerReader, target: Target) -> VendorPolicy:
    """The vendor's policy, with the bucket into which this batch was delivered.

    Policies change; what was sent lies where the policy of that day said.

    Raises:
        UnknownVendorError: neither the file of today nor the one of that day is there.
        ConfigError: it does not validate.
    """
    storage = home.config().storage
    opened = next(iter(ledger.events(batch_id=target.batch_id, kinds=["batch.opened"])), None)
    then = None
    if opened is not None and opened.policy_sha256:
        try:
            sha256, _ = seen.find(home, opened.policy_sha256)
            then = load_vendor_file(seen.directory(home) / f"{sha256}.yaml", storage)
        except UnknownPolicyError:
            then = None
    try:
        now = load_vendor(home.vendors, target.vendor, storage)
    except UnknownVendorError:
        if then is None:
            raise
        return then
    return now if then is None else replace(now, bucket=then.bucket)
