"""`handoff recall`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say, table

if TYPE_CHECKING:
    from handoff.pipeline.recalling import Recall

SOME_REMAIN = 3
_COARSE = {
    "batches": "the policy has no room for single objects: whole batches are denied to the vendor",
    "everything": "the policy has no room left: all that was delivered is denied to the vendor",
}


@click.command("recall")
@click.argument("reference", metavar="BATCH|DOCUMENT")
@click.option("--reason", required=True, help="A code for the log: privilege, wrong-vendor.")
@click.option(
    "--as-profile", default="", help="AWS profile with the vendor's login: try as the vendor."
)
@click.option("-o", "--output", type=PathType(), help="Write the notice to the vendor, for a mail.")
@click.option("--deny-only", is_flag=True, help="Deny and hide, delete nothing (legal hold).")
@click.option(
    "--bypass-governance",
    is_flag=True,
    help="Delete what is under governance retention too, with the rights to do so.",
)
@click.option("--wait", is_flag=True, help="Wait for another run to finish instead of exiting 75.")
@json_option
@home_option
def command(
    reference: str,
    reason: str,
    as_profile: str,
    output: Path | None,
    deny_only: bool,
    bypass_governance: bool,
    wait: bool,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """Take a batch or one document back from the vendor, and prove it.

    BATCH|DOCUMENT is a batch id, or its beginning, or a control number. Access is denied at once,
    then every version is deleted; what retention keeps stays denied until `handoff expire` can
    delete it. A notice for the vendor lies in its bucket afterwards.

    Exit status: 0 all is gone, 3 something is denied and still there, 59 on legal hold.
    """
    from handoff.cli.outcomes import Screen
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.recalling import How, recall

    home = Home.locate(home_path).require()
    how = How(reason, as_profile, bypass_governance, deny_only, output)
    done = recall(home, SystemClock(), reference, how, wait=wait, reporter=Screen(as_json))
    (_emit if as_json else _print)(done)
    if done.untold is not None:
        raise done.untold
    return SOME_REMAIN if done.remaining else 0


def _rows(done: Recall) -> list[tuple[str, str, str, str]]:
    from handoff.pipeline.recalling_events import day

    return [
        (
            taken.item.control_number or taken.item.object_key.rpartition("/")[2],
            taken.state,
            "legal hold of the store" if taken.legal_hold else day(taken.until),
            taken.item.object_key,
        )
        for taken in done.taken
    ]


def _emit(done: Recall) -> None:
    for name, state, until, key in _rows(done):
        emit("recalled", name=name, state=state, until=until, object_key=key)
    emit(
        "recall",
        batch_id=done.target.batch_id,
        vendor=done.target.vendor,
        recalled=len(done.taken) - len(done.remaining),
        remaining=len(done.remaining),
        tried_as=done.tried_as,
        denied_as=done.grain,
    )


def _print(done: Recall) -> None:
    if not done.tried_as:
        say("nothing of it is with the vendor any more")
        return
    table("", ("object", "state", "kept until", "key"), _rows(done))
    if done.grain in _COARSE:
        say(f"warning: {_COARSE[done.grain]}")
    seen = "tried as the vendor" if done.tried_as == "vendor" else "looked at as the owner"
    gone = len(done.taken) - len(done.remaining)
    say(f"{gone} objects are gone, {len(done.remaining)} are denied and still there; {seen}")
    if done.remaining:
        say("`handoff expire` deletes them once the store lets it")
    if done.tried_as == "owner":
        say("with `--as-profile NAME` it is also tried with the vendor's own login")
