"""`handoff vendor keys`."""

from __future__ import annotations

import difflib
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, say, table

if TYPE_CHECKING:
    from handoff.pipeline.vendor_keys import Change, Keeper, Known

HOW = ("telephone", "video", "person", "letter")
REASONS = ("lost", "stolen", "left", "superseded", "other")
vendor_argument = click.argument("vendor")
no_edit_option = click.option(
    "--no-edit",
    is_flag=True,
    help="Print the change to the policy's file instead of making it; the log has it either way.",
)


@click.group("keys")
def keys() -> None:
    """A vendor's public keys: list, add, verify, rotate, revoke, history."""


def _keeper(vendor: str, home_path: Path | None) -> Keeper:
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.vendor_keys import Keeper

    return Keeper(Home.locate(home_path).require(), SystemClock(), vendor)


def _finish(change: Change, *, no_edit: bool) -> None:
    if change.before == change.after:
        return
    lines = difflib.unified_diff(
        change.before.decode().splitlines(),
        change.after.decode().splitlines(),
        change.path.name,
        change.path.name,
        lineterm="",
        n=1,
    )
    for line in lines:
        click.echo(line)
    if no_edit:
        say(f"this is not in {change.path} yet")
    else:
        change.write()
        say(f"changed {change.path}")


@keys.command("list")
@vendor_argument
@json_option
@home_option
def list_(vendor: str, as_json: bool, home_path: Path | None) -> None:
    """The vendor's keys, each with its fingerprint, as it is read out over the telephone."""
    from handoff.sealing.fingerprints import spoken

    known = _keeper(vendor, home_path).known()
    if as_json:
        for key in known:
            emit("key", **_fields(key))
        return
    rows = [
        (
            *(str(k.number), k.section.removesuffix("s"), _short(k.key.key), k.state.value),
            *(str(k.key.until or ""), k.key.holder, spoken(k.digest)),
        )
        for k in known
    ]
    table("", ("", "use", "key", "state", "until", "holder", "fingerprint"), rows)


def _fields(known: Known) -> dict[str, Any]:
    from handoff.sealing.fingerprints import openssh, spoken

    key = known.key
    return {
        "number": known.number,
        "use": known.section,
        "key": key.key,
        "holder": key.holder,
        "state": known.state.value,
        "fingerprint": spoken(known.digest),
        "sha256": known.digest,
        "openssh": openssh(key.key),
        "verified": key.verified,
        "until": key.until,
        "revoked": key.revoked,
    }


def _short(key: str) -> str:
    return key if len(key) <= 24 else f"{key[:12]}...{key.split()[1 if ' ' in key else 0][-8:]}"


@keys.command("add")
@vendor_argument
@click.argument("key")
@click.option("--signer", is_flag=True, help="An SSH key for receipts, not one to seal to.")
@click.option("--holder", default="", help="Whose it is, for the policy's file alone.")
@no_edit_option
@home_option
def add(
    vendor: str, key: str, signer: bool, holder: str, no_edit: bool, home_path: Path | None
) -> None:
    """Add a public key to the vendor's policy; KEY is age1..., age1pq1... or ssh-ed25519 ...

    It is unverified until `handoff vendor keys verify`.
    """
    from handoff.sealing.fingerprints import fingerprint, spoken

    section = "signers" if signer else "recipients"
    change = _keeper(vendor, home_path).add(
        key, "signers" if section == "signers" else "recipients", holder
    )
    _finish(change, no_edit=no_edit)
    say(f"fingerprint: {spoken(fingerprint(key))}")
    say(f"have the vendor read it out, then: handoff vendor keys verify {vendor} KEY")


