"""A report says what went where, in one file that loads nothing, and whether the log holds."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handoff.cli.main import cli
from handoff.custody.report import Scope
from handoff.errors import CustodyTamperedError, OutputExistsError, UsageError
from handoff.model import EventDraft, JsonValue
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger
from handoff.pipeline.reporting import write_report

EVERYTHING = Scope()


def _happened() -> Iterator[EventDraft]:
    def draft(kind: str, batch_id: str, doc_id: str = "", **details: JsonValue) -> EventDraft:
        return EventDraft(kind, batch_id, doc_id, details=details)

    moment = "2026-11-24T10:00:00Z"
    counts: dict[str, JsonValue] = {"PERSON": 7, "US_SSN": 1}
    yield draft("document.received", "b1", "d4", control_number="ACME-000004")
    yield draft("document.held", "b1", "d4", code="document.encrypted")
    yield draft("access.seen", "b1", "d1", by="vendor", action="get", status=200, when=moment)
    yield draft("alert.raised", "b1", "d1", code="access.bulk")
    yield draft("batch.opened", "b2", vendor="beta", matter_id="M-2", documents=1)
    yield draft("document.received", "b2", "e1", control_number="BETA-000001")
    yield draft("document.redacted", "b2", "e1", counts=counts, media_type="application/pdf")
    yield draft("delivery.confirmed", "b2", "e1")


@pytest.fixture
def busy(home: Home) -> Home:
    """The home with a held document, an access, an alert and a second vendor's batch."""
    with open_ledger(home, SystemClock()) as ledger:
        ledger.append(list(_happened()))
        ledger.checkpoint()
    return home


def test_a_page_tells_all_that_happened_and_loads_nothing(busy: Home, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(busy, EVERYTHING, path)
    page = path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    for told in (
        "Verified.", "document.encrypted", "taken back", "PERSON", "BETA-000001", "M-2",
        "ALERT: unusually many documents", "vendor, get", "outstanding",
    ):  # fmt: skip
        assert told in page, told
    assert not re.search(r"(?:src|href)=|url\(|@import|<script", page)


def test_a_scope_leaves_out_what_is_not_in_it(busy: Home, tmp_path: Path) -> None:
    beta = write_report(busy, Scope(vendor="beta"), tmp_path / "beta.html")
    assert [d.control_number for d in beta.documents] == ["BETA-000001"]
    assert not beta.notices
    assert "ACME" not in (tmp_path / "beta.html").read_text()
    assert len(write_report(busy, Scope(matter="M-2"), tmp_path / "m.html").documents) == 1
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert not write_report(busy, Scope(since=tomorrow), tmp_path / "none.html").batches


def test_a_table_has_a_line_for_every_document(busy: Home, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_report(busy, EVERYTHING, path)
    lines = list(csv.DictReader(path.read_text().splitlines()))
    rows = {row["control_number"]: row for row in lines}
    assert rows["BETA-000001"]["redactions"] == "PERSON=7 US_SSN=1"
    assert rows["ACME-000004"]["held_code"] == "document.encrypted"
    assert len(lines) == 5


def test_a_pdf_is_a_pdf_with_the_same_words(busy: Home, tmp_path: Path) -> None:
    try:
        import weasyprint  # noqa: F401 - OSError where Pango is missing
    except (ImportError, OSError):
        pytest.skip("handoff[report] or Pango is missing")
    from pdfminer.high_level import extract_text

    path = tmp_path / "report.pdf"
    write_report(busy, EVERYTHING, path)
    text = extract_text(path)
    assert "Custody report" in text
    assert "BETA-000001" in text


def test_a_report_never_replaces_a_file_and_has_a_known_form(busy: Home, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(OutputExistsError):
        write_report(busy, EVERYTHING, path)
    assert path.read_text() == "mine"
    with pytest.raises(UsageError):
        write_report(busy, EVERYTHING, tmp_path / "report.docx")


def test_a_log_that_was_changed_is_reported_as_such(busy: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(busy.custody)) as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute(
            "UPDATE events SET leaf = CAST(replace(leaf, 'acme', 'beta') AS BLOB) WHERE idx = 0"
        )
        connection.commit()
    path = tmp_path / "report.html"
    arguments = ["custody", "report", "-o", str(path), "--home", str(busy.root)]
    with pytest.raises(CustodyTamperedError):
        cli.main(arguments, "handoff", standalone_mode=False)
    assert "The log is not what was recorded" in path.read_text()
