"""What the compliance officer reads: lists and histories in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handoff.custody.index.search import BatchFacts, Query, find_batches, find_documents
from handoff.custody.index.update import open_index
from handoff.custody.ledger import SqliteLedger
from handoff.custody.logkey import LogKey
from handoff.custody.views import period, show
from handoff.custody.words import _WORDS
from handoff.errors import UnknownReferenceError
from handoff.model import EventDraft, JsonValue
from tests.unit.custody.lab import SetClock, open_ledger


def draft(kind: str, batch_id: str, doc_id: str = "", **details: JsonValue) -> EventDraft:
    return EventDraft(kind, batch_id, doc_id, details=details)


HISTORY = [
    draft(
        "batch.opened", "aa11", vendor="acme", documents=2, control_first="ACME-000001",
        control_last="ACME-000002", profile="legal-review",
    ),
    draft("document.received", "aa11", "d1", size=2048, media_type="text/plain"),
    draft("document.read", "aa11", "d1", units=12),
    draft("document.found", "aa11", "d1", PERSON=3, EMAIL_ADDRESS=0, US_SSN=1),
    draft("document.redacted", "aa11", "d1", PERSON=3, US_SSN=1, control_number="ACME-000001"),
    draft("document.rechecked", "aa11", "d1", readers=["second/1"], values_sought=4),
    draft("document.sealed", "aa11", "d1", control_number="ACME-000001", recipients=2),
    draft("delivery.intended", "aa11", "d1", control_number="ACME-000001", object_key="aa11/x.age"),
    draft("delivery.confirmed", "aa11", "d1", size=2300, version="v1"),
    draft("document.received", "aa11", "d2", control_number="ACME-000002"),
    draft("document.held", "aa11", "d2", code="document.encrypted", places=1),
    draft("batch.closed", "aa11", delivered=1, held=1, failed=0),
    draft("manifest.intended", "aa11"),
    draft("manifest.delivered", "aa11"),
    draft("batch.opened", "aa22", vendor="acme", documents=3),
    draft("delivery.failed", "aa22", "d3", code="storage.timeout"),
    draft("batch.interrupted", "aa22"),
    draft("batch.resumed", "aa22"),
    draft("delivery.confirmed", "aa22", "d3"),
    draft("delivery.failed", "aa22", "d4"),
    draft("batch.opened", "bb33"),
    draft("batch.interrupted", "bb33", code="signal"),
    draft("future.happened", "bb33", something=1),
]  # fmt: skip


@pytest.fixture
def ledger(path: Path, key: LogKey, clock: SetClock) -> Iterator[SqliteLedger]:
    with open_ledger(path, key, clock) as opened:
        opened.append(HISTORY)
        yield opened


def listed(ledger: SqliteLedger, path: Path) -> list[BatchFacts]:
    with open_index(path, ledger) as index:
        return sorted(find_batches(index, Query()), key=lambda row: row.batch_id)


def test_batches_are_listed_with_their_state_and_counts(ledger: SqliteLedger, path: Path) -> None:
    rows = [
        (r.batch_id, r.vendor, r.state, r.documents, r.delivered, r.held, r.failed)
        for r in listed(ledger, path)
    ]
    assert rows == [
        ("aa11", "acme", "closed", 2, 1, 1, 0),
        ("aa22", "acme", "open", 3, 1, 0, 1),
        ("bb33", "", "interrupted", 0, 0, 0, 0),
    ]
    ledger.append([draft("delivery.abandoned", "aa22", "d4")])
    assert listed(ledger, path)[1].failed == 0
    assert [row.closed_at is None for row in listed(ledger, path)] == [False, True, True]


def test_a_period_has_what_happened_in_it(ledger: SqliteLedger, clock: SetClock) -> None:
    began = clock.now()
    clock.advance(60)
    ledger.append([draft("batch.opened", "cc44", vendor="beta"), draft("batch.closed", "cc44")])
    clock.advance(60)
    ledger.append([draft("batch.opened", "cc55", vendor="beta")])
    later, last = began + timedelta(seconds=30), clock.now()
    assert [row.batch_id for row in period(ledger, later, last)] == ["cc44", "cc44"]
    assert [row.batch_id for row in period(ledger, last, None)] == ["cc55"]
    assert len(list(period(ledger, None, later))) == len(HISTORY)
    assert not list(period(ledger, last + timedelta(seconds=1), None))
    opened = period(ledger, later, None, kinds=["batch.opened"], batch_ids={"cc44"}, by="alice")
    assert [row.kind for row in opened] == ["batch.opened"]
    assert not list(period(ledger, None, None, by="mallory"))


def test_a_document_has_its_history_in_plain_words(ledger: SqliteLedger) -> None:
    assert [row.text for row in show(ledger, "d1")] == [
        "Document taken in from the firm's files: 2048 bytes, type text/plain",
        "Document read whole: 12 pieces of text",
        "Personal data found: PERSON 3, US_SSN 1",
        "Redacted copy made as ACME-000001; redacted: PERSON 3, US_SSN 1",
        "Redacted copy read again and found clean by second/1, looking for 4 removed values",
        "Encrypted to 2 recipients as ACME-000001",
        "About to send ACME-000001 to the vendor's bucket",
        "Delivered: the vendor's bucket confirmed it: 2300 bytes, version v1",
    ]


@pytest.mark.parametrize(
    ("number", "document"),
    [("ACME-000001", "d1"), ("ACME-000001.pdf", "d1"), ("ACME-000002", "d2")],
)
def test_a_control_number_finds_its_document(
    ledger: SqliteLedger, number: str, document: str
) -> None:
    assert show(ledger, number) == show(ledger, document)


def test_a_batch_is_found_by_the_beginning_of_its_id(ledger: SqliteLedger) -> None:
    rows = show(ledger, "bb")
    assert rows == show(ledger, "bb33")
    assert [row.text for row in rows] == [
        "Batch opened",
        "Batch interrupted (signal); the same command goes on with it",
        "Recorded: future.happened",
    ]


def test_a_batch_has_its_history_in_plain_words(ledger: SqliteLedger) -> None:
    texts = [row.text for row in show(ledger, "aa11")]
    assert texts[0] == (
        "Batch opened for vendor acme: 2 documents, numbered ACME-000001 to ACME-000002,"
        " redaction profile legal-review"
    )
    assert texts[10:] == [
        "Held back: the document did not leave (document.encrypted) at 1 place",
        "Batch closed: 1 delivered, 1 held back, 0 failed",
        "About to send the signed table of contents",
        "Signed table of contents delivered; the batch is now there for the vendor",
    ]


@pytest.mark.parametrize("reference", ["", "nope", "aa", "ACME-999999", "%"])
def test_an_unknown_or_ambiguous_reference_is_a_typed_error(
    ledger: SqliteLedger, reference: str
) -> None:
    with pytest.raises(UnknownReferenceError):
        show(ledger, reference)


KINDS = sorted({d.kind for d in HISTORY} | _WORDS.keys())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_without_any_details(ledger: SqliteLedger, kind: str) -> None:
    ledger.append([draft(kind, "cc", "d9")])
    text = show(ledger, "d9")[-1].text
    assert text
    assert "None" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_with_details_of_other_types(
    ledger: SqliteLedger, path: Path, kind: str
) -> None:
    names = ["vendor", "documents", "code", "size", "control_number", "readers", "counts", "held"]
    values: list[JsonValue] = [None, True, -1, "word", [1, "two"], {"PERSON": "x"}]
    for value in values:
        ledger.append([draft(kind, "cc", "d9", **dict.fromkeys(names, value))])
    assert all(row.text for row in show(ledger, "d9"))
    assert listed(ledger, path)
    with open_index(path, ledger) as index:
        assert find_documents(index, Query(reference="cc"))
