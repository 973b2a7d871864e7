"""Redacting until nothing more is found."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.model import Finding, Operator, Redaction, RedactionProfile, TextUnit, UnitKind
from handoff.redaction.apply import applied
from handoff.redaction.settle import MAX_ROUNDS, settle

from .conftest import PatternDetector


def _redaction(unit_id: str, start: int, end: int, replacement: str) -> Redaction:
    finding = Finding(unit_id, start, end, "PERSON", 0.9, "t")
    return Redaction(finding, Operator.PSEUDONYMIZE, replacement)


def _settled(
    profile: RedactionProfile, text: str, redactions: Sequence[Redaction], **patterns: str
) -> str:
    units = [TextUnit("u", UnitKind.BODY, text)]
    result = settle(units, redactions, PatternDetector(**patterns), profile)
    starts = [r.finding.start for r in result]
    assert starts == sorted(starts)
    return applied(units, result)[0].text


def test_what_turns_up_beside_a_tag_is_redacted_in_its_place(profile: RedactionProfile) -> None:
    text = "1-22-333 Anna 4-55-666 Bob 7-88-999"
    redactions = [_redaction("u", 9, 13, "[PERSON-10]"), _redaction("u", 23, 26, "[PERSON-2]")]
    settled = _settled(profile, text, redactions, US_SSN=r"\d-\d\d-\d{3}")
    assert settled == "[REDACTED] [PERSON-10] [REDACTED] [PERSON-2] [REDACTED]"


def test_a_new_pseudonym_has_no_number(profile: RedactionProfile) -> None:
    redactions = [_redaction("u", 0, 4, "[PERSON-1]")]
    assert _settled(profile, "Anna Bob", redactions, PERSON=r"\bBob\b") == "[PERSON-1] [PERSON]"


def test_a_finding_that_leans_on_a_tag_is_left(profile: RedactionProfile) -> None:
    redactions = [_redaction("u", 0, 4, "[PERSON-1]")]
    assert _settled(profile, "Anna x", redactions, PERSON=r"PERSON-1\] x") == "[PERSON-1] x"


def test_entities_kept_or_unknown_are_left(profile: RedactionProfile) -> None:
    redactions = [_redaction("u", 0, 4, "[PERSON-1]")]
    patterns = {"DATE_TIME": "May", "LOCATION": "Rome", "CREDIT_CARD": "4111"}
    settled = _settled(profile, "Anna May Rome 4111", redactions, **patterns)
    assert settled == "[PERSON-1] May Rome 4111"


def test_units_without_redactions_are_not_looked_at_again(profile: RedactionProfile) -> None:
    detector = PatternDetector(US_SSN="x")
    units = [TextUnit("u", UnitKind.BODY, "x")]
    assert settle(units, [], detector, profile) == ()


def test_it_ends_even_where_every_redaction_shows_another(profile: RedactionProfile) -> None:
    class Endless(PatternDetector):
        def find(self, units: Sequence[TextUnit]) -> tuple[Finding, ...]:
            self.calls += 1
            text = units[0].text
            return (Finding("u", len(text) - 1, len(text), "US_SSN", 1.0, "t"),)

    detector = Endless()
    units = [TextUnit("u", UnitKind.BODY, "Anna" + "x" * 50)]
    settle(units, [_redaction("u", 0, 4, "[PERSON-1]")], detector, profile)
    assert detector.calls <= MAX_ROUNDS
