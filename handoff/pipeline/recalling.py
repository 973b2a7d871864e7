"""Taking back what was delivered: denied at once, deleted where retention allows, and tried.

Order of writes:

    custody: recall.intended                        (durable)
    the bucket's policy denies the objects          (the side effect), read back
    custody: delivery.denied                        (durable)
    every version deleted, or hidden under a marker
    custody: delivery.recalled | delivery.retained  (durable)
    looked again, tried as the vendor
    custody: recall.proven, recall.finished         (durable), checkpoint
    the policy lets go of what is no longer there

A run that is killed anywhere leaves an intent without its end; the same command goes on, and from
the intent on `vendor provision` lays the denial too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from handoff.custody.appending import SqlLedger
from handoff.custody.holds import require_not_held
from handoff.errors import (
    AccessDeniedError,
    StillReadableError,
    UsageError,
    VendorNotToldError,
)
from handoff.model import VendorPolicy
from handoff.pipeline import recalling_events as events
from handoff.pipeline.batch import read_state
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import reserved
from handoff.pipeline.notifying import notify
from handoff.pipeline.recalling_notice import give_notice, text_of, write_text
from handoff.pipeline.recalling_state import FINISHED, INTENDED, in_force
from handoff.pipeline.recalling_store import (
    Taken,
    Withdrawing,
    every_item,
    in_bucket,
    remove_items,
    withdrawing,
)
from handoff.pipeline.recalling_targets import Target, find, policy_for
from handoff.ports import Clock, Reporter
from handoff.storage.attempt import try_as_vendor, vendor_session
from handoff.storage.withdraw import Withdrawal

_REASON = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


@dataclass(frozen=True, slots=True)
class How:
    """How a recall is to be done.

    Attributes:
        reason: a code that stands in the log: "privilege", "wrong-matter".
        as_profile: AWS profile with the vendor's login, to try with; "" to look as the owner.
        bypass: delete what is under governance retention too.
        deny_only: deny and hide, delete nothing; also possible under legal hold.
        notice: where the text of the notice goes, for a mail; None for nowhere.
    """

    reason: str
    as_profile: str = ""
    bypass: bool = False
    deny_only: bool = False
    notice: Path | None = None


@dataclass(slots=True)
class Recall:
    """What a recall did.

    Attributes:
        target: what was named.
        taken: object by object; empty where all was gone before.
        tried_as: "vendor", "owner", or "" where nothing was done.
        grain: how finely the policy denies; see `storage.takenback`.
        untold: why the vendor was not told of it, None if it was, or is not to be.
    """

    target: Target
    policy: VendorPolicy
    taken: list[Taken] = field(default_factory=list)
    tried_as: str = ""
    grain: str = "objects"
    untold: VendorNotToldError | None = None

    @property
    def remaining(self) -> list[Taken]:
        """What is denied and still lies there."""
        return [taken for taken in self.taken if taken.state == "denied"]


def recall(  # noqa: PLR0913 - all that is given on the command line
    home: Home,
    clock: Clock,
    reference: str,
    how: How,
    *,
    wait: bool = False,
    reporter: Reporter | None = None,
) -> Recall:
    """Take back the batch or the document that `reference` names, prove it, and tell the vendor.

    The notice lies in the bucket in any case; with a `reporter` the vendor is also told of it in
    the way that its policy names, otherwise by the next `send`.

    Every step may have been done before; nothing is done where all is gone.

    Raises:
        UsageError: the reason is no code, or the batch is not finished.
        UnknownReferenceError: nothing that was sent answers to the reference.
        LegalHoldError: the batch is on legal hold, and `how` would destroy.
        StillReadableError: the vendor can still read something; what was done stays done.
        HandoffError: whatever else; the same command goes on where it stopped.
    """
    with withdrawing(home, clock, wait=wait, bypass=how.bypass) as context:
        target = find(home, context.ledger, reference)
        with reserved(context.ledger, target.vendor, wait=wait):
            done = recall_target(context, target, how)
            told = give_notice(home.records, home.keys, context.ledger, target, done.policy)
        if how.notice is not None and told is not None:
            write_text(how.notice, text_of(told, done.policy))
        if reporter is not None:
            done.untold = _notify(context, done.policy, reporter)
        return done


def _notify(
    context: Withdrawing, policy: VendorPolicy, reporter: Reporter
) -> VendorNotToldError | None:
    """Tell the vendor; that this fails changes nothing about what was taken back."""
    try:
        notify(context.ledger, policy, context.home.config().mail, reporter)
    except VendorNotToldError as error:
        return error
    return None


def recall_target(context: Withdrawing, target: Target, how: How) -> Recall:
    """As `recall`, of a target already found."""
    ledger = context.ledger
    require_reason(how.reason)
    if target.doc_id and not read_state(ledger, target.batch_id).finished:
        raise UsageError(
            "the batch is not finished, so one document of it cannot be taken back",
            "recall the whole batch, or run the same `handoff send` once more first",
        )
    if not how.deny_only:
        require_not_held(ledger, target.batch_id)
    policy = policy_for(context.home, ledger, target)
    done = Recall(target, policy)
    if how.as_profile:
        vendor_session(how.as_profile)
    if not _is_open(ledger, target):
        store = context.bucket(policy)
        if not target.items and (target.doc_id or _was_recalled(ledger, target)):
            # An earlier run may have been killed before its last step.
            store.deny(in_force(ledger, policy))
            return done
        ledger.append([events.intended(target, policy, how.reason, hold=how.deny_only)])
    _withdraw(context, done, how)
    return done


def require_reason(reason: str) -> None:
    """Do nothing, or raise `UsageError`: a reason stands in the log, and the log holds no words."""
    if not _REASON.fullmatch(reason):
        raise UsageError("a reason is a code such as `privilege`: letters, digits, - and _")


def _is_open(ledger: SqlLedger, target: Target) -> bool:
    """Whether an intent of exactly this stands without its end."""
    last = ""
    for event in ledger.events(batch_id=target.batch_id, kinds=(INTENDED, FINISHED)):
        if event.doc_id == target.doc_id:
            last = event.kind
    return last == INTENDED


def _was_recalled(ledger: SqlLedger, target: Target) -> bool:
    ends = ledger.events(batch_id=target.batch_id, kinds=(FINISHED,))
    return any(
        event.doc_id in {"", target.doc_id} and event.details.get("remaining") == 0
        for event in ends
    )


def _withdraw(context: Withdrawing, done: Recall, how: How) -> None:
    """Deny, record, remove, look again, try, record the end."""
    target, policy, ledger = done.target, done.policy, context.ledger
    store = context.bucket(policy)
    refused = _deny(context, done)
    found = in_bucket(store, target)
    items = every_item(ledger, target, found)
    if refused is None:
        there = [item for item in items if item.object_key in found]
        ledger.append([events.denied(target, policy, item, done.grain) for item in there])
    before = {key: [v.version_id for v in vs if not v.marker] for key, vs in found.items()}
    done.taken = remove_items(context, target, policy, items, found, hide=how.deny_only)
    if refused is not None and done.remaining:
        raise refused
    _look_again(store, done)
    tried = None
    if how.as_profile:
        session = vendor_session(how.as_profile)
        objects = [(item.object_key, before.get(item.object_key, ())) for item in items]
        tried = try_as_vendor(policy.bucket, target.prefix, objects, session)
    done.tried_as = "vendor" if tried else "owner"
    remaining = len(done.remaining)
    ledger.append(
        [
            events.proven(target, policy, tried, len(items)),
            events.finished(target, policy, len(done.taken) - remaining, remaining),
        ]
    )
    ledger.checkpoint()
    if refused is None:
        # What is gone needs no room in the policy any more.
        store.deny(in_force(ledger, policy))


def _deny(context: Withdrawing, done: Recall) -> AccessDeniedError | None:
    """Deny by policy; where these credentials may not write one, deletion alone must do."""
    store = context.bucket(done.policy)
    try:
        done.grain = store.deny(in_force(context.ledger, done.policy))
    except AccessDeniedError as error:
        return error
    return None


def _look_again(store: Withdrawal, done: Recall) -> None:
    """See as the owner that nothing is left but what is known to be, and that it is denied.

    Raises:
        StillReadableError: it is not so.
    """
    left = in_bucket(store, done.target)
    kept = {taken.item.object_key for taken in done.remaining}
    if any(not version.marker for key, vs in left.items() if key not in kept for version in vs):
        raise StillReadableError("somebody put an object back while it was being taken back")
    shown = [v for vs in left.values() for v in vs if v.latest and not v.marker]
    if shown or (kept and not store.denies(sorted(kept))):
        raise StillReadableError("what was taken back is not hidden, or not denied")