@keys.command("verify")
@vendor_argument
@click.argument("key")
@click.option("--fingerprint", help="What the vendor read out; asked for on a terminal.")
@click.option("--how", type=click.Choice(HOW), default="telephone", help="By which way.")
@no_edit_option
@home_option
def verify(
    vendor: str,
    key: str,
    fingerprint: str | None,
    how: str,
    no_edit: bool,
    home_path: Path | None,
) -> None:
    """Compare a key's fingerprint with what its holder says over another way than it came by.

    Call a number that you have from elsewhere. The fingerprint is not shown here: type what you
    hear. Who verified, and when, stands in the custody log. KEY is the key, its number in `list`,
    or the beginning of its fingerprint.

    The holder computes it with: printf %s KEY | sha256sum
    """
    from handoff.errors import UsageError

    keeper = _keeper(vendor, home_path)
    known = keeper.find(key)
    if fingerprint is None:
        if not sys.stdin.isatty():
            raise UsageError("nobody is here to type the fingerprint", "give it: --fingerprint")
        say(f"key {known.number} of vendor {vendor}, {_short(known.key.key)}")
        fingerprint = click.prompt("the fingerprint as you hear it", err=True)
    _finish(keeper.verify(known, str(fingerprint), how), no_edit=no_edit)
    say(f"verified: key {known.number} of vendor {vendor}")


@keys.command("rotate")
@vendor_argument
@click.argument("old")
@click.argument("new")
@click.option(
    "--overlap",
    type=click.IntRange(0, 365),
    default=14,
    show_default=True,
    help="Days for which both are sealed to.",
)
@click.option("--holder", default="", help="Whose the new one is, for the policy's file alone.")
@no_edit_option
@home_option
def rotate(
    vendor: str,
    old: str,
    new: str,
    overlap: int,
    holder: str,
    no_edit: bool,
    home_path: Path | None,
) -> None:
    """Bring in the recipient NEW, and let OLD end after an overlap.

    What was sent stays sealed to OLD: `handoff vendor reseal` seals anew what is still open.
    """
    from handoff.sealing.fingerprints import fingerprint, spoken

    keeper = _keeper(vendor, home_path)
    known = keeper.find(old)
    _finish(keeper.rotate(known, new, timedelta(days=overlap), holder), no_edit=no_edit)
    say(f"fingerprint of the new key: {spoken(fingerprint(new))}")
    say(f"have the vendor read it out, then: handoff vendor keys verify {vendor} KEY")


@keys.command("revoke")
@vendor_argument
@click.argument("key")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="Why; for the log.")
@no_edit_option
@home_option
def revoke(vendor: str, key: str, reason: str, no_edit: bool, home_path: Path | None) -> None:
    """Never seal to a key again, at once and for good; say what is still sealed to it.

    A run that is already sending goes on with the keys it began with.
    """
    from handoff.pipeline.resealing_state import sealed_to

    keeper = _keeper(vendor, home_path)
    known = keeper.find(key)
    change = keeper.revoke(known, reason)
    say(f"revoked: key {known.number} of vendor {vendor}; nothing is sealed to it any more")
    _finish(change, no_edit=no_edit)
    open_still = sealed_to(keeper.home, keeper.clock, vendor, known.digest)
    for batch_id, documents in open_still.items():
        say(f"still sealed to it: {documents} documents of batch {batch_id}")
    if open_still:
        say(f"seal them to the other keys: handoff vendor reseal {vendor}")
        say("whoever has copies of them and the key reads them; a recall does not reach copies")


@keys.command("history")
@vendor_argument
@json_option
@home_option
def history(vendor: str, as_json: bool, home_path: Path | None) -> None:
    """What became of each key: added, verified by whom, what was sealed to it, who signed."""
    from handoff.pipeline.vendor_key_history import history as uses
    from handoff.sealing.fingerprints import spoken

    keeper = _keeper(vendor, home_path)
    rows = []
    for use in uses(keeper.home, keeper.policy()):
        if as_json:
            emit(
                "key_use",
                at=use.at.isoformat(),
                sha256=use.digest,
                what=use.what,
                actor=use.actor,
                batch_id=use.batch_id,
                documents=use.documents,
            )
        count = f"{use.documents} documents of " if use.documents else ""
        batch = f"{count}batch {use.batch_id}" if use.batch_id else ""
        rows.append((f"{use.at:%Y-%m-%d %H:%M}", spoken(use.digest), use.what, batch, use.actor))
    if not as_json:
        table("", ("when (UTC)", "key", "what", "of", "by"), rows)
