"""Once found, found everywhere: values are searched through the document and the batch.

A model that finds a name on page 1 forgets it on page 9. So what was found anywhere is looked for
everywhere, in any casing, across line breaks and from one cell to the next. Naively done this
destroys a document (a surname that is also a word: precision .53 to .20 on company filings, design
notes); `handoff.detection.spreading` therefore decides per value whether it spreads at all, and
whether it must then be written as a name is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import ahocorasick

from handoff.detection.citations import citations, without_markup
from handoff.detection.folding import fold
from handoff.detection.lookalikes import Lookalikes
from handoff.detection.spreading import FoundValue, spread
from handoff.model import Finding, TextUnit, UnitKind

RECOGNIZER = "propagation"
PARTY = "PARTY"
"""Whom the matter's list names."""
_SCORE = 0.9
_WINDOW = 50_000
_CARRIED = 250
"""Characters of one window repeated in the next: more than the longest value that spreads."""


_LONG, _LONG_WORD = 8, 3
"""A name of this many letters, all of its words this long, does not occur by chance; one with an
initial does: "A. Rejection" is a heading and "a rejection" is none."""
_JOINTS = (" ", "", "-", "_", ".", "+")
_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s")


def values_of(units: Sequence[TextUnit], findings: Sequence[Finding]) -> tuple[FoundValue, ...]:
    """What `findings` cover in `units` and is to be looked for elsewhere; sorted, no doubles."""
    texts = {unit.unit_id: unit.text for unit in units}
    found: set[FoundValue] = set()
    for entity, text in {(f.entity, texts[f.unit_id][f.start : f.end]) for f in findings}:
        found.update(spread(entity, text))
    return tuple(sorted(found))


def propagate(
    units: Sequence[TextUnit], findings: Sequence[Finding], values: Iterable[FoundValue]
) -> tuple[Finding, ...]:
    """`findings` and, beside them, every other place of `units` where one of `values` stands.

    For one document; for a batch make one `Seeker` of all its values and use its `extend`.
    """
    return Seeker(values).extend(units, findings)


