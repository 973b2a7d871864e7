"""`handoff init`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.options import home_option
from handoff.cli.output import say


@click.command("init")
@click.option("--no-keys", is_flag=True, help="Leave the firm's keys out, to import existing ones.")
@home_option
def command(no_keys: bool, home_path: Path | None) -> None:
    """Make a handoff home: keys, example policies, an empty custody log.

    Can be run again: what is there already is never touched.
    """
    from handoff.pipeline.home import Home
    from handoff.pipeline.initialising import initialise

    home = Home.locate(home_path)
    made = 0
    for sentence in initialise(home, keys=not no_keys):
        say(sentence)
        made += 1
    say(f"the handoff home is {home.root}" + ("" if made else "; nothing was missing"))
    if made:
        say("back up the key directory now; without it nobody but the vendors opens what was sent")
