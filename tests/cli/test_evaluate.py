"""`handoff evaluate`: figures on stdout, no text anywhere but in the file that was asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from handoff import assets
from handoff.asset_sources import Asset
from handoff.cli.evaluate import command
from handoff.errors import AssetError, ConfigError, CorpusError, OutputExistsError
from tests.firm import Firm

NAME, UNSEEN = "Zbigniew Kowalczyk", "qx-zulu"


@pytest.fixture(scope="module", autouse=True)
def model() -> None:
    try:
        assets.model_path()
    except AssetError as error:
        pytest.skip(f"the language model is missing ({error}): run `make setup`")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two documents; in the second a mention that nothing can find."""
    lines = []
    for word, before in ((NAME, "It was signed by Mr"), (UNSEEN, "all of it was blue and")):
        text = f"{before} {word} in the morning."
        start = text.index(word)
        span = {"start_offset": start, "end_offset": start + len(word), "entity_type": "PERSON"}
        lines.append(
            json.dumps({"text": text, "entities": [{**span, "identifier_type": "DIRECT"}]})
        )
    path = tmp_path / "sample.jsonl"
    path.write_text("\n".join(lines))
    return path


def _run(*arguments: str | Path) -> tuple[str, str]:
    result = CliRunner().invoke(command, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout, result.stderr


def test_the_table_sets_both_sides_beside_each_other(corpus: Path) -> None:
    out, err = _run(corpus)
    assert "stock Presidio" in out
    assert "documents leaking a PERSON or CODE" in out
    assert "times stock Presidio's" in err
    assert NAME not in out + err
    assert UNSEEN not in out + err


def test_the_json_holds_the_same_figures(corpus: Path) -> None:
    report = json.loads(_run(corpus, "--json", "--no-stock")[0])
    assert (report["type"], report["documents"], report["mentions"]) == ("evaluation", 2, 2)
    assert report["speed_ratio"] is None
    leaking = report["sides"]["handoff"]["measures"]["documents leaking a PERSON or CODE"]
    assert (leaking["value"], leaking["cases"]) == (0.5, 2)


def test_misses_go_into_a_private_new_file_and_are_announced(corpus: Path, tmp_path: Path) -> None:
    misses = tmp_path / "missed.jsonl"
    out, err = _run(corpus, "--no-stock", "--misses", misses)
    assert UNSEEN not in out + err
    assert "holds document text" in err
    assert misses.stat().st_mode & 0o777 == 0o600
    (line,) = misses.read_text().splitlines()
    assert json.loads(line)["text"] == UNSEEN
    with pytest.raises(OutputExistsError):
        _run(corpus, "--no-stock", "--misses", misses)


def test_a_sample_is_as_large_as_asked(corpus: Path) -> None:
    assert json.loads(_run(corpus, "--json", "--no-stock", "--limit", "1")[0])["documents"] == 1


def test_a_bad_corpus_ends_it_before_anything_is_scored(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text('{"text": 1}')
    with pytest.raises(CorpusError, match="line 1"):
        _run(tmp_path / "bad", "--no-stock")


def test_a_profile_of_the_home_is_scored_as_it_stands(corpus: Path, firm: Firm) -> None:
    profiles = firm.home / "policies" / "profiles"
    (profiles / "blind.yaml").write_text("language: en\nentities: {US_SSN: remove}\n")
    home = ("--home", firm.home, "--json", "--no-stock")
    blind = json.loads(_run(corpus, "--profile", "blind", *home)[0])
    assert blind["sides"]["handoff"]["measures"]["mentions fully covered"]["value"] == 0
    with pytest.raises(ConfigError):
        _run(corpus, "--profile", "nowhere", *home)


def test_strict_without_its_model_is_refused(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        assets.OPTIONAL_ASSETS, assets.STRICT, Asset("none", "1", assets.MODEL.sources, ())
    )
    with pytest.raises(AssetError, match="not installed"):
        _run(corpus, "--strict", "--no-stock")
