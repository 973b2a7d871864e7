"""A report for the compliance officer, out of what the index and the log say. Pure functions."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handoff.custody.findings import VerificationReport
from handoff.custody.html import render
from handoff.custody.index.fold import WITH_THE_VENDOR
from handoff.custody.index.search import BatchFacts, DocumentFacts, redaction_totals
from handoff.custody.views import TimelineRow
from handoff.model import CustodyEvent

LISTED = 2_000
"""Documents listed one by one on the page; the CSV has all of them."""
SENT = ("delivered", "denied", "recalled", "expired")
"""States of documents that reached the vendor, whatever came of them."""
HOW_IT_ENDED = {
    "delivered": "with the vendor",
    "denied": "still in the bucket, but nobody may read it",
    "recalled": "taken back",
    "expired": "removed on its date",
    "held": "held back",
    "failed": "sending failed",
}
COLUMNS = (
    "control_number", "batch_id", "matter", "vendor", "state", "received_at", "delivered_at",
    "changed_at", "sent_by", "media_type", "size", "redactions", "held_code", "parts_withheld",
    "accesses", "accessed_at", "alerts", "policy_sha256",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about; what is empty does not narrow. `until` is excluded."""

    vendor: str = ""
    matter: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def words(self) -> str:
        """The scope for a headline."""
        parts = [f"vendor {self.vendor}" if self.vendor else "all vendors"]
        parts += [f"matter {self.matter}"] if self.matter else []
        parts += [f"from {self.since:%Y-%m-%d}"] if self.since else []
        parts += [f"before {self.until:%Y-%m-%d}"] if self.until else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a report is made of.

    Attributes:
        batches: in the order in which they were opened.
        documents: those of `batches`.
        accesses: `access.seen` events about them.
        notices: alerts, recalls, holds, receipts and changes of access, in words.
        verification: how the log stood when the report was made.
        made_at, made_by: when, and by which account with which program.
    """

    scope: Scope
    batches: Sequence[BatchFacts]
    documents: Sequence[DocumentFacts]
    accesses: Sequence[CustodyEvent]
    notices: Sequence[TimelineRow]
    verification: VerificationReport
    made_at: datetime
    made_by: str


def to_html(facts: Facts) -> str:
    """The report as one page that loads nothing."""
    sent = [d for d in facts.documents if d.state in SENT]
    held = [d for d in facts.documents if d.state == "held"]
    with_vendor = [d for d in facts.documents if d.state in WITH_THE_VENDOR]
    return render(
        "report.html",
        facts=facts,
        sent=sent,
        held=held,
        with_vendor=with_vendor,
        unopened=[d for d in with_vendor if not d.accesses],
        no_receipt=[b for b in facts.batches if b.delivered and not b.receipt_at],
        endings=_in_order(Counter(HOW_IT_ENDED.get(d.state, d.state) for d in facts.documents)),
        redactions=redaction_totals(sent),
        by_month=_by_month(sent),
        held_codes=_in_order(Counter(d.held_code for d in held)),
        policies=_policies(facts.documents),
        parties=_in_order(Counter(_who(event) for event in facts.accesses)),
        listed=facts.documents[:LISTED],
        omitted=max(0, len(facts.documents) - LISTED),
        how_it_ended=HOW_IT_ENDED,
    )


def to_csv(facts: Facts) -> str:
    """One line a document (RFC 4180). Times are ISO 8601 in UTC, sizes in bytes."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for d in facts.documents:
        redactions = " ".join(f"{name}={count}" for name, count in sorted(d.redactions.items()))
        writer.writerow(
            [
                d.control_number, d.batch_id, d.matter, d.vendor, d.state, _iso(d.received_at),
                _iso(d.delivered_at), _iso(d.changed_at), d.actor, d.media_type, d.size,
                redactions, d.held_code, d.withheld, d.accesses, d.accessed_at, d.alerts,
                d.policy_sha256,
            ]
        )  # fmt: skip
    return text.getvalue()


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _in_order(counted: Counter[str]) -> dict[str, int]:
    return dict(counted.most_common())


def _by_month(sent: Iterable[DocumentFacts]) -> dict[str, int]:
    counted = Counter(f"{d.delivered_at:%Y-%m}" for d in sent if d.delivered_at)
    return dict(sorted(counted.items()))


def _policies(documents: Iterable[DocumentFacts]) -> Mapping[str, tuple[str, int]]:
    """By digest of the policy: its vendor, and how many documents fell under it."""
    found: dict[str, tuple[str, int]] = {}
    for d in documents:
        vendor, count = found.get(d.policy_sha256, (d.vendor, 0))
        found[d.policy_sha256] = (vendor, count + 1)
    return found


def _who(event: CustodyEvent) -> str:
    granted = str(event.details.get("status", "")).startswith("2")
    return f"{event.details.get('by')}, {event.details.get('action')}" + (
        "" if granted else ", refused"
    )
