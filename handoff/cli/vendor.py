"""`handoff vendor`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, say, table


@click.group("vendor")
def command() -> None:
    """List vendors, check them, provision their buckets."""


@command.command("list")
@json_option
@home_option
def list_(as_json: bool, home_path: Path | None) -> None:
    """Every vendor with a policy: until when, how many keys, which bucket."""
    from handoff.pipeline.home import Home
    from handoff.policy.vendors import load_vendor

    home = Home.locate(home_path).require()
    storage = home.config().storage
    names = sorted(path.stem for path in home.vendors.glob("*.yaml"))
    policies = [load_vendor(home.vendors, name, storage) for name in names]
    rows = [
        (p.name, p.legal_name, str(p.expires), str(len(p.recipients)), p.bucket.name, p.profile)
        for p in policies
    ]
    columns = ("vendor", "legal name", "agreement until", "recipients", "bucket", "profile")
    if as_json:
        for row in rows:
            fields: dict[str, Any] = dict(zip(columns, row, strict=True))
            emit("vendor", **fields)
    else:
        table("", columns, rows)


@command.command("check")
@click.argument("name")
@home_option
def check(name: str, home_path: Path | None) -> None:
    """Whether a delivery to the vendor would be allowed now; opens its bucket, sends nothing."""
    from handoff.cli.outcomes import Screen
    from handoff.pipeline.home import Home
    from handoff.pipeline.run import open_run

    with open_run(Home.locate(home_path), name, Screen(as_json=False), wait=False):
        say(f"vendor {name}: policy, keys, engine, custody log and bucket are in order")


@command.command("provision")
@click.argument("name")
@click.option(
    "--principal",
    "principals",
    multiple=True,
    help="ARN of the user or role the vendor reads with; may be given more than once.",
)
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@home_option
def provision(
    name: str, principals: tuple[str, ...], dry_run: bool, home_path: Path | None
) -> None:
    """Make the vendor's bucket and give the vendor, and nobody else, the right to read it."""
    from handoff.pipeline.home import Home
    from handoff.policy.vendors import load_vendor
    from handoff.storage.provision import apply, plan

    home = Home.locate(home_path).require()
    policy = load_vendor(home.vendors, name, home.config().storage)
    planned = plan(policy.bucket, policy.name, principals)
    for setting in planned.not_offered:
        say(f"this server does not offer: {setting}")
    if dry_run:
        for change in planned.changes:
            click.echo(f"would change {change.setting}: {change.before} -> {change.after}")
    else:
        for change, done in apply(planned):
            say(f"{change.setting}: {change.after if done else 'not offered by this server'}")
    if not planned.changes:
        say(f"the bucket of vendor {name} is as it should be")
