"""The notice of a clawback is read as strictly as a manifest."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import rfc8785

from handoff.errors import ManifestInvalidError
from handoff.pipeline.recalling_clawback import Clawback, Withdrawn, decode, encode

NOTICE = Clawback(
    "b1",
    "acme",
    datetime(2026, 11, 25, 3, 30, tzinfo=UTC),
    "privilege",
    date(2026, 12, 2),
    "Destroy every copy.",
    (Withdrawn("ACME-000001", "b1/aa.age", "0" * 64, "1" * 64),),
)


def test_what_is_encoded_is_decoded_to_the_same() -> None:
    assert decode(encode(NOTICE)) == NOTICE


@pytest.mark.parametrize(
    "change",
    [
        {"type": "handoff-manifest"},
        {"version": 2},
        {"documents": []},
        {"reason": "words of a sentence"},
        {"respond_by": "soon"},
        {"demands": ""},
        {"unknown": "field"},
        {"documents": [{"control_number": "ACME-000001"}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_not_exactly_a_notice_is_refused(change: dict[str, Any]) -> None:
    fields = {**json.loads(encode(NOTICE)), **change}
    with pytest.raises(ManifestInvalidError):
        decode(rfc8785.dumps(fields))


@pytest.mark.parametrize("untrusted", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_canonical_json_object_is_refused(untrusted: bytes) -> None:
    with pytest.raises(ManifestInvalidError):
        decode(untrusted)
    with pytest.raises(ManifestInvalidError):
        decode(encode(NOTICE) + b"\n")
