"""What a worker does with one document, from its bytes to facts: the rooms in their order.

    read -> find                                             (first visit)
    read -> propagate -> decide -> rewrite -> recheck -> seal    (second visit)

Everything here is in memory; only ciphertext, or a copy that the user asked for, is written.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from handoff.detection import language
from handoff.detection.engine import PresidioDetector
from handoff.detection.propagation import Seeker
from handoff.documents import ocr
from handoff.documents.base import DocumentFormat
from handoff.documents.door import HouseDoor
from handoff.documents.intake import IntakeItem, read_bytes
from handoff.documents.registry import sniff
from handoff.errors import DocumentError, OutputExistsError, RecheckError
from handoff.model import (
    Finding,
    Held,
    RecheckFailed,
    RecheckPassed,
    RedactedDocument,
    Redaction,
    TextUnit,
    WithheldPart,
)
from handoff.pipeline.decisions import Decisions, Digests
from handoff.pipeline.decisions_applied import Applied, require_no_review
from handoff.pipeline.finding import Shared, pack, unpack
from handoff.pipeline.previewing import Look, look, write_page
from handoff.pipeline.reviewing_values import Examined, ExamineTask
from handoff.pipeline.reviewing_worker import Seen, examined
from handoff.pipeline.run import Engine
from handoff.pipeline.tasks import Destination, FindTask, Found, Redacted, RedactTask
from handoff.redaction.plan import decide
from handoff.redaction.pseudonyms import Aliases
from handoff.redaction.recheck import recheck
from handoff.redaction.record import record
from handoff.redaction.settle import settle
from handoff.sealing.files import creating, translated
from handoff.sealing.seal import seal


@dataclass(frozen=True, slots=True)
class _Batch:
    """What the rest of the batch found, made ready for searching once a worker and batch."""

    seeker: Seeker
    aliases: Aliases
    numbers: dict[str, int]


@lru_cache(maxsize=1)
def _batch(packed: bytes, *, keep_citations: bool) -> _Batch:
    shared = cast("Shared", unpack(packed))
    seeker = Seeker(shared.values, keep_citations=keep_citations)
    return _Batch(seeker, Aliases(shared.people, shared.parties), shared.numbers)


@dataclass(frozen=True, slots=True)
class _Open:
    """A document that was read whole."""

    content: bytes
    handler: DocumentFormat
    door: HouseDoor
    units: tuple[TextUnit, ...]


class Reader:
    """The engine of one worker process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._detector = PresidioDetector(
            engine.model, engine.profile, optional=engine.optional_models
        )
        self._rechecker = self._detector.rechecker()
        self._digests = Digests.of(engine.batch_key)

    def find(self, task: FindTask) -> Found:
        """Read the document and find what is in it.

        Raises:
            DocumentError: it cannot be read whole, is in a language that nothing here reads, or is
                not what its reviewer saw.
        """
        with ocr.remembering() as readings:
            document = self._open(task.item)
        language.check(document.units, self._engine.profile.languages)
        review = self._applied(task.decisions)
        findings = review.to_findings(document.units, self._detector.find(document.units))
        values = self._detector.values(document.units, findings)
        return Found(
            doc_id=task.doc_id,
            media_type=document.handler.media_type,
            units=len(document.units),
            counts=dict(Counter(finding.entity for finding in findings)),
            packed=pack((findings, document.door.refused)),
            values=(*values, *review.values(document.units)),
            named=_named(document.units, findings),
            readings=readings.pack(),
        )

    def redact(self, task: RedactTask) -> Redacted | Held:
        """Redact, recheck and pass on the document; held if the recheck finds anything.

        Raises:
            DocumentError: it may not, or cannot wholly, be redacted.
            SealingError, DiskFullError, OutputExistsError: it cannot be passed on.
        """
        findings, refused = _visited(task.packed)
        with ocr.remembering(task.readings):
            document = self._open(task.item, refused)
            batch = self._batch(document, task)
            redactions = self._decide(document, task, batch, findings)
            looked = _look(document, redactions) if task.destination.preview else None
            content = document.handler.rewrite(document.content, redactions, document.door)
        verdict = self._recheck(document, task, batch, content)
        held = _held(task.doc_id, verdict) if isinstance(verdict, RecheckFailed) else None
        if looked is not None:
            self._show(task, looked, content, held)
        if held is not None:
            return held
        assert isinstance(verdict, RecheckPassed)  # noqa: S101 - it is one or the other
        made = RedactedDocument(
            doc_id=task.doc_id,
            control_number=task.control_number,
            source_sha256=task.item.sha256,
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=document.handler.media_type,
            extension=document.handler.extension,
            redactions=dict(sorted(Counter(r.finding.entity for r in redactions).items())),
            recheck=verdict,
            content=content,
        )
        passed = _pass_on(made, task.destination, _withheld(document.door))
        return replace(passed, record=_record(document.units, redactions, made))

    def examine(self, task: ExamineTask) -> Examined:
        """The document's findings in context, for a person to look at.

        Raises:
            DocumentError: it cannot be read whole any more, or is not what its reviewer saw.
        """
        findings, refused = _visited(task.packed)
        with ocr.remembering(task.readings):
            units = self._open(task.item, refused).units
        seeker = _batch(task.shared, keep_citations=self._engine.profile.keep_citations).seeker
        seen = Seen(units, findings, seeker.extend(units, findings))
        return examined(task, seen, self._engine.profile, self._digests)

    def _show(self, task: RedactTask, looked: Look, content: bytes, held: Held | None) -> None:
        """Write the page for a person to look at; a document that is held is shown too."""
        assert task.destination.preview is not None  # noqa: S101 - the caller asked
        path = task.destination.preview / f"{task.control_number}.html"
        trouble = f"{held.message} ({'; '.join(held.places)})" if held else ""
        write_page(path, looked, content, self._door(), trouble)

    def _applied(self, decisions: Decisions | None) -> Applied:
        return Applied(decisions, self._digests)

    def _batch(self, document: _Open, task: RedactTask) -> _Batch:
        """What the rest of the batch found, as far as it counts in this document."""
        keep = self._engine.profile.keep_citations
        batch = _batch(task.shared, keep_citations=keep)
        review = self._applied(task.decisions)
        seeker = review.to_seeker(batch.seeker, document.units, keep_citations=keep)
        return replace(batch, seeker=seeker)

    def _door(self) -> HouseDoor:
        return HouseDoor(self._engine.limits, self._engine.profile.documents)

    def _open(self, item: IntakeItem, refused: dict[str, DocumentError] | None = None) -> _Open:
        content = read_bytes(item)
        handler = sniff(content, self._engine.limits)
        door = replace(self._door(), refused=refused or {})
        return _Open(content, handler, door, handler.read(content, door))

    def _decide(
        self, document: _Open, task: RedactTask, batch: _Batch, findings: tuple[Finding, ...]
    ) -> tuple[Redaction, ...]:
        units, profile = document.units, self._engine.profile
        review = self._applied(task.decisions)
        everywhere = review.without_dropped(units, batch.seeker.extend(units, findings))
        plan = decide(units, everywhere, profile, self._engine.batch_key, batch.aliases)
        plan.check()
        if task.decisions is None:
            require_no_review(task.gate, profile.review, plan, units)
        redactions = plan.redactions(batch.numbers)
        return settle(units, redactions, review.to_detector(self._rechecker), profile)

    def _recheck(
        self, document: _Open, task: RedactTask, batch: _Batch, content: bytes
    ) -> RecheckPassed | RecheckFailed:
        """Read what was written by the format's other reader, and judge it."""
        return recheck(
            document.handler.reread(content, self._door()),
            batch.seeker,
            self._applied(task.decisions).to_detector(self._rechecker),
            self._engine.profile,
            document.handler.readers,
        )


