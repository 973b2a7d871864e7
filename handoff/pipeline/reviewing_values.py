"""What a reviewer is shown of a document: in memory, on its way to a terminal, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field

from handoff.documents.intake import IntakeItem
from handoff.model import Held
from handoff.pipeline.decisions import Added, Decisions


@dataclass(frozen=True, slots=True)
class ExamineTask:
    """Show a document's findings in context, by the first visit and the rest of the batch.

    Attributes:
        packed: the findings, and the parts that were refused, of the first visit.
        readings: what the first visit read in pictures.
        shared: what the whole batch found.
        wanted: (entity, text) that the reviewer wants redacted too.
        decisions: those of an earlier review, which a second person looks at.
        first: from which unit on the text itself is shown too; -1: it is not.
    """

    doc_id: str
    item: IntakeItem
    packed: bytes = field(repr=False)
    readings: bytes = field(repr=False)
    shared: bytes = field(repr=False)
    wanted: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    decisions: Decisions | None = None
    first: int = -1

    @property
    def size(self) -> int:
        """Bytes of input."""
        return self.item.size


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where a value stands: in words, and the text around it."""

    place: str
    before: str = field(repr=False)
    text: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Passage:
    """One unit of a document as it is read, with marks around what was found; and its number."""

    number: int
    place: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Value:
    """One value that was found in a document, with the places where it stands.

    Attributes:
        digest: keyed digest of the value.
        entities: what it was taken for.
        score: the lowest score of its findings.
        recognizers: what found it.
        count: in how many places it stands; `occurrences` are the first of them.
        blocked: the profile holds a document for it.
        listed: the matter's list names it, so it cannot be dropped.
        added: a reviewer added it.
    """

    digest: str
    entities: tuple[str, ...]
    score: float
    recognizers: tuple[str, ...]
    count: int
    occurrences: tuple[Occurrence, ...] = field(repr=False)
    blocked: bool = False
    listed: bool = False
    added: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """What a reviewer looks at: the values found, those of the lowest scores first.

    Attributes:
        reading, findings: the digests that a decision is bound to.
        values: what would go, or holds the document.
        added: where the texts stand that the reviewer wanted.
        missing: which of these, by number, stand nowhere in the document.
        passages: the text from the unit asked for on, a screen of it.
    """

    doc_id: str
    reading: str
    findings: str
    values: tuple[Value, ...] = field(repr=False)
    added: tuple[Added, ...] = ()
    missing: tuple[int, ...] = ()
    passages: tuple[Passage, ...] = field(default=(), repr=False)


ExamineResult = Examined | Held
