"""`handoff custody report`: gather what a report says, and write it as HTML, PDF or CSV."""

from __future__ import annotations

from pathlib import Path

from handoff import __version__
from handoff.custody.index.search import BatchFacts, Query, documents_of, find_batches
from handoff.custody.index.update import open_index
from handoff.custody.reader import LedgerReader
from handoff.custody.report import Facts, Scope, to_csv, to_html
from handoff.custody.rotation import load_verifier_keys
from handoff.custody.views import in_words
from handoff.errors import OutputExistsError, ReportEngineError, UsageError
from handoff.model import CustodyEvent
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import actor, open_reader, verify_log
from handoff.sealing.files import creating, translated

# Kinds that an officer wants told one by one, by the noun before the dot.
NOTICES = frozenset(
    {
        "alert",
        "recall",
        "expiry",
        "hold",
        "receipt",
        "access_policy",
        "vendor",
        "clawback",
        "review",
    }
)
NOTICE_KINDS = frozenset({"delivery.recalled", "delivery.denied", "delivery.expired"})


def write_report(home: Home, scope: Scope, output: Path) -> Facts:
    """Write the report on `scope` to `output`, in the form that its ending names.

    Raises:
        UsageError: the ending is none of .html, .pdf and .csv.
        OutputExistsError: there is such a file already.
        ReportEngineError: what makes PDFs is not installed.
        CustodyError: the log cannot be read.
    """
    form = output.suffix.lower()
    if form not in {".html", ".pdf", ".csv"}:
        raise UsageError("a report is an .html, a .pdf or a .csv file")
    if output.exists():
        raise OutputExistsError("the report is already there")
    facts = gather(home, scope)
    match form:
        case ".csv":
            content = to_csv(facts).encode()
        case ".pdf":
            content = to_pdf(to_html(facts))
        case _:
            content = to_html(facts).encode()
    try:
        with translated("the report"), creating(output) as file:
            file.write(content)
    except FileExistsError:
        raise OutputExistsError("the report is already there") from None
    return facts


def gather(home: Home, scope: Scope) -> Facts:
    """What the log says within `scope`, and whether the log can be trusted."""
    verification = verify_log(home, load_verifier_keys(home.keys))
    asked = Query(vendor=scope.vendor, matter=scope.matter, since=scope.since, until=scope.until)
    with open_reader(home) as reader, open_index(home.custody, reader) as index:
        batches = find_batches(index, asked)[::-1]
        documents = [d for batch in batches for d in documents_of(index, batch.batch_id)]
        events = _events(reader, scope, batches)
    return Facts(
        scope=scope,
        batches=batches,
        documents=documents,
        accesses=[event for event in events if event.kind == "access.seen"],
        notices=in_words(event for event in events if _is_notice(event.kind)),
        verification=verification,
        made_at=SystemClock().now(),
        made_by=f"{actor()}, handoff/{__version__}",
    )


def _is_notice(kind: str) -> bool:
    return kind.partition(".")[0] in NOTICES or kind in NOTICE_KINDS


def _events(reader: LedgerReader, scope: Scope, batches: list[BatchFacts]) -> list[CustodyEvent]:
    """Accesses and notices about `batches`, and notices about no batch within the period.

    What happened to a batch later belongs to the report on it, whatever the period.
    """
    shown = {batch.batch_id for batch in batches}
    first = reader.index_at(scope.since) if scope.since else 0
    kinds = [kind for kind in reader.kinds() if kind == "access.seen" or _is_notice(kind)]
    return [
        event
        for event in reader.events(after=first - 1, kinds=kinds)
        if event.batch_id in shown or (not event.batch_id and _within(event, scope))
    ]


def _within(event: CustodyEvent, scope: Scope) -> bool:
    if scope.vendor and event.details.get("vendor") != scope.vendor:
        return False
    if scope.matter and event.details.get("matter_id") != scope.matter:
        return False
    return scope.until is None or event.at < scope.until


def to_pdf(page: str) -> bytes:
    """The page as a PDF by WeasyPrint, which gets no network and no files.

    Raises:
        ReportEngineError: WeasyPrint, or the Pango it draws with, is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        raise ReportEngineError("what makes PDFs is not installed") from None
    content = HTML(string=page, url_fetcher=_refuse).write_pdf()
    assert isinstance(content, bytes)  # noqa: S101 - without a target, it returns the bytes
    return content


def _refuse(*_: object, **__: object) -> dict[str, object]:
    raise ValueError("a report loads nothing")
