"""`handoff expire`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, say, table

if TYPE_CHECKING:
    from handoff.pipeline.expiring import Due, Expired

SOME_REMAIN = 3


@click.command("expire")
@click.option("--vendor", default="", help="Of this vendor only.")
@click.option("--dry-run", is_flag=True, help="Say what is due; delete and record nothing.")
@click.option(
    "--bypass-governance",
    is_flag=True,
    help="Delete what is under governance retention too, with the rights to do so.",
)
@click.option("--wait", is_flag=True, help="Wait for another run to finish instead of exiting 75.")
@json_option
@home_option
def command(
    vendor: str,
    dry_run: bool,
    bypass_governance: bool,
    wait: bool,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """Delete what the vendor may no longer hold, and what was recalled once it can go.

    For cron. A batch is due on the day after the one in its manifest. A clock that was set back is
    refused.

    Exit status: 0 nothing is left that should be gone, 3 something is, under retention or on hold.
    """
    from handoff.pipeline.expiring import expire, preview
    from handoff.pipeline.home import Home, SystemClock

    home = Home.locate(home_path).require()
    if dry_run:
        found = preview(home, SystemClock(), vendor)
        _show([_row(due, "on hold" if due.held else "due") for due in found], as_json=as_json)
        return 0
    rows, remaining, gone = [], 0, 0
    for done in expire(home, SystemClock(), vendor=vendor, wait=wait, bypass=bypass_governance):
        rows.append(_row(done.due, _state(done)))
        remaining += done.remaining
        gone += sum(taken.state != "denied" for taken in done.taken)
    _show(rows, as_json=as_json)
    say(f"{gone} objects were deleted; {remaining} of {len(rows)} due are still there")
    return SOME_REMAIN if remaining else 0


def _state(done: Expired) -> str:
    if done.due.held:
        return "on legal hold"
    return "retained" if done.remaining else "gone"


def _row(due: Due, state: str) -> tuple[str, ...]:
    what = due.target.items[0].control_number if due.target.doc_id and due.target.items else "batch"
    expires = str(due.expires) if due.expires else ""
    return (due.target.batch_id, due.target.vendor, what, due.cause, state, expires, due.until)


def _show(rows: list[tuple[str, ...]], *, as_json: bool) -> None:
    columns = ("batch", "vendor", "what", "cause", "state", "day in the manifest", "kept until")
    if not as_json:
        if rows:
            table("", columns, rows)
        return
    for row in rows:
        fields: dict[str, Any] = {
            name.replace(" ", "_"): value for name, value in zip(columns, row, strict=True)
        }
        emit("due", **fields)
