"""Who counts as the same, and how tags are numbered."""

from __future__ import annotations

import pytest

from handoff.redaction.pseudonyms import Aliases, assign, in_order, normalised, token


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("PERSON", "Anna Smith", "ANNA\n SMITH"),
        ("PERSON", "Anna Smith", "Mrs. Anna Smith"),
        ("PERSON", "Anna Smith", "Smith, Anna"),
        ("PERSON", "O\u2019Brien", "O'BRIEN"),
        ("PERSON", "Anna\u00a0Smith", "anna smith"),
        ("ORGANIZATION", "Acme Holdings, Inc.", "ACME HOLDINGS INC"),
        ("CASE_NUMBER", "18403 / 91", "18403/91"),
        ("EMAIL_ADDRESS", "A@B.example", "a@b.example"),
    ],
)
def test_variants_of_a_value_are_the_same(entity: str, one: str, other: str) -> None:
    assert normalised(entity, one) == normalised(entity, other)


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("PERSON", "Anna Smith", "Ann Smith"),
        ("PERSON", "Anna Smith", "Smith"),
        ("ORGANIZATION", "Smith, Anna", "Anna Smith"),
        ("CASE_NUMBER", "18403/91", "1840/391"),
    ],
)
def test_different_values_stay_different(entity: str, one: str, other: str) -> None:
    assert normalised(entity, one) != normalised(entity, other)


def test_entities_never_share_a_token() -> None:
    assert token(b"k", "PERSON", "x") != token(b"k", "ORGANIZATION", "x")
    assert len(token(b"k", "PERSON", "x")) == 64


def test_numbers_count_within_an_entity_in_order_of_first_appearance() -> None:
    tokens = [("PERSON", "b"), ("ORGANIZATION", "c"), ("PERSON", "a"), ("PERSON", "b")]
    assert assign(tokens) == {"b": 1, "c": 1, "a": 2}
    assert in_order(tokens) == (("PERSON", "b"), ("ORGANIZATION", "c"), ("PERSON", "a"))


def test_a_surname_of_two_people_is_neither() -> None:
    aliases = Aliases(["Anna Smith", "Jan Smith"])
    assert aliases.canonical("PERSON", "Smith") == "smith"


def test_only_people_have_aliases() -> None:
    aliases = Aliases(["Anna Smith"])
    assert aliases.canonical("PERSON", "Mr Smith") == "anna smith"
    assert aliases.canonical("ORGANIZATION", "Smith") == "smith"


def test_a_surname_with_its_initial_is_the_full_name_and_with_another_is_not() -> None:
    aliases = Aliases(["Anna Smith"])
    assert aliases.canonical("PERSON", "A. Smith") == "anna smith"
    assert aliases.canonical("PERSON", "B. Smith") == "b smith"
    assert aliases.canonical("PERSON", "Bo Smith") == "bo smith"


def test_an_alias_of_a_party_is_the_party() -> None:
    aliases = Aliases((), [("Meridian Freight Ltd", "Meridian", "MFL")])
    assert aliases.canonical("PARTY", "MERIDIAN") == "meridian freight ltd"
    assert aliases.canonical("PARTY", "Other") == "other"
