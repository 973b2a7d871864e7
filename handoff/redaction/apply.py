"""Redactions applied to units in memory: what the document will say, before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handoff.model import Redaction, TextUnit


def applied(units: Sequence[TextUnit], redactions: Sequence[Redaction]) -> tuple[TextUnit, ...]:
    """`units` with `redactions` in place of what they cover."""
    by_unit: dict[str, list[Redaction]] = {}
    for redaction in redactions:
        by_unit.setdefault(redaction.finding.unit_id, []).append(redaction)
    return tuple(
        replace(unit, text=apply_to_text(unit.text, by_unit[unit.unit_id]))
        if unit.unit_id in by_unit
        else unit
        for unit in units
    )


def apply_to_text(text: str, redactions: Sequence[Redaction]) -> str:
    """`text` with `redactions` (ordered, not overlapping) in place of what they cover."""
    parts: list[str] = []
    after = 0
    for redaction in redactions:
        parts += (text[after : redaction.finding.start], redaction.replacement)
        after = redaction.finding.end
    return "".join([*parts, text[after:]])


def replacement_spans(redactions: Sequence[Redaction]) -> list[tuple[int, int]]:
    """Where the replacements of one unit's `redactions` stand in its redacted text."""
    spans: list[tuple[int, int]] = []
    shift = 0
    for redaction in redactions:
        start = redaction.finding.start + shift
        spans.append((start, start + len(redaction.replacement)))
        shift += len(redaction.replacement) - (redaction.finding.end - redaction.finding.start)
    return spans
