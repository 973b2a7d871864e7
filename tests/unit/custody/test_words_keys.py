"""Keys, sealing anew and changing vendors are told in sentences that an officer can read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from handoff.custody.words import sentence
from handoff.custody.words_keys import KEYS
from handoff.model import CustodyEvent

KEY: dict[str, Any] = {"vendor": "acme", "key": f"sha256:3f2a91c0{'0' * 56}"}
NAMED = "key 3f2a91c0 of vendor acme"
TNAMED = {
    "key.added": (KEY, "Added, not verified: key 3f2a91c0 of vendor acme"),
    "key.verified": (
        {**KEY, "how": "telephone"},
        "Verified: key 3f2a91c0 of vendor acme; its fingerprint was compared over the telephone",
    ),
    "key.rotated": (
        {**KEY, "former": f"sha256:77aa88bb{'0' * 56}", "until": "2026-12-09"},
        f"Rotated: {NAMED} comes after key 77aa88bb, which is sealed to until 2026-12-09",
    ),
    "key.revoked": (
        {**KEY, "reason": "stolen"},
        "Revoked (stolen): key 3f2a91c0 of vendor acme; nothing is sealed to it again",
    ),
    "reseal.begun": (
        {"documents": 2},
        "Sealing anew what is still open to the keys of today: 2 documents",
    ),
    "reseal.finished": (
        {"documents": 1, "remaining": 3},
        "Sealed anew: 1 document, 3 old objects denied and not deleted yet",
    ),
    "object.superseded": (
        {},
        "Another object came in the place of this one, which is to be deleted",
    ),
    "document.switched": (
        {"former_number": "ACME-000001", "former_batch": "b1", "control_number": "BETA-000007"},
        "Taken over as it was redacted and found clean as ACME-000001 in batch b1, now BETA-000007",
    ),
}


def told(kind: str, details: dict[str, Any]) -> str:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    return sentence(
        CustodyEvent(1, at, kind, "anna", "host", "handoff/0", "b1", "d1", {}, {}, "", details)
    )


@pytest.mark.parametrize("kind", KEYS)
def test_an_event_is_told_in_a_sentence(kind: str) -> None:
    details, words = TNAMED[kind]
    assert told(kind, details) == words
    assert told(kind, {})


def test_nothing_left_over_is_not_mentioned() -> None:
    assert told("reseal.finished", {"documents": 2, "remaining": 0}) == "Sealed anew: 2 documents"
