"""Findings in context, made in a worker: a document is parsed nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handoff.detection.propagation import PARTY, Seeker
from handoff.detection.spreading import FoundValue
from handoff.model import Finding, Operator, RedactionProfile, TextUnit
from handoff.pipeline.decisions import Added, Digests
from handoff.pipeline.decisions_applied import RECOGNIZER, Applied, as_findings
from handoff.pipeline.reviewing_values import Examined, ExamineTask, Occurrence, Passage, Value

AROUND = 60
"""Characters shown before and after a value."""
SHOWN = 10
"""Places shown of one value."""
MARKS = (">>", "<<")
_LONGEST = 300
_SCREEN, _PASSAGE = 3_000, 1_500
"""Characters of text shown at a time, and of one unit."""


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
    acted = [f for f in seen.everywhere if _operator(profile, f) is not Operator.KEEP] + more
    return Examined(
        doc_id=task.doc_id,
        reading=digests.reading(units),
        findings=digests.findings(seen.findings),
        values=tuple(_values(acted, units, profile, digests)),
        added=places,
        missing=missing,
        passages=tuple(_passages(units, acted, task.first)) if task.first >= 0 else (),
    )


def _passages(
    units: Sequence[TextUnit], findings: Sequence[Finding], first: int
) -> Iterator[Passage]:
    """A screen of text, from the unit `first` on."""
    by_unit: dict[str, list[tuple[int, int]]] = {}
    for finding in findings:
        by_unit.setdefault(finding.unit_id, []).append((finding.start, finding.end))
    shown = 0
    for number, unit in enumerate(units[first:], first):
        text = _marked(unit.text[:_PASSAGE], sorted(by_unit.get(unit.unit_id, [])))
        more = " ..." if len(unit.text) > _PASSAGE else ""
        yield Passage(number, unit.place or unit.unit_id, text + more)
        shown += len(text)
        if shown > _SCREEN:
            break


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with marks around the spans; those that overlap are marked as one."""
    parts: list[str] = []
    after = 0
    for start, end in _merged(spans):
        if start < len(text):
            parts += (text[after:start], MARKS[0], text[start:end], MARKS[1])
            after = end
    return "".join([*parts, text[after:]])


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _located(
    units: Sequence[TextUnit], wanted: Sequence[tuple[str, str]]
) -> tuple[tuple[Added, ...], tuple[int, ...]]:
    """Every place of each text, whatever its case and spacing; and the texts without one.

    Only within a unit: the half of a text that ends a paragraph may be a word like any other.
    """
    numbers = {unit.unit_id: number for number, unit in enumerate(units)}
    places: dict[Added, None] = {}
    missing: list[int] = []
    for index, (entity, text) in enumerate(wanted):
        seeker = Seeker([FoundValue(entity, text)], keep_citations=False)
        found = [finding for unit in units for finding in seeker.find([unit])]
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
