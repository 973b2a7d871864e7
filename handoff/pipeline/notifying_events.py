"""What the log says of notices: due, tried, given, failed, or left to be given by hand.

A notice becomes due in the same transaction as what it tells of, so that no kill falls in between.
Addresses stand there by their SHA-256, the firm's own program as `command`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace

from handoff.model import CustodyEvent, EventDraft, JsonValue, VendorPolicy
from handoff.ports import Ledger

DUE, INTENDED = "notification.due", "notification.intended"
SENT, FAILED, BY_HAND = "notification.sent", "notification.failed", "notification.by_hand"
COMMAND = "command"
Key = tuple[str, str, object]


@dataclass(frozen=True, slots=True)
class Pending:
    """A notice that is due and was not given to everybody.

    Attributes:
        due: the event that says so; what is told follows from it.
        attempts: how often it was, or may have been, tried.
        reached: who has it already, as the log names them.
    """

    due: CustodyEvent
    attempts: int = 0
    reached: frozenset[str] = frozenset()


def named(address: str) -> str:
    """An address as it stands in the log."""
    if address == COMMAND:
        return COMMAND
    return f"sha256:{hashlib.sha256(address.encode()).hexdigest()}"


def due(
    policy: VendorPolicy, about: EventDraft, subject: str, documents: int
) -> tuple[EventDraft, ...]:
    """To be appended together with `about`; empty where the policy asks for no notices."""
    if not (policy.notification.email or policy.notification.command):
        return ()
    details: dict[str, JsonValue] = {
        "vendor": policy.name,
        "subject": subject,
        "documents": documents,
        "object_key": about.details["object_key"],
    }
    return (
        EventDraft(DUE, about.batch_id, about.doc_id, policy_sha256=policy.sha256, details=details),
    )


def attempted(
    kind: str, policy: VendorPolicy, notice: Pending, reached: Collection[str] = (), code: str = ""
) -> EventDraft:
    """That `notice` is about to be tried, or how that went; `reached` are addresses."""
    details: dict[str, JsonValue] = {
        "vendor": policy.name,
        "subject": notice.due.details["subject"],
        "attempt": notice.attempts,
    }
    if kind != INTENDED:
        details["reached"] = [named(address) for address in reached]
    if code:
        details["code"] = code
    return EventDraft(
        kind,
        notice.due.batch_id,
        notice.due.doc_id,
        policy_sha256=policy.sha256,
        details=details,
    )


def pending(ledger: Ledger, vendor: str) -> list[Pending]:
    """What `vendor` has still to be told, in the order in which it came about."""
    found: dict[Key, Pending] = {}
    for event in ledger.events(kinds=(DUE, INTENDED, SENT, FAILED, BY_HAND)):
        if event.details.get("vendor") == vendor:
            _apply(found, event)
    return list(found.values())


def _apply(found: dict[Key, Pending], event: CustodyEvent) -> None:
    key = (event.batch_id, event.doc_id, event.details.get("subject"))
    if event.kind == DUE:
        # A batch that was sealed anew is told of by its latest contents alone.
        found[key] = Pending(event)
    elif event.kind in {SENT, BY_HAND}:
        found.pop(key, None)
    elif known := found.get(key):
        reached = event.details.get("reached")
        names = frozenset(map(str, reached)) if isinstance(reached, list) else frozenset()
        tried = known.attempts + (event.kind == INTENDED)
        found[key] = replace(known, attempts=tried, reached=known.reached | names)
