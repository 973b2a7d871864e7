"""`handoff custody serve`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.options import home_option
from handoff.cli.output import say
from handoff.errors import MissingExtraError


@click.command("serve")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port (default: any that is free)."
)
@home_option
def command(port: int, home_path: Path | None) -> None:
    """Show the custody log as a web page on this machine, to look at and to search.

    The address that is printed opens it once; whoever else needs it starts a viewer of their own.
    It ends with Ctrl-C.
    """
    from handoff.pipeline.home import Home

    try:
        from handoff.web.app import serve
        from handoff.web.guard import Secrets
    except ImportError:
        raise MissingExtraError("the viewer is not installed", "install `handoff[web]`") from None
    home = Home.locate(home_path).require()
    say("the custody viewer is for this machine alone; Ctrl-C ends it")
    serve(home, Secrets(), port, click.echo)