def _look(document: _Open, redactions: Sequence[Redaction]) -> Look:
    untrusted, units = document.content, document.units
    return look(document.handler, untrusted, document.door, units, redactions)


def _visited(packed: bytes) -> tuple[tuple[Finding, ...], dict[str, DocumentError]]:
    """What the first visit found, and which parts it refused."""
    return cast("tuple[tuple[Finding, ...], dict[str, DocumentError]]", unpack(packed))


def _named(units: Sequence[TextUnit], findings: Sequence[Finding]) -> tuple[tuple[str, str], ...]:
    """(entity, text) of what was found, in order of first appearance, without doubles."""
    texts = {unit.unit_id: unit.text for unit in units}
    return tuple(dict.fromkeys((f.entity, texts[f.unit_id][f.start : f.end]) for f in findings))


def _held(doc_id: str, verdict: RecheckFailed) -> Held:
    places = tuple(sorted({f"{leak.place}: {leak.entity} {leak.how}" for leak in verdict.leaks}))
    message = "the second reading still found something that should be gone"
    return Held(doc_id, RecheckError.code, message, RecheckError.hint, places)


def _record(
    units: Sequence[TextUnit], redactions: Sequence[Redaction], made: RedactedDocument
) -> bytes:
    number, sha256 = made.control_number, made.sha256
    lines = record(units, redactions, control_number=number, document_sha256=sha256)
    return zlib.compress(lines, 1)


def _withheld(door: HouseDoor) -> tuple[WithheldPart, ...]:
    """What `read` and `rewrite` left here; the words are the door's own, never the document's."""
    return tuple(WithheldPart(place, cause.code, cause.message) for place, cause in door.withheld)


def _pass_on(
    document: RedactedDocument, destination: Destination, withheld: tuple[WithheldPart, ...]
) -> Redacted:
    sealed = None
    if destination.spool is not None:
        sealed = seal(document, destination.recipients, destination.spool, destination.object_key)
    elif destination.output is not None:
        path = destination.output / f"{document.control_number}{document.extension}"
        try:
            with translated("the redacted copy"), creating(path) as file:
                file.write(document.content)
        except FileExistsError:
            raise OutputExistsError(f"{path.name} is already in the output directory") from None
    return Redacted(
        doc_id=document.doc_id,
        control_number=document.control_number,
        media_type=document.media_type,
        extension=document.extension,
        sha256=document.sha256,
        size=len(document.content),
        redactions=document.redactions,
        readers=document.recheck.readers,
        values_sought=document.recheck.values_sought,
        units_read=document.recheck.units_read,
        sealed=sealed,
        withheld=withheld,
    )
