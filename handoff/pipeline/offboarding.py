"""`handoff vendor offboard`: end the work with a vendor, and say what is outstanding.

Revoke, collect what the vendor returned, recall, write the evidence. From `vendor.offboarding` on
nothing is sent to the vendor and `provision` lets it in no more, wherever the rest was killed; the
same command goes on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from handoff.custody.holds import held_batches
from handoff.custody.index.search import Query, find_batches, find_documents
from handoff.custody.index.update import open_index
from handoff.custody.report import Scope
from handoff.errors import AccessDeniedError, UnknownReferenceError
from handoff.model import EventDraft, JsonValue, VendorPolicy
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader, reserved
from handoff.pipeline.proving import prove
from handoff.pipeline.recalling import How, recall_target, require_reason
from handoff.pipeline.recalling_state import OFFBOARDING, READMITTED, in_force, is_offboarded
from handoff.pipeline.recalling_store import Withdrawing, withdrawing
from handoff.pipeline.recalling_targets import of_vendor, policy_for
from handoff.pipeline.reporting import write_report
from handoff.policy.vendors import load_vendor
from handoff.ports import Clock
from handoff.sealing.files import creating, replacing, translated
from handoff.storage.withdraw import Withdrawal

OFFBOARDED, COLLECTED, CLOSED = "vendor.offboarded", "vendor.collected", "access_policy.closed"
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Something that is not settled: its kind, what it is, until when or why, in a word."""

    kind: str
    what: str
    until: str = ""


@dataclass(slots=True)
class Offboarded:
    """What was done and what is left.

    Attributes:
        recalled: objects that are gone, in this run.
        returned: files collected, in all runs into the same directory.
        written: evidence packages and reports written by this run.
        outstanding: what is not settled.
    """

    recalled: int = 0
    returned: int = 0
    written: list[Path] = field(default_factory=list)
    outstanding: list[Outstanding] = field(default_factory=list)


def offboard(  # noqa: PLR0913 - all that is given on the command line
    home: Home, clock: Clock, vendor: str, how: How, output: Path, *, wait: bool = False
) -> Offboarded:
    """End the work with `vendor`; files go into the directory `output`.

    Raises:
        UnknownVendorError, ConfigError: there is no policy of the vendor that can be read.
        StorageError: a bucket cannot be used; the same command goes on.
        HandoffError: whatever else stops it.
    """
    require_reason(how.reason)
    policy = load_vendor(home.vendors, vendor, home.config().storage)
    with translated("the directory for the evidence"):
        for directory in (output, output / "returns", output / "evidence"):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = Offboarded()
    with (
        withdrawing(home, clock, wait=wait, bypass=how.bypass) as context,
        reserved(context.ledger, vendor, wait=wait),
    ):
        context.bucket(policy)
        if not is_offboarded(context.ledger, vendor):
            context.ledger.append([_draft(OFFBOARDING, policy, reason=how.reason)])
        _close(context, policy)
        _collect(context, policy, output / "returns", done)
        _recall(context, vendor, how, done)
        done.outstanding += _unsettled(home, context, vendor)
        left = len(done.outstanding)
        context.ledger.append([_draft(OFFBOARDED, policy, reason=how.reason, outstanding=left)])
        context.ledger.checkpoint()
    _write_evidence(home, vendor, output, done)
    return done


def readmit(home: Home, clock: Clock, vendor: str, reason: str) -> None:
    """Take the end back: the vendor may be sent to again once its bucket is provisioned.

    Raises:
        UnknownReferenceError: the work with the vendor was not ended.
    """
    require_reason(reason)
    policy = load_vendor(home.vendors, vendor, home.config().storage)
    with withdrawing(home, clock) as context:
        if not is_offboarded(context.ledger, vendor):
            raise UnknownReferenceError("the work with this vendor was not ended")
        context.ledger.append([_draft(READMITTED, policy, reason=reason)])
        context.ledger.checkpoint()


def _close(context: Withdrawing, policy: VendorPolicy) -> None:
    """Let the vendor into none of the buckets that it ever got anything in."""
    ledger = context.ledger
    policies = {policy.bucket: policy}
    for target in of_vendor(context.home, ledger, policy.name):
        then = policy_for(context.home, ledger, target)
        policies.setdefault(then.bucket, then)
    for each in policies.values():
        context.bucket(each).close(in_force(ledger, each))
    ledger.append([_draft(CLOSED, policy, buckets=len(policies))])


