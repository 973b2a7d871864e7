"""A reviewer's decisions at work in a worker: what was dropped stays, what was added goes.

A value that was dropped is dropped in this document alone: from what was found in it, from what the
rest of the batch found, and from what the recheck looks for. What the matter's list names cannot be
dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from handoff.detection.propagation import PARTY, Seeker
from handoff.detection.spreading import FoundValue
from handoff.errors import ReviewRequiredError, ReviewStaleError
from handoff.model import Finding, ReviewRule, TextUnit
from handoff.pipeline.decisions import Added, Decisions, Digests, Gate, texts
from handoff.ports import Detector
from handoff.redaction.plan import Plan

RECOGNIZER = "review"
_REASONS = {
    Gate.ALL: "the vendor's policy has a person look at every document",
    Gate.SAMPLE: "the vendor's policy has a person look at a sample, and this document is in it",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """The decisions about one document; None of them leave everything as it is."""

    decisions: Decisions | None
    digests: Digests

    def to_findings(
        self, units: Sequence[TextUnit], findings: tuple[Finding, ...]
    ) -> tuple[Finding, ...]:
        """What was found in `units`, without what was dropped, with what was added.

        Raises:
            ReviewStaleError: the reviewer saw another reading, or other findings.
        """
        if self.decisions is None:
            return findings
        if self.digests.reading(units) != self.decisions.reading:
            raise ReviewStaleError("the document reads otherwise than when it was reviewed")
        if self.digests.findings(findings) != self.decisions.findings:
            raise ReviewStaleError("other things are found in it than when it was reviewed")
        order = {unit.unit_id: number for number, unit in enumerate(units)}
        both = [*self.without_dropped(units, findings), *as_findings(self.decisions.added, units)]
        return tuple(sorted(both, key=lambda f: (order[f.unit_id], f.start, f.end)))

    def without_dropped(
        self, units: Iterable[TextUnit], findings: Iterable[Finding]
    ) -> tuple[Finding, ...]:
        """`findings` less those of values that were dropped."""
        if self.decisions is None or not self.decisions.dropped:
            return tuple(findings)
        by_id = {unit.unit_id: unit.text for unit in units}
        return tuple(
            f for f in findings if not self._drops(f.entity, by_id[f.unit_id][f.start : f.end])
        )

    def to_seeker(
        self, seeker: Seeker, units: Sequence[TextUnit], *, keep_citations: bool
    ) -> Seeker:
        """The batch's seeker for this document: less what was dropped, and for what was added."""
        if self.decisions is None:
            return seeker
        kept = [v for v in seeker.values if not self._drops(v.entity, v.text)]
        more = [FoundValue(entity, text) for entity, text in texts(self.decisions, units)]
        return Seeker(dict.fromkeys([*kept, *more]), keep_citations=keep_citations)

    def to_detector(self, detector: Detector) -> Detector:
        """The detector, which says nothing of what was dropped."""
        return detector if self.decisions is None else _Judged(detector, self.without_dropped)

    def values(self, units: Sequence[TextUnit]) -> tuple[FoundValue, ...]:
        """What was added, as it is looked for in the rest of the batch.

        A single word counts there only where it is written as a name.
        """
        if self.decisions is None:
            return ()
        return tuple(
            FoundValue(entity, text, name=len(text.split()) == 1 and text[:1].isupper())
            for entity, text in texts(self.decisions, units)
        )

    def _drops(self, entity: str, text: str) -> bool:
        return (
            self.decisions is not None
            and entity != PARTY
            and self.digests.value(text) in self.decisions.dropped
        )


@dataclass(frozen=True, slots=True)
class _Judged:
    """A detector after whose findings a person has looked."""

    detector: Detector
    judge: Callable[[Sequence[TextUnit], Iterable[Finding]], tuple[Finding, ...]]

    @property
    def fingerprint(self) -> str:
        """The detector's own."""
        return self.detector.fingerprint

    def find(self, units: Sequence[TextUnit]) -> tuple[Finding, ...]:
        """What the detector finds, less what was dropped."""
        return self.judge(units, self.detector.find(units))


def as_findings(places: Iterable[Added], units: Sequence[TextUnit]) -> list[Finding]:
    """The places that a reviewer added, as findings."""
    return [
        Finding(units[a.unit].unit_id, a.start, a.end, a.entity, 1.0, RECOGNIZER) for a in places
    ]


def require_no_review(gate: Gate, rule: ReviewRule, plan: Plan, units: Iterable[TextUnit]) -> None:
    """Do nothing, or raise: nobody has reviewed this document yet.

    Raises:
        ReviewRequiredError: somebody must; `places` are those of findings that the profile names.
    """
    if gate is Gate.OPEN:
        return
    doubtful = [f for f in plan.findings if f.score < rule.below or f.entity in rule.entities]
    reason = _REASONS.get(gate, "the profile has a person look at what was found")
    if doubtful or gate in _REASONS:
        where = {unit.unit_id: unit.place or unit.unit_id for unit in units}
        places = tuple(dict.fromkeys(f"{where[f.unit_id]}: {f.entity}" for f in doubtful))
        raise ReviewRequiredError(reason, places=places)
