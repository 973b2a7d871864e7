"""`handoff send`."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import click

from handoff.cli.main import refuse_options_that_are_files
from handoff.cli.options import (
    home_option,
    inputs_argument,
    json_option,
    matter_option,
    require_matter_apart,
)
from handoff.cli.outcomes import Screen, closing_table, exit_code, outcome_fields, summary, tally
from handoff.cli.output import emit, is_terminal, say
from handoff.model import AlreadyDelivered, Outcome


@click.command("send")
@inputs_argument
@click.option("--vendor", required=True, help="Who gets it: a policy in policies/vendors.")
@matter_option
@click.option("--dry-run", is_flag=True, help="All but sealing and sending; nothing is logged.")
@click.option("--wait", is_flag=True, help="Wait for another run to finish instead of exiting 75.")
@click.option("--again", is_flag=True, help="Send documents once more that were sent before.")
@json_option
@home_option
def command(
    inputs: tuple[Path, ...],
    vendor: str,
    matter: Path | None,
    dry_run: bool,
    wait: bool,
    again: bool,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """Redact, recheck, seal and deliver documents to a vendor.

    PATH is a directory (with everything below it), a file, or several of either.

    Exit status: 0 all delivered, 3 something was held back, 4 nothing to send, 75 another run is
    at work; others in README.md.
    """
    refuse_options_that_are_files(sys.argv[1:])
    require_matter_apart(matter, inputs)
    screen = Screen(as_json)
    run = _preview if dry_run else _send
    outcomes: list[Outcome] = []
    try:
        with closing(run(inputs, vendor, matter, home_path, screen, wait, again)) as stream:
            for outcome in stream:
                outcomes.append(outcome)
                if as_json:
                    emit("document", **outcome_fields(outcome))
    finally:
        screen.close()
        _close(screen, outcomes, as_json=as_json)
    return exit_code(outcomes)


def _send(
    inputs: tuple[Path, ...],
    vendor: str,
    matter: Path | None,
    home_path: Path | None,
    screen: Screen,
    wait: bool,
    again: bool,
) -> Generator[Outcome, None, None]:
    from handoff.cli.logs import run_log
    from handoff.pipeline.home import Home
    from handoff.pipeline.run import open_run
    from handoff.pipeline.send import send

    home = Home.locate(home_path).require()
    opened = open_run(home, vendor, screen, wait=wait, matter=matter)
    with run_log(home.logs, "send") as log, opened as run:
        log.info("run.started", vendor=vendor)
        for outcome in send(run, inputs, again=again):
            log.info("document", **outcome_fields(outcome))
            yield outcome


def _preview(
    inputs: tuple[Path, ...],
    vendor: str,
    matter: Path | None,
    home_path: Path | None,
    screen: Screen,
    _wait: bool,
    _again: bool,
) -> Generator[Outcome, None, None]:
    from handoff.pipeline.home import Home
    from handoff.pipeline.redacting import open_redaction, redact

    home = Home.locate(home_path)
    with open_redaction(home, screen, vendor=vendor, matter=matter) as redaction:
        yield from redact(redaction, inputs, None)


def _close(screen: Screen, outcomes: list[Outcome], *, as_json: bool) -> None:
    counts = summary(outcomes)
    if as_json:
        emit("summary", batches=screen.batches, **counts)
    elif outcomes:
        closing_table(screen, outcomes)
        if not screen.batches and all(isinstance(o, AlreadyDelivered) for o in outcomes):
            say("all of it was delivered before; nothing was sent")
        say(tally(outcomes))
        if counts.get("held") and screen.batches and not is_terminal():
            say("file names are shown on a terminal only: `handoff custody show BATCH --names`")
