"""`handoff custody report`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from handoff.cli.custody_options import period_options
from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say


@click.command("report")
@click.option("--vendor", default="", help="Only what went to this vendor.")
@click.option("--matter", default="", help="Only what belongs to this matter.")
@period_options
@click.option("-o", "--output", type=PathType(), required=True, help="An .html, .pdf or .csv file.")
@json_option
@home_option
def command(
    vendor: str,
    matter: str,
    since: datetime | None,
    until: datetime | None,
    output: Path,
    as_json: bool,
    home_path: Path | None,
) -> None:
    """Write a report: what went where, what was held and why, who opened it.

    Days are UTC and say when a batch was opened. The report is one file that loads nothing. Exit
    status 57: the log is not what was recorded; the report is written, and says so.
    """
    from handoff.custody.report import Scope
    from handoff.pipeline.home import Home
    from handoff.pipeline.reporting import write_report

    end = until + timedelta(days=1) if until else None
    scope = Scope(vendor, matter, since, end)
    facts = write_report(Home.locate(home_path).require(), scope, output)
    if as_json:
        emit(
            "report",
            batches=len(facts.batches),
            documents=len(facts.documents),
            verified=facts.verification.ok,
        )
    else:
        say(f"{len(facts.batches)} batches and {len(facts.documents)} documents are in the report")
    facts.verification.require_ok()
