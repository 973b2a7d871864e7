"""The notice to the vendor: a text for a mail, and a signed and sealed object beside the batch.

What it says follows from the log alone, so that a run that resumes says the same.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from handoff.custody.appending import SqlLedger
from handoff.errors import OutputExistsError
from handoff.model import CustodyEvent, EventDraft, JsonValue, VendorPolicy
from handoff.pipeline.batch import BatchState, read_state
from handoff.pipeline.notifying_events import due
from handoff.pipeline.notifying_text import RECALL
from handoff.pipeline.recalling_clawback import Clawback, Withdrawn, encode, sign
from handoff.pipeline.recalling_state import INTENDED
from handoff.pipeline.recalling_targets import Target
from handoff.pipeline.records import write_private
from handoff.sealing.files import creating, translated
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.recipients import recipients_for
from handoff.sealing.seal import seal_bytes
from handoff.storage.s3 import S3Store

ANSWER_DAYS = 7
ANNOUNCED, NOTICED = "clawback.intended", "clawback.noticed"
DEMANDS = (
    "Stop using these documents at once. Do not read, copy or disclose them any more. Destroy "
    "every copy, opened or sealed, with extracts and work product made from them, also at "
    "sub-processors, and in backups as they expire. Answer in writing: that this was done, who had "
    "opened them, and what could not be destroyed. Nothing in their delivery waives any privilege "
    "or protection (Fed. R. Evid. 502(b); Fed. R. Civ. P. 26(b)(5)(B))."
)


def notice_of(ledger: SqlLedger, target: Target) -> Clawback | None:
    """What the vendor is told about `target`, None where nothing of it was ever delivered."""
    state = read_state(ledger, target.batch_id)
    documents = tuple(
        Withdrawn(
            state.control[doc_id],
            str(state.sealed[doc_id].details["object_key"]),
            _document_digest(state, doc_id),
            state.sealed[doc_id].products["ciphertext"].removeprefix("sha256:"),
        )
        for doc_id in sorted(state.confirmed, key=lambda doc_id: state.control[doc_id])
        if target.doc_id in {"", doc_id}
    )
    intents = ledger.events(batch_id=target.batch_id, kinds=(INTENDED,))
    first = next((event for event in intents if event.doc_id == target.doc_id), None)
    if first is None or not documents:
        return None
    return Clawback(
        batch_id=target.batch_id,
        vendor=target.vendor,
        created=first.at,
        reason=str(first.details["reason"]),
        respond_by=(first.at + timedelta(days=ANSWER_DAYS)).date(),
        demands=DEMANDS,
        documents=documents,
    )


def _document_digest(state: BatchState, doc_id: str) -> str:
    """SHA-256 of the opened document, as the manifest has it."""
    sealed = state.sealed[doc_id].materials.get("document")
    return (sealed or state.redacted[doc_id].products["document"]).removeprefix("sha256:")


def give_notice(
    home_records: Path, keys: Path, ledger: SqlLedger, target: Target, policy: VendorPolicy
) -> Clawback | None:
    """Put the signed and sealed notice into the bucket, and record it; once.

    Raises:
        SealingError: the vendor's keys cannot be sealed to.
        ObjectExistsError: somebody else put something under the notice's name.
        StorageError: it cannot be put; the same command tries again.
    """
    notice = notice_of(ledger, target)
    if notice is None:
        return None
    encoded = encode(notice)
    digest = f"sha256:{hashlib.sha256(encoded).hexdigest()}"
    earlier = _events(ledger, target, digest)
    if any(event.kind == NOTICED for event in earlier):
        return notice
    firm = load_firm_keys(keys)
    name = f"clawback-{notice.documents[0].control_number if target.doc_id else 'batch'}.json"
    record = home_records / f"{target.batch_id}.{name}"
    write_private(record, encoded)
    write_private(record.with_name(f"{record.name}.sig"), sign(encoded, firm.signing).encode())
    store = S3Store(policy.bucket, vendor=policy.name)
    key = f"{target.batch_id}/{name}"
    _put(store, f"{key}.sig", record.with_name(f"{record.name}.sig"))
    lies = _stored_digest(store, f"{key}.age")
    if lies is None or lies not in {event.products["ciphertext"] for event in earlier}:
        sealed = record.with_name(f"{record.name}.age")
        write_private(sealed, seal_bytes(encoded, recipients_for(policy.recipients, firm)))
        lies = f"sha256:{hashlib.sha256(sealed.read_bytes()).hexdigest()}"
        ledger.append([_draft(ANNOUNCED, target, policy, f"{key}.age", (digest, lies))])
        _put(store, f"{key}.age", sealed)
    noticed = _draft(NOTICED, target, policy, f"{key}.age", (digest, lies))
    ledger.append([noticed, *due(policy, noticed, RECALL, len(notice.documents))])
    ledger.checkpoint()
    return notice


def _events(ledger: SqlLedger, target: Target, digest: str) -> list[CustodyEvent]:
    """What the log says of this very notice."""
    found: Iterable[CustodyEvent] = ledger.events(
        batch_id=target.batch_id, kinds=(ANNOUNCED, NOTICED)
    )
    return [event for event in found if event.materials.get("notice") == digest]


def _put(store: S3Store, key: str, source: Path) -> None:
    store.put(key, source, hashlib.sha256(source.read_bytes()).hexdigest())


def _stored_digest(store: S3Store, key: str) -> str | None:
    if store.head(key) is None:
        return None
    return f"sha256:{store.get(key, io.BytesIO()).sha256}"


def _draft(
    kind: str, target: Target, policy: VendorPolicy, key: str, digests: tuple[str, str]
) -> EventDraft:
    details: dict[str, JsonValue] = {"vendor": target.vendor, "object_key": key}
    return EventDraft(
        kind,
        target.batch_id,
        target.doc_id,
        materials={"notice": digests[0]},
        products={"ciphertext": digests[1]},
        policy_sha256=policy.sha256,
        details=details,
    )


def text_of(notice: Clawback, policy: VendorPolicy) -> str:
    """The notice as a mail to the vendor, in plain text."""
    to = f"{policy.legal_name} ({policy.name})"
    number = len(notice.documents)
    listed = "\n".join(
        f"  {document.control_number}\n"
        f"    object   {document.object_key}\n"
        f"    document SHA-256 {document.sha256}\n"
        f"    sealed   SHA-256 {document.ciphertext_sha256}"
        for document in notice.documents
    )
    return (
        f"To: {to}\n"
        f"Agreement: {policy.agreement}\n"
        f"Date: {notice.created:%Y-%m-%d %H:%M} UTC\n"
        f"Subject: Notice of clawback, {number} {'document' if number == 1 else 'documents'} "
        f"of batch {notice.batch_id}\n\n"
        f"The following was taken back and is no longer available to you (reason: "
        f"{notice.reason}):\n\n{listed}\n\n{notice.demands}\n\n"
        f"Your answer is due by {notice.respond_by:%Y-%m-%d}.\n\n"
        f"The same notice, signed and sealed, lies in your bucket as {notice.batch_id}/clawback-"
        f"{notice.documents[0].control_number if number == 1 else 'batch'}.json.age.\n"
    )


def write_text(path: Path, text: str) -> None:
    """Write the mail's text to `path`, 0600; never over another file.

    Raises:
        OutputExistsError: there is one already, and it says something else.
    """
    try:
        with translated("the notice"), creating(path) as file:
            file.write(text.encode())
    except FileExistsError:
        if not path.is_file() or path.read_bytes() != text.encode():
            raise OutputExistsError("the notice's file is already there") from None
