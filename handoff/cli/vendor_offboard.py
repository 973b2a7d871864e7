"""`handoff vendor offboard`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say, table
from handoff.errors import UsageError

if TYPE_CHECKING:
    from handoff.pipeline.offboarding import Offboarded

SOME_OUTSTANDING = 3


@click.command("offboard")
@click.argument("name")
@click.option("--reason", required=True, help="A code for the log: contract-ended, breach.")
@click.option("-o", "--output", type=PathType(), help="Directory for evidence and returns.")
@click.option(
    "--as-profile", default="", help="AWS profile with the vendor's login: try as the vendor."
)
@click.option(
    "--bypass-governance",
    is_flag=True,
    help="Delete what is under governance retention too, with the rights to do so.",
)
@click.option("--undo", is_flag=True, help="Work with the vendor again; then provision it anew.")
@click.option("--wait", is_flag=True, help="Wait for another run to finish instead of exiting 75.")
@json_option
@home_option
def command(
    name: str,
    reason: str,
    output: Path | None,
    as_profile: str,
    bypass_governance: bool,
    undo: bool,
    wait: bool,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """End the work with a vendor: revoke, collect its returns, recall, export the custody.

    Nothing more is sent to the vendor afterwards. The command may be run again at any time, and
    says what is outstanding.

    Exit status: 0 all is settled, 3 something is outstanding.
    """
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.offboarding import offboard, readmit
    from handoff.pipeline.recalling import How

    home = Home.locate(home_path).require()
    if undo:
        readmit(home, SystemClock(), name, reason)
        say(f"vendor {name} may be sent to again; run `handoff vendor provision {name}`")
        return 0
    if output is None:
        raise UsageError("name a directory for evidence and returns: -o DIR")
    how = How(reason, as_profile, bypass_governance)
    done = offboard(home, SystemClock(), name, how, output, wait=wait)
    (_emit if as_json else _print)(done)
    return SOME_OUTSTANDING if done.outstanding else 0


def _emit(done: Offboarded) -> None:
    for left in done.outstanding:
        emit("outstanding", kind=left.kind, what=left.what, until=left.until)
    emit(
        "offboarded",
        recalled=done.recalled,
        returned=done.returned,
        written=[path.name for path in done.written],
        outstanding=len(done.outstanding),
    )


def _print(done: Offboarded) -> None:
    if done.outstanding:
        rows = [(left.kind, left.what, left.until) for left in done.outstanding]
        table("", ("outstanding", "what", "until"), rows)
    say(f"{done.recalled} objects are gone, {done.returned} returns collected")
    for path in done.written:
        say(f"wrote {path}")
    say("take the vendor's user or role out of your account too, if it is in yours")
    say(f"{len(done.outstanding)} things are outstanding" if done.outstanding else "all is settled")
