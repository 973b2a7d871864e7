"""`handoff policy`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say, table

if TYPE_CHECKING:
    from handoff.model import VendorPolicy
    from handoff.pipeline.home import Home
    from handoff.policy.lint import Finding

LEVELS = ("low", "medium", "high")


@click.group("policy")
def command() -> None:
    """Check policies, compare versions, show what was in force."""


@command.command("lint")
@click.argument("names", nargs=-1, metavar="[VENDOR]...")
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="high",
    show_default=True,
    help="The severity from which the exit status is not 0.",
)
@json_option
@home_option
def lint_(names: tuple[str, ...], fail_on: str, as_json: bool, home_path: Path | None) -> int:
    """What a careful reader would say about vendors' policies; exit status 11 if it is bad."""
    from handoff.errors import ConfigError
    from handoff.pipeline.home import Home

    home = Home.locate(home_path).require()
    findings = _findings(home, names)
    for finding in findings:
        if as_json:
            kind = finding.kind
            emit(
                "finding",
                id=finding.id,
                severity=kind.severity,
                vendor=finding.vendor,
                what=finding.what,
                hint=kind.hint,
            )
    if not as_json and findings:
        rows = [
            (f.id, f.kind.severity, f.vendor or "config.yaml", f.what, f.kind.hint)
            for f in findings
        ]
        table("", ("id", "severity", "vendor", "finding", "what to do"), rows)
    bad = [f for f in findings if LEVELS.index(f.kind.severity) >= LEVELS.index(fail_on)]
    say(f"{len(findings)} findings, {len(bad)} of severity {fail_on} or above")
    return ConfigError.exit_code if bad else 0


def _findings(home: Home, names: Sequence[str]) -> list[Finding]:
    """Of the vendors named, or of all; vendors are always read together, to compare them."""
    from handoff.errors import ConfigError
    from handoff.policy.lint import Finding, Setup, lint
    from handoff.policy.vendors import load_vendor

    config = home.config()
    broken, policies = [], []
    known = sorted(path.stem for path in home.vendors.glob("*.yaml"))
    for name in dict.fromkeys([*known, *names]):
        try:
            policies.append(load_vendor(home.vendors, name, config.storage))
        except ConfigError as error:
            broken.append(Finding("HP001", name, error.message))
    profiles = frozenset(path.stem for path in home.profiles.glob("*.yaml"))
    today = datetime.now(UTC).date()
    setup = Setup(config.firm.value(), today, profiles, config.mail is not None)
    found = [*broken, *lint(policies, setup)]
    return [f for f in found if not names or f.vendor in {*names, ""}]


@command.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@json_option
@home_option
def diff(old: str, new: str, as_json: bool, home_path: Path | None) -> None:
    """What NEW changes over OLD, in plain words; each is a file, or a digest out of the log."""
    from handoff.pipeline.home import Home
    from handoff.policy.compare import EFFECTS, compare

    home = Home.locate(home_path)
    found = compare(_version(home, old), _version(home, new))
    for difference in found:
        if as_json:
            emit(
                "difference",
                key=difference.key,
                what=difference.words,
                effect=difference.effect,
            )
        else:
            click.echo(f"{difference.words}: {EFFECTS[difference.effect]}")
    if not found:
        say("the two versions allow the same")


def _version(home: Home, named: str) -> VendorPolicy:
    """A policy by the path of its file, or by the digest under which the log knows it."""
    from handoff.pipeline import seen
    from handoff.policy.sections import StorageSchema
    from handoff.policy.vendors import load_vendor_file

    path = Path(named)
    if not path.is_file():
        sha256, _ = seen.find(home, named)
        path = seen.directory(home) / f"{sha256}.yaml"
    storage = home.config().storage if home.config_file.exists() else StorageSchema()
    return load_vendor_file(path, storage)


@command.command("show")
@click.argument("digest", metavar="SHA256")
@home_option
def show(digest: str, home_path: Path | None) -> None:
    """The text of a policy or profile that a send relied on, by its digest in the log."""
    from handoff.pipeline import seen
    from handoff.pipeline.home import Home

    _, text = seen.find(Home.locate(home_path).require(), digest)
    click.echo(text, nl=False)


@command.command("schema")
@click.argument("kind", type=click.Choice(("config", "matter", "profile", "vendor")))
@click.option("-o", "--output", type=PathType(), help="Write it to this file.")
def schema(kind: str, output: Path | None) -> None:
    """The JSON Schema of a kind of file, for editors."""
    from handoff.policy.jsonschemas import json_schema

    text = json.dumps(json_schema(kind), indent=2, sort_keys=True) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
