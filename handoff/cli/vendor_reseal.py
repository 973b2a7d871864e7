"""`handoff vendor reseal` and `handoff vendor switch`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from handoff.cli.options import home_option, json_option, matter_option
from handoff.cli.output import emit, say

if TYPE_CHECKING:
    from handoff.pipeline.resealing import Outcome
    from handoff.sealing import age

identity_option = click.option(
    "-i",
    "--identity",
    "identity_files",
    multiple=True,
    type=click.File("rb"),
    help="The firm's recovery identity, where it is kept off this machine.",
)
wait_option = click.option(
    "--wait", is_flag=True, help="Wait for another run to finish instead of exiting 75."
)
SOME_MISSING = 3


def _identities(files: tuple[BinaryIO, ...]) -> list[age.Identity]:
    from handoff.sealing.keys import parse_identities

    return [identity for file in files for identity in parse_identities(file.read())]


@click.command("reseal")
@click.argument("vendor")
@click.argument("batches", nargs=-1, metavar="[BATCH]...")
@identity_option
@wait_option
@json_option
@home_option
def reseal(
    vendor: str,
    batches: tuple[str, ...],
    identity_files: tuple[BinaryIO, ...],
    wait: bool,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """Seal what the vendor has, and was not taken back, to the keys of its policy now.

    After a rotation or a revocation. Each document goes out anew under another object key and a
    further manifest (BATCH/manifest.json.2.age), and the old objects are deleted, or denied as
    long as retention forbids that. Needs the firm's recovery key. Exit status 3: documents are
    not in the bucket any more.
    """
    from handoff.cli.outcomes import Screen
    from handoff.pipeline.home import Home
    from handoff.pipeline.resealing import reseal as run
    from handoff.pipeline.resealing_run import open_sealer

    home, screen = Home.locate(home_path), Screen(as_json)
    identities = _identities(identity_files)
    counts: dict[str, int] = {}
    with open_sealer(home, vendor, screen, wait=wait, identities=identities) as sealer:
        for outcome in run(sealer, batches):
            counts[outcome.state] = counts.get(outcome.state, 0) + outcome.count
            _show(outcome, as_json=as_json)
    _close(counts, as_json=as_json)
    return SOME_MISSING if counts.get("missing") else 0


@click.command("switch")
@click.argument("batches", nargs=-1, required=True, metavar="BATCH...")
@click.option("--from", "former", required=True, help="The vendor that has the batches.")
@click.option("--to", "vendor", required=True, help="The vendor that gets them.")
@matter_option
@identity_option
@wait_option
@json_option
@home_option
def switch(
    batches: tuple[str, ...],
    former: str,
    vendor: str,
    matter: Path | None,
    identity_files: tuple[BinaryIO, ...],
    wait: bool,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """Send to another vendor what one still has of batches, under the other one's policy.

    The documents go as they were redacted, under new numbers, so both policies must ask for the
    same profile. The former vendor's access does not change: `handoff recall` takes it away.
    Needs the firm's recovery key. Exit status 3: documents are not in the bucket any more.
    """
    from handoff.cli.outcomes import Screen
    from handoff.pipeline.home import Home
    from handoff.pipeline.resealing_run import open_sealer
    from handoff.pipeline.switching import switch as run

    home, screen = Home.locate(home_path), Screen(as_json)
    identities = _identities(identity_files)
    counts: dict[str, int] = {}
    with open_sealer(home, vendor, screen, wait=wait, identities=identities) as sealer:
        for outcome in run(sealer, former, batches, matter):
            counts[outcome.state] = counts.get(outcome.state, 0) + outcome.count
            _show(outcome, as_json=as_json, words=_SWITCHED)
    if as_json:
        emit("summary", switched=counts.get("switched", 0), missing=counts.get("missing", 0))
    else:
        say(f"sent to {vendor}: {counts.get('switched', 0)}")
        say(f"{former} still has what it had: `handoff recall BATCH --reason ...` takes it back")
    return SOME_MISSING if counts.get("missing") else 0


_SWITCHED = {
    "missing": "{number} is not in the bucket any more",
    "unchanged": "batch {batch}: {count} documents were sent on before",
}
_WORDS = {
    "missing": "{number} is not in the bucket any more",
    "unchanged": "batch {batch}: {count} open, sealed to the keys of today already",
    "removed": "batch {batch}: {count} old objects deleted",
    "retained": "batch {batch}: {count} old objects denied, and deleted by a later run: "
    "retention forbids it now",
}


def _show(outcome: Outcome, *, as_json: bool, words: Mapping[str, str] = _WORDS) -> None:
    if as_json:
        emit(
            "resealing",
            batch_id=outcome.batch_id,
            control_number=outcome.control_number,
            state=outcome.state,
            count=outcome.count,
        )
    elif outcome.state in words and outcome.count:
        say(
            words[outcome.state].format(
                number=outcome.control_number, batch=outcome.batch_id, count=outcome.count
            )
        )


def _close(counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        emit("summary", resealed=counts.get("resealed", 0), missing=counts.get("missing", 0))
    else:
        done, missing = counts.get("resealed", 0), counts.get("missing", 0)
        say(f"sealed anew: {done}" + (f"; missing: {missing}" if missing else ""))
