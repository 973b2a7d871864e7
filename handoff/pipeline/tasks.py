"""What goes to a worker process and what comes back: facts, never text.

The exceptions are `Found.values` and `Found.named`: what was found in a document travels to the
coordinator in memory, so that it is redacted in the whole batch. And `Found.readings`, what was
read in pictures, goes through it to the second visit: reading costs seconds a page. Neither is
ever written anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from handoff.detection.spreading import FoundValue
from handoff.documents.intake import IntakeItem
from handoff.model import Held, SealedDocument, WithheldPart
from handoff.pipeline.decisions import Decisions, Gate


@dataclass(frozen=True, slots=True)
class FindTask:
    """Read a document and find what is in it; `decisions` are a reviewer's, where it has any."""

    doc_id: str
    item: IntakeItem
    decisions: Decisions | None = None

    @property
    def size(self) -> int:
        """Bytes of input."""
        return self.item.size


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    `packed` are the findings and the parts that were refused, compressed, for the second visit to
    a worker.
    """

    doc_id: str
    media_type: str
    units: int
    counts: Mapping[str, int]
    packed: bytes = field(repr=False)
    values: tuple[FoundValue, ...] = field(repr=False)
    named: tuple[tuple[str, str], ...] = field(repr=False)
    readings: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a redacted document goes: sealed into `spool`, written to `output`, or nowhere.

    `preview` is where a page for a person's eyes goes, in plaintext, if one was asked for.
    """

    spool: Path | None = None
    object_key: str = ""
    recipients: tuple[str, ...] = ()
    output: Path | None = None
    preview: Path | None = None


@dataclass(frozen=True, slots=True)
class RedactTask:
    """Redact, recheck and seal a document. `shared` is what the whole batch found, compressed.

    `gate` says when the document waits for a person, unless `decisions` are one's already.
    """

    doc_id: str
    item: IntakeItem
    control_number: str
    destination: Destination
    packed: bytes = field(repr=False)
    shared: bytes = field(repr=False)
    readings: bytes = field(default=b"", repr=False)
    gate: Gate = Gate.OPEN
    decisions: Decisions | None = None

    @property
    def size(self) -> int:
        """Bytes of input."""
        return self.item.size


@dataclass(frozen=True, slots=True)
class Redacted:
    """Facts about a document that was redacted and passed the recheck.

    `record` says where what was redacted, compressed; no text is in it.
    """

    doc_id: str
    control_number: str
    media_type: str
    extension: str
    sha256: str
    size: int
    redactions: Mapping[str, int]
    readers: tuple[str, ...]
    values_sought: int
    units_read: int
    sealed: SealedDocument | None
    withheld: tuple[WithheldPart, ...] = ()
    record: bytes = field(default=b"", repr=False)


FindResult = Found | Held
RedactResult = Redacted | Held
