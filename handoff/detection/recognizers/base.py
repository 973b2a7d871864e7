"""What all our recognizers share: rules with a value, run in time linear in the text.

Presidio's PatternRecognizer drops a pattern that takes too long (60 s) with a line in the log: it
fails open. Rules here use bounded repetition only, so that there is nothing to time out, and
`tests/unit/detection/test_adversarial.py` runs each over a megabyte of the worst it could meet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

Check = Callable[[str], bool | None]
"""Says of a matched value: True, certain (a checksum holds); False, no match; None, as the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of an identifier.

    Attributes:
        name: names the form in the finding.
        pattern: the form; the group `value`, where there is one, is what is found.
        score: certainty without any context.
        check: looks at the value by other means than a pattern.
        more: what joins a further value of the same form to the one before, up to and including
            that value as the group `value`: "nos. 12/95, 13/95 and 14/95".
        needs: strings in small letters one of which any match contains; a text with none of them
            is not searched, which saves most of the time that labels of other languages would cost.
    """

    name: str
    pattern: re.Pattern[str]
    score: float
    check: Check | None = None
    more: re.Pattern[str] | None = None
    needs: tuple[str, ...] = ()

    def may_match(self, lowered: str) -> bool:
        """Whether a text can have a match at all; `lowered` is that text in small letters."""
        return not self.needs or any(word in lowered for word in self.needs)


def rule(  # noqa: PLR0913 - a table of forms reads best with everything in one row
    name: str,
    pattern: str,
    score: float,
    *,
    any_case: bool = True,
    check: Check | None = None,
    more: str = "",
    needs: str = "",
) -> Rule:
    """A `Rule` from the text of its pattern (verbose syntax: white space must be written out).

    `needs` are the strings of `Rule.needs`, with "|" between them.
    """
    flags = re.VERBOSE | re.MULTILINE | (re.IGNORECASE if any_case else re.NOFLAG)
    joined = re.compile(more, flags) if more else None
    needed = tuple(needs.split("|")) if needs else ()
    return Rule(name, re.compile(pattern, flags), score, check, joined, needed)


class RuleRecognizer(LocalRecognizer):
    """A Presidio recognizer made of rules for one entity."""

    def __init__(
        self, entity: str, rules: Sequence[Rule], context: Sequence[str] = (), language: str = "en"
    ) -> None:
        self.rules = tuple(rules)
        self.entity = entity
        self.label = f"handoff-{entity.lower().replace('_', '-')}"
        super().__init__(
            supported_entities=[entity],
            supported_language=language,
            name=self.label,
            context=list(context),
        )

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self,
        text: str,
        entities: list[str],  # noqa: ARG002 - the interface is Presidio's
        nlp_artifacts: NlpArtifacts | None = None,  # noqa: ARG002
    ) -> list[RecognizerResult]:
        """Every value that a rule finds in `text`."""
        lowered = text.lower()
        return [
            self._result(start, end, score, rule)
            for rule in self.rules
            if rule.may_match(lowered)
            for start, end, score in _values(rule, text)
        ]

    def _result(self, start: int, end: int, score: float, rule: Rule) -> RecognizerResult:
        return RecognizerResult(
            self.entity,
            start,
            end,
            score,
            AnalysisExplanation(
                recognizer=self.label, original_score=score, pattern_name=rule.name
            ),
            {
                RecognizerResult.RECOGNIZER_NAME_KEY: self.label,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


def _values(rule: Rule, text: str) -> Iterator[tuple[int, int, float]]:
    group: int | str = "value" if "value" in rule.pattern.groupindex else 0
    listed = 0
    for match in rule.pattern.finditer(text):
        start, end = match.span(group)
        if start < listed:
            continue
        verdict = rule.check(match.group(group)) if rule.check else None
        if verdict is not False and start < end:
            yield start, end, 1.0 if verdict else rule.score
            while rule.more and (further := rule.more.match(text, end)):
                start, end = further.span("value")
                yield start, end, rule.score
            listed = end
