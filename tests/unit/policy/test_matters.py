"""A matter's list: strict, and silent about its words when something is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from handoff.errors import ConfigError
from handoff.model import EntityRule, Operator, RedactionProfile
from handoff.policy.matters import with_matter

PROFILE = RedactionProfile(
    "p", "0" * 64, "en", {"PERSON": EntityRule(Operator.REMOVE)}, ("UK",), frozenset({"US_SSN"})
)
FILE = """\
parties:
  - Meridian Freight Ltd
  - name: Eleanor Hollis
    aliases: [Ellie, E. H.]
clients: [Okafor & Sons]
aliases: [Project Bluebird]
allow: [Crown Prosecution Service]
"""


def _with(tmp_path: Path, text: str, profile: RedactionProfile = PROFILE) -> RedactionProfile:
    path = tmp_path / "Zanzibar.yaml"
    path.write_text(text)
    return with_matter(profile, path)


def test_parties_go_and_allowed_terms_stay(tmp_path: Path) -> None:
    profile = _with(tmp_path, FILE)
    assert profile.parties == (
        ("Meridian Freight Ltd",),
        ("Eleanor Hollis", "Ellie", "E. H."),
        ("Okafor & Sons",),
        ("Project Bluebird",),
    )
    assert profile.allow == ("UK", "Crown Prosecution Service")
    assert profile.entities["PARTY"].operator is Operator.PSEUDONYMIZE
    assert profile.recheck_block == {"US_SSN", "PARTY"}


def test_a_changed_list_makes_another_form_of_every_document(tmp_path: Path) -> None:
    first, second = _with(tmp_path, FILE), _with(tmp_path, FILE + "# changed\n")
    assert first.sha256 == second.sha256 == PROFILE.sha256
    assert len({PROFILE.form, first.form, second.form}) == 3


def test_no_term_shows_in_a_repr(tmp_path: Path) -> None:
    shown = repr(_with(tmp_path, FILE))
    assert "Hollis" not in shown
    assert "Crown" not in shown


def test_a_profile_that_keeps_parties_is_refused(tmp_path: Path) -> None:
    keeping = replace(PROFILE, entities={"PARTY": EntityRule(Operator.KEEP)})
    with pytest.raises(ConfigError, match="keeps PARTY"):
        _with(tmp_path, FILE, keeping)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("party: [Zebedee]\n", 1),
        ("parties: [ok]\nclients: Zebedee\n", 2),
        ("parties:\n  - name: Zebedee\n    Zebedees: x\n", 3),
        ("parties: [Zebedee]\nallow: [zebedee]\n", 1),
        ("parties: [Zebedee, Zebedee]\n", 1),
        ("parties: [Z]\n", 1),
        ("parties: [--]\n", 1),
        ("parties: [7]\n", 1),
        ("parties: [Zebedee\n", 2),
        ("Zebedee: 1\nZebedee: 2\n", 2),
        ("- Zebedee\n", 1),
    ],
)
def test_a_mistake_is_said_by_its_line_and_by_no_word_of_the_file(
    tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(ConfigError) as raised:
        _with(tmp_path, text)
    assert raised.value.message == f"the matter file is not valid (line {line})"
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_a_missing_file_is_said_without_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as raised:
        with_matter(PROFILE, tmp_path / "Zanzibar.yaml")
    assert "Zanzibar" not in str(raised.value) + raised.value.hint


@pytest.mark.parametrize("number", ["2026-0417", "LIT-1234.5", "10234.0007", "m1"])
def test_a_matter_has_the_firms_number(tmp_path: Path, number: str) -> None:
    assert _with(tmp_path, f'id: "{number}"\n').matter_id == number


@pytest.mark.parametrize("name", ["Henderson", "Henderson-2026", "kim", "", "2026 0417", "1" * 41])
def test_a_name_is_no_number_of_a_matter(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        _with(tmp_path, f'id: "{name}"\n')
