"""`handoff custody`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, say, table

if TYPE_CHECKING:
    from handoff.custody.findings import VerificationReport
    from handoff.custody.reader import LedgerReader


@click.group("custody")
def command() -> None:
    """Look at the custody log, and verify it."""


@contextmanager
def _reader(home_path: Path | None) -> Iterator[LedgerReader]:
    from handoff.custody.reader import LedgerReader
    from handoff.pipeline.home import Home

    with LedgerReader.open_reader(Home.locate(home_path).require().custody) as reader:
        yield reader


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


@command.command("list")
@json_option
@home_option
def list_(as_json: bool, home_path: Path | None) -> None:
    """Every batch: for whom, when, and how its documents ended. Times are UTC."""
    from handoff.custody.views import list_batches

    with _reader(home_path) as reader:
        batches = list_batches(reader)
    if as_json:
        for b in batches:
            emit(
                "batch",
                batch_id=b.batch_id,
                vendor=b.vendor,
                state=b.state,
                opened_at=b.opened_at.isoformat(),
                closed_at=b.closed_at.isoformat() if b.closed_at else None,
                documents=b.documents,
                delivered=b.delivered,
                held=b.held,
                failed=b.failed,
            )
        return
    rows = [
        [b.batch_id, b.vendor, _when(b.opened_at), b.state]
        + [str(n) for n in (b.documents, b.delivered, b.held, b.failed)]
        for b in batches
    ]
    columns = ["batch", "vendor", "opened (UTC)", "state"]
    table("", [*columns, "documents", "delivered", "held", "failed"], rows)


@command.command("show")
@click.argument("reference", metavar="BATCH|DOCUMENT")
@click.option("--names", is_flag=True, help="Original file names too; needs the recovery key.")
@json_option
@home_option
def show(reference: str, names: bool, as_json: bool, home_path: Path | None) -> None:
    """What happened to a batch or a document, step by step.

    BATCH|DOCUMENT is a batch (or the beginning of its id), a document's id, or a control number.
    """
    from handoff.custody.views import show as timeline

    with _reader(home_path) as reader:
        rows = timeline(reader, reference)
    known = _names(home_path, {row.batch_id for row in rows}) if names else {}
    if as_json:
        for row in rows:
            fields: dict[str, Any] = {
                "index": row.index,
                "at": row.at.isoformat(),
                "kind": row.kind,
                "actor": row.actor,
                "host": row.host,
                "batch_id": row.batch_id,
                "doc_id": row.doc_id,
                "control_number": row.control_number,
                "text": row.text,
            }
            emit("event", **fields)
    else:
        shown = [
            [str(row.index), _when(row.at), row.actor, row.control_number or row.doc_id, row.text]
            for row in rows
        ]
        table("", ["event", "when (UTC)", "who", "document", "what happened"], shown)
    for number, name in sorted(known.items()):
        if as_json:
            emit("name", control_number=number, name=name)
        else:
            click.echo(f"{number}\t{name}")


def _names(home_path: Path | None, batch_ids: set[str]) -> dict[str, str]:
    from handoff.pipeline.home import Home
    from handoff.pipeline.records import read_names
    from handoff.sealing.keys import load_firm_keys

    home = Home.locate(home_path).require()
    identities = load_firm_keys(home.keys).identities
    known: dict[str, str] = {}
    for batch_id in batch_ids - {""}:
        known |= read_names(home.records, batch_id, identities)
    return known


@command.command("verify")
@click.option(
    "--vkey",
    "vkeys",
    multiple=True,
    help="A verifier key kept elsewhere; without one, the key beside the log is believed.",
)
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=click.File("r", errors="replace"),
    help="A signed checkpoint kept elsewhere, for example out of a manifest.",
)
@json_option
@home_option
def verify(
    vkeys: tuple[str, ...],
    checkpoints: tuple[TextIO, ...],
    as_json: bool,
    home_path: Path | None,
) -> None:
    """Recompute the whole log; say what is wrong and from where, or that nothing is.

    Exit status: 0 nothing is wrong; otherwise as README.md lists.
    """
    from handoff.custody.checkpoint import open_checkpoint
    from handoff.custody.logkey import load_verifier_key
    from handoff.custody.note import VerifierKey
    from handoff.custody.verify import verify as recompute
    from handoff.pipeline.home import Home

    home = Home.locate(home_path).require()
    keys = [VerifierKey.parse(text) for text in vkeys] or [load_verifier_key(home.keys)]
    notes = [file.read().rstrip("\n") + "\n" for file in checkpoints]
    for note in notes:
        open_checkpoint(note, keys)
    report = recompute(home.custody, keys, checkpoints=notes)
    _say_report(report, as_json=as_json)
    report.require_ok()


def _say_report(report: VerificationReport, *, as_json: bool) -> None:
    if as_json:
        emit(
            "verification",
            ok=report.ok,
            events=report.size,
            root=report.root.hex(),
            checkpoints=report.checkpoints,
            uncovered=report.uncovered,
            sealed=report.sealed,
        )
        for d in report.discrepancies:
            emit("discrepancy", code=d.code, message=d.message, index=d.index)
        return
    for d in report.discrepancies:
        place = "" if d.index is None else f" (event {d.index})"
        click.echo(f"WRONG: {d.message}{place} [{d.code}]")
    if report.omitted:
        click.echo(f"WRONG: and {report.omitted} more")
    if report.ok:
        click.echo(f"verified: {report.size} events, {report.checkpoints} checkpoints, all fit")
        click.echo(f"root hash: {report.root.hex()}")
        if report.uncovered:
            say(f"{report.uncovered} events at the end are not under a checkpoint yet")
        if not report.sealed:
            say("a run is under way or was killed: the events fit, the file's bytes are unsealed")