@dataclass(frozen=True, slots=True, order=True)
class _Match:
    unit: int
    start: int
    end: int
    value: FoundValue
    lower: bool
    prose: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A unit, or a stretch of a very long one."""

    unit: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Window:
    """Neighbouring pieces as one text, and where in it each begins."""

    pieces: list[_Piece]
    starts: list[int]
    text: str

    @classmethod
    def of(cls, pieces: list[_Piece]) -> _Window:
        """The pieces with a line break between each two."""
        starts = [0, *accumulate(len(piece.text) + 1 for piece in pieces)][:-1]
        return cls(pieces, starts, "\n".join(piece.text for piece in pieces))

    def parts(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """The unit, and the range in it, of each piece that `start`..`end` of the text touches."""
        index = bisect_right(self.starts, start) - 1
        while index < len(self.pieces) and self.starts[index] < end:
            piece, begin = self.pieces[index], self.starts[index]
            low, high = max(start - begin, 0), min(end - begin, len(piece.text))
            if low < high:
                yield piece.unit, piece.start + low, piece.start + high
            index += 1


class Seeker:
    """Finds many values in text at once, in time linear in the text (Aho and Corasick, 1975).

    Args:
        values: what to look for. Build one seeker for a batch and use it for all its documents.
        keep_citations: do not look in citations of authorities that name no party of the matter.
    """

    def __init__(self, values: Iterable[FoundValue], *, keep_citations: bool = True) -> None:
        self.values = tuple(values)
        self._keep_citations = keep_citations
        self._automaton = ahocorasick.Automaton()
        by_key: dict[str, list[FoundValue]] = {}
        for value in self.values:
            for key in _keys(value):
                by_key.setdefault(key, []).append(value)
        for key, same in by_key.items():
            self._automaton.add_word(key, (len(key), tuple(sorted(same))))
        self._empty = not by_key
        self._automaton.make_automaton()

    def extend(self, units: Sequence[TextUnit], findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """`findings` and every further place of a value, in order of unit and start."""
        order = {unit.unit_id: index for index, unit in enumerate(units)}
        known = {(f.unit_id, f.start, f.end, f.entity) for f in findings}
        more = [
            found
            for found in self.find(units)
            if (found.unit_id, found.start, found.end, found.entity) not in known
        ]
        return tuple(sorted([*findings, *more], key=lambda f: (order[f.unit_id], f.start, f.end)))

    def find(self, units: Sequence[TextUnit]) -> tuple[Finding, ...]:
        """Every place in `units` where a value stands, in order of unit and start.

        A value that begins in one unit and ends in a later one is found in each of them. In a
        file's raw bytes single names are not looked for: Roman is a font there.
        """
        if self._empty:
            return ()
        matches = {
            match
            for window in _windows(units)
            for match in self._matches(window)
            if not (match.value.name and units[match.unit].kind is UnitKind.RAW)
        }
        words = _words(matches)
        found = {
            (m.unit, m.start, m.end, m.value.entity)
            for m in matches
            if not (m.value.name and (m.lower or m.value in words))
        }
        return tuple(
            Finding(units[unit].unit_id, start, end, entity, _SCORE, RECOGNIZER)
            for unit, start, end, entity in sorted(found | self._lookalikes.misread(units))
        )

    @cached_property
    def _lookalikes(self) -> Lookalikes:
        return Lookalikes(self.values)

    def without_citations(self, units: Iterable[TextUnit]) -> list[TextUnit]:
        """`units` with the citations blanked in which nothing is looked for."""
        return [replace(unit, text=self._without_citations(unit)) for unit in units]

    def _without_citations(self, unit: TextUnit) -> str:
        text = unit.text
        if unit.kind is UnitKind.RAW:
            plain = without_markup(text)
            spans = [plain.span(*span) for span in self._authorities(plain.text)]
        else:
            spans = self._authorities(text)
        parts: list[str] = []
        after = 0
        for start, end in spans:
            parts += (text[after:start], "\u2022" * (end - start))
            after = end
        return "".join([*parts, text[after:]])

    def _authorities(self, text: str) -> list[tuple[int, int]]:
        """Where `text` cites an authority, and no party of the matter with it."""
        if not self._keep_citations:
            return []
        return [span for span in citations(text) if not self._names_party(text[slice(*span)])]

    def _names_party(self, citation: str) -> bool:
        folded = fold(citation).text
        return any(
            value.entity == PARTY and _whole(folded, last - length + 1, last + 1)
            for last, (length, values) in self._automaton.iter(folded)
            for value in values
        )

    def _matches(self, window: _Window) -> Iterator[_Match]:
        folded = fold(window.text)
        authorities = self._authorities(window.text)
        begins = [start for start, _ in authorities]
        for last, (length, values) in self._automaton.iter(folded.text):
            first = last - length + 1
            if not _whole(folded.text, first, last + 1):
                continue
            start, end = folded.span(first, last + 1)
            cited = bisect_right(begins, start) - 1
            if cited >= 0 and end <= authorities[cited][1]:
                continue
            lower = window.text[start:end].islower()
            prose = _in_prose(folded.text, first, last + 1)
            for unit, low, high in window.parts(start, end):
                yield from (_Match(unit, low, high, value, lower, prose) for value in values)


def _keys(value: FoundValue) -> Iterator[str]:
    """The folded forms of a value; for a long name also those of links and file names."""
    key = fold(value.text).text.strip()
    if key:
        yield key
    words = _WORD.findall(key.replace("'", ""))
    if len(words) > 1 and sum(map(len, words)) >= _LONG and min(map(len, words)) >= _LONG_WORD:
        yield from {joint.join(words) for joint in _JOINTS} - {key}


def _pieces(units: Sequence[TextUnit]) -> Iterator[_Piece]:
    """The units; very long ones in stretches that overlap and are cut at white space."""
    for index, unit in enumerate(units):
        start = 0
        while len(unit.text) - start > _WINDOW:
            end = _space_after(unit.text, start + _WINDOW - _CARRIED)
            yield _Piece(index, start, unit.text[start:end])
            start = _space_after(unit.text, end - 2 * _CARRIED)
        yield _Piece(index, start, unit.text[start:])


def _space_after(text: str, index: int) -> int:
    """The first white space at or after `index`, if there is one nearby."""
    space = _SPACE.search(text, index, index + _CARRIED)
    return space.start() if space else index


def _windows(units: Sequence[TextUnit]) -> Iterator[_Window]:
    """Windows over all pieces; the short pieces at the end of one stand in the next again."""
    pending: list[_Piece] = []
    size = 0
    for piece in _pieces(units):
        pending.append(piece)
        size += len(piece.text) + 1
        if size >= _WINDOW:
            yield _Window.of(pending)
            pending = _carried(pending)
            size = sum(len(kept.text) + 1 for kept in pending)
    if pending:
        yield _Window.of(pending)


def _carried(pieces: list[_Piece]) -> list[_Piece]:
    kept: list[_Piece] = []
    size = 0
    for piece in reversed(pieces):
        size += len(piece.text) + 1
        if size > _CARRIED:
            break
        kept.insert(0, piece)
    return kept


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the range stands on word boundaries, where it begins and ends with a word."""
    joined_before = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    joined_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not (joined_before or joined_after)


def _in_prose(text: str, start: int, end: int) -> bool:
    """Whether the range is a word of a sentence, and no part of an address, link or file name."""
    around = text[start - 1 : start] + text[end : end + 1]
    dotted = text[end : end + 1] == "." and text[end + 1 : end + 2].isalnum()
    return not (dotted or any(sign in "@._-/+=\\" for sign in around.rstrip(".")))


def _words(matches: Iterable[_Match]) -> set[FoundValue]:
    """Names that these texts use as words: written small at least half as often as not.

    "Income" taken for a name once must not spread where "income" is a word of the text.
    """
    small: Counter[FoundValue] = Counter()
    capital: Counter[FoundValue] = Counter()
    for match in matches:
        if match.value.name and match.prose:
            (small if match.lower else capital)[match.value] += 1
    return {value for value, count in small.items() if 2 * count >= capital[value]}
