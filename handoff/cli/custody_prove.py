"""`handoff custody prove`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say


@click.command("prove")
@click.argument("reference", metavar="BATCH|DOCUMENT")
@click.option("-o", "--output", type=PathType(), required=True, help="The ZIP to be written.")
@json_option
@home_option
def command(reference: str, output: Path, as_json: bool, home_path: Path | None) -> None:
    """Write an evidence package that a stranger can verify without handoff.

    BATCH|DOCUMENT is a batch (or the beginning of its id), a document's id, or a control number.
    The package holds no text of any document and no original file name.
    """
    from handoff.pipeline.home import Home
    from handoff.pipeline.proving import prove

    proven = prove(Home.locate(home_path).require(), reference, output)
    if as_json:
        emit(
            "evidence",
            sha256=proven.sha256,
            size=proven.size,
            events=proven.events,
            documents=proven.documents,
            manifests=proven.manifests,
        )
        return
    click.echo(
        f"events: {proven.events}, documents: {proven.documents}, manifests: {proven.manifests}"
    )
    click.echo(f"SHA-256 of the package: {proven.sha256}")
    say("anyone can verify it: unzip it and run `python3 verify.py` in it")
