"""Sentences for what is taken back, expires, or ends with a vendor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol


class Facts(Protocol):
    """Details of an event as words, as `words` has them."""

    def text(self, name: str, before: str = "", after: str = "") -> str:
        """`before` + the detail + `after`, or nothing where there is no such detail."""
        ...

    def count(self, name: str, one: str, many: str, before: str = "") -> str:
        """`before`, the number and its noun, or nothing."""
        ...

    def flag(self, name: str) -> bool:
        """Whether the detail is true."""
        ...


def _intended(facts: Facts) -> str:
    what = facts.text("control_number", "document ") or "the batch"
    how = "; to be denied, not deleted" if facts.flag("deny_only") else ""
    return f"About to take back {what}{facts.text('reason', ', reason ')}{how}"


def _denied(what: str) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        coarse = {"batches": " with its whole batch", "everything": " with all that was delivered"}
        wider = coarse.get(facts.text("denied_as"), "")
        number = facts.text("control_number", " ")
        return f"{what}{number} denied to the vendor by the bucket's policy{wider}"

    return words


def _gone(what: str, why: str) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        number = facts.text("control_number", " ")
        versions = facts.count("versions", "version", "versions", ", ")
        return f"{what}{number} {why}: nothing of it is left in the vendor's bucket{versions}"

    return words


def _retained(what: str) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        until = facts.text("until", " until ")
        why = " under its own legal hold" if facts.flag("legal_hold") else ""
        number = facts.text("control_number", " ")
        return f"{what}{number} kept by the store{until}{why}; hidden, and to be deleted later"

    return words


def _proven(facts: Facts) -> str:
    objects = facts.count("objects", "object", "objects", ": ")
    if facts.text("tried_as") != "vendor":
        return f"Looked again as the bucket's owner: gone, or hidden and denied{objects}"
    got = facts.text("get", ", reading: ") + facts.text("get_version", ", by version: ")
    return f"Tried with the vendor's login{objects}{got}{facts.text('listing', ', listing: ')}"


def _finished(facts: Facts) -> str:
    gone = facts.count("recalled", "object is gone", "objects are gone")
    left = facts.count("remaining", "is", "are", ", ")
    return f"Recall ended: {gone}{left} denied and still there"


def _expiry_finished(facts: Facts) -> str:
    gone = facts.count("expired", "object is gone", "objects are gone")
    left = facts.count("remaining", "is", "are", ", ")
    return f"Expiry ended: {gone}{left} denied and still there"


_NAMES = {"delivery": "Document", "manifest": "Table of contents", "object": "Another object"}

WITHDRAWAL: Mapping[str, Callable[[Facts], str]] = {
    "recall.intended": _intended,
    "recall.proven": _proven,
    "recall.finished": _finished,
    "expiry.intended": lambda facts: (
        f"About to delete the batch: its last day{facts.text('expires', ', ', ',')} is past"
    ),
    "expiry.finished": _expiry_finished,
    "clawback.intended": lambda _: "About to leave the vendor a signed notice of the recall",
    "clawback.noticed": lambda _: (
        "Notice of the recall, signed and sealed, lies in the vendor's bucket"
    ),
    "vendor.offboarding": lambda facts: (
        f"Work with vendor{facts.text('vendor', ' ')} ends{facts.text('reason', ', reason ')}: "
        "nothing more is sent there"
    ),
    "access_policy.closed": lambda facts: (
        f"Policy of{facts.count('buckets', 'bucket', 'buckets', ' ')} lets the vendor in no more"
    ),
    "vendor.collected": lambda facts: (
        f"Collected{facts.count('objects', 'return', 'returns', ' ')} of the vendor's"
        f"{facts.count('refused', 'cannot be read', 'cannot be read', ', ')}"
    ),
    "vendor.offboarded": lambda facts: (
        f"Work with vendor{facts.text('vendor', ' ')} ended; "
        f"{facts.count('outstanding', 'thing is', 'things are')} outstanding"
    ),
    "vendor.readmitted": lambda facts: (
        f"Vendor{facts.text('vendor', ' ')} may be sent to again{facts.text('reason', ', reason ')}"
    ),
    **{f"{noun}.denied": _denied(name) for noun, name in _NAMES.items()},
    **{f"{noun}.retained": _retained(name) for noun, name in _NAMES.items()},
    **{f"{noun}.recalled": _gone(name, "taken back") for noun, name in _NAMES.items()},
    **{f"{noun}.expired": _gone(name, "expired") for noun, name in _NAMES.items()},
}
"""Sentence by kind of event."""
