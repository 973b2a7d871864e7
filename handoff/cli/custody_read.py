"""`handoff custody list`, `search`, `show` and `timeline`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import click

from handoff.cli.custody_options import (
    Narrowed,
    csv_option,
    indexed,
    opened,
    period_options,
    print_rows,
    query,
    query_options,
    when,
)
from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit

if TYPE_CHECKING:
    from handoff.custody.index.search import BatchFacts, DocumentFacts
    from handoff.custody.views import TimelineRow
    from handoff.model import CustodyEvent

BATCH_STATES = ("open", "interrupted", "closed")
DOCUMENT_STATES = (
    "received", "read", "redacted", "sealed", "sending", "delivered", "failed", "held", "denied",
    "recalled", "expired", "with-vendor",
)  # fmt: skip


@click.command("list")
@query_options
@click.option("--state", type=click.Choice(BATCH_STATES), help="In this state.")
@csv_option
@json_option
@home_option
def list_(
    as_csv: bool, as_json: bool, home_path: Path | None, **narrowed: Unpack[Narrowed]
) -> None:
    """Every batch: for whom, when, and how its documents ended.

    Times are UTC.
    """
    from handoff.custody.index.search import find_batches

    asked = query(**narrowed)
    with indexed(home_path) as (_, index):
        batches = find_batches(index, asked)[::-1]
    if as_json:
        for batch in batches:
            emit("batch", **_batch_fields(batch))
        return
    columns = ["batch", "matter", "vendor", "opened (UTC)", "state"]
    counts = ["documents", "delivered", "held", "failed", "receipt"]
    rows = [
        [b.batch_id, b.matter, b.vendor, when(b.opened_at), b.state]
        + [str(n) for n in (b.documents, b.delivered, b.held, b.failed)]
        + [when(b.receipt_at)]
        for b in batches
    ]
    print_rows([*columns, *counts], rows, as_csv=as_csv)


def _batch_fields(batch: BatchFacts) -> dict[str, Any]:
    counts = {"delivered": batch.delivered, "held": batch.held, "failed": batch.failed}
    return _fields(asdict(batch)) | counts


def _fields(plain: dict[str, Any]) -> dict[str, Any]:
    """Fields of a JSON line; moments as ISO 8601."""
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in plain.items()}


@click.command("search")
@click.argument("reference", default="", metavar="[BATCH|DOCUMENT]")
@query_options
@click.option("--state", type=click.Choice(DOCUMENT_STATES), help="In this state.")
@csv_option
@json_option
@home_option
def search(
    as_csv: bool, as_json: bool, home_path: Path | None, **narrowed: Unpack[Narrowed]
) -> None:
    """Find documents by matter, vendor, person, date or state.

    BATCH|DOCUMENT is a batch's id, a document's id or a control number, or the beginning of one.
    Times are UTC; a day is that of the last change. State "with-vendor" is whatever the vendor
    still has in its bucket.
    """
    from handoff.custody.index.search import find_documents

    asked = query(**narrowed)
    with indexed(home_path) as (_, index):
        documents = find_documents(index, asked)
    if as_json:
        for document in documents:
            emit("found", **_fields(asdict(document)))
        return
    columns = ["document", "matter", "vendor", "batch", "state", "since (UTC)", "sent by"]
    more = ["type", "redacted", "opened", "alerts"]
    print_rows([*columns, *more], map(_document_row, documents), as_csv=as_csv)


def _document_row(d: DocumentFacts) -> list[str]:
    state = f"{d.state}: {d.held_code}" if d.state == "held" else d.state
    redacted = ", ".join(f"{name} {count}" for name, count in sorted(d.redactions.items()))
    opened_by = f"{d.accesses} times" if d.accesses else ""
    return [
        d.control_number or d.doc_id, d.matter, d.vendor, d.batch_id, state, when(d.changed_at),
        d.actor, d.media_type, redacted, opened_by, str(d.alerts or ""),
    ]  # fmt: skip


@click.command("show")
@click.argument("reference", metavar="BATCH|DOCUMENT")
@click.option("--names", is_flag=True, help="Original file names too; needs the recovery key.")
@click.option(
    "--redactions", is_flag=True, help="What was redacted, where and by which rule, instead."
)
@csv_option
@json_option
@home_option
def show(
    reference: str,
    names: bool,
    redactions: bool,
    as_csv: bool,
    as_json: bool,
    home_path: Path | None,
) -> None:
    """What happened to a batch or a document, step by step.

    BATCH|DOCUMENT is a batch (or the beginning of its id), a document's id, or a control number.
    Times are UTC.
    """
    from handoff.custody.views import history, in_words

    with opened(home_path) as reader:
        events = history(reader, reference)
    if redactions:
        _print_redactions(home_path, events, as_csv=as_csv, as_json=as_json)
        return
    rows = in_words(events)
    known = _names(home_path, {row.batch_id for row in rows}) if names else {}
    _print_events(rows, as_csv=as_csv, as_json=as_json)
    for number, name in sorted(known.items()):
        if as_json:
            emit("name", control_number=number, name=name)
        else:
            click.echo(f"{number}\t{name}")


@click.command("timeline")
@period_options
@click.option("--vendor", default="", help="Of this vendor.")
@click.option("--matter", default="", help="Of this matter.")
@click.option("--by", default="", help="Done by this account.")
@click.option("--kind", "kinds", multiple=True, help="Only events of this kind.")
@csv_option
@json_option
@home_option
def timeline(
    kinds: tuple[str, ...],
    as_csv: bool,
    as_json: bool,
    home_path: Path | None,
    **narrowed: Unpack[Narrowed],
) -> None:
    """Everything that happened in a period, in order.

    Times are UTC.
    """
    from handoff.custody.index.search import find_batches
    from handoff.custody.views import period

    asked = query(**narrowed)
    batch_ids = None
    with indexed(home_path) as (reader, index):
        if asked.vendor or asked.matter:
            whole = query(narrowed.get("vendor", ""), narrowed.get("matter", ""))
            batch_ids = {batch.batch_id for batch in find_batches(index, whole)}
        rows = period(
            reader, asked.since, asked.until, kinds=kinds, by=asked.actor, batch_ids=batch_ids
        )
        _print_events(rows, as_csv=as_csv, as_json=as_json)


def _print_events(rows: Iterable[TimelineRow], *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        for row in rows:
            emit("event", **_fields(asdict(row)))
        return
    columns = ["event", "when (UTC)", "who", "document", "what happened"]
    shown = (
        [str(row.index), when(row.at), row.actor, row.control_number or row.doc_id, row.text]
        for row in rows
    )
    print_rows(columns, shown, as_csv=as_csv)


def _print_redactions(
    home_path: Path | None, events: Iterable[CustodyEvent], *, as_csv: bool, as_json: bool
) -> None:
    """Each redaction as a row, or as the line of the record itself."""
    from handoff.pipeline.home import Home
    from handoff.pipeline.redactionlogs import read

    records = read(Home.locate(home_path).require(), events)
    entries = [
        (number, json.loads(line))
        for number, content in sorted(records.items())
        for line in content.splitlines()[1:]
    ]
    if as_json:
        for number, entry in entries:
            emit("redaction", control_number=number, **entry)
        return
    fields = ["place", "kind", "unit", "start", "end", "entity", "recognizer", "score"]
    fields += ["operator", "replacement"]
    rows = ([number, *(str(entry[name]) for name in fields)] for number, entry in entries)
    print_rows(["document", *fields], rows, as_csv=as_csv)


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
