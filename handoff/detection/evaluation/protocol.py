"""How a detector is scored; the protocol is label-agnostic: what counts is what gets covered.

- A mention to be masked is fully covered when every word of it is covered by findings, titles and
  function words aside; an entity when all its mentions are.
- A document leaks when a mention of a person or of a code in it is not fully covered.
- A finding is right when it touches a mention to be masked; precision is the share of right ones.
- The share of text masked stands beside it, so that masking everything cannot win.
- Intervals are the middle 95 % of a bootstrap over documents, not over mentions: mentions of one
  document are alike.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handoff.detection.evaluation.corpus import Annotated, Mention

Span = tuple[int, int]
LEAKING = frozenset({
    "PERSON", "CODE",
    # presidio-research has no CODE; these are its codes.
    "CREDIT_CARD", "IBAN_CODE", "US_SSN", "US_DRIVER_LICENSE", "US_ITIN", "US_PASSPORT",
    "US_BANK_NUMBER", "UK_NHS", "CRYPTO",
})  # fmt: skip
"""Types of which a single mention left standing makes a document leak."""
FREE = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "prof", "judge", "justice", "sir", "lady",
    "the", "a", "an", "of", "and", "in", "on", "at", "by", "to",
})  # fmt: skip
"""Titles and function words: a mention is covered without them."""
DRAWS = 300
_WORD = re.compile(r"\w+")

MENTIONS, DIRECT, QUASI, LEAKS, PRECISION, MASKED_SHARE = (
    "mentions fully covered",
    "DIRECT entities covered",
    "QUASI entities covered",
    "documents leaking a PERSON or CODE",
    "precision",
    "share of text masked",
)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one document: a ratio of the report is a sum of hits over a sum of cases.

    Attributes:
        ratios: measure -> (hits, cases).
        missed: mentions that are not fully covered.
    """

    ratios: Mapping[str, tuple[int, int]]
    missed: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A ratio with its 95 % interval, and of how many cases it is one."""

    value: float
    low: float
    high: float
    cases: int


def score(document: Annotated, spans: Sequence[Span]) -> Score:
    """Compare what was found in `document` with what is to be masked in it."""
    text = document.text
    covered, annotated = _mask(len(text), spans), _mask(len(text), _ranges(document.mentions))
    hits = {mention: _is_covered(mention, text, covered) for mention in document.mentions}
    missed = tuple(mention for mention, hit in hits.items() if not hit)
    right = sum(any(annotated[start:end]) for start, end in spans)
    ratios = {
        MENTIONS: (len(hits) - len(missed), len(hits)),
        **{f"{kind} fully covered": _by_kind(hits, kind) for kind in {m.kind for m in hits}},
        DIRECT: _entities(hits, "DIRECT"),
        QUASI: _entities(hits, "QUASI"),
        LEAKS: (int(any(m.kind in LEAKING for m in missed)), 1),
        PRECISION: (right, len(spans)),
        MASKED_SHARE: (sum(covered), len(text)),
    }
    return Score(ratios, missed)


def measures(scores: Sequence[Score]) -> dict[str, Measure]:
    """Every measure over the corpus, in a fixed order: overall, by type, entities, the rest."""
    kinds = sorted({name for each in scores for name in each.ratios} - _FIXED)
    names = [MENTIONS, *kinds, DIRECT, QUASI, LEAKS, PRECISION, MASKED_SHARE]
    return {
        name: measure
        for name in names
        if (measure := _measure([each.ratios.get(name, (0, 0)) for each in scores])).cases
    }


_FIXED = frozenset({MENTIONS, DIRECT, QUASI, LEAKS, PRECISION, MASKED_SHARE})


def _measure(pairs: Sequence[tuple[int, int]]) -> Measure:
    rng = random.Random(7)  # noqa: S311 - the same intervals for the same scores
    draws = sorted(_ratio(rng.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    low, high = draws[int(DRAWS * 0.025)], draws[int(DRAWS * 0.975)]
    return Measure(_ratio(pairs), low, high, sum(cases for _, cases in pairs))


def _ratio(pairs: Iterable[tuple[int, int]]) -> float:
    hits = cases = 0
    for hit, case in pairs:
        hits, cases = hits + hit, cases + case
    return hits / cases if cases else 0.0


def _ranges(mentions: Iterable[Mention]) -> list[Span]:
    return [(mention.start, mention.end) for mention in mentions]


def _mask(length: int, spans: Iterable[Span]) -> bytearray:
    mask = bytearray(length)
    for start, end in spans:
        mask[start:end] = b"\1" * (end - start)
    return mask


def _is_covered(mention: Mention, text: str, covered: bytearray) -> bool:
    return all(
        all(covered[word.start() : word.end()])
        for word in _WORD.finditer(text, mention.start, mention.end)
        if word.group().lower() not in FREE
    )


def _by_kind(hits: Mapping[Mention, bool], kind: str) -> tuple[int, int]:
    of_kind = [hit for mention, hit in hits.items() if mention.kind == kind]
    return sum(of_kind), len(of_kind)


def _entities(hits: Mapping[Mention, bool], identifier: str) -> tuple[int, int]:
    whole: dict[str, bool] = defaultdict(lambda: True)
    for mention, hit in hits.items():
        if mention.identifier == identifier:
            whole[mention.entity] &= hit
    return sum(whole.values()), len(whole)
