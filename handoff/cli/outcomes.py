"""Show the outcomes of a batch: progress while it runs, one table at the end, and the exit code.

Original file names are personal data. They are shown on a person's terminal and nowhere else: not
in a pipe, not in JSON, not in cron's mail.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, assert_never

from handoff.cli.output import emit, is_terminal, say, table
from handoff.model import AlreadyDelivered, Delivered, Failed, Held, Outcome, Ready, WithheldPart

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

ALL_DELIVERED = 0
SOME_HELD = 3


@dataclass(slots=True)
class Screen:
    """A `Reporter` that remembers names for the closing table and draws progress on a terminal."""

    as_json: bool
    names: dict[str, str] = field(default_factory=dict, repr=False)
    batches: list[str] = field(default_factory=list)
    held: int = 0
    _progress: Progress | None = None
    _task: TaskID | None = None

    def __post_init__(self) -> None:
        """Draw progress only where a person looks at stderr."""
        if sys.stderr.isatty() and not self.as_json:
            self._progress = _progress_bar()

    def batch(self, batch_id: str, names: Mapping[str, str], size: int, *, resumed: bool) -> None:
        """Announce the batch."""
        self.names.update(names)
        self.batches.append(batch_id)
        if self.as_json:
            emit("batch", batch_id=batch_id, documents=len(names), bytes=size, resumed=resumed)
        else:
            verb = "going on with" if resumed else "sending"
            say(f"{verb} batch {batch_id}: {len(names)} documents, {size:,} bytes")

    def plan(self, names: Mapping[str, str], size: int) -> None:
        """Announce a run that sends nothing."""
        self.names.update(names)
        if not self.as_json:
            say(f"reading {len(names)} documents, {size:,} bytes; nothing will be sent")

    def settled(self, doc_id: str, name: str) -> None:
        """Remember the name of a document that needs nothing done."""
        self.names[doc_id] = name

    def stage(self, name: str, total: int) -> None:
        """Begin a line of progress."""
        if self.as_json:
            emit("stage", stage=name, documents=total)
        if self._progress is None:
            return
        self._progress.start()
        self._task = self._progress.add_task(name, total=total, held=self.held, size=0)

    def advance(self, doc_id: str, size: int, *, held: bool = False) -> None:
        """Move the present line on."""
        self.held += held
        if self._progress is not None and self._task is not None:
            done = self._progress.tasks[self._task].fields["size"] + size
            self._progress.update(self._task, advance=1, held=self.held, size=done)

    def told(self, batch_id: str, state: str, detail: str) -> None:
        """Say that the vendor was told, or what to tell it by hand; a failure ends the run."""
        if self.as_json:
            emit("notification", batch_id=batch_id, state=state, detail=detail)
        elif state == "sent":
            say(f"the vendor was told of batch {batch_id}")
        elif state == "by_hand":
            why = "no mail server is configured (`mail:` in config.yaml)"
            say(f"{why}; tell the vendor by hand:\n{detail}")

    def note(self, text: str) -> None:
        """Say a warning."""
        if self.as_json:
            emit("warning", message=text, to_stderr=True)
        else:
            say(f"warning: {text}")

    def close(self) -> None:
        """Take the progress off the screen."""
        if self._progress is not None:
            self._progress.stop()

    def name(self, doc_id: str) -> str:
        """The original name, for a terminal only."""
        return self.names.get(doc_id, "?")


def _progress_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[size]:,} bytes  held: {task.fields[held]}"),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
    )


def outcome_fields(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON fields: codes, counts and numbers, never names or text."""
    match outcome:
        case Delivered():
            return {
                "state": "delivered",
                "doc_id": outcome.doc_id,
                "control_number": outcome.control_number,
                "media_type": outcome.media_type,
                "size": outcome.size,
                "redactions": dict(outcome.redactions),
                "withheld": _withheld_fields(outcome.withheld),
                "object_key": outcome.receipt.object_key,
                "ciphertext_sha256": outcome.receipt.sha256,
            }
        case AlreadyDelivered():
            return {
                "state": "already_delivered",
                "doc_id": outcome.doc_id,
                "control_number": outcome.control_number,
                "batch_id": outcome.batch_id,
                "withheld": _withheld_fields(outcome.withheld),
            }
        case Ready():
            return {
                "state": "ready",
                "doc_id": outcome.doc_id,
                "control_number": outcome.control_number,
                "media_type": outcome.media_type,
                "size": outcome.size,
                "redactions": dict(outcome.redactions),
                "withheld": _withheld_fields(outcome.withheld),
            }
        case Held() | Failed():
            return {
                "state": "held" if isinstance(outcome, Held) else "failed",
                "doc_id": outcome.doc_id,
                "control_number": outcome.control_number,
                "code": outcome.code,
                "message": outcome.message,
                "hint": outcome.hint,
                "places": list(outcome.places) if isinstance(outcome, Held) else [],
            }
        case _:
            assert_never(outcome)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """3 as soon as a document or a part of one is held, else 0; failures end the run themselves."""
    return SOME_HELD if any(isinstance(o, Held) or withheld(o) for o in outcomes) else ALL_DELIVERED


