"""`handoff vendor`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, is_terminal, say, table
from handoff.cli.vendor_exposure import command as exposure
from handoff.cli.vendor_keys import keys
from handoff.cli.vendor_offboard import command as offboard
from handoff.cli.vendor_reseal import reseal, switch

if TYPE_CHECKING:
    from handoff.model import Access, VendorPolicy
    from handoff.storage.audit import Audit
    from handoff.storage.export import Format
    from handoff.storage.provision import Plan


@click.group("vendor")
def command() -> None:
    """List vendors, check them, provision and audit their buckets."""


command.add_command(keys)
command.add_command(reseal)
command.add_command(switch)


def _load(name: str, home_path: Path | None) -> VendorPolicy:
    from handoff.pipeline.home import Home
    from handoff.policy.vendors import load_vendor

    home = Home.locate(home_path).require()
    return load_vendor(home.vendors, name, home.config().storage)


def _in_force(policy: VendorPolicy, home_path: Path | None) -> Access:
    """What the vendor may do now: its policy, less what was taken back from it."""
    from handoff.pipeline.home import Home
    from handoff.pipeline.recalling_state import access_in_force

    return access_in_force(Home.locate(home_path).require(), policy)


def _require_not_offboarded(name: str, home_path: Path | None) -> None:
    from handoff.pipeline.home import Home
    from handoff.pipeline.ledgers import open_reader
    from handoff.pipeline.recalling_state import require_not_offboarded

    with open_reader(Home.locate(home_path).require()) as reader:
        require_not_offboarded(reader, name)


@command.command("list")
@json_option
@home_option
def list_(as_json: bool, home_path: Path | None) -> None:
    """Every vendor with a policy: where, until when, how many keys, which bucket."""
    from handoff.pipeline.home import Home
    from handoff.policy.vendors import load_vendor

    home = Home.locate(home_path).require()
    storage = home.config().storage
    names = sorted(path.stem for path in home.vendors.glob("*.yaml"))
    policies = [load_vendor(home.vendors, name, storage) for name in names]
    rows = [
        (
            *(p.name, p.legal_name, p.jurisdiction, str(p.expires)),
            *(str(len(p.recipients)), p.bucket.name, p.profile),
        )
        for p in policies
    ]
    columns = (
        *("vendor", "legal name", "country", "agreement until"),
        *("recipients", "bucket", "profile"),
    )
    if as_json:
        for row in rows:
            fields: dict[str, Any] = dict(zip(columns, row, strict=True))
            emit("vendor", **fields)
    else:
        table("", columns, rows)


@command.command("show")
@click.argument("name")
@json_option
@home_option
def show(name: str, as_json: bool, home_path: Path | None) -> None:
    """All that the vendor's policy says, and what access follows from it."""
    from dataclasses import asdict

    from handoff.storage.access import bucket_policy, vendor_policy

    policy = _load(name, home_path)
    fields = asdict(policy)
    fields["bucket_policy"] = bucket_policy(policy.bucket, policy.access)
    fields["vendor_policy"] = vendor_policy(policy.bucket, policy.access)
    if as_json:
        emit("vendor", **fields)
        return
    rows = [(key.replace("_", " "), _words(value)) for key, value in fields.items()]
    table("", ("", name), rows)


def _words(value: object) -> str:
    """A part of a policy as YAML would have it, as far as a table's cell goes."""
    if isinstance(value, dict):
        lines = [f"{k}: {_words(v)}" for k, v in value.items() if v not in (None, "", (), [], {})]
        return "\n".join(lines) or "-"
    if isinstance(value, list | tuple):
        return "\n".join(_words(entry) for entry in value) or "-"
    return "-" if value is None or value == "" else str(value)


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
    help="ARN of a user or role, instead of the policy's `access.principals`.",
)
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@click.option("--allow-widening", is_flag=True, help="Go on though the vendor may do more then.")
@home_option
def provision(
    name: str,
    principals: tuple[str, ...],
    dry_run: bool,
    allow_widening: bool,
    home_path: Path | None,
) -> None:
    """Make the vendor's bucket what the policy says, and nobody else's."""
    from handoff.storage.provision import apply, plan

    policy = _load(name, home_path)
    access = _in_force(policy, home_path)
    if principals:
        _require_not_offboarded(name, home_path)
        access = replace(access, principals=principals)
    if not access.principals:
        say("no principal is named (`access.principals`), so nobody but the firm can read")
    planned = plan(policy.bucket, policy.name, access)
    for setting in planned.not_offered:
        say(f"this server does not offer: {setting}")
    if dry_run:
        _print_plan(planned)
    else:
        _agree(planned, allowed=allow_widening)
        for change, done in apply(planned):
            where = f"was {change.before}" if "\n" not in change.before else "written"
            say(f"{change.setting}: {where if done else 'not offered by this server'}")
    if not planned.changes:
        say(f"the bucket of vendor {name} is as it should be")


def _print_plan(planned: Plan) -> None:
    for change in planned.changes:
        click.echo(f"would change {change.setting}")
        for line in change.diff():
            click.echo(f"  {line}")
    for words in planned.widens:
        click.echo(f"widens access: {words}")


def _agree(planned: Plan, *, allowed: bool) -> None:
    from handoff.errors import WideningError

    if not planned.widens or allowed:
        return
    for words in planned.widens:
        say(f"widens access: {words}")
    if not (is_terminal() and click.confirm("Let it?", err=True)):
        raise WideningError(f"{len(planned.widens)} changes would widen access; nothing was done")


@command.command("audit")
@click.argument("name")
@json_option
@home_option
def audit(name: str, as_json: bool, home_path: Path | None) -> None:
    """Read the vendor's bucket back; exit status 41 if it is not as the policy says."""
    from handoff.errors import DriftError
    from handoff.storage.audit import audit as look

    policy = _load(name, home_path)
    result = look(policy.bucket, policy.name, _in_force(policy, home_path))
    if as_json:
        _emit_audit(result)
    else:
        _print_audit(result)
    if result.findings:
        raise DriftError(f"{len(result.findings)} findings in the bucket of vendor {name}")
    say(f"the bucket of vendor {name} is as its policy says ({result.objects} objects)")


def _emit_audit(result: Audit) -> None:
    for drift in result.findings:
        kind = drift.kind
        emit(
            "drift",
            id=drift.id,
            severity=kind.severity,
            title=kind.title,
            what=drift.what,
            hint=kind.hint,
        )
    for setting in result.not_supported:
        emit("not_supported", setting=setting)


def _print_audit(result: Audit) -> None:
    rows = [(d.id, d.kind.severity, d.kind.title, d.what) for d in result.findings]
    if rows:
        table("", ("id", "severity", "drift", "what"), rows)
    for setting in result.not_supported:
        say(f"not supported here, so not checked: {setting}")


@command.command("export")
@click.argument("name")
@click.option(
    "--format",
    "kind",
    type=click.Choice(("cloudformation", "terraform")),
    required=True,
    help="For which tool.",
)
@home_option
def export(name: str, kind: str, home_path: Path | None) -> None:
    """The bucket and its policies for another tool, as JSON on stdout (Terraform: *.tf.json)."""
    from handoff.storage.export import export as write

    policy = _load(name, home_path)
    chosen: Format = "cloudformation" if kind == "cloudformation" else "terraform"
    click.echo(write(chosen, policy.bucket, _in_force(policy, home_path), policy.name))


command.add_command(exposure)
command.add_command(offboard)
