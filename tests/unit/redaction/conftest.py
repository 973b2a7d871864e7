"""A profile, and a detector that knows a few patterns: this room is tested without the model."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from handoff.model import EntityRule, Finding, Operator, RedactionProfile, TextUnit


class PatternDetector:
    """A detector of the entities given, by pattern."""

    fingerprint = "0" * 64

    def __init__(self, **patterns: str) -> None:
        self.patterns = {name: re.compile(pattern) for name, pattern in patterns.items()}
        self.calls = 0

    def find(self, units: Sequence[TextUnit]) -> tuple[Finding, ...]:
        self.calls += 1
        return tuple(
            Finding(unit.unit_id, match.start(), match.end(), entity, 0.9, "pattern")
            for unit in units
            for entity, pattern in self.patterns.items()
            for match in pattern.finditer(unit.text)
        )


@pytest.fixture
def profile() -> RedactionProfile:
    operators = {
        "PERSON": Operator.PSEUDONYMIZE,
        "ORGANIZATION": Operator.PSEUDONYMIZE,
        "US_SSN": Operator.REMOVE,
        "ACCOUNT_NUMBER": Operator.MASK,
        "DATE_TIME": Operator.KEEP,
        "CREDIT_CARD": Operator.BLOCK,
    }
    return RedactionProfile(
        name="test",
        sha256="0" * 64,
        language="en",
        entities={entity: EntityRule(operator) for entity, operator in operators.items()},
        recheck_block=frozenset({"US_SSN"}),
    )
