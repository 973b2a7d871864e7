"""Requests in the store's logs become events, each once, and what should not have been an alert."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handoff.cli.main import cli
from handoff.model import CustodyEvent
from handoff.pipeline.home import Home
from handoff.pipeline.ingesting import PARTIES, ingest, read_parties
from handoff.pipeline.ledgers import open_reader
from tests.unit.pipeline.conftest import VENDOR

NOW = datetime.now(UTC)


def line(key: str, **changes: Any) -> str:
    moment = changes.pop("at", NOW - timedelta(hours=1))
    return json.dumps(
        {
            "bucket": "acme-out", "time": moment.isoformat(), "remote_addr": "192.0.2.4",
            "user": VENDOR, "operation": "get_obj", "object": key, "http_status": "200",
        }
        | changes
    )  # fmt: skip


def log_of(home: Home, *lines: str) -> Path:
    path = home.root.parent / "access.log"
    path.write_text("\n".join(lines) + "\n")
    return path


def events(home: Home, kind: str) -> list[CustodyEvent]:
    with open_reader(home) as reader:
        return list(reader.events(kinds=[kind]))


REQUESTS = [
    (line("b1/x1.age"), "vendor", []),
    (line("b1/x1.age", user="acme"), "vendor", []),
    (line("b1/x1.age", user="owner"), "firm", []),
    (line("b1/x1.age", user="owner", remote_addr="203.0.113.9"), "firm", []),
    (line("b1/x1.age", user="mallory"), "stranger", ["access.foreign"]),
    (line("b1/x1.age", user="mallory", http_status="403"), "stranger", ["access.foreign_refused"]),
    (line("b1/x1.age", user="anonymous"), "anonymous", ["access.foreign"]),
    (line("b1/x1.age", remote_addr="203.0.113.9"), "vendor", ["access.unlisted_address"]),
    (line("b1/x1.age", remote_addr="", operation="get_obj"), "vendor", ["access.unlisted_address"]),
    (line("b1/x3.age"), "vendor", []),
    (line("b1/x3.age", at=NOW + timedelta(hours=1)), "vendor", ["access.after_recall"]),
    (line("b1/x3.age", at=NOW + timedelta(hours=1), http_status="403"), "vendor", []),
    (line("b1/m.age"), "vendor", []),
]


@pytest.mark.parametrize(("request_line", "by", "alerts"), REQUESTS, ids=range(len(REQUESTS)))
def test_each_request_is_judged(home: Home, request_line: str, by: str, alerts: list[str]) -> None:
    done = ingest(home, [log_of(home, request_line)], own=["owner"])
    assert list(done.alerts) == alerts
    [seen] = events(home, "access.seen")
    assert seen.details["by"] == by
    assert [event.details["code"] for event in events(home, "alert.raised")] == alerts


def test_a_log_ingested_again_records_nothing_twice(home: Home) -> None:
    lines = [line("b1/x1.age"), line("b1/x2.age")]
    assert ingest(home, [log_of(home, *lines)]).recorded == 2
    again = ingest(home, [log_of(home, *lines, line("b1/x1.age", user="acme"))])
    assert (again.recorded, again.known) == (1, 2)
    assert len(events(home, "access.seen")) == 3


def test_requests_about_nothing_delivered_are_counted_and_left(home: Home) -> None:
    lines = [line("elsewhere.age"), line("b1/x1.age", bucket="another"), line("b1/x1.age")]
    done = ingest(home, [log_of(home, *lines)])
    assert (done.recorded, done.elsewhere) == (1, 2)


def test_many_documents_within_an_hour_are_one_alert(home: Home) -> None:
    hour = NOW.replace(minute=5) - timedelta(hours=3)
    lines = [line(f"b1/x{n}.age", at=hour) for n in (1, 2, 3, 1, 2, 3)]
    assert dict(ingest(home, [log_of(home, *lines)], bulk=2).alerts) == {"access.bulk": 1}


def test_a_file_that_breaks_off_records_nothing_of_itself(home: Home) -> None:
    from handoff.errors import AccessLogError

    with pytest.raises(AccessLogError):
        ingest(home, [log_of(home, line("b1/x1.age"), line("b1/x2.age")[:-9])])
    assert not events(home, "access.seen")


def test_who_it_was_stands_in_a_record_that_can_be_erased_and_not_in_the_log(home: Home) -> None:
    ingest(home, [log_of(home, line("b1/x1.age", user="john.smith", remote_addr="198.51.100.77"))])
    [seen] = events(home, "access.seen")
    assert "john.smith" not in str(seen)
    assert "198.51.100.77" not in str(seen)
    assert read_parties(home)[seen.materials["principal"]] == "john.smith"
    assert read_parties(home)[seen.materials["address"]] == "198.51.100.77"
    assert (home.records / PARTIES).stat().st_mode & 0o077 == 0
    (home.records / PARTIES).unlink()
    assert read_parties(home) == {}


def test_an_alert_is_an_exit_code_for_cron(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    from handoff.errors import AccessAlertError

    path = log_of(home, line("b1/x1.age", user="mallory"))
    arguments = ["custody", "ingest", str(path), "--home", str(home.root), "--json"]
    with pytest.raises(AccessAlertError):
        cli.main(arguments, "handoff", standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["alerts"] == {"access.foreign": 1}