def withheld(outcome: Outcome) -> tuple[WithheldPart, ...]:
    """The parts that stay here of a document that goes."""
    return outcome.withheld if isinstance(outcome, Delivered | AlreadyDelivered | Ready) else ()


def _withheld_fields(parts: Iterable[WithheldPart]) -> list[dict[str, str]]:
    return [{"place": p.place, "code": p.code, "message": p.message} for p in parts]


def summary(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """How many documents ended in which state."""
    return dict(Counter(outcome_fields(outcome)["state"] for outcome in outcomes))


def tally(outcomes: Iterable[Outcome]) -> str:
    """The same in words: "9 delivered, 4 held"."""
    gone = list(outcomes)
    states = [f"{count} {state.replace('_', ' ')}" for state, count in summary(gone).items()]
    if parts := sum(len(withheld(outcome)) for outcome in gone):
        states.append(f"{parts} {'part' if parts == 1 else 'parts'} held back")
    return ", ".join(states)


def closing_table(screen: Screen, outcomes: list[Outcome]) -> None:
    """One row a document: what became of it, and for what was held, why and what to do."""
    named = is_terminal()
    columns = ["document", "state", "what happened", "what to do"]
    rows = [
        [*([screen.name(o.doc_id)] if named else []), *_row(o)]
        for o in sorted(outcomes, key=lambda o: o.control_number or o.doc_id)
    ]
    table("", ["file", *columns] if named else columns, rows)


def _with_parts(outcome: Outcome, what: str, todo: str) -> list[str]:
    """What happened and what to do, with the parts in whose place the vendor gets a note."""
    parts = withheld(outcome)
    if not parts:
        return [what, todo]
    # The message of a part that was read begins with its place; on resuming it is a plain reason.
    told = [
        p.message if p.message.startswith(p.place) else f"{p.place}: {p.message}" for p in parts
    ]
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    held = f"HELD BACK: {'; '.join(told[:5])}{more}"
    return [f"{what}; {held}", "mend or hand over by other means what was held back"]


def _row(outcome: Outcome) -> list[str]:
    match outcome:
        case Delivered() | Ready():
            counts = ", ".join(f"{n} {k}" for k, n in sorted(outcome.redactions.items()))
            state = "delivered" if isinstance(outcome, Delivered) else "ready"
            what = f"redacted: {counts or 'nothing'}"
            return [outcome.control_number, state, *_with_parts(outcome, what, "")]
        case AlreadyDelivered():
            words = _with_parts(outcome, f"in batch {outcome.batch_id}", "nothing")
            return [outcome.control_number, "delivered", *words]
        case Held():
            places = f" ({', '.join(outcome.places[:5])})" if outcome.places else ""
            return [
                outcome.control_number or outcome.doc_id,
                "HELD",
                outcome.message + places,
                outcome.hint,
            ]
        case Failed():
            return [
                outcome.control_number or outcome.doc_id,
                "FAILED",
                outcome.message,
                outcome.hint,
            ]
        case _:
            assert_never(outcome)
