"""`handoff keys`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say


@click.group("keys")
def command() -> None:
    """Make, show, import and split the firm's keys."""


@command.command("generate")
@home_option
def generate(home_path: Path | None) -> None:
    """Make the keys that are missing; existing ones are never replaced."""
    from handoff.pipeline.home import Home
    from handoff.sealing.keys import generate_missing_keys

    home = Home.locate(home_path).require()
    made = generate_missing_keys(home.keys)
    for name in made:
        say(f"made {home.keys / name}")
    if not made:
        say("no key was missing")


@command.command("show")
@json_option
@home_option
def show(as_json: bool, home_path: Path | None) -> None:
    """Show the public parts: recovery recipients, the signing key, the custody log's key."""
    from handoff.custody.logkey import load_verifier_key
    from handoff.pipeline.home import Home
    from handoff.sealing.keys import load_firm_keys

    home = Home.locate(home_path).require()
    public = load_firm_keys(home.keys).public_parts()
    parts: dict[str, Any] = {
        "signing": public.signing,
        "custody_log": str(load_verifier_key(home.keys)),
        "recovery_x25519": public.recovery_x25519,
        "recovery_pq": public.recovery_pq,
    }
    if as_json:
        emit("keys", **parts)
        return
    for name, value in parts.items():
        click.echo(f"{name}: {value}")


@command.command("import")
@click.argument("key_file", type=click.File("rb"), metavar="FILE")
@home_option
def import_key(key_file: BinaryIO, home_path: Path | None) -> None:
    """Take an existing age identity or OpenSSH Ed25519 key as the firm's; `-` reads stdin.

    For a home made with `handoff init --no-keys`: a key that is there is never replaced. A
    passphrase is asked for on a terminal only.
    """
    from handoff.errors import PassphraseNeededError
    from handoff.pipeline.home import Home
    from handoff.sealing import keys

    home = Home.locate(home_path).require()
    untrusted = key_file.read()
    try:
        name = keys.import_key(home.keys, untrusted)
    except PassphraseNeededError:
        if not sys.stdin.isatty():
            raise
        passphrase = click.prompt("passphrase", hide_input=True, err=True)
        name = keys.import_key(home.keys, untrusted, passphrase.encode())
    say(f"imported as {home.keys / name}")


@command.command("split")
@click.option("--threshold", type=int, required=True, help="How many shares restore the keys.")
@click.option("--shares", type=int, required=True, help="How many shares there are.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=PathType(file_okay=False),
    help="Directory for the share files; made if missing.",
)
@home_option
def split(threshold: int, shares: int, output: Path, home_path: Path | None) -> None:
    """Split the recovery keys into shares of 59 words (SLIP-39), to be kept apart.

    Any --threshold of them restore the keys with `handoff keys combine`. The keys stay where they
    are: `handoff keys offline` takes them away.
    """
    from handoff.pipeline.home import Home
    from handoff.pipeline.recovering import write_shares

    home = Home.locate(home_path).require()
    for path in write_shares(home, threshold, shares, output):
        say(f"wrote {path}")
    say("print each and give it to another person; then destroy the files (`shred -u`)")


@command.command("combine")
@click.argument("share_files", nargs=-1, required=True, type=click.File("rb"), metavar="SHARE...")
@click.option(
    "-o",
    "--output",
    type=PathType(file_okay=False),
    help="Directory for the two identity files, instead of the home's keys.",
)
@home_option
def combine(share_files: tuple[BinaryIO, ...], output: Path | None, home_path: Path | None) -> None:
    """Restore the recovery keys from shares, into the home or elsewhere.

    A SHARE is a file as `handoff keys split` wrote it, or its words as typed from paper.
    """
    from handoff.pipeline.home import Home
    from handoff.pipeline.recovering import restore_shares

    home = Home.locate(home_path).require()
    for path in restore_shares(home, [file.read() for file in share_files], output):
        say(f"restored {path}")


@command.command("offline")
@click.option(
    "--to", "target", type=PathType(file_okay=False), help="Copy them here first: a USB stick."
)
@click.option(
    "--share",
    "share_files",
    multiple=True,
    type=click.File("rb"),
    help="A share that was kept; as many as restore the keys prove that nothing is lost.",
)
@home_option
def offline(target: Path | None, share_files: tuple[BinaryIO, ...], home_path: Path | None) -> None:
    """Take the private recovery keys away from this machine; sending goes on without them.

    One of --to and --share is needed, so that they are somewhere else before they are removed.
    What opens (original names, re-sealing, `handoff open` without -i) needs them back.
    """
    from handoff.pipeline.home import Home
    from handoff.pipeline.recovering import go_offline

    home = Home.locate(home_path).require()
    go_offline(home, target, [file.read() for file in share_files])
    say("the private recovery keys are not on this machine any more")
    say("backups of the home from before hold them still, and a disk may keep what was deleted")
