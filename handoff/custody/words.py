"""One plain sentence per event, for a reader who is no engineer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handoff.custody.words_keys import KEYS
from handoff.custody.words_notices import NOTICES
from handoff.custody.words_withdrawal import WITHDRAWAL
from handoff.model import CustodyEvent, JsonValue

Words = Callable[["_Facts"], str]


class _Facts:
    """Details of an event as words; what is missing or of another type is left out."""

    def __init__(self, event: CustodyEvent) -> None:
        self._details = event.details

    def text(self, name: str, before: str = "", after: str = "") -> str:
        """`before` + the detail + `after`, or nothing where there is no such detail."""
        value = self._details.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            return ""
        return f"{before}{value}{after}"

    def count(self, name: str, one: str, many: str, before: str = "") -> str:
        """`before`, the number and its noun, or nothing."""
        value = self._details.get(name)
        if type(value) is not int:
            return ""
        return f"{before}{value} {one if value == 1 else many}"

    def flag(self, name: str) -> bool:
        """Whether the detail is true."""
        return self._details.get(name) is True

    def entities(self) -> str:
        """Counts by kind of personal data: "PERSON 3, EMAIL_ADDRESS 1"; nothing without any."""
        nested = self._details.get("counts")
        counts: Mapping[str, JsonValue] = nested if isinstance(nested, dict) else self._details
        # Entities are named in capitals, all other details in small letters.
        pairs = [(k, v) for k, v in counts.items() if k.isupper() and type(v) is int and v > 0]
        return ", ".join(f"{name} {count}" for name, count in sorted(pairs))

    def list(self, name: str) -> str:
        """A list of codes, joined; a single code as it is."""
        value = self._details.get(name)
        if isinstance(value, list):
            return ", ".join(item for item in value if isinstance(item, str))
        return value if isinstance(value, str) else ""


def _opened(facts: _Facts) -> str:
    verb = "Batch taken up again" if facts.flag("resumed") else "Batch opened"
    span = facts.text("control_first", ", numbered ") + facts.text("control_last", " to ")
    documents = facts.count("documents", "document", "documents", ": ")
    profile = facts.text("profile", ", redaction profile ")
    return f"{verb}{facts.text('vendor', ' for vendor ')}{documents}{span}{profile}"


def _received(facts: _Facts) -> str:
    number = facts.text("control_number", " as ")
    size = facts.count("size", "byte", "bytes", ": ")
    media_type = facts.text("media_type", ", type ")
    return f"Document taken in from the firm's files{number}{size}{media_type}"


def _read(facts: _Facts) -> str:
    units = facts.count("units", "piece of text", "pieces of text", ": ")
    return f"Document read whole{units}{facts.text('media_type', ', type ')}"


def _found(facts: _Facts) -> str:
    entities = facts.entities()
    return f"Personal data found: {entities}" if entities else "Search for personal data finished"


def _redacted(facts: _Facts) -> str:
    entities = facts.entities()
    number = facts.text("control_number", " as ")
    return f"Redacted copy made{number}" + (f"; redacted: {entities}" if entities else "")


def _rechecked(facts: _Facts) -> str:
    readers = facts.list("readers")
    sought = facts.count("values_sought", "removed value", "removed values", ", looking for ")
    return (
        "Redacted copy read again and found clean"
        + (f" by {readers}" if readers else "")
        + (f"{sought}" if sought else "")
    )


def _held(facts: _Facts) -> str:
    places = facts.count("places", "place", "places", " at ")
    return f"Held back: the document did not leave{facts.text('code', ' (', ')')}{places}"


def _part_held(facts: _Facts) -> str:
    place, code = facts.text("place", ": "), facts.text("code", " (", ")")
    return f"A part of the document was held back, the rest went on{place}{code}"


def _reviewed(facts: _Facts) -> str:
    values = facts.count("values", "value", "values", ": ")
    dropped = facts.count("dropped", "dropped", "dropped", ", ")
    added = facts.count("added", "place added", "places added", ", ")
    number = facts.text("control_number", " ")
    return f"Document{number} reviewed by a person{values}{dropped}{added}"


def _sealed(facts: _Facts) -> str:
    recipients = facts.count("recipients", "recipient", "recipients", " to ")
    return f"Encrypted{recipients}{facts.text('control_number', ' as ')}"


def _confirmed(facts: _Facts) -> str:
    size = facts.count("size", "byte", "bytes", ": ")
    version = facts.text("version", ", version ")
    return f"Delivered: the vendor's bucket confirmed it{size}{version}"


def _closed(facts: _Facts) -> str:
    return (
        "Batch closed: "
        f"{facts.text('delivered') or '0'} delivered, "
        f"{facts.text('held') or '0'} held back, "
        f"{facts.text('failed') or '0'} failed"
    )


_PARTIES = {
    "firm": "the firm",
    "vendor": "the vendor",
    "anonymous": "somebody unknown to the store",
    "stranger": "somebody who is not the vendor",
}
_ACTIONS = {
    "get": "opened",
    "head": "looked at",
    "list": "listed",
    "put": "written over",
    "delete": "deleted",
}
_ALERTS = {
    "access.foreign": "somebody who is not the vendor got it",
    "access.foreign_refused": "somebody who is not the vendor tried to get it, and was refused",
    "access.unlisted_address": "it was asked for from an address that the policy does not list",
    "access.after_recall": "it was asked for after it had been taken back",
    "access.bulk": "unusually many documents were got within an hour",
}


def _seen(facts: _Facts) -> str:
    by = _PARTIES.get(facts.text("by"), "somebody")
    action = _ACTIONS.get(facts.text("action"), "asked for")
    answer = (
        "" if facts.text("status").startswith("2") else facts.text("status", ", refused (", ")")
    )
    return f"Document {action} by {by}{facts.text('when', ' at ')}{answer}"


def _alert(facts: _Facts) -> str:
    code = facts.text("code")
    return f"ALERT: {_ALERTS.get(code, code or 'something should not have been')}"


_WORDS: dict[str, Words] = {
    **WITHDRAWAL,
    **KEYS,
    **NOTICES,
    "anchor.intended": lambda facts: (
        f"About to put down a checkpoint{facts.count('size', 'event', 'events', ' over ')} outside"
    ),
    "anchor.locked": lambda facts: (
        f"Checkpoint{facts.count('size', 'event', 'events', ' over ')} locked in the bucket of the"
        f" anchors{facts.text('until', ' until ')}"
    ),
    "anchor.timestamped": lambda facts: (
        f"Checkpoint{facts.count('size', 'event', 'events', ' over ')} seen by the time-stamp"
        f" authority{facts.text('time', ' at ')}"
    ),
    "anchor.failed": lambda facts: (
        f"A checkpoint could not be put down outside{facts.text('place', ': ')}"
        f"{facts.text('code', ' (', ')')}"
    ),
    "hold.placed": lambda facts: (
        f"Legal hold placed{facts.text('matter_id', ' on matter ')}"
        f"{facts.text('reason', ', reason ')}"
    ),
    "hold.lifted": lambda facts: (
        f"Legal hold lifted{facts.text('matter_id', ' from matter ')}"
        f"{facts.text('reason', ', reason ')}"
    ),
    "log.key_rotated": lambda _: "The log's key was replaced; the former key signed the new one",
    "log.key_replaced": lambda _: (
        "The log's key was lost and replaced; nothing vouches for the new"
    ),
    "log.digest_key_erased": lambda _: (
        "The key of the digests was erased: no guess can be confirmed from this log any more"
    ),
    "receipt.received": lambda facts: (
        f"Receipt: the vendor{facts.text('vendor', ' ')} signed for what the manifest lists"
    ),
    "access.seen": _seen,
    "alert.raised": _alert,
    "batch.opened": _opened,
    "batch.resumed": lambda _: "Batch taken up again after an interruption",
    "batch.interrupted": lambda facts: (
        f"Batch interrupted{facts.text('code', ' (', ')')}; the same command goes on with it"
    ),
    "batch.closed": _closed,
    "document.received": _received,
    "document.read": _read,
    "document.found": _found,
    "document.redacted": _redacted,
    "document.rechecked": _rechecked,
    "document.held": _held,
    "document.part_held": _part_held,
    "document.reviewed": _reviewed,
    "document.approved": lambda facts: (
        f"Review of document{facts.text('control_number', ' ')} approved by a second person"
    ),
    "document.rejected": lambda facts: (
        f"Document{facts.text('control_number', ' ')} rejected by a reviewer: it stays with the "
        f"firm{facts.text('code', ' (', ')')}"
    ),
    "document.sealed": _sealed,
    "delivery.intended": lambda facts: (
        f"About to send{facts.text('control_number', ' ')} to the vendor's bucket"
    ),
    "delivery.confirmed": _confirmed,
    "delivery.failed": lambda facts: (
        f"Sending failed{facts.text('code', ' (', ')')}; the same command tries again"
    ),
    "delivery.abandoned": lambda _: (
        "The announced upload did not happen; the document is encrypted and sent anew"
    ),
    "manifest.intended": lambda _: "About to send the signed table of contents",
    "manifest.delivered": lambda _: (
        "Signed table of contents delivered; the batch is now there for the vendor"
    ),
}


def sentence(event: CustodyEvent) -> str:
    """What happened, in words; for a kind without words, the kind itself."""
    words = _WORDS.get(event.kind)
    return words(_Facts(event)) if words else f"Recorded: {event.kind}"
