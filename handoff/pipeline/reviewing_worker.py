"""Findings in context, made in a worker: a document is parsed nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handoff.detection.propagation import PARTY, Seeker
from handoff.detection.spreading import FoundValue
from handoff.model import Finding, Operator, RedactionProfile, TextUnit
from handoff.pipeline.decisions import Added, Digests
from handoff.pipeline.decisions_applied import RECOGNIZER, Applied, as_findings
from handoff.pipeline.reviewing_values import Examined, ExamineTask, Occurrence, Value

AROUND = 60
"""Characters shown before and after a value."""
SHOWN = 20
"""Places shown of one value."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Seen:
    """A document that was read, what was found in it, and what the batch's seeker adds to that."""

    units: tuple[TextUnit, ...]
    findings: tuple[Finding, ...]
    everywhere: tuple[Finding, ...]


def examined(
    task: ExamineTask, seen: Seen, profile: RedactionProfile, digests: Digests
) -> Examined:
    """What a reviewer of the document looks at.

    Raises:
        ReviewStaleError: the earlier review that is to be looked at saw something else.
    """
    units = seen.units
    places, missing = _located(units, task.wanted)
    more = as_findings(places, units)
    if task.decisions is not None:
        Applied(task.decisions, digests).to_findings(units, seen.findings)
        more += as_findings(task.decisions.added, units)
    acted = [f for f in seen.everywhere if _operator(profile, f) is not Operator.KEEP]
    return Examined(
        doc_id=task.doc_id,
        reading=digests.reading(units),
        findings=digests.findings(seen.findings),
        values=tuple(_values([*acted, *more], units, profile, digests)),
        added=places,
        missing=missing,
    )


def _located(
    units: Sequence[TextUnit], wanted: Sequence[tuple[str, str]]
) -> tuple[tuple[Added, ...], tuple[int, ...]]:
    """Every place of each text, whatever its case and spacing; and the texts without one."""
    numbers = {unit.unit_id: number for number, unit in enumerate(units)}
    places: dict[Added, None] = {}
    missing: list[int] = []
    for index, (entity, text) in enumerate(wanted):
        found = Seeker([FoundValue(entity, text)], keep_citations=False).find(units)
        places |= {Added(numbers[f.unit_id], f.start, f.end, entity): None for f in found}
        if not found:
            missing.append(index)
    return tuple(places), tuple(missing)


def _operator(profile: RedactionProfile, finding: Finding) -> Operator:
    rule = profile.entities.get(finding.entity)
    return rule.operator if rule else Operator.KEEP


def _values(
    findings: Sequence[Finding],
    units: Sequence[TextUnit],
    profile: RedactionProfile,
    digests: Digests,
) -> list[Value]:
    by_id = {unit.unit_id: unit for unit in units}
    by_text: dict[str, list[Finding]] = {}
    for finding in findings:
        text = by_id[finding.unit_id].text[finding.start : finding.end]
        by_text.setdefault(digests.value(text), []).append(finding)
    made = [_value(digest, same, by_id, profile) for digest, same in by_text.items()]
    return sorted(made, key=lambda v: (not v.blocked, v.score, -v.count))


def _value(
    digest: str, same: Sequence[Finding], units: dict[str, TextUnit], profile: RedactionProfile
) -> Value:
    spans = dict.fromkeys((f.unit_id, f.start, f.end) for f in same)
    shown = [_occurrence(units[unit_id], start, end) for unit_id, start, end in [*spans][:SHOWN]]
    return Value(
        digest=digest,
        entities=tuple(sorted({f.entity for f in same})),
        score=min(f.score for f in same),
        recognizers=tuple(sorted({f.recognizer for f in same})),
        count=len(spans),
        occurrences=tuple(shown),
        blocked=any(_operator(profile, f) is Operator.BLOCK for f in same),
        listed=any(f.entity == PARTY for f in same),
        added=any(f.recognizer == RECOGNIZER for f in same),
    )


def _occurrence(unit: TextUnit, start: int, end: int) -> Occurrence:
    text = unit.text
    return Occurrence(
        place=unit.place or unit.unit_id,
        before=text[max(0, start - AROUND) : start],
        text=text[start : min(end, start + _LONGEST)],
        after=text[end : end + AROUND],
    )
