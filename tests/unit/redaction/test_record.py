"""The record of redactions says what, where and by which rule, and holds no text."""

from __future__ import annotations

import json

from handoff.model import Finding, Operator, Redaction, TextUnit, UnitKind
from handoff.redaction.record import record

UNITS = (
    TextUnit("word/zebulon.xml#1", UnitKind.BODY, "nothing here", "paragraph 1"),
    TextUnit("word/zebulon.xml#2", UnitKind.COMMENT, "Zebulon Quark, O'Zeb 12-34", "comment 1"),
)


def redaction(start: int, end: int, operator: Operator, replacement: str) -> Redaction:
    finding = Finding("word/zebulon.xml#2", start, end, "PERSON", 0.85, "SpacyRecognizer")
    return Redaction(finding, operator, replacement)


def lines(*redactions: Redaction) -> list[dict[str, object]]:
    made = record(UNITS, redactions, control_number="ACME-000001", document_sha256="ab" * 32)
    return [json.loads(line) for line in made.splitlines()]


def test_a_redaction_is_told_by_its_place_and_rule() -> None:
    head, line = lines(redaction(0, 13, Operator.PSEUDONYMIZE, "[PERSON-1]"))
    assert head["control_number"] == "ACME-000001"
    assert head["document"] == f"sha256:{'ab' * 32}"
    assert (head["units"], head["redactions"]) == (2, 1)
    assert line == {
        "unit": 2,
        "kind": "comment",
        "place": "comment 1",
        "start": 0,
        "end": 13,
        "entity": "PERSON",
        "recognizer": "SpacyRecognizer",
        "score": 0.85,
        "operator": "pseudonymize",
        "replacement": "[PERSON-1]",
    }


def test_neither_text_nor_a_name_out_of_the_file_stands_in_it() -> None:
    masked = redaction(15, 26, Operator.MASK, "*'*** **-**")
    made = record(UNITS, (masked,), control_number="ACME-000001", document_sha256="ab" * 32)
    assert b"zeb" not in made.lower()
    assert b"*" not in made, "a mask keeps the punctuation of what it hides"
