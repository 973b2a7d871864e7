"""What each event changes in the index. Kinds that are not known here change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from handoff.custody.events import format_time
from handoff.model import CustodyEvent

Row = dict[str, Any]
DocumentKey = tuple[str, str]

STATES = {
    "document.received": "received",
    "document.read": "read",
    "document.held": "held",
    "document.redacted": "redacted",
    "document.switched": "redacted",
    "document.sealed": "sealed",
    "delivery.intended": "sending",
    "delivery.confirmed": "delivered",
    "delivery.failed": "failed",
    # The announced upload never happened; the document is sealed and sent anew.
    "delivery.abandoned": "received",
    "delivery.denied": "denied",
    "delivery.recalled": "recalled",
    "delivery.expired": "expired",
}
"""The state in which an event leaves its document."""

WITH_THE_VENDOR = ("delivered", "denied")
"""States in which an object still lies in the vendor's bucket; "denied": nobody may read it."""


@dataclass(slots=True)
class Facts:
    """Rows that a stretch of events touches, as they were and then as they are."""

    batches: dict[str, Row] = field(default_factory=dict)
    documents: dict[DocumentKey, Row] = field(default_factory=dict)

    def apply(self, event: CustodyEvent) -> None:
        """Take `event` into account."""
        if not event.batch_id:
            return
        if event.doc_id:
            self._apply_document(event)
        change = _BATCH.get(event.kind)
        if change is not None and (not event.doc_id or event.kind == "alert.raised"):
            change(self._batch(event), event)

    def _batch(self, event: CustodyEvent) -> Row:
        return self.batches.setdefault(event.batch_id, _new_batch(event))

    def _apply_document(self, event: CustodyEvent) -> None:
        key = (event.batch_id, event.doc_id)
        row = self.documents.get(key)
        if row is None:
            row = self.documents[key] = _new_document(event, self._batch(event))
        state = STATES.get(event.kind)
        if state is not None:
            row["state"] = state
            row["changed_at"] = format_time(event.at)
        if change := _DOCUMENT.get(event.kind):
            change(row, event)


def text(event: CustodyEvent, name: str) -> str:
    """A detail of the event that is a code, "" where there is none."""
    value = event.details.get(name)
    return value if isinstance(value, str) else ""


def number(event: CustodyEvent, name: str) -> int:
    """A detail of the event that is a number, 0 where there is none."""
    value = event.details.get(name)
    return value if type(value) is int else 0


def _new_batch(event: CustodyEvent) -> Row:
    at = format_time(event.at)
    return {
        "batch_id": event.batch_id, "vendor": text(event, "vendor"), "matter": "", "profile": "",
        "profile_sha256": "", "policy_sha256": event.policy_sha256, "state": "open",
        "opened_at": at, "closed_at": "", "actor": event.actor, "host": event.host,
        "control_first": "", "control_last": "", "documents": 0, "receipt_at": "", "alerts": 0,
    }  # fmt: skip


def _new_document(event: CustodyEvent, batch: Row) -> Row:
    at = format_time(event.at)
    return {
        "batch_id": event.batch_id, "doc_id": event.doc_id, "control_number": "",
        "vendor": batch["vendor"], "matter": batch["matter"], "state": "received",
        "received_at": at, "changed_at": at, "delivered_at": "", "actor": event.actor,
        "media_type": "", "extension": "", "size": 0, "held_code": "", "withheld": 0,
        "redactions": "{}", "object_key": "", "policy_sha256": event.policy_sha256,
        "accesses": 0, "accessed_at": "", "alerts": 0,
    }  # fmt: skip


def _opened(row: Row, event: CustodyEvent) -> None:
    row["vendor"] = text(event, "vendor")
    row["matter"] = text(event, "matter_id")
    row["profile"] = text(event, "profile")
    row["profile_sha256"] = event.materials.get("profile", "").removeprefix("sha256:")
    row["policy_sha256"] = event.policy_sha256
    row["control_first"] = text(event, "control_first")
    row["control_last"] = text(event, "control_last")
    row["documents"] = number(event, "documents")


def _closed(row: Row, event: CustodyEvent) -> None:
    row["closed_at"] = format_time(event.at)
    row["state"] = "open" if number(event, "delivered") else "closed"


def _state(name: str) -> Callable[[Row, CustodyEvent], None]:
    def change(row: Row, _event: CustodyEvent) -> None:
        if row["state"] != "closed":
            row["state"] = name

    return change


def _manifest(row: Row, event: CustodyEvent) -> None:
    row["closed_at"] = format_time(event.at)
    row["state"] = "closed"


def _receipt(row: Row, event: CustodyEvent) -> None:
    row["receipt_at"] = row["receipt_at"] or format_time(event.at)


def _alert(row: Row, _event: CustodyEvent) -> None:
    row["alerts"] += 1


_BATCH: dict[str, Callable[[Row, CustodyEvent], None]] = {
    "batch.opened": _opened,
    "batch.resumed": _state("open"),
    "batch.interrupted": _state("interrupted"),
    "batch.closed": _closed,
    "manifest.delivered": _manifest,
    "receipt.received": _receipt,
    "alert.raised": _alert,
}


def _received(row: Row, event: CustodyEvent) -> None:
    row["control_number"] = text(event, "control_number")
    row["size"] = number(event, "size")


def _media_type(row: Row, event: CustodyEvent) -> None:
    row["media_type"] = text(event, "media_type")


def _held(row: Row, event: CustodyEvent) -> None:
    row["held_code"] = text(event, "code")


def _withheld(row: Row, _event: CustodyEvent) -> None:
    row["withheld"] += 1


def _redacted(row: Row, event: CustodyEvent) -> None:
    nested = event.details.get("counts")
    counts = nested.items() if isinstance(nested, dict) else ()
    row["redactions"] = json.dumps({k: v for k, v in counts if type(v) is int}, sort_keys=True)
    row["media_type"] = text(event, "media_type")
    row["extension"] = text(event, "extension")
    row["size"] = number(event, "size")
    row["held_code"] = ""


def _intended(row: Row, event: CustodyEvent) -> None:
    row["object_key"] = text(event, "object_key")
    row["control_number"] = row["control_number"] or text(event, "control_number")


def _confirmed(row: Row, event: CustodyEvent) -> None:
    row["delivered_at"] = format_time(event.at)


def _seen(row: Row, event: CustodyEvent) -> None:
    row["accesses"] += 1
    row["accessed_at"] = max(row["accessed_at"], text(event, "when"))


_DOCUMENT: dict[str, Callable[[Row, CustodyEvent], None]] = {
    "document.received": _received,
    "document.read": _media_type,
    "document.held": _held,
    "document.part_held": _withheld,
    "document.redacted": _redacted,
    "document.switched": _redacted,
    "delivery.intended": _intended,
    "delivery.confirmed": _confirmed,
    "access.seen": _seen,
    "alert.raised": _alert,
}
