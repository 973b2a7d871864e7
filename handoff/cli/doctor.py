"""`handoff doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, error_fields


@click.command("doctor")
@json_option
@home_option
def command(as_json: bool, home_path: Path | None) -> int:
    """Check everything a delivery depends on, and say how to mend it.

    Exit status: 0 all in order, otherwise that of the first thing that is not.
    """
    from handoff.pipeline.doctor import examine
    from handoff.pipeline.home import Home

    code = 0
    for check in examine(Home.locate(home_path)):
        if check.error is not None:
            code = code or check.error.exit_code
        if as_json:
            problem = error_fields(check.error) if check.error else {}
            emit("check", what=check.what, ok=check.error is None, detail=check.detail, **problem)
        elif check.error is None:
            click.echo(f"ok    {check.what}: {check.detail}")
        else:
            click.echo(f"WRONG {check.what}: {check.error.message}")
            click.echo(f"      mend: {check.error.hint}")
    return code
