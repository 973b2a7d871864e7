"""`handoff expire`: what is past its day goes, and what was taken back as soon as retention ends.

The day stands in the signed manifest (`expires`): the last one on which the vendor may hold the
documents. Order of writes as in `recalling`: intent, deletion, outcome; what retention keeps is
denied to the vendor until it can go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date

from handoff.custody.appending import CLOCK_TOLERANCE
from handoff.custody.holds import held_batches
from handoff.custody.reader import LedgerReader
from handoff.errors import ClockError
from handoff.model import CustodyEvent, EventDraft, JsonValue, VendorPolicy
from handoff.pipeline import recalling_events as events
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader
from handoff.pipeline.recalling import How, recall_target
from handoff.pipeline.recalling_state import FINISHED, INTENDED, in_force
from handoff.pipeline.recalling_store import (
    Taken,
    Withdrawing,
    every_item,
    in_bucket,
    remove_items,
    withdrawing,
)
from handoff.pipeline.recalling_targets import Target, narrowed, of_vendor, policy_for
from handoff.ports import Clock
from handoff.sealing.manifest import decode

EXPIRING, EXPIRED = "expiry.intended", "expiry.finished"


@dataclass(frozen=True, slots=True)
class Due:
    """Something that should go.

    Attributes:
        target: the batch, or the one document that was recalled.
        cause: "expired", its day is past; or "recalled", and it still lies there.
        expires: the last day on which the vendor may hold the batch, None if nobody knows.
        until: day on which the store's retention ends, "" where none is known.
        held: whether the firm's own legal hold forbids it.
        begun: an earlier run was killed in the middle of it.
    """

    target: Target
    cause: str
    expires: date | None
    until: str = ""
    held: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Expired:
    """What became of it: object by object; nothing was tried where `taken` is empty."""

    due: Due
    taken: list[Taken] = field(default_factory=list)
    waits: bool = False

    @property
    def remaining(self) -> bool:
        """Whether something that should be gone is still there."""
        return self.waits or any(taken.state == "denied" for taken in self.taken)


def expires_of(home: Home, batch_id: str) -> date | None:
    """The day in the batch's manifest, as the firm keeps it; None where there is none.

    Raises:
        ManifestInvalidError: the record is damaged.
    """
    record = home.records / f"{batch_id}.manifest.json"
    return decode(record.read_bytes()).expires if record.is_file() else None


def due(home: Home, reader: LedgerReader, today: date, vendor: str = "") -> Iterator[Due]:
    """What should go on `today` (UTC), oldest batch first; nothing is changed.

    Raises:
        CustodyError: the log cannot be read.
        ManifestInvalidError: a manifest among the records is damaged.
    """
    held = set(held_batches(reader))
    for target in of_vendor(home, reader, vendor):
        story = _story(reader, target.batch_id)
        if not (target.batch.delivered or story):
            continue
        expires = expires_of(home, target.batch_id)
        until = _until(story)
        past = expires is not None and expires < today
        is_held = target.batch_id in held
        if past and _last(story, EXPIRED, "").get("remaining") != 0:
            yield Due(target, "expired", expires, until, is_held)
            continue
        for doc_id in dict.fromkeys(e.doc_id for e in story if e.kind == INTENDED):
            pending = _pending(story, doc_id)
            if pending is not None and not pending.details.get("deny_only"):
                begun = pending.kind == INTENDED
                yield Due(
                    narrowed(reader, target, doc_id), "recalled", expires, until, is_held, begun
                )


def expire(
    home: Home, clock: Clock, *, vendor: str = "", wait: bool = False, bypass: bool = False
) -> Iterator[Expired]:
    """Delete what is due, and say of each what became of it.

    Raises:
        ClockError: the clock stands before the last event of the log, or apart from the store's.
        RunLockedError: another run is at work and `wait` is false.
        HandoffError: a bucket or the log cannot be used; the next run goes on.
    """
    with withdrawing(home, clock, wait=wait, bypass=bypass) as context:
        today = clock.now().date()
        for found in list(due(home, context.ledger, today, vendor)):
            retained = not (found.begun or bypass) and found.until > today.isoformat()
            if found.held or retained:
                yield Expired(found, waits=True)
            else:
                yield _expire(context, found)


def preview(home: Home, clock: Clock, vendor: str = "") -> list[Due]:
    """What `expire` would look at, changing nothing; errors as `expire`."""
    with closing(open_reader(home)) as reader:
        last = reader.last_event()
        if last is not None and last.at > clock.now() + CLOCK_TOLERANCE:
            raise ClockError("the clock stands before the last event of the custody log")
        return list(due(home, reader, clock.now().date(), vendor))


def _expire(context: Withdrawing, found: Due) -> Expired:
    target, ledger = found.target, context.ledger
    if found.begun:
        intent = _pending(_story(ledger, target.batch_id), target.doc_id)
        assert intent is not None  # noqa: S101 - `due` has just found it
        done = recall_target(context, target, How(str(intent.details["reason"])))
        return Expired(found, done.taken)
    policy = policy_for(context.home, ledger, target)
    context.bucket(policy)
    expired = found.cause == "expired"
    if expired:
        details: dict[str, JsonValue] = {"vendor": target.vendor, "expires": str(found.expires)}
        ledger.append([_draft(EXPIRING, target, policy, details)])
    taken = _remove(context, target, policy, expired=expired)
    remaining = sum(one.state == "denied" for one in taken)
    drafts = [events.finished(target, policy, len(taken) - remaining, remaining)]
    if expired:
        counts = {"expired": len(taken) - remaining, "remaining": remaining}
        drafts = [
            _draft(EXPIRED, target, policy, {"vendor": target.vendor, **counts}),
            *_recalls_ended(ledger, target, policy, remaining),
        ]
    ledger.append(drafts)
    ledger.checkpoint()
    context.bucket(policy).deny(in_force(ledger, policy))
    return Expired(found, taken)


def _remove(
    context: Withdrawing, target: Target, policy: VendorPolicy, *, expired: bool
) -> list[Taken]:
    """Delete all that is due; what stays is denied, durably recorded."""
    store, ledger = context.bucket(policy), context.ledger
    found = in_bucket(store, target, notices=expired)
    verb = "expired" if expired else "recalled"
    taken = remove_items(
        context, target, policy, every_item(ledger, target, found), found, verb=verb
    )
    kept = [one.item for one in taken if one.state == "denied"]
    if kept and expired:
        access = in_force(ledger, policy)
        keys = dict.fromkeys([*access.denied, *(item.object_key for item in kept)])
        grain = store.deny(replace(access, denied=tuple(keys)))
        ledger.append([events.denied(target, policy, item, grain) for item in kept])
    return taken


def _recalls_ended(
    reader: LedgerReader, target: Target, policy: VendorPolicy, remaining: int
) -> list[EventDraft]:
    """Recalls of the batch, or in it, that ended with it."""
    if remaining:
        return []
    story = _story(reader, target.batch_id)
    pending = {e.doc_id for e in story if e.kind == INTENDED and _pending(story, e.doc_id)}
    return [
        events.finished(narrowed(reader, target, doc_id), policy, 0, 0)
        for doc_id in sorted(pending)
    ]


def _story(reader: LedgerReader, batch_id: str) -> list[CustodyEvent]:
    """What the log says of taking the batch back."""
    nouns = ("delivery", "manifest", "object")
    kinds = (INTENDED, FINISHED, EXPIRING, EXPIRED, *(f"{noun}.retained" for noun in nouns))
    return list(reader.events(batch_id=batch_id, kinds=kinds))


def _last(story: list[CustodyEvent], kind: str, doc_id: str) -> dict[str, object]:
    found = [event for event in story if event.kind == kind and event.doc_id == doc_id]
    return dict(found[-1].details) if found else {}


def _pending(story: list[CustodyEvent], doc_id: str) -> CustodyEvent | None:
    """The recall's last intent if nothing ended it, else its end if something remained, else None.

    An intent to deny only stands for its end too: nothing is to be deleted.
    """
    intent, last = None, None
    for event in story:
        if event.doc_id == doc_id and event.kind in {INTENDED, FINISHED}:
            last = event
            intent = event if event.kind == INTENDED else intent
    if intent is None or last is None:
        return None
    if last.kind == FINISHED and last.details.get("remaining") == 0:
        return None
    return intent if intent.details.get("deny_only") else last


def _until(story: list[CustodyEvent]) -> str:
    """The first day on which the store lets something go that it kept, "" where it kept nothing."""
    latest: dict[object, str] = {}
    for event in story:
        if event.kind.endswith(".retained"):
            latest[event.details.get("object_key")] = str(event.details.get("until", ""))
    return min(latest.values(), default="")


def _draft(
    kind: str, target: Target, policy: VendorPolicy, details: Mapping[str, JsonValue]
) -> EventDraft:
    return EventDraft(kind, target.batch_id, policy_sha256=policy.sha256, details=details)
