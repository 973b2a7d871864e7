"""`handoff custody verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, say

if TYPE_CHECKING:
    from handoff.custody.findings import VerificationReport


@click.command("verify")
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    help="A verifier key kept elsewhere; without one, the key beside the log is believed.",
)
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=click.File("r", errors="replace"),
    help="A signed checkpoint kept elsewhere, for example out of a manifest.",
)
@json_option
@home_option
def command(
    vkeys: tuple[str, ...],
    checkpoints: tuple[TextIO, ...],
    as_json: bool,
    home_path: Path | None,
) -> None:
    """Recompute the whole log; say what is wrong and from where, or that nothing is.

    Exit status: 0 nothing is wrong; otherwise as README.md lists.
    """
    from handoff.custody.checkpoint import open_checkpoint
    from handoff.custody.logkey import load_verifier_key
    from handoff.custody.note import VerifierKey
    from handoff.custody.verify import verify as recompute
    from handoff.pipeline.home import Home

    home = Home.locate(home_path).require()
    keys = [VerifierKey.parse(text) for text in vkeys] or [load_verifier_key(home.keys)]
    notes = [file.read().rstrip("\n") + "\n" for file in checkpoints]
    for note in notes:
        open_checkpoint(note, keys)
    report = recompute(home.custody, keys, checkpoints=notes)
    _say_report(report, as_json=as_json)
    report.require_ok()


def _say_report(report: VerificationReport, *, as_json: bool) -> None:
    if as_json:
        emit(
            "verification",
            ok=report.ok,
            events=report.size,
            root=report.root.hex(),
            checkpoints=report.checkpoints,
            uncovered=report.uncovered,
            sealed=report.sealed,
        )
        for d in report.discrepancies:
            emit("discrepancy", code=d.code, message=d.message, index=d.index)
        return
    for d in report.discrepancies:
        place = "" if d.index is None else f" (event {d.index})"
        click.echo(f"WRONG: {d.message}{place} [{d.code}]")
    if report.omitted:
        click.echo(f"WRONG: and {report.omitted} more")
    if report.ok:
        click.echo(f"verified: {report.size} events, {report.checkpoints} checkpoints, all fit")
        click.echo(f"root hash: {report.root.hex()}")
        if report.uncovered:
            say(f"{report.uncovered} events at the end are not under a checkpoint yet")
        if not report.sealed:
            say("a run is under way or was killed: the events fit, the file's bytes are unsealed")
