"""The pages: each reads the log and its index, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader
from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from handoff.custody.html import environment
from handoff.custody.index.fold import STATES, WITH_THE_VENDOR
from handoff.custody.index.search import (
    BatchFacts,
    DocumentFacts,
    Query,
    batch_at,
    count_batches,
    count_documents,
    document_at,
    documents_of,
    find_batches,
    find_documents,
    totals,
)
from handoff.custody.index.update import open_index
from handoff.custody.logkey import load_verifier_key
from handoff.custody.reader import LedgerReader
from handoff.custody.rotation import load_verifier_keys
from handoff.custody.views import TimelineRow, in_words
from handoff.errors import HandoffError, UnknownReferenceError
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader, verify_log
from handoff.pipeline.proving import make_package
from handoff.pipeline.texts import texts_seen
from handoff.web.guard import Secrets
from handoff.web.picture import draw, milestones

PAGE = 50
LATEST = 100
"""Documents of a batch, and alerts, that a page lists before it points elsewhere."""
DOCUMENT_STATES = ("with-vendor", *sorted(set(STATES.values())))


@dataclass(frozen=True, slots=True)
class Viewer:
    """What every page needs."""

    home: Home
    held: Secrets
    templates: Environment

    def page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """Render one page."""
        origin = load_verifier_key(self.home.keys).name
        content = self.templates.get_template(template).render(
            form_token=self.held.form, origin=origin, **values
        )
        return HTMLResponse(content, status)

    @contextmanager
    def opened(self) -> Iterator[tuple[LedgerReader, Engine]]:
        """The log and its index, as they are now."""
        with open_reader(self.home) as reader, open_index(self.home.custody, reader) as index:
            yield reader, index


def viewer(home: Home, held: Secrets) -> Viewer:
    """The viewer of `home`."""
    templates = environment()
    rooms = ("handoff.web", "handoff.custody")
    templates.loader = ChoiceLoader([PackageLoader(room, "templates") for room in rooms])
    return Viewer(home, held, templates)


def home_page(view: Viewer, _request: Request) -> Response:
    """Numbers, the latest batches, and a field to ask."""
    with view.opened() as (reader, index):
        by_vendor = {
            name: sum(states.get(state, 0) for state in WITH_THE_VENDOR)
            for name, states in sorted(totals(index, "vendor").items())
        }
        return view.page(
            "home.html",
            size=reader.size(),
            batch_count=count_batches(index, Query()),
            with_vendor=sum(by_vendor.values()),
            held=count_documents(index, Query(state="held")),
            by_vendor={name: count for name, count in by_vendor.items() if count},
            vendors=list(by_vendor),
            batches=find_batches(index, Query(limit=10)),
        )


def documents_page(view: Viewer, request: Request) -> Response:
    """Documents by whatever was asked for."""
    names = ("q", "vendor", "matter", "by", "state", "since", "until")
    asked = {name: request.query_params.get(name, "").strip() for name in names}
    page = _page_number(request)
    query = Query(
        vendor=asked["vendor"],
        matter=asked["matter"],
        actor=asked["by"],
        state=asked["state"] if asked["state"] in DOCUMENT_STATES else "",
        reference=asked["q"],
        since=_day(asked["since"]),
        until=_day(asked["until"], end=True),
    )
    with view.opened() as (_, index):
        found = find_documents(index, _part(query, page))
        return view.page(
            "documents.html",
            asked=asked,
            states=DOCUMENT_STATES,
            documents=found[:PAGE],
            total=count_documents(index, query),
            page=page,
            more=len(found) > PAGE,
            base=f"/documents?{urlencode({k: v for k, v in asked.items() if v})}&",
        )


def batches_page(view: Viewer, request: Request) -> Response:
    """Every batch, the latest first."""
    page = _page_number(request)
    with view.opened() as (_, index):
        found = find_batches(index, _part(Query(), page))
        total = count_batches(index, Query())
    return view.page(
        "batches.html", batches=found[:PAGE], total=total, page=page, more=len(found) > PAGE
    )


def batch_page(view: Viewer, request: Request) -> Response:
    """One batch: its facts, its documents, what happened to it as a whole."""
    batch_id = request.path_params["batch_id"]
    with view.opened() as (reader, index):
        batch = _batch(index, batch_id)
        documents = documents_of(index, batch_id, LATEST + 1)
        whole = list(reader.events(batch_id=batch_id, doc_id=""))
        texts = texts_seen(view.home, whole)
    return view.page(
        "batch.html",
        batch=batch,
        documents=documents[:LATEST],
        omitted=len(documents) > LATEST,
        rows=in_words(whole),
        texts={name: text.decode("utf-8", "replace") for name, text in texts.items()},
    )


def document_page(view: Viewer, request: Request) -> Response:
    """One document: its facts, its way drawn, and step by step."""
    batch_id, doc_id = request.path_params["batch_id"], request.path_params["doc_id"]
    with view.opened() as (reader, index):
        document = _document(index, batch_id, doc_id)
        rows = _history(reader, batch_id, doc_id)
    expires = _expires(view.home, document)
    return view.page(
        "document.html",
        document=document,
        rows=rows,
        expires=expires,
        picture=draw(milestones(rows, expires)),
    )


def vendor_page(view: Viewer, request: Request) -> Response:
    """One vendor: what it has, its policy, its batches."""
    name, page = request.path_params["name"], _page_number(request)
    query = Query(vendor=name)
    with view.opened() as (_, index):
        states = totals(index, "vendor").get(name, {})
        found = find_batches(index, _part(query, page))
        total = count_batches(index, query)
    policy = view.home.vendors / f"{name}.yaml"
    known = {path.name: path for path in view.home.vendors.glob("*.yaml")}
    if not total and policy.name not in known:
        raise UnknownReferenceError("there is no such vendor")
    return view.page(
        "vendor.html",
        name=name,
        states=states,
        with_vendor=sum(states.get(state, 0) for state in WITH_THE_VENDOR),
        policy=known[policy.name].read_text() if policy.name in known else "",
        batches=found[:PAGE],
        total=total,
        page=page,
        more=len(found) > PAGE,
    )


def alerts_page(view: Viewer, _request: Request) -> Response:
    """The latest alerts."""
    with view.opened() as (reader, _):
        rows = in_words(reader.events(kinds=["alert.raised"]))
    return view.page("alerts.html", rows=rows[::-1][:LATEST])


def verify_page(view: Viewer, request: Request) -> Response:
    """The button, and after it was pressed the result."""
    report = None
    if request.method == "POST":
        report = verify_log(view.home, load_verifier_keys(view.home.keys))
    return view.page("verify.html", report=report)


def evidence(view: Viewer, reference: str) -> Response:
    """The evidence package, as a download."""
    content, _ = make_package(view.home, reference)
    name = "".join(c for c in reference if c.isascii() and (c.isalnum() or c in "-_"))[:64]
    headers = {"Content-Disposition": f'attachment; filename="evidence-{name}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


def message(view: Viewer, error: HandoffError) -> Response:
    """An error as a page."""
    missing = isinstance(error, UnknownReferenceError)
    title = "Not in the custody log" if missing else "This cannot be shown now"
    text = f"{error.message} [{error.code}]. {error.hint}"
    return view.page("message.html", 404 if missing else 500, title=title, text=text)


def _page_number(request: Request) -> int:
    given = request.query_params.get("page", "1")
    return max(1, int(given)) if given.isdecimal() and len(given) < 7 else 1


def _part(query: Query, page: int) -> Query:
    """One row more than a page: it tells whether there is another."""
    return replace(query, limit=PAGE + 1, offset=(page - 1) * PAGE)


def _day(text: str, *, end: bool = False) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return day + timedelta(days=1) if end else day


def _batch(index: Engine, batch_id: str) -> BatchFacts:
    batch = batch_at(index, batch_id)
    if batch is None:
        raise UnknownReferenceError("there is no such batch")
    return batch


def _document(index: Engine, batch_id: str, doc_id: str) -> DocumentFacts:
    document = document_at(index, batch_id, doc_id)
    if document is None:
        raise UnknownReferenceError("there is no such document")
    return document


def _history(reader: LedgerReader, batch_id: str, doc_id: str) -> list[TimelineRow]:
    """The document's own events, and the receipts of its batch."""
    own = list(reader.events(batch_id=batch_id, doc_id=doc_id))
    receipts = [
        e for e in reader.events(batch_id=batch_id, doc_id="") if e.kind == "receipt.received"
    ]
    return in_words(sorted([*own, *receipts], key=lambda event: event.index))


def _expires(home: Home, document: DocumentFacts) -> date | None:
    """The day by which the vendor must have destroyed it, as its manifest says."""
    try:
        manifest = json.loads((home.records / f"{document.batch_id}.manifest.json").read_bytes())
        return date.fromisoformat(manifest["expires"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
