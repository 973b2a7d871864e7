"""The corpus of hiding places: a sample through the real engine, and the page that tells of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handoff.errors import AssetError
from scripts import hiding_places
from tests.corpus import searching
from tests.corpus.planting import WORDS, corpus, how

CORPUS = corpus()
EVERY = 9


def test_the_corpus_is_large_enough_and_every_secret_is_planted() -> None:
    assert len(CORPUS) >= 200
    assert len({one.format for one in CORPUS}) >= 20
    quick = [one for one in CORPUS if not one.slow]
    unseen = [one.key for one in quick if how(one.build()).startswith(("encoded", "packed"))]
    # What cannot be seen in the bytes is there in an encoding, in pieces, or compressed.
    assert len(unseen) < len(quick) / 4


def test_a_sample_is_removed_or_held_and_nobody_finds_it(tmp_path: Path) -> None:
    """All of it: `make bench-corpus`."""
    quick = [one for one in CORPUS if not one.slow]
    first = {one.format: one for one in reversed(quick)}
    sample = [one for n, one in enumerate(quick) if n % EVERY == 0 or first[one.format] is one]
    try:
        results = hiding_places.run(sample, tmp_path, sight=False)
    except AssetError:
        pytest.skip("the language model is not installed (`handoff setup` or `make setup`)")
    assert len(results) == len(sample)
    assert {r.planted.key: r.leaks for r in results if r.leaks} == {}
    held = [r for r in results if r.verdict == "held"]
    assert len(held) <= len(results) // 20, [r.planted.key for r in held]


def test_the_search_finds_what_is_planted() -> None:
    """Or it would find nothing in what was delivered either."""
    seen = [one for one in CORPUS if one.format in {"docx", "pdf", "eml", "zip", "tar", "csv"}]
    some = [one for one in seen if not one.slow][::5]
    found = [one for one in some if searching.leaks(one.build(), WORDS, sight=False)]
    assert len(found) > 0.9 * len(some)


def test_the_page_tells_of_every_place_and_of_no_leak() -> None:
    """`python -m scripts.hiding_places --write` writes it anew."""
    text = hiding_places.PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w.]+) \| (.+?) \| .* \| .* \|$", text, re.MULTILINE)
    told = [f"{kind}: {place.replace(chr(92) + '|', '|')}" for kind, place in rows]
    assert told == ["format: place", *(one.key for one in CORPUS)]
    assert "LEAKS" not in text
    assert " 0 leaks" in text
