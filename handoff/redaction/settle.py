"""Redacting until nothing more is found.

A redaction changes what stands beside it, and a number that was half covered may now look like
another. So the redacted text is looked at again before anything is written; what turns up is
redacted too. The recheck of the written file then has nothing new to find.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from handoff.model import Finding, Operator, Redaction, RedactionProfile, TextUnit
from handoff.ports import Detector
from handoff.redaction.apply import applied, replacement_spans
from handoff.redaction.operators import REMOVED, tag

MAX_ROUNDS = 3


def settle(
    units: Sequence[TextUnit],
    redactions: Sequence[Redaction],
    detector: Detector,
    profile: RedactionProfile,
) -> tuple[Redaction, ...]:
    """`redactions` and what `detector` still finds in the units as redacted.

    Only units that have redactions are looked at: the others are as they were when the findings
    were made. Ends when nothing is found, or after three rounds; what is then left is the
    recheck's to find.
    """
    by_unit: dict[str, list[Redaction]] = {}
    for redaction in redactions:
        by_unit.setdefault(redaction.finding.unit_id, []).append(redaction)
    changed = [unit for unit in units if unit.unit_id in by_unit]
    for _ in range(MAX_ROUNDS):
        flat = [r for unit in changed for r in by_unit[unit.unit_id]]
        more = detector.find(applied(changed, flat))
        grown = {f.unit_id for f in more if _add(by_unit[f.unit_id], f, profile)}
        changed = [unit for unit in changed if unit.unit_id in grown]
        if not changed:
            break
    return tuple(r for unit in units for r in by_unit.get(unit.unit_id, ()))


def _add(redactions: list[Redaction], finding: Finding, profile: RedactionProfile) -> bool:
    """Add the redaction of `finding`, whose offsets are into the redacted text; say if it was."""
    rule = profile.entities.get(finding.entity)
    if rule is None or rule.operator in {Operator.KEEP, Operator.BLOCK}:
        return False
    spans = replacement_spans(redactions)
    if any(start < finding.end and finding.start < end for start, end in spans):
        return False  # it leans on a tag: the model took the tag for a part of a name
    before = bisect_right(spans, (finding.start, finding.start))
    shift = _shift(redactions, before)
    start, end = finding.start - shift, finding.end - shift
    pseudonym = rule.operator is Operator.PSEUDONYMIZE
    replacement = tag(finding.entity, None) if pseudonym else REMOVED
    moved = Finding(finding.unit_id, start, end, finding.entity, finding.score, finding.recognizer)
    redactions.insert(before, Redaction(moved, rule.operator, replacement))
    return True


def _shift(redactions: Sequence[Redaction], count: int) -> int:
    """How much longer the first `count` replacements are than what they replace."""
    lengths = (len(r.replacement) - (r.finding.end - r.finding.start) for r in redactions[:count])
    return sum(lengths)
