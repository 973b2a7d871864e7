"""`handoff keys`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, say


@click.group("keys")
def command() -> None:
    """Make, show and import the firm's keys."""


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
