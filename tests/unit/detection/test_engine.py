"""The detector: units in, offsets out."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from handoff.detection.context import words_pattern
from handoff.detection.engine import PresidioDetector
from handoff.errors import ConfigError
from handoff.model import EntityRule, Operator, RedactionProfile, TextUnit, UnitKind


def _unit(text: str, unit_id: str = "u", context: str = "") -> TextUnit:
    return TextUnit(unit_id, UnitKind.BODY, text, context=context)


def test_findings_are_offsets_into_their_own_unit(detector: PresidioDetector) -> None:
    units = [
        _unit("Nothing here.", "a"),
        _unit("\n\n  Dear Mr Zbigniew Kowalski,\n\nyour SSN is 536-22-1234.", "b"),
        _unit("Mr Zbigniew Kowalski", "c"),
    ]
    texts = {unit.unit_id: unit.text for unit in units}
    found = {(f.unit_id, f.entity, texts[f.unit_id][f.start : f.end]) for f in detector.find(units)}
    assert ("b", "PERSON", "Zbigniew Kowalski") in found
    assert ("b", "US_SSN", "536-22-1234") in found
    assert ("c", "PERSON", "Zbigniew Kowalski") in found
    assert not {f for f in found if f[0] == "a"}


def test_many_small_units_give_what_each_gives_alone(detector: PresidioDetector) -> None:
    texts = ["Anna Kowalska", "42", "", "Paris", "x@example.com", "Total", "Mr B. Novak"] * 3
    together = detector.find([_unit(t, f"u{i}") for i, t in enumerate(texts)])
    alone = [f for i, t in enumerate(texts) for f in detector.find([_unit(t, f"u{i}")])]
    assert list(together) == alone


def test_a_column_name_beside_a_cell_supports_a_weak_match(detector: PresidioDetector) -> None:
    assert not [f for f in detector.find([_unit("536221234")]) if f.entity == "US_SSN"]
    found = detector.find([_unit("536221234", context="SSN")])
    assert "US_SSN" in {f.entity for f in found}
    born = detector.find([_unit("1984-03-11", context="date of birth")])
    assert "DATE_OF_BIRTH" in {f.entity for f in born}


@pytest.mark.parametrize(
    ("words", "text", "supported"),
    [
        (["lic"], "the public key", False),
        (["lic"], "his LIC no", True),
        (["account number"], "account numbers follow", True),
        (["ss#"], "(SS# 1)", True),
        (["tel"], "hotel, telegram", False),
    ],
)
def test_a_context_word_is_a_whole_word(words: list[str], text: str, supported: bool) -> None:
    """Presidio #1063: "public" must not support a licence because of its "lic"."""
    assert bool(words_pattern(words).search(text.casefold())) is supported


def test_no_licence_is_seen_beside_the_word_public(detector: PresidioDetector) -> None:
    found = detector.find([_unit("the public m2 key F2551204 was published")])
    assert "DRIVER_LICENSE" not in {f.entity for f in found}


@pytest.mark.parametrize(
    "text",
    [
        "the Applicant and the Respondent appeared before the Court",
        "the Seller shall deliver the Goods to the Buyer under Section 3 of this Agreement",
        "The Company and the Purchaser entered into the Share Purchase Agreement",
        "The Government contested that argument. The Chamber declared the application admissible.",
        "Article 6 of the Convention; Schedule 2; Exhibit A; Clause 14.2(b)",
        "the Kingdom of Sweden and the SEC",
        "IBAN",
        "VAT",
    ],
)
def test_roles_instruments_and_public_bodies_are_no_findings(
    find: Callable[[str], list[tuple[str, str]]], text: str
) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ZBIGNIEW KOWALSKI, CLAIMANT", "ZBIGNIEW KOWALSKI"),
        ("BETWEEN SOPHY SANTINO AND THE COMPANY", "SOPHY SANTINO"),
        (
            "It was signed on behalf of the company by Zbigniew\nKowalski on Monday",
            "Zbigniew\nKowalski",
        ),
        ("Z\u00adbigniew Kowal\u200bski came", "Z\u00adbigniew Kowal\u200bski"),
        ("Mr Kowalski\u2019s house", "Kowalski"),
    ],
)
def test_names_are_found_whatever_the_typography(
    find: Callable[[str], list[tuple[str, str]]], text: str, name: str
) -> None:
    assert ("PERSON", name) in find(text)


