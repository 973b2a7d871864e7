"""Values as an OCR engine may have misread them: C01X for CO1X, Thombury for Thornbury.

Text and value are compared by their skeletons, in which letters that look alike are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import ahocorasick

from handoff.detection.spreading import FoundValue
from handoff.model import TextUnit, UnitKind

_SHORTEST = 5
"""Letters of a skeleton; shorter words look like others too often."""
_PAIRS = {"rn": "m", "vv": "w", "cl": "d", "ii": "u"}
_LETTERS = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s", "$": "s", "8": "b", "2": "z",
     "6": "b", "9": "g", "q": "g", "\u2019": "'", "\u2018": "'"}
)  # fmt: skip
_TOKEN = re.compile(r"rn|vv|cl|ii|\s+|.", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Where something stands that looks like `value`: offsets into the text that was searched."""

    start: int
    end: int
    value: FoundValue


class Lookalikes:
    """Finds `values` in what an engine made of a picture."""

    def __init__(self, values: Iterable[FoundValue]) -> None:
        self._automaton = ahocorasick.Automaton()
        for value in values:
            letters = skeleton(value.text)[0].strip()
            if sum(map(str.isalnum, letters)) >= _SHORTEST:
                self._automaton.add_word(letters, (len(letters), value))
        self._automaton.make_automaton()

    def misread(self, units: Sequence[TextUnit]) -> set[tuple[int, int, int, str]]:
        """Number of the unit, start, end and entity of each place, in units read off pictures."""
        return {
            (number, like.start, like.end, like.value.entity)
            for number, unit in enumerate(units)
            if unit.kind is UnitKind.OCR
            for like in self.find(unit.text)
        }

    def find(self, text: str) -> Iterator[Likeness]:
        """Every place in `text` that has the skeleton of a value and is a word of its own."""
        if not len(self._automaton):
            return
        letters, places = skeleton(text)
        for last, (length, value) in self._automaton.iter(letters):
            first = last + 1 - length
            whole = not (_joins(letters, first - 1, first) or _joins(letters, last, last + 1))
            start, end = places[first], places[last + 1]
            if whole and (not value.name or not text[start].islower()):
                yield Likeness(start, end, value)


def skeleton(text: str) -> tuple[str, list[int]]:
    """`text` with letters that look alike made one, and where each letter came from.

    The places have one entry more than the letters: the length of the text.
    """
    pieces: list[str] = []
    places: list[int] = []
    for match in _TOKEN.finditer(text):
        token = match.group().lower()
        piece = " " if token.isspace() else _PAIRS.get(token, token).translate(_LETTERS)
        pieces.append(piece)
        places.extend([match.start()] * len(piece))
    return "".join(pieces), [*places, len(text)]


def _joins(letters: str, before: int, after: int) -> bool:
    """Whether both places are in the text and hold letters or digits."""
    return (
        before >= 0
        and after < len(letters)
        and letters[before].isalnum()
        and (letters[after].isalnum())
    )
