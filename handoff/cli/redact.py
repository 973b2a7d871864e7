"""`handoff redact`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from handoff.cli.main import refuse_options_that_are_files
from handoff.cli.options import (
    PathType,
    home_option,
    inputs_argument,
    json_option,
    matter_option,
    require_matter_apart,
)
from handoff.cli.outcomes import Screen, closing_table, exit_code, outcome_fields, summary, tally
from handoff.cli.output import emit, say
from handoff.errors import UsageError
from handoff.model import Outcome


@click.command("redact")
@inputs_argument
@click.option(
    "-o",
    "--output",
    type=PathType(file_okay=False),
    help="Directory for the redacted copies; made if it is not there.",
)
@click.option(
    "--preview",
    type=PathType(file_okay=False),
    help="New directory for pages that show each document before and after, IN PLAINTEXT.",
)
@click.option("--profile", default="legal-review", show_default=True, help="Redaction profile.")
@matter_option
@json_option
@home_option
def command(
    inputs: tuple[Path, ...],
    output: Path | None,
    preview: Path | None,
    profile: str,
    matter: Path | None,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """Write redacted copies for a person to look at; nothing is sent.

    The same engine and the same recheck as `handoff send`: what would be held is not written. The
    copies get neutral names, because the original names are personal data too.

    With --preview, open index.html in that directory in a browser: every page and every piece of
    text side by side, what was redacted in colour, the reason where you point. These pages hold
    what was redacted. They are for the firm alone, and nothing deletes them for you.

    Exit status: 0 all written, 3 something was held back, 4 no documents; others in README.md.
    """
    from handoff.pipeline.home import Home
    from handoff.pipeline.redacting import open_redaction, redact

    refuse_options_that_are_files(sys.argv[1:])
    require_matter_apart(matter, inputs)
    if output is None and preview is None:
        raise UsageError("missing option '-o' / '--output', or '--preview'")
    home = Home.locate(home_path)
    screen = Screen(as_json)
    outcomes: list[Outcome] = []
    try:
        with open_redaction(home, screen, profile=profile, matter=matter) as redaction:
            if preview is not None:
                say(f"the preview will hold PLAINTEXT: {preview}")
            for outcome in redact(redaction, inputs, output, preview):
                outcomes.append(outcome)
                if as_json:
                    emit("document", **outcome_fields(outcome))
    finally:
        screen.close()
    if as_json:
        emit("summary", **summary(outcomes))
    else:
        closing_table(screen, outcomes)
        say(tally(outcomes))
    if preview is not None:
        say(f"PLAINTEXT lies in {preview}: look at {preview / 'index.html'}, then delete it all")
    return exit_code(outcomes)
