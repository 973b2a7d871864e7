"""Taking back is told in sentences that an officer can read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from handoff.custody.words import sentence
from handoff.custody.words_withdrawal import WITHDRAWAL
from handoff.model import CustodyEvent

NUMBER = {"control_number": "ACME-000007"}


def told(kind: str, **details: Any) -> str:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    return sentence(
        CustodyEvent(1, at, kind, "anna", "host", "handoff/0", "b1", "d1", {}, {}, "", details)
    )


@pytest.mark.parametrize(
    ("kind", "details", "words"),
    [
        (
            "recall.intended",
            {**NUMBER, "reason": "privilege"},
            "About to take back document ACME-000007, reason privilege",
        ),
        (
            "recall.intended",
            {"reason": "breach", "deny_only": True},
            "About to take back the batch, reason breach; to be denied, not deleted",
        ),
        (
            "delivery.denied",
            {**NUMBER, "denied_as": "objects"},
            "Document ACME-000007 denied to the vendor by the bucket's policy",
        ),
        (
            "manifest.denied",
            {"denied_as": "batches"},
            "Table of contents denied to the vendor by the bucket's policy with its whole batch",
        ),
        (
            "delivery.recalled",
            {**NUMBER, "versions": 1},
            (
                "Document ACME-000007 taken back: nothing of it is left in the vendor's bucket, "
                "1 version"
            ),
        ),
        (
            "delivery.retained",
            {**NUMBER, "until": "2026-12-01"},
            (
                "Document ACME-000007 kept by the store until 2026-12-01; hidden, and to be "
                "deleted later"
            ),
        ),
        (
            "recall.proven",
            {"tried_as": "vendor", "objects": 2, "get": "denied", "listing": "hidden"},
            "Tried with the vendor's login: 2 objects, reading: denied, listing: hidden",
        ),
        (
            "recall.finished",
            {"recalled": 3, "remaining": 1},
            "Recall ended: 3 objects are gone, 1 is denied and still there",
        ),
        (
            "vendor.offboarded",
            {"vendor": "acme", "outstanding": 2},
            "Work with vendor acme ended; 2 things are outstanding",
        ),
    ],
)
def test_an_event_is_told_in_a_sentence(kind: str, details: dict[str, Any], words: str) -> None:
    assert told(kind, **details) == words


@pytest.mark.parametrize("kind", sorted(WITHDRAWAL))
def test_a_sentence_needs_no_detail(kind: str) -> None:
    assert not told(kind).startswith("Recorded")
    assert "None" not in told(kind)
