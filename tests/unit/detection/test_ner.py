"""The bulk decoder finds exactly what spaCy's own finds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from handoff.detection.ner import NerModel
from handoff.errors import AssetError

TAB = Path(__file__).resolve().parents[4] / "shared/data/pii/tab-144.jsonl"
TEXTS = [
    "",
    " ",
    "Smith",
    "Mr John Smith lives in London.",
    "\n\nBarclays Bank\tPLC\n",
    "On 3 May 2001 Anna de la Cruz and Jürgen Müller-Lüdenscheidt met in New York City.",
    "$$$ ((( ]]] 12/34 \u200b x",
    "A " * 700,
    "John Smith " * 300,
]


@pytest.fixture(scope="module")
def ner(model: Path) -> NerModel:
    return NerModel(model)


def _entities(docs: object) -> list[list[tuple[int, int, str]]]:
    return [[(e.start, e.end, e.label_) for e in doc.ents] for doc in docs]  # type: ignore[attr-defined]


def test_bulk_decoding_equals_spacys_transition_system_on_odd_texts(ner: NerModel) -> None:
    assert _entities(ner.docs(TEXTS)) == _entities(ner.nlp.pipe(TEXTS))


@pytest.mark.parametrize("seed", range(4))
def test_bulk_decoding_equals_spacys_for_a_model_that_takes_everything_for_entities(
    model: Path, seed: int
) -> None:
    """With noise on its scores the model tries what training has taught it not to.

    It begins entities on the last token and on white space and never ends them; the rules decide.
    """
    noisy = NerModel(model)
    upper = noisy._upper
    noise = np.random.default_rng(seed).normal(0, 6, upper.get_param("b").shape)
    upper.set_param("b", upper.get_param("b") + noise.astype("float32"))
    sentence = "On 3 May 2001 Mrs Anna \n de la Cruz of the Bank of New York paid 5 million dollars"
    words = sentence.split(" ")
    texts = [" ".join(words[a:b]) for a in range(10) for b in range(a + 1, len(words) + 1)]
    theirs = _entities(noisy.nlp.pipe(texts))
    assert sum(map(len, theirs)) > 100
    assert _entities(noisy.docs(texts)) == theirs


@pytest.mark.skipif(not TAB.exists(), reason="../shared/data/pii/tab-144.jsonl is not here")
def test_bulk_decoding_equals_spacys_transition_system_on_judgments(ner: NerModel) -> None:
    with TAB.open(encoding="utf-8") as file:
        texts = [json.loads(next(file))["text"] for _ in range(12)]
    paragraphs = [p for text in texts for p in text.split("\n\n")]
    ours, theirs = _entities(ner.docs(paragraphs)), _entities(ner.nlp.pipe(paragraphs))
    assert sum(map(len, theirs)) > 300
    assert ours == theirs


def test_order_of_texts_does_not_matter(ner: NerModel) -> None:
    forward = _entities(ner.docs(TEXTS))
    assert _entities(ner.docs(TEXTS[::-1])) == forward[::-1]


def test_a_directory_that_is_no_model_is_an_asset_error(tmp_path: Path) -> None:
    with pytest.raises(AssetError):
        NerModel(tmp_path)
    (tmp_path / "config.cfg").write_text("[nlp]\n")
    with pytest.raises(AssetError):
        NerModel(tmp_path)
