"""`language`, a list of languages and the long form say the same; strict is off by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.errors import ConfigError
from handoff.policy.profiles import ProfileSchema, load_profile

ENTITIES = "\nentities: {PERSON: remove}\n"


@pytest.mark.parametrize(
    ("line", "languages", "patterns"),
    [
        ("language: en", ("en",), set()),
        ("languages: [en]", ("en",), set()),
        ("languages: [fr, en]", ("fr", "en"), set()),
        ("languages: {en: model, de: patterns}", ("en", "de"), {"de"}),
    ],
)
def test_forms(tmp_path: Path, line: str, languages: tuple[str, ...], patterns: set[str]) -> None:
    (tmp_path / "p.yaml").write_text(line + ENTITIES)
    profile = load_profile(tmp_path, "p")
    assert profile.languages == languages
    assert profile.patterns_only == patterns
    assert not profile.strict


@pytest.mark.parametrize(
    "line",
    [
        "strict: true",
        "language: en\nlanguages: [fr]",
        "languages: []",
        "languages: [en, en]",
        "languages: {en: guess}",
        "language: english",
        "language: 7",
        "language: en\nstrict: maybe",
    ],
)
def test_what_is_no_language_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "p.yaml").write_text(line + ENTITIES)
    with pytest.raises(ConfigError):
        load_profile(tmp_path, "p")


def test_strict_is_read(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("language: en\nstrict: true" + ENTITIES)
    assert load_profile(tmp_path, "p").strict


def test_the_schema_for_editors_knows_every_form() -> None:
    schema = ProfileSchema.model_json_schema()
    assert schema["required"] == ["entities"]
    assert {"language", "languages"} <= set(schema["properties"])
