"""The second reading lets nothing pass that was removed, and holds nothing that was not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from handoff.detection.propagation import Seeker
from handoff.detection.spreading import FoundValue
from handoff.model import (
    Leak,
    RecheckFailed,
    RecheckPassed,
    RedactionProfile,
    TextUnit,
    UnitKind,
)
from handoff.redaction.recheck import recheck

from .conftest import PatternDetector

SSN = PatternDetector(US_SSN=r"\d{3}-\d{2}-\d{4}", PERSON=r"\bMr [A-Z]\w+")
ANNA = FoundValue("PERSON", "Anna Kowalska")


def _units(*texts: str) -> list[TextUnit]:
    return [TextUnit(f"u{i}", UnitKind.BODY, t, f"page {i}") for i, t in enumerate(texts)]


def _judge(
    profile: RedactionProfile, values: Sequence[FoundValue], *texts: str
) -> RecheckPassed | RecheckFailed:
    return recheck(_units(*texts), Seeker(values), SSN, profile, ("one", "other"))


@pytest.mark.parametrize(
    "text",
    [
        "Anna Kowalska",
        "ANNA KOWALSKA",
        "anna\n\n kowalska",
        "An\u00adna Ko\u200bwalska",
        "\uff21nna \uff2bowalska",
        "A n n a  K o w a l s k a",
        "AnnaKowalska.docx",
        "anna-kowalska, anna_kowalska",
        "Anna&#32;Kowalska",
        "Anna&nbsp;Kowalska",
        "&#65;nna Kowalsk&#x61;",
        "https://x.example/?q=Anna%20Kowalska",
        "Anna=20Kowalska",
        r"\u0041nna Kowalska",
        "(Anna) [Kowalska]",
    ],
)
def test_a_removed_value_is_found_in_any_disguise(profile: RedactionProfile, text: str) -> None:
    verdict = _judge(profile, [ANNA], "clean", text)
    assert isinstance(verdict, RecheckFailed)
    assert {(leak.place, leak.entity) for leak in verdict.leaks} == {("page 1", "PERSON")}
    assert "owalska" not in repr(verdict)


def test_a_value_that_goes_on_in_the_next_unit_is_found(profile: RedactionProfile) -> None:
    assert isinstance(_judge(profile, [ANNA], "x Anna", "Kowalska y"), RecheckFailed)


@pytest.mark.parametrize("before", [199_990, 200_000, 200_900, 201_500])
def test_a_squeezed_value_is_found_anywhere_in_a_long_unit(
    profile: RedactionProfile, before: int
) -> None:
    text = ("lorem " * before)[:before] + " A n n a K o w a l s k a " + "ipsum " * 100
    assert isinstance(_judge(profile, [ANNA], text), RecheckFailed)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (FoundValue("PERSON", "May", name=True), "the parties may agree; may; may"),
        (FoundValue("PERSON", "Strand", name=True), "on the strand"),
        (FoundValue("PERSON", "A. Rejection"), "a rejection of the claim"),
        (FoundValue("ORGANIZATION", "State Bank"), "of the state bankers"),
        (FoundValue("PERSON", "Ann Lee"), "Joann Leeds"),
        (FoundValue("CASE_NUMBER", "12/345"), "112/3456"),
        (ANNA, "[PERSON-1] met [PERSON-2] on 3 May"),
        (FoundValue("ORGANIZATION", "Person"), "[PERSON-1]"),
    ],
)
def test_words_and_parts_of_words_hold_no_document(
    profile: RedactionProfile, value: FoundValue, text: str
) -> None:
    assert isinstance(_judge(profile, [value], text), RecheckPassed)


def test_a_new_finding_of_a_blocking_entity_holds_and_others_do_not(
    profile: RedactionProfile,
) -> None:
    verdict = _judge(profile, [], "Mr Novak, 536-22-1234")
    assert verdict == RecheckFailed((Leak("page 0", "US_SSN", "new"),))
    assert isinstance(_judge(profile, [], "Mr Novak"), RecheckPassed)


def test_raw_bytes_are_searched_for_values_and_not_for_new_findings(
    profile: RedactionProfile,
) -> None:
    raw = [TextUnit("raw", UnitKind.RAW, "536-22-1234", "raw bytes")]
    assert isinstance(recheck(raw, Seeker(()), SSN, profile, ("a", "b")), RecheckPassed)
    named = [TextUnit("raw", UnitKind.RAW, "xx Anna Kowalska", "raw bytes")]
    assert isinstance(recheck(named, Seeker([ANNA]), SSN, profile, ("a", "b")), RecheckFailed)


def test_the_proof_says_who_read_and_how_much(profile: RedactionProfile) -> None:
    verdict = _judge(profile, [ANNA], "a", "b")
    assert verdict == RecheckPassed(("one", "other"), values_sought=1, units_read=2)


def test_only_the_recheck_makes_a_proof() -> None:
    root = Path(__file__).resolve().parents[3] / "handoff"
    makers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"\bRecheckPassed\(", path.read_text(encoding="utf-8"))
    }
    assert makers == {"redaction/recheck.py"}
