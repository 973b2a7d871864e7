"""`handoff custody anchor|export|receipt|hold|rotate-key|migrate|erase-key`: the log as a whole."""

from __future__ import annotations

from pathlib import Path

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, error_fields, say, table
from handoff.errors import HandoffError, UsageError

batch_option = click.option(
    "--batch", "batch_id", default="", help="One batch instead of a matter."
)


@click.command("anchor")
@click.option("--make-bucket", is_flag=True, help="Make the bucket first, with Object Lock.")
@json_option
@home_option
def anchor(make_bucket: bool, as_json: bool, home_path: Path | None) -> None:
    """Put the latest checkpoint where nobody here can change it.

    The places stand in config.yaml under `anchors:`, a bucket with Object Lock and an RFC 3161
    timestamp authority. Does nothing where nothing was recorded since. For cron.
    """
    from handoff.pipeline.anchoring import anchor as place
    from handoff.pipeline.anchoring import anchor_bucket
    from handoff.pipeline.home import Home, SystemClock

    home = Home.locate(home_path).require()
    bucket = anchor_bucket(home)
    if make_bucket and bucket is not None:
        bucket.make()
    failure: HandoffError | None = None
    placed = 0
    for done in place(home, SystemClock()):
        placed += 1
        failure = failure or done.error
        error = error_fields(done.error) if done.error else None
        if as_json:
            emit("anchor", place=done.place, events=done.size, detail=done.detail, error=error)
        elif done.error:
            say(f"{done.place}: NOT anchored: {done.error.message} [{done.error.code}]")
        else:
            click.echo(f"{done.place}: the first {done.size} events are anchored: {done.detail}")
    if not placed:
        say("nothing was recorded since the last time")
    if failure is not None:
        raise failure


@click.command("export")
@click.option("--tiles", required=True, type=PathType(), help="The directory to write into.")
@json_option
@home_option
def export(tiles: Path, as_json: bool, home_path: Path | None) -> None:
    """Write the log as tiles that other people's monitors read.

    C2SP tlog-tiles: `checkpoint`, `tile/0/000`, `tile/entries/000`. A directory that has tiles of
    this log already is brought up to date.
    """
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.logkeeping import export_tiles

    size, written = export_tiles(Home.locate(home_path).require(), SystemClock(), tiles)
    if as_json:
        emit("tiles", events=size, files=written)
    else:
        click.echo(f"{size} events, {written} new files in {tiles}")


@click.command("receipt")
@click.argument("batch")
@click.argument("signature", type=PathType())
@click.option(
    "--signers", type=PathType(), help="Allowed signers (ssh-keygen's format), not the policy's."
)
@home_option
def receipt(batch: str, signature: Path, signers: Path | None, home_path: Path | None) -> None:
    """Record the vendor's signed receipt for a batch.

    SIGNATURE is what the vendor made over the manifest it opened:
    `ssh-keygen -Y sign -n handoff-receipt -f KEY manifest.json`.
    """
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.receipts import read_allowed_signers, take_receipt

    if not signature.is_file():
        raise UsageError("there is no such signature file")
    people = read_allowed_signers(signers) if signers else ()
    home = Home.locate(home_path).require()
    batch_id = take_receipt(home, SystemClock(), batch, signature, people)
    click.echo(f"receipt recorded for batch {batch_id}")


@click.command("hold")
@click.argument("matter", required=False, default="")
@batch_option
@click.option("--release", is_flag=True, help="Lift the hold.")
@click.option("--reason", default="", help="A code, such as the number of a docket; no words.")
@json_option
@home_option
def hold(
    matter: str, batch_id: str, release: bool, reason: str, as_json: bool, home_path: Path | None
) -> None:
    """Place a matter on legal hold, lift a hold, or list holds.

    MATTER is the number in the matter's file (`id:`). While it is on hold nothing of it is
    recalled, expired or destroyed. Without MATTER and --batch: what is on hold now.
    """
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.logkeeping import lift_hold, place_hold

    home = Home.locate(home_path).require()
    if matter and batch_id:
        raise UsageError("name a matter or a batch, not both")
    if not matter and not batch_id:
        _list_holds(home_path, as_json=as_json)
    elif release:
        lift_hold(home, SystemClock(), matter, batch_id, reason)
        say(f"the hold on {matter or batch_id} is lifted")
    elif place_hold(home, SystemClock(), matter, batch_id, reason):
        say(f"{matter or batch_id} is on legal hold")
    else:
        say(f"{matter or batch_id} was on legal hold already")


def _list_holds(home_path: Path | None, *, as_json: bool) -> None:
    from handoff.custody.holds import holds
    from handoff.pipeline.home import Home
    from handoff.pipeline.ledgers import open_reader

    with open_reader(Home.locate(home_path).require()) as reader:
        found = [(h.matter_id, h.batch_id, h.placed) for h in holds(reader)]
    if as_json:
        for matter_id, batch_id, event in found:
            emit("hold", matter_id=matter_id, batch_id=batch_id, since=event.at.isoformat())
        return
    rows = [
        (matter_id, batch_id, f"{event.at:%Y-%m-%d %H:%M}", event.actor)
        for matter_id, batch_id, event in found
    ]
    table("", ("matter", "batch", "since (UTC)", "placed by"), rows)


@click.command("rotate-key")
@click.option("--lost", is_flag=True, help="The old key is gone: the new one stands alone.")
@home_option
def rotate_key(lost: bool, home_path: Path | None) -> None:
    """Give the log a new key, vouched for by the old one.

    Prints the new verifier key: give it to whoever keeps the old one.
    """
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.logkeeping import rotate_key as rotate

    _, following = rotate(Home.locate(home_path).require(), SystemClock(), lost=lost)
    click.echo(following)
    say("keep this verifier key where the log's administrators cannot change it")


@click.command("migrate")
@home_option
def migrate(home_path: Path | None) -> None:
    """Bring the log of an older handoff to this one's schema.

    Every command that writes does it too; there is no way back to an older version.
    """
    from handoff.custody.schema import SCHEMA_VERSION
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.ledgers import open_ledger

    open_ledger(Home.locate(home_path).require(), SystemClock()).close()
    say(f"the custody log has schema {SCHEMA_VERSION}")


@click.command("erase-key")
@click.option("--yes", is_flag=True, required=True, help="Needed: this cannot be undone.")
@home_option
def erase_key(yes: bool, home_path: Path | None) -> None:
    """Destroy the key of the digests of originals.

    Afterwards nobody can find out from the log whether a file was sent; the log stays verifiable.
    Destroy the key's copies in backups too. `handoff init` makes a new key for later batches.
    """
    from handoff.pipeline.home import Home, SystemClock
    from handoff.pipeline.logkeeping import erase_digest_key

    if not yes:
        raise UsageError("erasing needs --yes")
    erase_digest_key(Home.locate(home_path).require(), SystemClock())
    say("the key of the digests is gone; destroy its copies in backups too")
