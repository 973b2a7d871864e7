"""The second opinion of strict mode reads all of a text, adds to the first, and fails closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from handoff import assets
from handoff.detection import entities
from handoff.detection.engine import PresidioDetector
from handoff.detection.second import _TOKENS, SecondOpinion, load_second
from handoff.errors import AssetError
from handoff.model import RedactionProfile, TextUnit, UnitKind
from tests.steps import noting


@pytest.fixture(scope="module")
def second() -> SecondOpinion:
    pytest.importorskip("onnxruntime")
    try:
        return load_second(assets.optional_paths(["strict"])["strict"])
    except AssetError as error:
        pytest.skip(f"the second model is missing ({error}): run `handoff setup --all`")


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("Please ask anneliese vanderkamp about it.", "PERSON", "anneliese vanderkamp"),
        ("THE DEPOSITION OF ANNELIESE VANDERKAMP", "PERSON", "ANNELIESE VANDERKAMP"),
        ("She lives at 4417 Whispering Pines, Boise.", "ADDRESS", "4417 Whispering Pines"),
        ("Der Zeuge Klaus Steinmeyer wohnt in Köln.", "PERSON", "Klaus Steinmeyer"),
        ("The weather was fine all week.", "", ""),
    ],
)
def test_what_it_finds(second: SecondOpinion, text: str, entity: str, value: str) -> None:
    found = [(hit.entity, text[hit.start : hit.end]) for hit in second.hits([text])[0]]
    assert (entity, value) in found if entity else found == []


def test_a_name_is_found_wherever_it_stands_in_a_long_text(second: SecondOpinion) -> None:
    """The publisher's own code reads the first 100,000 characters only."""
    filler = "The parties agree that the goods are delivered in time. "
    name = "Anneliese Vanderkamp"
    for before in (0, 5, 9, 300, 2_500):
        text = filler * before + f"It was signed by {name} in person. " + filler * 3
        (hits,) = second.hits([text])
        assert (hits[0].entity, text[hits[0].start : hits[0].end]) == ("PERSON", name), before


def test_many_texts_at_once_give_what_each_gives_alone(second: SecondOpinion) -> None:
    texts = ["", "Anneliese Vanderkamp signed.", "x " * 700 + "Anneliese Vanderkamp", "7"]
    together = second.hits(texts)
    for text, hits in zip(texts, together, strict=True):
        alone = second.hits([text])[0]
        assert [(h.start, h.end, h.entity) for h in hits] == [
            (h.start, h.end, h.entity) for h in alone
        ]


@pytest.mark.parametrize("worst", ["a", "1", "([{", "a\u200b", "\ud55c", "\U0001f600", " "])
def test_it_takes_time_in_proportion_to_the_text(
    second: SecondOpinion, worst: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each token is read in one window, or in two where they overlap; windows have one size."""
    batches: list[list[list[int]]] = []
    monkeypatch.setattr(second, "_logits", noting(second._logits, batches))
    fed = []
    for size in (10_000, 20_000):
        batches.clear()
        second.hits([(worst * size)[:size]])
        rows = [len(row) for batch in batches for row in batch]
        assert max(rows, default=0) <= _TOKENS
        fed.append(sum(rows))
    assert fed[1] <= 2 * fed[0] + _TOKENS


def test_strict_mode_adds_to_what_is_found_and_takes_nothing_away(
    second: SecondOpinion, model: Path, profile: RedactionProfile, detector: PresidioDetector
) -> None:
    optional = assets.optional_paths(["strict"])
    strict = PresidioDetector(model, replace(profile, strict=True), optional=optional)
    text = "From anneliese vanderkamp. The Court of Appeal and the Applicant agree with Mr Okafor."
    units = [TextUnit("u", UnitKind.BODY, text)]
    usual = {(f.start, f.end, f.entity) for f in detector.find(units)}
    more = {(f.start, f.end, f.entity) for f in strict.find(units)}
    assert usual < more
    values = {text[start:end] for start, end, _ in more}
    assert "anneliese vanderkamp" in values
    assert not any("Court" in value or "Applicant" in value for value in values)
    assert strict.fingerprint != detector.fingerprint


def test_strict_without_its_model_is_refused_before_anything_is_read(
    model: Path, profile: RedactionProfile
) -> None:
    with pytest.raises(AssetError):
        PresidioDetector(model, replace(profile, strict=True))


def test_strict_without_its_libraries_is_refused(
    profile: RedactionProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities, "find_spec", lambda _: None)
    entities.require_known(profile)
    with pytest.raises(AssetError) as caught:
        entities.require_known(replace(profile, strict=True))
    assert "strict" in caught.value.hint


def test_a_missing_model_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ASSETS", str(tmp_path))
    with pytest.raises(AssetError) as caught:
        assets.optional_paths(["strict"])
    assert "setup --all" in caught.value.hint
    assert assets.optional_paths([]) == {}
