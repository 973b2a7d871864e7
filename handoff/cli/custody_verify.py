"""`handoff custody verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say, table

if TYPE_CHECKING:
    from handoff.custody.findings import VerificationReport
    from handoff.pipeline.verifying import FullReport


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
@click.option(
    "--manifest",
    "manifests",
    multiple=True,
    type=click.File("rb"),
    help="A manifest as the vendor has it; it holds a checkpoint.",
)
@click.option(
    "--signers",
    type=PathType(),
    help="Allowed signers of receipts (ssh-keygen's format), kept elsewhere than the policies.",
)
@click.option("--offline", is_flag=True, help="Do not read the bucket of the anchors.")
@json_option
@home_option
def command(
    vkeys: tuple[str, ...],
    checkpoints: tuple[TextIO, ...],
    manifests: tuple[BinaryIO, ...],
    signers: Path | None,
    offline: bool,
    as_json: bool,
    home_path: Path | None,
) -> None:
    """Recompute the whole log; say what is wrong and from where, or that nothing is.

    The log is held against everything outside of it that vouches for it: the bucket of the anchors,
    timestamps, receipts, manifests. The table says which kinds of tampering that rules out.

    Exit status: 0 nothing is wrong; otherwise as README.md lists.
    """
    from handoff.custody.checkpoint import open_checkpoint
    from handoff.custody.note import VerifierKey
    from handoff.custody.rotation import load_verifier_keys
    from handoff.pipeline.home import Home
    from handoff.pipeline.receipts import read_allowed_signers
    from handoff.pipeline.verifying import verify_all
    from handoff.sealing.manifest import decode

    home = Home.locate(home_path).require()
    keys = load_verifier_keys(home.keys, [VerifierKey.parse(text) for text in vkeys])
    given = [("the checkpoint given", file.read().rstrip("\n") + "\n") for file in checkpoints]
    given += [("the manifest given", decode(file.read()).checkpoint) for file in manifests]
    for _, note in given:
        open_checkpoint(note, keys)
    people = read_allowed_signers(signers) if signers else ()
    full = verify_all(home, keys, given=given, signers=people, offline=offline)
    _say_report(full.log, as_json=as_json)
    _say_rulings(full, as_json=as_json)
    full.log.require_ok()


def _say_rulings(full: FullReport, *, as_json: bool) -> None:
    for witness in full.witnesses if as_json else ():
        emit(
            "witness",
            source=witness.source,
            where=witness.where,
            events=witness.size,
            at=witness.at.isoformat() if witness.at else None,
            fits=witness.fits,
        )
    for ruling in full.rulings if as_json else ():
        emit("ruling", tampering=ruling.tampering, events=ruling.events, by=ruling.by)
    if not as_json and full.log.ok:
        rows = [
            (r.tampering, f"in the first {r.events} events" if r.events else "no", r.by)
            for r in full.rulings
        ]
        table("", ("tampering", "ruled out", "by"), rows)


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