def test_allowed_terms_stand_only_as_a_whole(find: Callable[[str], list[tuple[str, str]]]) -> None:
    assert find("He lives in Sweden.") == []
    assert [text for _, text in find("He lives in Stockholm.")] == ["Stockholm"]


def test_neighbours_of_one_entity_stay_two_findings(
    find: Callable[[str], list[tuple[str, str]]],
) -> None:
    emails = [text for entity, text in find("a@example.com b@example.com") if "EMAIL" in entity]
    assert emails == ["a@example.com", "b@example.com"]


def test_entities_kept_by_the_profile_are_not_looked_for(
    model: Path, profile: RedactionProfile
) -> None:
    kept = replace(
        profile,
        entities={**profile.entities, "PERSON": EntityRule(Operator.KEEP)},
    )
    found = PresidioDetector(model, kept).find([_unit("Mr Zbigniew Kowalski, a@example.com")])
    assert {f.entity for f in found} == {"EMAIL_ADDRESS"}


def test_thresholds_are_per_entity(model: Path, profile: RedactionProfile) -> None:
    text = "reach us under 020 7946 0958 in the evening"

    def entities(threshold: float) -> set[str]:
        rules = {"PHONE_NUMBER": EntityRule(Operator.REMOVE, threshold)}
        strict = replace(profile, entities=rules, recheck_block=frozenset())
        return {f.entity for f in PresidioDetector(model, strict).find([_unit(text)])}

    assert entities(0.3) == {"PHONE_NUMBER"}
    assert entities(0.99) == set()


def test_an_entity_that_nothing_finds_is_a_configuration_error(
    model: Path, profile: RedactionProfile
) -> None:
    typo = replace(profile, entities={"PRESON": EntityRule(Operator.REMOVE)})
    with pytest.raises(ConfigError, match="PRESON"):
        PresidioDetector(model, typo)


def test_the_rechecker_looks_for_the_blocking_entities_alone(detector: PresidioDetector) -> None:
    found = detector.rechecker().find([_unit("Mr Zbigniew Kowalski, a@example.com, 536-22-1234")])
    assert {f.entity for f in found} == {"EMAIL_ADDRESS", "US_SSN"}


def test_the_rechecker_finds_the_same_whether_the_detector_saw_the_text_or_not(
    detector: PresidioDetector,
) -> None:
    units = [_unit("Mr Zbigniew Kowalski, b@example.com, 536-22-1234")]
    detector.forget()
    alone = detector.rechecker().find(units)
    detector.find(units)
    assert detector.rechecker().find(units) == alone
    assert len(alone) == 2


def test_the_fingerprint_changes_with_the_profile(
    model: Path, profile: RedactionProfile, detector: PresidioDetector
) -> None:
    same = PresidioDetector(model, profile).fingerprint
    other = PresidioDetector(model, replace(profile, sha256="1" * 64)).fingerprint
    assert detector.fingerprint == same != other
    assert len(same) == 64


def test_finding_logs_no_text_and_opens_no_connection(
    detector: PresidioDetector, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the detector opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with caplog.at_level(logging.DEBUG):
        detector.find(
            [_unit("Mr Planted Secretson, secretson@planted.example, 4111 1111 1111 1111")]
        )
    assert "ecretson" not in caplog.text
    assert "4111" not in caplog.text


def test_results_are_the_same_from_memory(detector: PresidioDetector) -> None:
    units = [_unit("Anna Kowalska met Mr B. Novak in Kraków on 3 May 2001. Ref 12345/06")]
    assert detector.find(units) == detector.find(units)


def test_parts_of_a_name_in_cells_are_found_under_their_headings(
    detector: PresidioDetector,
) -> None:
    cells = [_unit("Zyxa", "a", "First name"), _unit("Quillby", "b", "Last name")]
    found = {(f.unit_id, f.entity) for f in detector.find(cells)}
    assert found >= {("a", "PERSON"), ("b", "PERSON")}
    others = [_unit("Date", "a", "First name"), _unit("Zyxa", "b", "Product")]
    assert "handoff-person" not in {f.recognizer for f in detector.find(others)}
