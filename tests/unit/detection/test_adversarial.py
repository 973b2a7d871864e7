"""No recognizer of ours takes more than linear time, whatever the text."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from presidio_analyzer import EntityRecognizer

from handoff.detection.engine import PresidioDetector
from handoff.detection.folding import fold
from handoff.detection.recognizers.base import RuleRecognizer
from handoff.detection.recognizers.languages import WORDINGS
from handoff.detection.registry import FACTORIES, LANGUAGE_FACTORIES
from handoff.detection.views import BLOCK_CHARS
from handoff.model import TextUnit, UnitKind

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
SECONDS, FULL_SECONDS = 4.0, 30.0
"""On a machine that others share; a quadratic pattern takes minutes, and over a megabyte hours."""


def _ours() -> list[Callable[[], EntityRecognizer]]:
    makers = {make for makes in FACTORIES.values() for make in makes}
    makers |= {partial(m, code) for m in LANGUAGE_FACTORIES.values() for code in WORDINGS}
    return sorted(
        (m for m in makers if isinstance(m(), RuleRecognizer)), key=lambda m: m().supported_entities
    )


def _run_every_rule(text: str, seconds: float) -> None:
    for make in _ours():
        recognizer = make()
        assert isinstance(recognizer, RuleRecognizer)
        started = time.process_time()
        for rule in recognizer.rules:
            for pattern in filter(None, (rule.pattern, rule.more)):
                for _ in pattern.finditer(text):
                    pass
        assert time.process_time() - started < seconds, recognizer.label


def _repeated(worst: str, size: int) -> str:
    return (worst * (size // len(worst) + 1))[:size]


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST.keys())
def test_every_rule_is_linear(worst: str) -> None:
    _run_every_rule(_repeated(worst, SIZE), SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("worst", ["one digit", "capitals", "commas"])
def test_every_rule_is_linear_over_a_megabyte(worst: str) -> None:
    """Three of the costliest stand for the others, which have shown their growth above."""
    _run_every_rule(_repeated(WORST[worst], FULL_SIZE), FULL_SECONDS)


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST.keys())
def test_the_whole_detector_takes_no_longer_for_the_second_half(
    detector: PresidioDetector, worst: str
) -> None:
    """Blocks bound whatever Presidio's own patterns do: time grows with the number of blocks."""
    text = (worst * BLOCK_CHARS)[: 3 * BLOCK_CHARS]
    started = time.process_time()
    detector.find([TextUnit("u", UnitKind.BODY, text)])
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST.keys())
def test_folding_is_linear(worst: str) -> None:
    started = time.process_time()
    fold(_repeated(worst, FULL_SIZE))
    assert time.process_time() - started < SECONDS
