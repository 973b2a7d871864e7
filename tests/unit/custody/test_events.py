"""Leaves: the exact bytes, strict decoding, and the guard that lets no text in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
import rfc8785

from handoff.custody.events import decode_event, encode_event, format_time, parse_time
from handoff.errors import CustodyEventError
from handoff.model import CustodyEvent

EVENT = CustodyEvent(
    index=41,
    at=datetime(2026, 11, 24, 9, 30, 0, 7, tzinfo=UTC),
    kind="document.redacted",
    actor="alice",
    host="sender-1.firm.example",
    tool="handoff/0.1.0",
    batch_id="b-1",
    doc_id="d-1",
    materials={"source": "hmac-sha256:" + "a" * 64},
    products={"redacted": "b" * 64},
    policy_sha256="c" * 64,
    details={"PERSON": 3, "control_number": "ACME-000123", "resumed": False, "none": None},
)
LEAF = (
    b'{"actor":"alice","at":"2026-11-24T09:30:00.000007Z","batch_id":"b-1","details":{"PERSON":3,'
    b'"control_number":"ACME-000123","none":null,"resumed":false},"doc_id":"d-1",'
    b'"host":"sender-1.firm.example","index":41,"kind":"document.redacted","materials":{"source":'
    b'"hmac-sha256:' + b"a" * 64 + b'"},"policy_sha256":"' + b"c" * 64 + b'","products":'
    b'{"redacted":"' + b"b" * 64 + b'"},"tool":"handoff/0.1.0","v":1}'
)


def changed(**fields: Any) -> CustodyEvent:
    values = {name: getattr(EVENT, name) for name in CustodyEvent.__dataclass_fields__}
    return CustodyEvent(**(values | fields))


def test_an_event_has_exactly_these_bytes() -> None:
    assert encode_event(EVENT) == LEAF
    assert rfc8785.dumps(json.loads(LEAF)) == LEAF
    assert decode_event(LEAF) == EVENT


NOT_CANONICAL = {
    "white space": LEAF.replace(b":41", b": 41"),
    "another order": b'{"v":1,' + LEAF[1:].replace(b',"v":1', b""),
    "a repeated key": LEAF.replace(b'"index":41', b'"index":41,"index":41'),
    "an escape": LEAF.replace(b"alice", b"al\\u0069ce"),
    "a float": LEAF.replace(b'"PERSON":3', b'"PERSON":3.0'),
    "an exponent": LEAF.replace(b'"PERSON":3', b'"PERSON":3e0'),
    "negative zero": LEAF.replace(b'"PERSON":3', b'"PERSON":-0'),
    "NaN": LEAF.replace(b'"PERSON":3', b'"PERSON":NaN'),
    "a large number": LEAF.replace(b'"PERSON":3', b'"PERSON":9007199254740992'),
    "a huge number": LEAF.replace(b'"PERSON":3', b'"PERSON":' + b"9" * 5000),
    "a newline at the end": LEAF + b"\n",
    "a byte order mark": b"\xef\xbb\xbf" + LEAF,
    "other letters": LEAF.replace(b"alice", "al\u00efce".encode()),
    "another zone": LEAF.replace(b"07Z", b"07+00:00"),
    "a time without zone": LEAF.replace(b"07Z", b"07"),
    "no microseconds": LEAF.replace(b".000007Z", b"Z"),
    "a time that is a number": LEAF.replace(b'"2026-11-24T09:30:00.000007Z"', b"1"),
    "details out of order": LEAF.replace(b'"PERSON":3,', b"").replace(
        b'"resumed":false', b'"resumed":false,"PERSON":3'
    ),
    "counts out of order": LEAF.replace(b'"PERSON":3', b'"PERSON":{"b":1,"a":2}'),
    "a count twice": LEAF.replace(b'"PERSON":3', b'"PERSON":{"a":1,"a":2}'),
    "a day that is none": LEAF.replace(b"2026-11-24", b"2026-11-31"),
    "a second that is none": LEAF.replace(b":30:00.", b":30:60."),
    "another version": LEAF.replace(b'"v":1', b'"v":2'),
    "a version that is true": LEAF.replace(b'"v":1', b'"v":true'),
    "a missing field": LEAF.replace(b'"actor":"alice",', b""),
    "an added field": LEAF.replace(b'"v":1', b'"v":1,"w":1'),
    "an index that is true": LEAF.replace(b'"index":41', b'"index":true'),
    "an index that is text": LEAF.replace(b'"index":41', b'"index":"41"'),
    "products that are a list": LEAF.replace(b'{"redacted":"' + b"b" * 64 + b'"}', b"[]"),
    "a list": b"[]",
    "nothing": b"",
    "deep nesting": b"[" * 60000,
    "too much": b"[" * 70000,
    "no JSON": b"\x00\xff",
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_CANONICAL)
def test_a_leaf_in_any_other_form_is_refused(name: str) -> None:
    assert NOT_CANONICAL[name] != LEAF
    with pytest.raises(CustodyEventError):
        decode_event(NOT_CANONICAL[name])


TEXT = "Mrs. Henderson was admitted on 4 May"
REFUSED: dict[str, Any] = {
    "a sentence": {"details": {"code": TEXT}},
    "a sentence in a list": {"details": {"places": ["ok", TEXT]}},
    "a sentence below": {"details": {"counts": {"x": TEXT}}},
    "a sentence as a key": {"details": {TEXT: 1}},
    "a name": {"details": {"code": "Jane Henderson"}},
    "letters beyond ASCII": {"details": {"code": "M\u00fcller"}},
    "a mail address": {"details": {"code": "jane@example.org"}},
    "a social security number": {"details": {"code": "123-45-6789"}},
    "a telephone number": {"details": {"code": "+1-212-555-0199"}},
    "a file name": {"details": {"source": "Henderson_will.docx"}},
    "a path": {"details": {"source": "clients/henderson/will.pdf"}},
    "a newline": {"details": {"code": "ok\n"}},
    "an escape sequence": {"details": {"code": "\x1b[31m"}},
    "a long string": {"details": {"code": "a" * 129}},
    "a float": {"details": {"score": 0.5}},
    "bytes": {"details": {"code": b"ok"}},
    "no number": {"details": {"size": float("nan"), "matter": None}},
    "an endless number": {"details": {"sizes": [float("inf")]}},
    "a large number": {"details": {"size": 2**53}},
    "too deep": {"details": {"a": {"b": {"c": {"d": 1}}}}},
    "too much": {"details": {f"k{n}": n for n in range(9999)}},
    "a mapping that is no dict": {"details": MappingProxyType({"a": 1})},
    "a list below a list": {"details": {"a": [[1]]}},
    "an index too large": {"index": 10**15},
    "details that are a list": {"details": [1]},
    "a digest that is none": {"materials": {"source": TEXT}},
    "a digest in capitals": {"products": {"redacted": "B" * 64}},
    "a digest cut short": {"products": {"redacted": "b" * 63}},
    "a policy that is no digest": {"policy_sha256": "legal-review"},
    "a kind in words": {"kind": "document was redacted"},
    "a kind without a verb": {"kind": "document"},
    "a batch that is a path": {"batch_id": "../etc"},
    "a document that is a name": {"doc_id": "Jane Henderson"},
    "an actor with a space": {"actor": "Jane Henderson"},
    "no actor": {"actor": ""},
    "a negative index": {"index": -1},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_an_event_may_not_hold_is_refused_without_being_quoted(name: str) -> None:
    with pytest.raises(CustodyEventError) as caught:
        encode_event(changed(**REFUSED[name]))
    assert "enderson" not in str(caught.value)


@pytest.mark.parametrize(
    "details",
    [
        {"vendor": "acme", "documents": 12, "control_first": "ACME-000001", "profile": "legal"},
        {"size": 104857600, "media_type": "application/vnd.openxmlformats-officedocument."
         "wordprocessingml.document"},
        {"counts": {"PERSON": 3, "EMAIL_ADDRESS": 0}},
        {"readers": ["pypdfium2/5.1.0", "pdfminer.six/20251107"], "values_sought": 12},
        {"code": "document.recheck", "places": 2},
        {"object_key": "b-1/4fJ0_x-Q.age", "control_number": "ACME-000123.pdf", "recipients": 2},
        {"object_key": "b-1/manifest.json.age"},
        {"version": "3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo", "size": 1},
        {"manifest_sha256": "d" * 64, "host": "sender-1", "resumed": True, "reason": None},
        {"versions": {"handoff": "0.1.0", "model": "en_core_web_md-3.8.0"}},
        {"etag": "9a0364b9e99bb480dd25e1f0284c8555-3", "version": ""},
    ],
)  # fmt: skip
def test_what_the_pipeline_records_is_let_through(details: dict[str, Any]) -> None:
    event = changed(details=details)
    assert decode_event(encode_event(event)) == event


def test_times_are_written_in_utc() -> None:
    east = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert format_time(east) == "2025-12-31T23:30:00.000000Z"
    assert parse_time(format_time(east)) == east
