"""`handoff custody ingest`."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit


@click.command("ingest")
@click.argument("files", nargs=-1, required=True, type=PathType(), metavar="LOG...")
@click.option("--own", multiple=True, help="A principal of the firm itself; may be repeated.")
@click.option(
    "--bulk",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Documents that one party may get within an hour without an alert.",
)
@json_option
@home_option
def command(
    files: tuple[Path, ...],
    own: tuple[str, ...],
    bulk: int,
    as_json: bool,
    home_path: Path | None,
) -> None:
    """Record who got which document, from the store's access logs.

    LOG is a server access log of S3, a CloudTrail file, or a log of Ceph or SeaweedFS. What is
    recorded already is passed over. Exit status 59: something was seen that should not have been.
    """
    from handoff.errors import AccessAlertError
    from handoff.pipeline.home import Home
    from handoff.pipeline.ingesting import ingest

    done = ingest(Home.locate(home_path).require(), files, own, bulk)
    alerts = dict(sorted(done.alerts.items()))
    if as_json:
        emit(
            "ingested",
            recorded=done.recorded,
            known=done.known,
            elsewhere=done.elsewhere,
            alerts=alerts,
        )
    else:
        click.echo(
            f"{done.recorded} requests recorded, {done.known} known already,"
            f" {done.elsewhere} about nothing that was delivered"
        )
        for code, count in alerts.items():
            click.echo(f"ALERT {code}: {count}")
    if alerts:
        raise AccessAlertError("the access logs show requests that should not have been")
