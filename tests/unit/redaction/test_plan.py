"""What is decided about findings: union, strictness, tags."""

from __future__ import annotations

import pytest

from handoff.errors import BlockedError
from handoff.model import Finding, RedactionProfile, TextUnit, UnitKind
from handoff.redaction.apply import applied
from handoff.redaction.plan import Plan, decide
from handoff.redaction.pseudonyms import Aliases, assign

KEY = b"k" * 32


def _unit(text: str, unit_id: str = "u") -> TextUnit:
    return TextUnit(unit_id, UnitKind.BODY, text, place=f"place of {unit_id}")


def _finding(text: str, value: str, entity: str, unit_id: str = "u", score: float = 0.9) -> Finding:
    start = text.index(value)
    return Finding(unit_id, start, start + len(value), entity, score, "test")


def _redacted(profile: RedactionProfile, text: str, *values: tuple[str, str]) -> str:
    units = [_unit(text)]
    plan = decide(units, [_finding(text, v, e) for v, e in values], profile, KEY)
    (unit,) = applied(units, plan.redactions(assign(plan.tokens)))
    return unit.text


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Hi Anna Smith.", [("Anna Smith", "PERSON")], "Hi [PERSON-1]."),
        ("SSN 536-22-1234!", [("536-22-1234", "US_SSN")], "SSN [REDACTED]!"),
        ("a/c 12-34 5678", [("12-34 5678", "ACCOUNT_NUMBER")], "a/c **-** ****"),
        ("on 3 May", [("3 May", "DATE_TIME")], "on 3 May"),
        # an entity that the profile does not name is left alone
        ("in Rome", [("Rome", "LOCATION")], "in Rome"),
        # the union of an overlap goes, under the name of the longest
        (
            "Anna Smith Ltd Co",
            [("Anna Smith", "PERSON"), ("Smith Ltd Co", "ORGANIZATION")],
            "[ORGANIZATION-1]",
        ),
        # contained: the outer one
        ("Anna Smith", [("Anna Smith", "PERSON"), ("Smith", "ORGANIZATION")], "[PERSON-1]"),
        # the strictest operator wins, whatever its length and score
        ("A 536-22-1234 B", [("A 536-22-1234 B", "PERSON"), ("536-22-1234", "US_SSN")],
         "[REDACTED]"),
        # neighbours stay two
        ("AnnaBob", [("Anna", "PERSON"), ("Bob", "PERSON")], "[PERSON-1][PERSON-2]"),
        # a chain of overlaps is one
        ("abcdef", [("abc", "PERSON"), ("cde", "PERSON"), ("ef", "PERSON")], "[PERSON-1]"),
    ],
)  # fmt: skip
def test_each_operator_and_every_overlap(
    profile: RedactionProfile, text: str, values: list[tuple[str, str]], expected: str
) -> None:
    assert _redacted(profile, text, *values) == expected


def test_a_kept_entity_does_not_shield_what_it_overlaps(profile: RedactionProfile) -> None:
    text = "3 May Smith"
    assert _redacted(profile, text, (text, "DATE_TIME"), ("Smith", "PERSON")) == "3 May [PERSON-1]"


def test_a_blocked_entity_names_the_place_and_not_the_text(profile: RedactionProfile) -> None:
    text = "card 4111 1111 1111 1111"
    plan = decide(
        [_unit(text)], [_finding(text, "4111 1111 1111 1111", "CREDIT_CARD")], profile, KEY
    )
    assert plan.blocked == ("place of u: CREDIT_CARD",)
    with pytest.raises(BlockedError) as raised:
        plan.check()
    assert raised.value.places == ("place of u: CREDIT_CARD",)
    assert "4111" not in str(raised.value)


def test_a_plan_without_blocks_passes(profile: RedactionProfile) -> None:
    decide([_unit("x")], [], profile, KEY).check()


def test_the_same_person_has_one_token_whatever_the_writing(profile: RedactionProfile) -> None:
    texts = ["Anna Kowalska", "ANNA  KOWALSKA", "Mrs Anna Kowalska", "Kowalska, Anna"]
    units = [_unit(text, f"u{i}") for i, text in enumerate(texts)]
    findings = [_finding(t, t, "PERSON", f"u{i}") for i, t in enumerate(texts)]
    plan = decide(units, findings, profile, KEY)
    assert len(plan.tokens) == 1
    assert plan.counts == {"PERSON": 4}


def test_a_surname_is_the_one_full_name_that_ends_in_it(profile: RedactionProfile) -> None:
    text = "Anna Kowalska. Kowalska."
    units = [_unit(text)]
    findings = [
        Finding("u", 0, 13, "PERSON", 0.9, "t"),
        Finding("u", 15, 23, "PERSON", 0.9, "t"),
    ]
    one = decide(units, findings, profile, KEY, Aliases(["Anna Kowalska"]))
    assert len(one.tokens) == 1
    two = decide(units, findings, profile, KEY, Aliases(["Anna Kowalska", "Jan Kowalska"]))
    assert len(two.tokens) == 2


def test_tokens_depend_on_the_key_and_are_in_order_of_appearance(profile: RedactionProfile) -> None:
    text = "Bob and Anna and Bob"
    units = [_unit(text)]
    findings = [
        Finding("u", 17, 20, "PERSON", 0.9, "t"),
        Finding("u", 8, 12, "PERSON", 0.9, "t"),
        Finding("u", 0, 3, "PERSON", 0.9, "t"),
    ]
    plan = decide(units, findings, profile, KEY)
    assert list(assign(plan.tokens).values()) == [1, 2]
    assert applied(units, plan.redactions(assign(plan.tokens)))[0].text == (
        "[PERSON-1] and [PERSON-2] and [PERSON-1]"
    )
    assert plan.tokens != decide(units, findings, profile, b"x" * 32).tokens


def test_plans_never_show_text(profile: RedactionProfile) -> None:
    text = "Anna Kowalska"
    plan = decide([_unit(text)], [_finding(text, text, "PERSON")], profile, KEY)
    assert "Kowalska" not in repr(plan)


def test_an_empty_finding_changes_nothing(profile: RedactionProfile) -> None:
    plan = decide([_unit("abc")], [Finding("u", 1, 1, "PERSON", 1.0, "t")], profile, KEY)
    assert plan == Plan(())
