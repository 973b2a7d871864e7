"""The record of what was redacted in one document: what kind, where, by which rule; never the text.

JSON Lines, described in docs/formats/redactions.md. A unit is named by its number in the reading,
not by its id: an id may hold the name of a part of the file, which somebody chose.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from handoff.model import Operator, Redaction, TextUnit

TYPE, VERSION = "handoff-redactions", 1


def record(
    units: Sequence[TextUnit],
    redactions: Sequence[Redaction],
    *,
    control_number: str,
    document_sha256: str,
) -> bytes:
    """The record of one document: a head, then a line for each of `redactions`.

    The same document, profile and batch give the same bytes.

    Args:
        units: what was read, in its order.
        redactions: of these units.
        control_number: the document's.
        document_sha256: hex digest of the redacted document.
    """
    head = {
        "type": TYPE,
        "version": VERSION,
        "control_number": control_number,
        "document": f"sha256:{document_sha256}",
        "units": len(units),
        "redactions": len(redactions),
    }
    return "".join(_line(entry) for entry in (head, *_entries(units, redactions))).encode()


def _entries(
    units: Sequence[TextUnit], redactions: Sequence[Redaction]
) -> Iterator[dict[str, object]]:
    numbered = {unit.unit_id: (number, unit) for number, unit in enumerate(units, 1)}
    for redaction in redactions:
        finding = redaction.finding
        number, unit = numbered[finding.unit_id]
        yield {
            "unit": number,
            "kind": unit.kind.value,
            "place": unit.place,
            "start": finding.start,
            "end": finding.end,
            "entity": finding.entity,
            "recognizer": finding.recognizer,
            "score": round(finding.score, 3),
            "operator": redaction.operator.value,
            "replacement": _tag(redaction),
        }


def _tag(redaction: Redaction) -> str:
    """What stands there now; nothing for a mask, which keeps the punctuation of what it hides."""
    return "" if redaction.operator is Operator.MASK else redaction.replacement


def _line(entry: dict[str, object]) -> str:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":")) + "\n"
