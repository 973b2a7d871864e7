"""Who has what: counted from the log, with the countries that policies say."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from handoff.cli.main import cli
from handoff.model import EventDraft, JsonValue
from handoff.pipeline.exposure import exposure
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.initialising import initialise
from handoff.pipeline.ledgers import open_ledger

POLICY = """\
name: {name}
legal_name: {name} Services
jurisdiction: {country}
agreement: {{reference: MSA-1, expires: 2999-12-31}}
recipients: [age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq]
bucket: {{name: {name}-out, endpoint: "http://127.0.0.1:1", region: eu-west-2}}
profile: legal-review
control_prefix: ACME
sub_processors: [{{name: Pune Typing, country: IN, purpose: coding}}]
"""


def delivered(batch: str, vendor: str, matter: str, count: int) -> list[EventDraft]:
    opened: dict[str, JsonValue] = {"vendor": vendor, "matter_id": matter, "documents": count}
    drafts = [EventDraft("batch.opened", batch, details=opened)]
    for n in range(count):
        where: dict[str, JsonValue] = {
            "object_key": f"{batch}/{n}.age",
            "control_number": f"ACME-00000{n}",
        }
        counts: dict[str, JsonValue] = {"counts": {"PERSON": 2, "US_SSN": n % 2}, "size": 10}
        drafts += [
            EventDraft("document.redacted", batch, f"{batch}d{n}", details=counts),
            EventDraft("delivery.intended", batch, f"{batch}d{n}", details=where),
            EventDraft("delivery.confirmed", batch, f"{batch}d{n}"),
        ]
    return drafts


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    list(initialise(made))
    for name, country in (("acme", "IN"), ("beta", "PH")):
        text = POLICY.format(name=name, country=country)
        (made.vendors / f"{name}.yaml").write_text(text)
    with open_ledger(made, SystemClock()) as ledger:
        ledger.append(
            [
                *delivered("b1", "acme", "2026-0417", 3),
                *delivered("b2", "acme", "2026-0418", 1),
                *delivered("b3", "beta", "2026-0417", 1),
                *delivered("b4", "gone", "", 1),
                EventDraft("delivery.denied", "b1", "b1d0"),
                EventDraft("delivery.recalled", "b1", "b1d1"),
            ]
        )
    return made


def test_what_lies_with_vendors_is_counted_and_what_was_taken_back_is_not(home: Home) -> None:
    found = exposure(home)
    rows = [(h.vendor, h.matter, h.country, h.documents, h.denied) for h in found.holdings]
    assert rows == [
        ("acme", "2026-0417", "IN", 2, 1),
        ("acme", "2026-0418", "IN", 1, 0),
        ("beta", "2026-0417", "PH", 1, 0),
        ("gone", "", "unknown", 1, 0),
    ]
    assert found.holdings[0].personal == {"PERSON": 4}
    assert found.holdings[0].onward == ("IN",)
    assert [(s.name, s.documents) for s in found.vendors] == [("acme", 3), ("beta", 1), ("gone", 1)]
    assert [s.name for s in found.countries] == ["IN", "PH", "unknown"]
    assert found.concentration == pytest.approx(0.36 + 0.04 + 0.04)


def test_a_question_is_narrowed_by_vendor_and_matter(home: Home) -> None:
    assert exposure(home, vendor="beta").documents == 1
    assert exposure(home, matter="2026-0417").documents == 3
    assert exposure(home, vendor="nobody").concentration == 0


def test_the_command_answers_as_a_table_as_csv_and_as_json(home: Home) -> None:
    runner = CliRunner()
    arguments = ["vendor", "exposure", "--home", str(home.root)]
    assert "concentration 0.44" in runner.invoke(cli, arguments).output
    as_csv = runner.invoke(cli, [*arguments, "--csv"]).stdout
    assert next(csv.DictReader(io.StringIO(as_csv)))["country"] == "IN"
    lines = [json.loads(s) for s in runner.invoke(cli, [*arguments, "--json"]).stdout.splitlines()]
    assert [line["type"] for line in lines].count("holding") == 4
    assert lines[-1]["documents"] == 5
