"""Words around a match that make it more, or less, likely to be what it looks like.

Presidio's own enhancer takes a context word for found when it is a substring of any word nearby:
"public" then supports a driver's licence number because of "lic" (Presidio #1063). Here context
words and phrases must stand as whole words, before the match or just after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts

BEFORE = 70
"""Characters before a match in which a context word counts: about eight words, Presidio's five
words of content."""
AFTER = 25
BOOST = 0.35
BOOSTED_AT_LEAST = 0.4


class WholeWordEnhancer(ContextAwareEnhancer):
    """Raises the score of matches that stand beside one of their recognizer's context words."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=BOOST,
            min_score_with_context_similarity=BOOSTED_AT_LEAST,
            context_prefix_count=0,
            context_suffix_count=0,
        )
        self._patterns: dict[str, re.Pattern[str] | None] = {}

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,  # noqa: ARG002 - the interface is Presidio's
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """The same results, their scores raised where context supports them."""
        by_id = {recognizer.id: recognizer for recognizer in recognizers}
        beside = " ".join(context or ()).casefold()
        for result in raw_results:
            metadata = result.recognition_metadata
            recognizer = by_id.get(metadata[RecognizerResult.RECOGNIZER_IDENTIFIER_KEY])
            pattern = self._pattern(recognizer)
            if pattern is not None and _supported(pattern, text, result, beside):
                raised = max(result.score + BOOST, BOOSTED_AT_LEAST)
                result.score = min(raised, ContextAwareEnhancer.MAX_SCORE)
        return raw_results

    def _pattern(self, recognizer: EntityRecognizer | None) -> re.Pattern[str] | None:
        if recognizer is None or not recognizer.context:
            return None
        if recognizer.id not in self._patterns:
            self._patterns[recognizer.id] = words_pattern(recognizer.context)
        return self._patterns[recognizer.id]


def words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern that finds any of `words` as whole words, in the plural too, case folded."""
    alternatives = sorted({re.escape(word.casefold()) for word in words}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?:s|es)?(?!\w)")


def _supported(pattern: re.Pattern[str], text: str, result: RecognizerResult, beside: str) -> bool:
    before = text[max(0, result.start - BEFORE) : result.start].casefold()
    after = text[result.end : result.end + AFTER].casefold()
    return any(pattern.search(words) for words in (before, after, beside))
