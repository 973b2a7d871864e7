"""The custody events of taking back, each built in one place: codes, counts, keys, dates."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from handoff.model import EventDraft, JsonValue, VendorPolicy
from handoff.pipeline.recalling_state import FINISHED, INTENDED
from handoff.pipeline.recalling_targets import Item, Target
from handoff.storage.attempt import Tried
from handoff.storage.withdraw import Removed

OURS = re.compile(r"[A-Za-z0-9._-]{1,60}/[A-Za-z0-9._-]{1,64}")
"""Keys in the alphabet of those that handoff gives."""


def intended(target: Target, policy: VendorPolicy, reason: str, *, hold: bool) -> EventDraft:
    """Durable before anything is done: what is to be taken back, and why."""
    details: dict[str, JsonValue] = {
        "vendor": target.vendor,
        "reason": reason,
        "scope": "document" if target.doc_id else "batch",
        "documents": len([item for item in target.items if item.doc_id]),
    }
    if target.doc_id:
        details |= _named(target.items[0])
    if hold:
        details["deny_only"] = True
    return _draft(INTENDED, target, policy, target.doc_id, details)


def denied(target: Target, policy: VendorPolicy, item: Item, grain: str) -> EventDraft:
    """The policy of the bucket, read back, denies the object to the vendor."""
    details = {"vendor": target.vendor, **_named(item), "denied_as": grain}
    return _draft(f"{_noun(item)}.denied", target, policy, item.doc_id, details)


def gone(
    target: Target, policy: VendorPolicy, item: Item, removed: Removed, *, verb: str
) -> EventDraft:
    """No version of the object is left; `verb` is "recalled" or "expired"."""
    details = {"vendor": target.vendor, **_named(item), "versions": removed.versions}
    return _draft(f"{_noun(item)}.{verb}", target, policy, item.doc_id, details)


def retained(target: Target, policy: VendorPolicy, item: Item, removed: Removed) -> EventDraft:
    """The store keeps a version: until when, or under its own legal hold."""
    details: dict[str, JsonValue] = {
        "vendor": target.vendor,
        **_named(item),
        "versions": len(removed.kept),
        "until": day(removed.until),
    }
    if removed.legal_hold:
        details["legal_hold"] = True
    return _draft(f"{_noun(item)}.retained", target, policy, item.doc_id, details)


def finished(target: Target, policy: VendorPolicy, recalled: int, remaining: int) -> EventDraft:
    """All that could be done now is done; `remaining` objects are denied, and still there."""
    details: dict[str, JsonValue] = {
        "vendor": target.vendor,
        "recalled": recalled,
        "remaining": remaining,
    }
    return _draft(FINISHED, target, policy, target.doc_id, details)


def proven(target: Target, policy: VendorPolicy, tried: Tried | None, objects: int) -> EventDraft:
    """It was tried: as the vendor, or, without its login, by what the owner sees."""
    details: dict[str, JsonValue] = {"vendor": target.vendor, "objects": objects}
    if tried is None:
        details |= {"tried_as": "owner"}
    else:
        details |= {"tried_as": "vendor", "get": tried.get, "listing": tried.listing}
        details |= {"get_version": tried.get_version} if tried.get_version else {}
    return _draft("recall.proven", target, policy, target.doc_id, details)


def day(moment: datetime | None) -> str:
    """A moment's day in UTC, "" for none."""
    return f"{moment:%Y-%m-%d}" if moment else ""


def _noun(item: Item) -> str:
    if item.doc_id:
        return "delivery"
    return "manifest" if item.object_key.rpartition("/")[2].startswith("manifest.") else "object"


def _named(item: Item) -> dict[str, JsonValue]:
    number = {"control_number": item.control_number} if item.control_number else {}
    if OURS.fullmatch(item.object_key):
        return {"object_key": item.object_key, **number}
    # A key of somebody else's may say anything; the log says which by its digest.
    return {"object_key": f"sha256:{hashlib.sha256(item.object_key.encode()).hexdigest()}"}


def _draft(
    kind: str, target: Target, policy: VendorPolicy, doc_id: str, details: dict[str, JsonValue]
) -> EventDraft:
    return EventDraft(kind, target.batch_id, doc_id, policy_sha256=policy.sha256, details=details)
