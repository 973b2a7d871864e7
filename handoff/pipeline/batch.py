"""What the custody log already knows of a vendor's batches, and what is therefore left to do.

Everything a run decides on resuming comes out of the log: control numbers, what was delivered,
what was held, which upload was announced and not confirmed. No I/O but reading the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handoff.documents.intake import IntakeItem
from handoff.errors import GoneError
from handoff.model import AlreadyDelivered, CustodyEvent, Held
from handoff.pipeline.holding import held_from_event, withheld_from_event
from handoff.ports import Ledger

CONTROL_DIGITS = 6
# What held a document may be gone when the same bytes are tried again.
PASSING_CODES = frozenset(
    {
        "document.gone",
        "document.worker_died",
        "document.changed",
        "document.unreadable",
        "document.media_type",
        "document.review_changed",
    }
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a batch."""

    doc_id: str
    item: IntakeItem
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """An upload that the log announced."""

    object_key: str
    ciphertext_sha256: str


@dataclass(slots=True)
class BatchState:
    """One batch as the log tells it. Filled by `read_state` alone."""

    batch_id: str
    vendor: str = ""
    policy_sha256: str = ""
    opened: bool = False
    closed: CustodyEvent | None = None
    finished: bool = False
    control: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, CustodyEvent] = field(default_factory=dict)
    redacted: dict[str, CustodyEvent] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    confirmed: dict[str, CustodyEvent] = field(default_factory=dict)
    held: dict[str, CustodyEvent] = field(default_factory=dict)
    withheld: dict[str, list[CustodyEvent]] = field(default_factory=dict)
    manifest_intents: dict[str, Intent] = field(default_factory=dict)
    recorded: set[tuple[str, str]] = field(default_factory=set)

    @property
    def last_intent(self) -> Mapping[str, Intent]:
        """Uploads announced and never confirmed, by doc_id."""
        return {d: i for d, i in self.intents.items() if d not in self.confirmed}


def read_state(ledger: Ledger, batch_id: str) -> BatchState:
    """Replay the log's events of one batch."""
    state = BatchState(batch_id)
    for event in ledger.events(batch_id=batch_id):
        _apply(state, event)
    return state


def _apply(state: BatchState, event: CustodyEvent) -> None:
    state.recorded.add((event.doc_id, event.kind))
    latest = {
        "document.redacted": state.redacted,
        "document.switched": state.redacted,
        "document.sealed": state.sealed,
        "document.held": state.held,
        "delivery.confirmed": state.confirmed,
    }
    if event.kind in latest:
        latest[event.kind][event.doc_id] = event
        if event.kind in {"document.redacted", "document.switched"}:
            state.withheld[event.doc_id] = []
    elif event.kind.startswith(("batch.", "manifest.", "recall.")):
        _apply_whole(state, event)
    elif event.kind == "document.part_held":
        state.withheld.setdefault(event.doc_id, []).append(event)
    elif event.kind == "document.received":
        state.control[event.doc_id] = str(event.details["control_number"])
    elif event.kind == "delivery.intended":
        state.intents[event.doc_id] = _intent(event)
    elif event.kind == "delivery.abandoned":
        state.intents.pop(event.doc_id, None)


def _apply_whole(state: BatchState, event: CustodyEvent) -> None:
    """Events of the batch as a whole."""
    match event.kind:
        case "batch.opened":
            state.opened = True
            state.vendor = str(event.details["vendor"])
            state.policy_sha256 = event.policy_sha256
        case "batch.closed":
            state.closed = event
            state.finished = event.details["delivered"] == 0
        case "manifest.intended":
            intent = _intent(event)
            state.manifest_intents[intent.object_key] = intent
        case "manifest.delivered":
            state.finished = True
        case "recall.intended":
            # Nothing more is sent of a batch that was taken back.
            state.finished = state.finished or not event.doc_id
        case _:
            pass


def _intent(event: CustodyEvent) -> Intent:
    digest = event.products["ciphertext"].removeprefix("sha256:")
    return Intent(str(event.details["object_key"]), digest)