def _collect(context: Withdrawing, policy: VendorPolicy, into: Path, done: Offboarded) -> None:
    """Fetch everything that the vendor put into its return prefix."""
    prefix = policy.access.return_prefix
    if not prefix:
        return
    store, index, refused = context.bucket(policy), {}, 0
    for untrusted_key in store.objects(prefix):
        try:
            index[untrusted_key] = _fetch(store, untrusted_key, into)
        except AccessDeniedError:
            refused += 1
    content = json.dumps(index, indent=1, sort_keys=True).encode()
    with translated("the list of returns"), replacing(into.parent / "returns.json") as file:
        file.write(content)
    done.returned = len(index)
    if refused:
        # On Ceph an object is its writer's, unless it came with bucket-owner-full-control.
        done.outstanding.append(Outstanding("return not readable", f"{refused} objects"))
    digest = {"returns": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    draft = _draft(COLLECTED, policy, objects=len(index), refused=refused)
    context.ledger.append([_with_products(draft, digest)])


def _fetch(store: Withdrawal, untrusted_key: str, into: Path) -> dict[str, str | int]:
    """Put one return into a file whose name follows from the digest of its key alone."""
    name = hashlib.sha256(untrusted_key.encode()).hexdigest()[:32]
    ending = untrusted_key.rpartition("/")[2].rpartition(".")[2]
    path = into / (f"{name}.{ending}" if _ENDING.fullmatch(f".{ending}") else name)
    if not path.exists():
        with translated("a return of the vendor's"), creating(path) as file:
            store.fetch(untrusted_key, file)
    with path.open("rb") as kept:
        digest = hashlib.file_digest(kept, "sha256").hexdigest()
    return {"file": path.name, "size": path.stat().st_size, "sha256": digest}


def _recall(context: Withdrawing, vendor: str, how: How, done: Offboarded) -> None:
    held = set(held_batches(context.ledger))
    for target in of_vendor(context.home, context.ledger, vendor):
        if target.batch_id in held:
            done.outstanding.append(Outstanding("on legal hold", target.batch_id))
        elif target.items or target.batch.delivered:
            taken = recall_target(context, target, how)
            done.recalled += len(taken.taken) - len(taken.remaining)


def _unsettled(home: Home, context: Withdrawing, vendor: str) -> Iterator[Outstanding]:
    """What the log says is still with the vendor, and what the vendor never signed for."""
    until = {
        str(event.details.get("object_key")): str(event.details.get("until", ""))
        for event in context.ledger.events(kinds=["delivery.retained"])
    }
    with open_index(home.custody, context.ledger) as index:
        for document in find_documents(index, Query(vendor=vendor, state="denied")):
            day = until.get(document.object_key, "")
            yield Outstanding("denied, not deleted yet", document.control_number, day)
        for batch in find_batches(index, Query(vendor=vendor)):
            if batch.delivered and batch.receipt_at is None:
                yield Outstanding("no receipt", batch.batch_id)


def _write_evidence(home: Home, vendor: str, output: Path, done: Offboarded) -> None:
    """A package for each batch and a report on the vendor, each as of its last event."""
    with open_reader(home) as reader:
        size = reader.size()
        batches = {
            target.batch_id: max(e.index for e in reader.events(batch_id=target.batch_id))
            for target in of_vendor(home, reader, vendor)
        }
    for batch_id, last in batches.items():
        path = output / "evidence" / f"{batch_id}-{last}.zip"
        if not path.exists():
            prove(home, batch_id, path)
            done.written.append(path)
    for ending in ("html", "csv"):
        path = output / f"custody-{size}.{ending}"
        if not path.exists():
            write_report(home, Scope(vendor=vendor), path)
            done.written.append(path)


def _draft(kind: str, policy: VendorPolicy, **details: JsonValue) -> EventDraft:
    return EventDraft(kind, policy_sha256=policy.sha256, details={"vendor": policy.name, **details})


def _with_products(draft: EventDraft, products: dict[str, str]) -> EventDraft:
    return EventDraft(
        draft.kind,
        products=products,
        policy_sha256=draft.policy_sha256,
        details=draft.details,
    )
