"""Legal hold: what the log says must not be destroyed.

`hold.placed` and `hold.lifted` name a matter by the firm's number for it (docs/decisions/0017), or
one batch. A batch is held while its matter is, or while it is itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handoff.custody.reader import LedgerReader
from handoff.errors import LegalHoldError
from handoff.model import CustodyEvent, EventDraft

PLACED, LIFTED = "hold.placed", "hold.lifted"


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force: on a matter, or on a batch, whichever is not empty; and since when."""

    matter_id: str
    batch_id: str
    placed: CustodyEvent


def draft(kind: str, *, matter_id: str = "", batch_id: str = "", reason: str = "") -> EventDraft:
    """The event that places or lifts a hold; `reason` is a code such as a docket number."""
    details = {"matter_id": matter_id, "reason": reason}
    return EventDraft(kind, batch_id, details={n: v for n, v in details.items() if v})


def holds(reader: LedgerReader) -> list[Hold]:
    """Every hold in force, in the order in which they were placed."""
    found: dict[tuple[str, str], Hold] = {}
    for event in reader.events(kinds=[PLACED, LIFTED]):
        matter_id = str(event.details.get("matter_id", ""))
        if event.kind == PLACED:
            found.setdefault((matter_id, event.batch_id), Hold(matter_id, event.batch_id, event))
        else:
            found.pop((matter_id, event.batch_id), None)
    return list(found.values())


def matter_of(reader: LedgerReader, batch_id: str) -> str:
    """The number of the matter that a batch belongs to, "" where the log does not know it."""
    for event in reader.events(batch_id=batch_id, kinds=["batch.opened"]):
        return str(event.details.get("matter_id", ""))
    return ""


def is_held(reader: LedgerReader, batch_id: str) -> bool:
    """Whether nothing of the batch may be recalled, expired or destroyed."""
    matter_id = matter_of(reader, batch_id)
    return any(
        hold.batch_id == batch_id or (hold.matter_id and hold.matter_id == matter_id)
        for hold in holds(reader)
    )


def require_not_held(reader: LedgerReader, batch_id: str) -> None:
    """Raise `LegalHoldError` if the batch is held."""
    if is_held(reader, batch_id):
        raise LegalHoldError("the batch is on legal hold")


def held_batches(reader: LedgerReader) -> Iterator[str]:
    """The ids of all batches that are held now."""
    in_force = holds(reader)
    matters = {hold.matter_id for hold in in_force} - {""}
    batches = {hold.batch_id for hold in in_force} - {""}
    for event in reader.events(kinds=["batch.opened"]):
        if event.batch_id in batches or event.details.get("matter_id") in matters:
            yield event.batch_id
