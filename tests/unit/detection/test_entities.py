"""The light list of entities and the recognizers agree."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from handoff.detection.entities import ENTITIES, optional_assets, require_known
from handoff.detection.registry import FACTORIES
from handoff.errors import ConfigError
from handoff.model import EntityRule, Operator, RedactionProfile


def test_every_entity_a_profile_may_name_has_something_that_finds_it() -> None:
    assert set(ENTITIES) == set(FACTORIES)


def test_a_profile_for_a_language_that_nothing_reads_is_refused() -> None:
    profile = RedactionProfile("p", "0" * 64, "sv", {"PERSON": EntityRule(Operator.REMOVE)})
    with pytest.raises(ConfigError, match="sv"):
        require_known(profile)


def test_a_language_without_a_model_must_be_asked_for_by_patterns() -> None:
    rules = {"PERSON": EntityRule(Operator.REMOVE)}
    profile = RedactionProfile("p", "0" * 64, "en", rules, other_languages=("de",))
    with pytest.raises(ConfigError) as caught:
        require_known(profile)
    assert "de: patterns" in caught.value.hint
    require_known(replace(profile, patterns_only=frozenset({"de"})))
    assert optional_assets(replace(profile, patterns_only=frozenset({"de"}))) == ()
    assert optional_assets(replace(profile, other_languages=("fr",), strict=True)) == (
        "fr",
        "strict",
    )


def test_the_page_on_detection_says_of_every_entity_what_finds_and_what_misses_it() -> None:
    page = (Path(__file__).parents[3] / "docs" / "detection.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`([A-Z][A-Z_]+)`", " ".join(r.split("|")[1] for r in rows))) == [
        *sorted(ENTITIES)
    ]