def already_delivered(state: BatchState, doc_id: str) -> AlreadyDelivered:
    """The outcome of a document that an earlier run delivered, with what it withheld of it."""
    withheld = tuple(withheld_from_event(event) for event in state.withheld.get(doc_id, ()))
    return AlreadyDelivered(doc_id, state.control[doc_id], state.batch_id, withheld)


class History:
    """What the log says of one vendor: batches finished, batches begun, control numbers used.

    Without a vendor's name, of all vendors.
    """

    def __init__(self, ledger: Ledger, vendor: str = "") -> None:
        self._ledger = ledger
        self._states: dict[str, BatchState] = {}
        self.last_control = 0
        self.batch_ids: list[str] = []
        for event in ledger.events(kinds=["batch.opened"]):
            if vendor in {"", event.details["vendor"]}:
                self.batch_ids.append(event.batch_id)
                last = event.details["number_last"]
                self.last_control = max(self.last_control, last if isinstance(last, int) else 0)

    def state(self, batch_id: str) -> BatchState:
        """The batch's state; read once."""
        if batch_id not in self._states:
            self._states[batch_id] = read_state(self._ledger, batch_id)
        return self._states[batch_id]

    def settled(
        self, doc_id: str, engine: str, reopens: Callable[[CustodyEvent], bool] = lambda _: False
    ) -> AlreadyDelivered | Held | None:
        """How a finished batch ended for this document, if trying again would change nothing.

        `reopens` says of a `document.held` whether people have decided otherwise since.
        """
        kinds = ("delivery.confirmed", "document.held")
        for event in reversed(list(self._ledger.events(doc_id=doc_id, kinds=kinds))):
            if not self.state(event.batch_id).finished:
                continue
            if event.kind == "delivery.confirmed":
                return already_delivered(self.state(event.batch_id), doc_id)
            lasting = event.details["code"] not in PASSING_CODES and not reopens(event)
            held = held_from_event(event, self.state(event.batch_id).control.get(doc_id, ""))
            return held if lasting and _engine(event) == engine else None
        return None

    def unfinished(self, policy_sha256: str = "") -> Iterator[BatchState]:
        """Batches begun (under this policy, if one is named) and not finished, oldest first."""
        closing = self._ledger.events(
            kinds=["batch.closed", "manifest.delivered", "recall.intended"]
        )
        ended = {event.batch_id for event in closing if _ends(event)}
        for batch_id in self.batch_ids:
            if batch_id not in ended:
                state = self.state(batch_id)
                if policy_sha256 in {"", state.policy_sha256}:
                    yield state


def _ends(event: CustodyEvent) -> bool:
    if event.kind == "recall.intended":
        return not event.doc_id
    return event.kind == "manifest.delivered" or event.details["delivered"] == 0


def _engine(event: CustodyEvent) -> str:
    return event.materials.get("engine", "")


def number(
    documents: Sequence[Document], state: BatchState, prefix: str, first: int
) -> list[Document]:
    """Give each document its control number: the one the log has for it, else the next."""
    numbered = []
    for offset, document in enumerate(documents):
        fresh = f"{prefix}-{first + offset:0{CONTROL_DIGITS}d}"
        control = state.control.get(document.doc_id, fresh)
        numbered.append(Document(document.doc_id, document.item, control))
    return numbered


def resumable(
    unfinished: Iterable[BatchState], pending: Mapping[str, Document]
) -> Iterator[tuple[BatchState, list[Document]]]:
    """Unfinished batches of which at least one document is at hand, with all their documents.

    One that is not at hand any more needs no file if it was delivered; otherwise it is held.
    """
    for state in unfinished:
        if any(doc_id in pending for doc_id in state.control):
            yield state, [pending.get(doc_id) or _gone(doc_id) for doc_id in state.control]


def _gone(doc_id: str) -> Document:
    problem = GoneError("the file is not in the input any more")
    return Document(doc_id, IntakeItem(Path(), "", problem=problem))
