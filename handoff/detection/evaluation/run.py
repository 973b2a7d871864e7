"""The evaluation: every contestant over the same documents in turn, and what came of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handoff.detection.evaluation.contestants import Detect
from handoff.detection.evaluation.corpus import Annotated, Mention
from handoff.detection.evaluation.protocol import Measure, Score, Span, measures, score


@dataclass(frozen=True, slots=True)
class Side:
    """What one contestant reached.

    Attributes:
        rates: characters per second of processor time, one a round.
        measures: by name, in the order of the report.
        scores: of each document, in the order of the corpus.
    """

    rates: tuple[float, ...]
    measures: Mapping[str, Measure]
    scores: tuple[Score, ...]

    @property
    def rate(self) -> float:
        """The median of `rates`."""
        return statistics.median(self.rates)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The sides by name, over how many documents, characters and mentions."""

    documents: tuple[Annotated, ...]
    sides: Mapping[str, Side]

    @property
    def chars(self) -> int:
        """Characters of all documents."""
        return sum(len(document.text) for document in self.documents)

    @property
    def mentions(self) -> int:
        """Mentions to be masked in all documents."""
        return sum(len(document.mentions) for document in self.documents)

    def missed(self, side: str) -> list[tuple[Annotated, Mention]]:
        """Mentions that `side` did not cover, with their documents."""
        scores = self.sides[side].scores
        return [
            (document, mention)
            for document, scored in zip(self.documents, scores, strict=True)
            for mention in scored.missed
        ]

    def ratios(self, ours: str, theirs: str) -> tuple[float, ...]:
        """How many times as fast `ours` was as `theirs`, round by round."""
        pairs = zip(self.sides[ours].rates, self.sides[theirs].rates, strict=True)
        return tuple(our / their for our, their in pairs)


def evaluate(
    documents: Sequence[Annotated], contestants: Mapping[str, Detect], rounds: int = 1
) -> Evaluation:
    """Score `contestants` on `documents`; rounds take turns, so that both meet the same load.

    Time is the processor's, so that other programs on the machine count less; what is found is
    the same in every round.
    """
    longest = max(documents, key=lambda document: len(document.mentions))
    for detect in contestants.values():
        detect(longest.text[:4_000])  # the first call of a model costs more than the others
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    found: dict[str, list[list[Span]]] = {}
    for _ in range(rounds):
        for name, detect in contestants.items():
            started = time.process_time()
            found[name] = [detect(document.text) for document in documents]
            spent = max(time.process_time() - started, 1e-9)
            rates[name].append(sum(len(d.text) for d in documents) / spent)
    sides = {}
    for name, spans in found.items():
        scores = tuple(score(d, s) for d, s in zip(documents, spans, strict=True))
        sides[name] = Side(tuple(rates[name]), measures(scores), scores)
    return Evaluation(tuple(documents), sides)
