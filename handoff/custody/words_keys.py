"""Sentences for vendors' keys, for what is sealed anew, and for what changes vendors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handoff.custody.words_withdrawal import Facts

_HOW = {
    "telephone": "over the telephone",
    "video": "by video",
    "person": "in person",
    "letter": "by letter",
}


def _key(facts: Facts) -> str:
    """`key 3f2a91c0 of vendor acme`: enough digits to find it in the list of keys."""
    digits = facts.text("key").removeprefix("sha256:")[:8]
    return f"key {digits}{facts.text('vendor', ' of vendor ')}" if digits else "a key"


def _verified(facts: Facts) -> str:
    how = _HOW.get(facts.text("how"), "out of band")
    return f"Verified: {_key(facts)}; its fingerprint was compared {how}"


def _rotated(facts: Facts) -> str:
    former = facts.text("former").removeprefix("sha256:")[:8]
    until = facts.text("until", ", which is sealed to until ")
    return f"Rotated: {_key(facts)} comes after key {former}{until}"


def _begun(facts: Facts) -> str:
    documents = facts.count("documents", "document", "documents", ": ")
    return f"Sealing anew what is still open to the keys of today{documents}"


def _finished(facts: Facts) -> str:
    documents = facts.count("documents", "document", "documents", ": ")
    remaining = facts.count("remaining", "old object", "old objects", ", ")
    kept = f"{remaining} denied and not deleted yet" if facts.text("remaining", "") != "0" else ""
    return f"Sealed anew{documents}{kept if remaining else ''}"


def _switched(facts: Facts) -> str:
    return (
        "Taken over as it was redacted and found clean"
        f"{facts.text('former_number', ' as ')}{facts.text('former_batch', ' in batch ')}"
        f"{facts.text('control_number', ', now ')}"
    )


KEYS: Mapping[str, Callable[[Facts], str]] = {
    "key.added": lambda facts: f"Added, not verified: {_key(facts)}",
    "key.verified": _verified,
    "key.rotated": _rotated,
    "key.revoked": lambda facts: (
        f"Revoked{facts.text('reason', ' (', ')')}: {_key(facts)}; nothing is sealed to it again"
    ),
    "reseal.begun": _begun,
    "reseal.finished": _finished,
    "object.superseded": lambda _: (
        "Another object came in the place of this one, which is to be deleted"
    ),
    "document.switched": _switched,
}
