"""The index answers questions from a copy of the log that can be thrown away at any time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from handoff.custody.index.search import (
    Query,
    batch_at,
    count_batches,
    count_documents,
    document_at,
    documents_of,
    find_batches,
    find_documents,
    redaction_totals,
    totals,
)
from handoff.custody.index.tables import index_path
from handoff.custody.index.update import open_index, refresh
from handoff.custody.ledger import SqliteLedger
from handoff.custody.logkey import LogKey, generate_log_key
from handoff.model import EventDraft, JsonValue
from tests.unit.custody.lab import SetClock, batch, open_ledger


def draft(kind: str, batch_id: str, doc_id: str = "", **details: JsonValue) -> EventDraft:
    return EventDraft(kind, batch_id, doc_id, details=details)


def opened(batch_id: str, vendor: str, matter: str, first: int, count: int) -> EventDraft:
    return draft(
        "batch.opened", batch_id, vendor=vendor, matter_id=matter, documents=count,
        profile="legal-review", control_first=f"{vendor.upper()}-{first:06d}",
        control_last=f"{vendor.upper()}-{first + count - 1:06d}",
    )  # fmt: skip


def delivered(batch_id: str, doc_id: str, number: str) -> list[EventDraft]:
    return [
        draft("document.received", batch_id, doc_id, control_number=number, size=100),
        draft("document.read", batch_id, doc_id, media_type="application/pdf", units=3),
        draft(
            "document.redacted", batch_id, doc_id, control_number=number, size=90,
            media_type="application/pdf", extension="pdf", counts={"PERSON": 2},
        ),
        draft("delivery.intended", batch_id, doc_id, object_key=f"{batch_id}/{doc_id}.age"),
        draft("delivery.confirmed", batch_id, doc_id),
    ]  # fmt: skip


HISTORY = [
    opened("aa11", "acme", "M-1", 1, 2),
    *delivered("aa11", "d1", "ACME-000001"),
    draft("document.received", "aa11", "d2", control_number="ACME-000002", size=5),
    draft("document.held", "aa11", "d2", code="document.encrypted", places=0),
    draft("batch.closed", "aa11", delivered=1, held=1, failed=0),
    draft("manifest.delivered", "aa11"),
    opened("bb22", "beta", "M-1", 1, 1),
    *delivered("bb22", "d1", "BETA-000001"),
    draft("batch.closed", "bb22", delivered=1, held=0, failed=0),
    draft("access.seen", "bb22", "d1", when="2026-11-24T10:00:00Z", action="get"),
    draft("access.seen", "bb22", "d1", when="2026-11-24T09:00:00Z", action="get"),
    draft("alert.raised", "bb22", "d1", code="access.bulk"),
]


@pytest.fixture
def ledger(path: Path, key: LogKey, clock: SetClock) -> Iterator[SqliteLedger]:
    with open_ledger(path, key, clock) as log:
        log.append(HISTORY)
        yield log


def test_a_batch_is_told_with_how_its_documents_ended(ledger: SqliteLedger, path: Path) -> None:
    with open_index(path, ledger) as index:
        acme, beta = sorted(find_batches(index, Query()), key=lambda row: row.batch_id)
    assert (acme.batch_id, acme.state, acme.delivered, acme.held) == ("aa11", "closed", 1, 1)
    assert (acme.matter, acme.control_first, acme.documents) == ("M-1", "ACME-000001", 2)
    # Delivered, but its manifest is not: for the vendor the batch does not exist.
    assert (beta.state, beta.alerts, beta.closed_at is not None) == ("open", 1, True)


def test_a_document_is_told_with_its_last_state(ledger: SqliteLedger, path: Path) -> None:
    with open_index(path, ledger) as index:
        [first, second] = documents_of(index, "aa11")
    assert (first.state, first.size, first.redactions) == ("delivered", 90, {"PERSON": 2})
    assert (second.state, second.held_code) == ("held", "document.encrypted")
    assert redaction_totals([first, second]) == {"PERSON": 2}


QUESTIONS = [
    (Query(), {"aa11/d1", "aa11/d2", "bb22/d1"}),
    (Query(vendor="beta"), {"bb22/d1"}),
    (Query(matter="M-1", state="delivered"), {"aa11/d1", "bb22/d1"}),
    (Query(state="with-vendor", vendor="acme"), {"aa11/d1"}),
    (Query(reference="ACME-000002"), {"aa11/d2"}),
    (Query(reference="ACME-000002.pdf"), {"aa11/d2"}),
    (Query(reference="ACME"), {"aa11/d1", "aa11/d2"}),
    (Query(reference="bb"), {"bb22/d1"}),
    (Query(reference="%"), set()),
    (Query(reference="d1"), {"aa11/d1", "bb22/d1"}),
    (Query(actor="alice"), {"aa11/d1", "aa11/d2", "bb22/d1"}),
    (Query(actor="bob"), set()),
    (Query(since=datetime(2026, 11, 25, tzinfo=UTC)), set()),
    (Query(until=datetime(2026, 11, 24, tzinfo=UTC)), set()),
]


@pytest.mark.parametrize(("query", "expected"), QUESTIONS)
def test_what_is_asked_for_is_what_is_found(
    ledger: SqliteLedger, path: Path, query: Query, expected: set[str]
) -> None:
    with open_index(path, ledger) as index:
        found = find_documents(index, query)
        assert {f"{row.batch_id}/{row.doc_id}" for row in found} == expected
        assert count_documents(index, query) == len(expected)


def test_a_control_number_finds_the_batch_it_lies_in(ledger: SqliteLedger, path: Path) -> None:
    with open_index(path, ledger) as index:
        found = find_batches(index, Query(reference="ACME-000002"))
        assert [row.batch_id for row in found] == ["aa11"]
        assert count_batches(index, Query(reference="ACME-000003")) == 0


def test_accesses_and_alerts_are_counted_with_the_document(
    ledger: SqliteLedger, path: Path
) -> None:
    with open_index(path, ledger) as index:
        [row] = documents_of(index, "bb22")
    assert (row.accesses, row.accessed_at, row.alerts) == (2, "2026-11-24T10:00:00Z", 1)


def test_totals_are_by_vendor_and_state(ledger: SqliteLedger, path: Path) -> None:
    with open_index(path, ledger) as index:
        assert totals(index, "vendor") == {
            "acme": {"delivered": 1, "held": 1},
            "beta": {"delivered": 1},
        }


def test_what_comes_later_is_taken_in_without_beginning_again(
    ledger: SqliteLedger, path: Path, clock: SetClock
) -> None:
    with open_index(path, ledger) as index:
        clock.advance(60)
        ledger.append([draft("delivery.recalled", "bb22", "d1")])
        size = refresh(index, ledger)
        assert size == ledger.size()
        [row] = documents_of(index, "bb22")
        assert row.state == "recalled"
        assert row.changed_at - row.received_at == timedelta(seconds=60)


def test_a_document_that_many_batches_held_is_found_in_each(
    ledger: SqliteLedger, path: Path
) -> None:
    nights = [f"n{night:02}" for night in range(60)]
    for night in nights:
        held = draft("document.held", night, "d2", code=f"document.{night}", places=0)
        ledger.append([opened(night, "acme", "M-1", 1, 1), held])
    with open_index(path, ledger) as index:
        assert [document_at(index, night, "d2").held_code for night in nights] == [  # type: ignore[union-attr]
            f"document.{night}" for night in nights
        ]
        assert batch_at(index, "n07").batch_id == "n07"  # type: ignore[union-attr]
        assert batch_at(index, "n0") is None
        assert document_at(index, "n07", "d") is None


def test_only_the_rows_that_events_touch_are_written(ledger: SqliteLedger, path: Path) -> None:
    with open_index(path, ledger) as index:
        with index.begin() as connection:
            connection.execute(
                sa.text(
                    "CREATE TRIGGER none BEFORE UPDATE ON documents WHEN old.batch_id = 'aa11'"
                    " BEGIN SELECT RAISE(ABORT, 'not touched'); END"
                )
            )
        ledger.append([draft("delivery.recalled", "bb22", "d1")])
        refresh(index, ledger)
        recalled = document_at(index, "bb22", "d1")
        assert recalled is not None
        assert recalled.state == "recalled"


@pytest.mark.parametrize("spoil", [b"", b"garbage" * 1000])
def test_an_index_that_is_none_is_built_anew(
    ledger: SqliteLedger, path: Path, spoil: bytes
) -> None:
    with open_index(path, ledger):
        pass
    index_path(path).write_bytes(spoil)
    with open_index(path, ledger) as index:
        assert count_documents(index, Query()) == 3


def test_an_index_of_another_log_is_built_anew(
    ledger: SqliteLedger, path: Path, clock: SetClock, tmp_path: Path
) -> None:
    with open_index(path, ledger):
        pass
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    other = elsewhere / "custody.db"
    index_path(other).write_bytes(index_path(path).read_bytes())
    key = generate_log_key(elsewhere, "firm.example/custody")
    with open_ledger(other, key, clock) as log:
        log.append(batch(0, 40))
        with open_index(other, log) as index:
            assert count_documents(index, Query()) == 40
            assert [row.batch_id for row in find_batches(index, Query())] == ["batch-0000"]


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_where_nothing_may_be_written_the_index_is_in_memory(
    ledger: SqliteLedger, path: Path
) -> None:
    path.parent.chmod(0o500)
    try:
        with open_index(path, ledger) as index:
            assert count_documents(index, Query()) == 3
    finally:
        path.parent.chmod(0o700)
    assert not index_path(path).exists()


def test_the_index_is_private(ledger: SqliteLedger, path: Path) -> None:
    with open_index(path, ledger):
        assert index_path(path).stat().st_mode & 0o077 == 0
