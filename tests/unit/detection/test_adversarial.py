"""No recognizer of ours takes more than linear time, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from presidio_analyzer import AnalyzerEngine, EntityRecognizer

from handoff.detection import folding
from handoff.detection.engine import PresidioDetector
from handoff.detection.folding import fold
from handoff.detection.recognizers.base import RuleRecognizer
from handoff.detection.recognizers.languages import WORDINGS
from handoff.detection.registry import FACTORIES, LANGUAGE_FACTORIES
from handoff.detection.views import BLOCK_CHARS
from handoff.model import TextUnit, UnitKind
from tests.steps import TooManyStepsError, calls, stepper

SIZE, FULL_SIZE = 40_000, 1_000_000
WORST = {
    "one letter": "a",
    "one capital": "A",
    "one digit": "1",
    "brackets": "([{",
    "quotes": "\"'",
    "dots": ".",
    "dashes": "1-",
    "slashes": "1/",
    "spaces": " ",
    "line breaks": "\n",
    "initials": "A. ",
    "capitalised": "Aa ",
    "commas": "Aa, ",
    "capitals": "AA ",
    "zero width": "a\u200b",
    "look-alikes": "\u0430a",
    "at signs": "a@",
    "domains": "a.",
    "numbers": "no. 1",
    "labels": "case no ",
    "titles": "Mr ",
    "salutations": "Dear ",
    "closings": "Yours,\n",
    "born": "born in ",
    "percent": "%20",
    "parts played": "Tenant: ",
    "relations": "S/o ",
    "captions": "AA BB\n(1) ",
    "keys": "key: ",
    "amounts": "$1,111 ",
    "amounts in words": "one hundred ",
    "plates": "plate: A1 ",
    "file numbers": "Az. 1 O ",
    "registers": "immatriculée n° ",
    "private keys": "-----BEGIN PRIVATE KEY-----\n",
    "links": "http://a:",
    "tokens": "eyJaaaaaaaa.",
    "postcodes": "1 a b ",
    "columns of names": "Aa Aa, ",
    "rows of initials": "A. B., ",
    "premises": "No. 1, Aa, ",
    "houses": "Aa House, ",
    "residences": "R/o Aa, ",
    "references": "AB/1/A-",
    "families": "son Aa and ",
    "bodies": "Aa of Bank ",
    "signature lines": "_____ \n",
    "fields": "Signature: ",
}
ATTEMPT, IN_THE_MIDDLE = 20_000, 4_000
"""Steps that one attempt to match may take, and one that does not stand at the text's beginning.

What looks through the rest of a text of 40,000 characters takes more. Where each attempt has its
bound, the time for all of them is linear in the text.
"""


def _ours() -> list[Callable[[], EntityRecognizer]]:
    makers = {make for makes in FACTORIES.values() for make in makes}
    makers |= {partial(m, code) for m in LANGUAGE_FACTORIES.values() for code in WORDINGS}
    return sorted(
        (m for m in makers if isinstance(m(), RuleRecognizer)), key=lambda m: m().supported_entities
    )


def _patterns() -> list[re.Pattern[str]]:
    made = [make() for make in _ours()]
    rules = [rule for each in made if isinstance(each, RuleRecognizer) for rule in each.rules]
    return [pattern for rule in rules for pattern in (rule.pattern, rule.more) if pattern]


def _assert_bounded(patterns: list[re.Pattern[str]], worst: str, size: int) -> None:
    """Try each at every place of the period with which the text repeats, first and in the middle.

    All other places are like one of those; and the steps are counted by a matcher of our own, so
    that at each of them it must find what `re` finds.
    """
    text = (worst * (size // len(worst) + 1))[:size]
    middle = size // 2 // len(worst) * len(worst)
    for pattern in patterns:
        counter = stepper(pattern)
        for first, most in ((0, ATTEMPT), (middle, IN_THE_MIDDLE)):
            for start in range(first, first + len(worst)):
                match = pattern.match(text, start)
                took = max(1, match.end() - start) if match else 1
                end = counter.match(text, start, most * took)
                assert end == (match.end() if match else None)


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST.keys())
def test_every_rule_is_linear(worst: str) -> None:
    _assert_bounded(_patterns(), worst, SIZE)


@pytest.mark.parametrize("worst", ["one digit", "capitals", "commas"])
def test_every_rule_is_linear_over_a_megabyte(worst: str) -> None:
    """Three of the costliest: the bound is the same in a text of any length."""
    _assert_bounded(_patterns(), WORST[worst], FULL_SIZE)


def test_a_pattern_that_is_not_linear_is_noticed() -> None:
    for bad in (r"\d+x", r"(?:1|11){1,14}x", r"1(?=.*x)", r"[1a]*?x"):
        with pytest.raises(TooManyStepsError):
            _assert_bounded([re.compile(bad)], "1", SIZE)


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST.keys())
def test_the_whole_detector_looks_at_each_block_once(
    detector: PresidioDetector, worst: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks bound whatever Presidio's own patterns do: time grows with the number of blocks."""
    text = (worst * BLOCK_CHARS)[: 3 * BLOCK_CHARS]
    looked_at: list[str] = []
    analyze = AnalyzerEngine.analyze

    def analyzing(engine: AnalyzerEngine, text: str, *args: Any, **kwargs: Any) -> Any:
        looked_at.append(text)
        return analyze(engine, text, *args, **kwargs)

    monkeypatch.setattr(AnalyzerEngine, "analyze", analyzing)
    detector.forget()
    detector.find([TextUnit("u", UnitKind.BODY, text)])
    assert all(len(block) <= BLOCK_CHARS for block in looked_at)
    assert sum(map(len, looked_at)) <= len(text)


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST.keys())
def test_folding_is_linear(worst: str) -> None:
    _assert_bounded([folding._IRREGULAR], worst, SIZE)
    once, twice = (calls(partial(fold, (worst * n)[:n])) for n in (SIZE, 2 * SIZE))
    assert twice <= 2 * once
