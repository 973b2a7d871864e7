"""The named-entity model: spaCy's weights, decoded for many texts at once.

Only the `ner` pipe of en_core_web_md is loaded. It carries its own tok2vec, so nothing else of the
model has any influence on what it finds; the shared tok2vec serves the tagger and the parser.

spaCy walks the transition system one state at a time and takes the interpreter lock in every step,
which costs twice what the network itself costs. The walk is done here for all tokens at once: the
score of an action outside an entity depends on the token alone, and inside an entity on its first
and current token alone, so both can be computed in bulk. `tests/unit/detection/test_ner.py` holds
this against spaCy's own decoder on real text; the rules are those of `BiluoPushDown` in
spaCy 3.8 (`spacy/pipeline/_parser_internals/ner.pyx`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy
from spacy.attrs import IS_SPACE
from spacy.tokens import Doc, Span

from handoff.errors import AssetError

_UNUSED_PIPES = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
_BATCH_TOKENS = 4_000
"""Tokens per matrix: larger batches gain nothing and make the memory grow."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Moves:
    """Column numbers of the transition system's actions, one entry a label."""

    labels: tuple[str, ...]
    begin: Ints
    inside: Ints
    last: Ints
    unit: Ints
    out: int

    @classmethod
    def of(cls, names: Sequence[str]) -> _Moves:
        """Sort the names of actions ("B-PERSON", "O") into columns."""
        labels = tuple(sorted({name[2:] for name in names if name[1:2] == "-" and name[2:]}))
        column = {name: index for index, name in enumerate(names)}
        begin, inside, last, unit = (
            np.array([column[f"{kind}-{label}"] for label in labels], dtype=np.intp)
            for kind in "BILU"
        )
        return cls(labels, begin, inside, last, unit, column["O"])


@lru_cache(maxsize=4)
def load_model(model_path: Path) -> NerModel:
    """The model at `model_path`, loaded once a process and shared by those forked from it.

    Raises:
        AssetError: as `NerModel`.
    """
    return NerModel(model_path)


class NerModel:
    """The entity model of one language.

    Args:
        model_path: directory of the spaCy model (the one with `config.cfg` in it), hash-checked by
            the caller. Never a name: spaCy and Presidio would download a name they do not know.

    Raises:
        AssetError: the directory holds no model that this version of spaCy can load.
    """

    def __init__(self, model_path: Path) -> None:
        if not (model_path / "config.cfg").is_file():
            raise AssetError("the language model is not where it should be")
        try:
            self.nlp = spacy.load(model_path, exclude=list(_UNUSED_PIPES))
        except (OSError, ValueError, ImportError) as error:
            raise AssetError("the language model cannot be loaded") from error
        pipe: Any = self.nlp.get_pipe("ner")
        # Not `pipe.move_names`: that list leaves out the blocking action and so shifts columns.
        self._moves = _Moves.of(
            [pipe.moves.get_class_name(index) for index in range(pipe.moves.n_moves)]
        )
        for layer in pipe.model.walk():
            # numpy's own matrix product is a fifth faster here than the one spaCy brings.
            layer.ops.use_blis = False
        self._tok2vec: Any = pipe.model.layers[0]
        self._lower: Any = pipe.model.layers[1]
        self._upper: Any = pipe.model.layers[2]
        if pipe.model.attrs["unseen_classes"] or self._lower.get_dim("nF") != 3:
            raise AssetError("the language model has another shape than the one we pinned")

    def docs(self, texts: Sequence[str]) -> list[Doc]:
        """Tokenize `texts` and set the entities of each; labels are the model's own (GPE, ORG)."""
        docs = [self.nlp.make_doc(text) for text in texts]
        # Texts of like length together: less padding inside the network, same results.
        for batch in _batches(sorted((doc for doc in docs if len(doc)), key=len)):
            self._set_entities(batch)
        return docs

    def _set_entities(self, docs: Sequence[Doc]) -> None:
        features = self._lower.predict(self._tok2vec.predict(list(docs)))
        flat: Floats = features.reshape(features.shape[0], 3, -1)
        space = np.concatenate([doc.to_array(IS_SPACE) for doc in docs]).astype(bool)
        ends = np.cumsum([len(doc) for doc in docs])
        final = np.zeros(len(space), dtype=bool)
        final[ends - 1] = True
        actions = self._outside(flat, space, final)
        begun = np.flatnonzero((actions >= 0) & (actions < len(self._moves.labels)))
        stops = dict(zip(begun.tolist(), self._extend(flat, begun, actions, final), strict=True))
        for doc, end in zip(docs, ends.tolist(), strict=True):
            spans = self._walk(actions, stops, end - len(doc), end)
            doc.set_ents(
                [Span(doc, s - end + len(doc), e - end + len(doc), n) for s, e, n in spans]
            )

    def _score(self, unmaxed: Floats) -> Floats:
        bias = self._lower.get_param("b").reshape(-1)
        pieces = (unmaxed + bias).reshape(len(unmaxed), -1, self._lower.get_dim("nP"))
        hidden: Floats = pieces.max(axis=2)
        scores: Floats = hidden @ self._upper.get_param("W").T + self._upper.get_param("b")
        return scores

    def _outside(
        self, flat: Floats, space: npt.NDArray[np.bool_], final: npt.NDArray[np.bool_]
    ) -> Ints:
        """Best action of each token outside an entity: -1 for O, n for B, labels + n for U."""
        scores = self._score(flat[1:, 0] + flat[0, 1] + flat[0, 2])
        begin, unit = scores[:, self._moves.begin], scores[:, self._moves.unit]
        begin[space | final] = -np.inf
        unit[space] = -np.inf
        entity = np.concatenate([begin, unit], axis=1)
        best: Ints = entity.argmax(axis=1)
        outside = entity[np.arange(len(best)), best] < scores[:, self._moves.out]
        best[outside] = -1
        return best

    def _extend(
        self, flat: Floats, begun: Ints, actions: Ints, final: npt.NDArray[np.bool_]
    ) -> list[int]:
        """For each entity begun, the index after its last token."""
        stops = np.zeros(len(begun), dtype=np.intp)
        alive = np.arange(len(begun))
        current = begun + 1
        while len(alive):
            labels = actions[begun[alive]]
            unmaxed = flat[current + 1, 0] + flat[begun[alive] + 1, 1] + flat[current, 2]
            scores, rows = self._score(unmaxed), np.arange(len(alive))
            inside = scores[rows, self._moves.inside[labels]]
            last = scores[rows, self._moves.last[labels]]
            closed = final[current] | (last > inside)
            stops[alive[closed]] = current[closed] + 1
            alive, current = alive[~closed], current[~closed] + 1
        result: list[int] = stops.tolist()
        return result

    def _walk(
        self, actions: Ints, stops: dict[int, int], start: int, end: int
    ) -> Iterator[tuple[int, int, str]]:
        """The entities of one text, as token ranges and labels."""
        count = len(self._moves.labels)
        after = start
        for index in (np.flatnonzero(actions[start:end] >= 0) + start).tolist():
            if index < after:
                continue
            after = stops.get(index, index + 1)
            yield index, after, self._moves.labels[int(actions[index]) % count]


def _batches(docs: Sequence[Doc]) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    tokens = 0
    for doc in docs:
        if batch and tokens + len(doc) > _BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(doc)
        tokens += len(doc)
    if batch:
        yield batch
