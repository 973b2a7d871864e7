"""Apply redactions to text. Pure functions; the only place where offsets become edits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from handoff.model import Redaction


def by_unit(redactions: Iterable[Redaction]) -> dict[str, list[Redaction]]:
    """`redactions` grouped by the id of the unit they change, each group ordered by start."""
    groups: dict[str, list[Redaction]] = defaultdict(list)
    for redaction in redactions:
        groups[redaction.finding.unit_id].append(redaction)
    for group in groups.values():
        group.sort(key=lambda redaction: redaction.finding.start)
    return dict(groups)


def splice(text: str, redactions: Sequence[Redaction]) -> str:
    """`text` with each redaction's span replaced; spans are clipped to the text."""
    pieces: list[str] = []
    position = 0
    for redaction in redactions:
        start = max(position, redaction.finding.start)
        pieces += (text[position:start], redaction.replacement)
        position = max(start, min(redaction.finding.end, len(text)))
    pieces.append(text[position:])
    return "".join(pieces)


def strip_prefix(redactions: Iterable[Redaction], prefix: str) -> tuple[Redaction, ...]:
    """Those of `redactions` whose unit id starts with `prefix + "/"`, with that part cut off."""
    head = prefix + "/"
    return tuple(
        replace(
            redaction,
            finding=replace(redaction.finding, unit_id=redaction.finding.unit_id[len(head) :]),
        )
        for redaction in redactions
        if redaction.finding.unit_id.startswith(head)
    )


def edited(text: str, unit_id: str, groups: Mapping[str, list[Redaction]]) -> str:
    """`text` of the unit `unit_id` after its redactions in `groups`, unchanged without any."""
    return splice(text, groups[unit_id]) if unit_id in groups else text
