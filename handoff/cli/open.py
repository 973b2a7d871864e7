"""`handoff open`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from handoff.cli.options import home_option
from handoff.cli.output import say

if TYPE_CHECKING:
    from handoff.sealing import age


@click.command("open")
@click.argument("source", type=click.Path(path_type=Path, exists=True), metavar="FILE|PACKAGE")
@click.option(
    "-i",
    "--identity",
    "identity_files",
    multiple=True,
    type=click.File("rb"),
    help="An age identity file or OpenSSH key; without one, the firm's own recovery keys.",
)
@click.option(
    "-s",
    "--signer",
    "signers",
    multiple=True,
    help="The firm's public signing key (`ssh-ed25519 ...`), for a package.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write (for a package: the directory). Never replaces a file.",
)
@home_option
def command(
    source: Path,
    identity_files: tuple[BinaryIO, ...],
    signers: tuple[str, ...],
    output: Path,
    home_path: Path | None,
) -> None:
    """Open what was sealed, with the firm's or the vendor's identity.

    FILE is one sealed document. PACKAGE is a directory with a batch's objects in it, as copied
    from the bucket: its manifest is verified against the firm's signing key, and every document
    against the manifest, before it is written. What the firm took back (a signed notice lies
    in the package) is not opened.
    """
    from handoff.pipeline.opening import open_file, open_package, taken_back

    identities = _identities(identity_files, home_path)
    if source.is_dir():
        trusted = _signers(signers, home_path)
        for name in open_package(source, output, identities, trusted):
            say(f"opened {name}")
        for number in taken_back(source, identities, trusted).values():
            say(f"{number} was taken back by the firm: read the notice, and destroy every copy")
    else:
        open_file(source, output, identities)
        say("opened; what is in the file is not proven to come from the firm without its manifest")


def _identities(files: tuple[BinaryIO, ...], home_path: Path | None) -> list[age.Identity]:
    from handoff.sealing.keys import load_firm_keys, parse_identities

    if not files:
        from handoff.pipeline.home import Home

        return list(load_firm_keys(Home.locate(home_path).require().keys).identities)
    return [identity for file in files for identity in parse_identities(file.read())]


def _signers(signers: tuple[str, ...], home_path: Path | None) -> tuple[str, ...]:
    from handoff.pipeline.home import Home
    from handoff.sealing.keys import load_firm_keys

    if signers:
        return signers
    return (load_firm_keys(Home.locate(home_path).require().keys).public_parts().signing,)
