"""The entity model behind Presidio's `NlpEngine` interface, without what we do not use of it.

Presidio computes lemmas and keywords of every token for its own context enhancer; ours
(`handoff.detection.context`) reads the text, so none of that is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.tokens import Doc, Span

from handoff.detection.casing import has_capitals, truecase
from handoff.detection.ner import NerModel

NER_SCORE = 0.85
"""What Presidio gives every entity of a model that knows no scores of its own."""

LABELS = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "ORG": "ORGANIZATION",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "NORP": "NRP",
    "DATE": "DATE_TIME",
    "TIME": "DATE_TIME",
}
"""The model's labels by the names that Presidio and our profiles use; others are left out."""


_LONG_WORD = re.compile(r"\S{100,}")
_PUNCTUATION = re.compile(r"[^\w\s]")


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """What Presidio's SpacyRecognizer reads of a spaCy span."""

    start_char: int
    end_char: int
    label_: str


class Artifacts(NlpArtifacts):
    """The entities of one text; it has no tokens, lemmas or keywords."""

    def __init__(self, entities: Sequence[NamedEntity], engine: NlpEngine, language: str) -> None:
        # Presidio reads three attributes of spaCy's spans, and a NamedEntity has them.
        self.entities = cast("list[Span]", list(entities))
        self.tokens = cast("Doc", [])
        self.lemmas: list[str] = []
        self.tokens_indices: list[int] = []
        self.keywords: list[str] = []
        self.nlp_engine = engine
        self.language = language
        self.scores = [NER_SCORE] * len(self.entities)


class NerEngine(NlpEngine):
    """Presidio's view of a `NerModel`."""

    def __init__(self, model: NerModel, language: str) -> None:
        self._model = model
        self._language = language

    def load(self) -> None:
        """Nothing to do: the model is loaded, and nothing is ever downloaded."""

    def is_loaded(self) -> bool:
        """Always true."""
        return True

    def process_text(self, text: str, language: str) -> Artifacts:
        """The entities of one text."""
        return self.artifacts([text], language)[0]

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,  # noqa: ARG002 - the interface is Presidio's
        n_process: int = 1,  # noqa: ARG002
        **_: Any,  # noqa: ANN401
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Texts with their entities."""
        texts = list(texts)
        yield from zip(texts, self.artifacts(texts, language), strict=True)

    def artifacts(self, texts: Sequence[str], language: str) -> list[Artifacts]:
        """The entities of each of `texts`, found in one pass over all of them."""
        return [Artifacts(found, self, language) for found in self.entities(texts)]

    def entities(self, texts: Sequence[str]) -> list[list[NamedEntity]]:
        """Entities of each text, as written and, where it has capitals, as they would be small."""
        texts = [_tamed(text) for text in texts]
        capitals = [index for index, text in enumerate(texts) if has_capitals(text)]
        copies = [truecase(texts[index]) for index in capitals]
        docs = self._model.docs([*texts, *copies])
        found = [_named(doc) for doc in docs]
        for index, copy, extra in zip(capitals, copies, found[len(texts) :], strict=True):
            found[index] = _joined(found[index], extra, texts[index], copy)
        return found[: len(texts)]

    def is_stopword(self, word: str, language: str) -> bool:  # noqa: ARG002
        """Whether `word` is a stop word of the language."""
        return bool(self._model.nlp.vocab[word].is_stop)

    def is_punct(self, word: str, language: str) -> bool:  # noqa: ARG002
        """Whether `word` is punctuation."""
        return bool(self._model.nlp.vocab[word].is_punct)

    def get_supported_entities(self) -> list[str]:
        """The entities that the model can find."""
        return sorted(set(LABELS.values()))

    def get_supported_languages(self) -> list[str]:
        """The one language of the model."""
        return [self._language]


def _tamed(text: str) -> str:
    """The text with spaces for the punctuation of very long words; offsets stay the same.

    spaCy takes punctuation off a word sign by sign and hashes the rest each time: ten thousand
    brackets in a row cost it seconds. No name has a hundred letters without a space.
    """
    return _LONG_WORD.sub(lambda match: _PUNCTUATION.sub(" ", match.group()), text)


def _named(doc: Doc) -> list[NamedEntity]:
    return [
        NamedEntity(span.start_char, span.end_char, LABELS[span.label_])
        for span in doc.ents
        if span.label_ in LABELS
    ]


def _joined(
    written: list[NamedEntity], recased: list[NamedEntity], text: str, copy: str
) -> list[NamedEntity]:
    """Entities as written, and those that show once capitals are written small.

    A person found in either reading counts: names are what capitals hide. An organisation in
    capitals counts only where both readings have it: every heading looks like one to the model.
    """

    def capitals(entity: NamedEntity) -> bool:
        span = slice(entity.start_char, entity.end_char)
        return text[span] != copy[span]

    def confirmed(entity: NamedEntity, others: list[NamedEntity]) -> bool:
        return any(
            other.label_ == entity.label_
            and other.start_char < entity.end_char
            and entity.start_char < other.end_char
            for other in others
        )

    shown = [
        e for e in recased if capitals(e) and (e.label_ != "ORGANIZATION" or confirmed(e, written))
    ]
    kept = [e for e in written if not capitals(e) or e.label_ == "PERSON" or confirmed(e, recased)]
    return sorted({*kept, *shown}, key=lambda e: (e.start_char, e.end_char, e.label_))
