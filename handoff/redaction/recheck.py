"""The second reading: proof that a redacted document is clean.

The written bytes are read by another reader than the one that wrote them; its units come in here.
Every removed value must be gone, in any casing, spacing and escaping; and nothing of the kinds that
the profile blocks may remain. Only this module makes a `RecheckPassed`, and only a document with
one can be sealed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Protocol
from urllib.parse import unquote

import ahocorasick

from handoff.model import (
    Finding,
    Leak,
    RecheckFailed,
    RecheckPassed,
    RedactionProfile,
    TextUnit,
    UnitKind,
)
from handoff.ports import Detector

TAG = re.compile(r"\[(?:[A-Z][A-Z_]{1,39}(?:-\d{1,9})?|REDACTED)\]")
_SQUEEZED_AT_LEAST = 8
"""Shorter values occur by chance once white space and punctuation are gone."""
_SQUEEZED_WORD = 3
"""So do names with an initial: "A. Rejection" and "a rejection"."""
_ESCAPED = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});|%[0-9a-f]{2}|\\u[0-9a-f]{4}|=[0-9A-F]{2}",
    re.IGNORECASE,
)
_STRETCH, _OVERLAP = 200_000, 1_000
"""Characters squeezed at a time; no value that spreads is as long as the overlap."""
_SPACE = re.compile(r"\s")
_WORD = re.compile(r"[^\W_]+")
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


_OUR_DOMAIN = "@redacted.invalid"
"""What mail handlers put where an address must stand; `.invalid` is nobody's (RFC 2606)."""
_OUR_ADDRESS = re.compile(r"[\w.+-]{1,64}@redacted\.invalid")


class Value(Protocol):
    """A removed value; `handoff.detection.spreading.FoundValue` is one."""

    @property
    def entity(self) -> str:
        """What it is."""
        ...

    @property
    def text(self) -> str:
        """The value itself."""
        ...

    @property
    def name(self) -> bool:
        """It counts only where it is written as a name."""
        ...


class Seeker(Protocol):
    """Finds removed values by the rules by which they were propagated.

    `handoff.detection.propagation.Seeker` is one. What those rules leave alone ("may", once taken
    for a name) is no leak here.
    """

    @property
    def values(self) -> Sequence[Value]:
        """What was removed."""
        ...

    def find(self, units: Sequence[TextUnit]) -> Sequence[Finding]:
        """Where in `units` any of it stands."""
        ...

    def without_citations(self, units: Iterable[TextUnit]) -> Sequence[TextUnit]:
        """`units` without the citations of authorities, in which names are kept."""
        ...


def recheck(
    units: Sequence[TextUnit],
    removed: Seeker,
    detector: Detector,
    profile: RedactionProfile,
    readers: tuple[str, ...],
) -> RecheckPassed | RecheckFailed:
    """Judge the units that a second reader found in the redacted bytes.

    Args:
        units: everything the second reader could read.
        removed: the values removed from this document, and how to find them.
        detector: finds what is left; only entities in `profile.recheck_block` count.
        profile: the profile under which the document was redacted.
        readers: names of the writer's and the second reader's libraries, for the record.

    Returns:
        The proof, or every leak: its place, its entity and how it showed, never its text.
    """
    blanked = removed.without_citations(_without_tags(unit) for unit in units)
    leaks = {
        *_leaks(blanked, removed.find(blanked), "value"),
        *_leaks(blanked, removed.find([*_unescaped(blanked)]), "escaped"),
        *_squeezed(blanked, removed.values),
        *_leaks(blanked, _blocking(detector.find(_language(blanked)), profile), "new"),
    }
    if leaks:
        return RecheckFailed(
            tuple(sorted(leaks, key=lambda leak: (leak.place, leak.entity, leak.how)))
        )
    return RecheckPassed(readers, len(removed.values), len(units))


def _language(units: Iterable[TextUnit]) -> list[TextUnit]:
    """Units that somebody could read; a file's raw bytes look like numbers of all kinds."""
    return [unit for unit in units if unit.kind is not UnitKind.RAW]


def _without_tags(unit: TextUnit) -> TextUnit:
    """The unit with our own replacements blanked, so that "[PERSON-7]" is never a finding."""
    if "[" not in unit.text and _OUR_DOMAIN not in unit.text:
        return unit
    text = TAG.sub(_blank, _OUR_ADDRESS.sub(_blank, unit.text))
    return TextUnit(unit.unit_id, unit.kind, text, unit.place, unit.context)


def _blank(match: re.Match[str]) -> str:
    return "\u2022" * len(match.group())


def _leaks(units: Sequence[TextUnit], findings: Iterable[Finding], how: str) -> set[Leak]:
    places = {unit.unit_id: unit.place or unit.unit_id for unit in units}
    return {Leak(places[f.unit_id], f.entity, how) for f in findings}


def _blocking(findings: Iterable[Finding], profile: RedactionProfile) -> list[Finding]:
    return [f for f in findings if f.entity in profile.recheck_block]


def _unescaped(units: Iterable[TextUnit]) -> Iterable[TextUnit]:
    """Units that hold escapes or compatibility forms, as whoever decodes them would read them."""
    for unit in units:
        text = _unescape(unit.text)
        if text != unit.text:
            yield TextUnit(unit.unit_id, unit.kind, text, unit.place)


def _unescape(text: str) -> str:
    if _ESCAPED.search(text):
        text = unquote(html.unescape(text), errors="replace")
        text = _JSON_ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)
        text = re.sub(r"=([0-9A-F]{2})", lambda match: chr(int(match.group(1), 16)), text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _squeezed(units: Sequence[TextUnit], values: Sequence[Value]) -> set[Leak]:
    """Long values that stand there with other spacing or punctuation, or letter by letter."""
    sought = _squeezed_seeker(tuple(values))
    if not len(sought):
        return set()
    found: set[Leak] = set()
    for unit, stretch in ((each, part) for each in units for part in _stretches(each.text)):
        parts = _squeezed_words(stretch)
        borders = {0, *accumulate(map(len, parts))}
        for last, (length, entity) in sought.iter("".join(parts)):
            if last + 1 in borders and last + 1 - length in borders:
                found.add(Leak(unit.place or unit.unit_id, entity, "squeezed"))
    return found


def _stretches(text: str) -> Iterator[str]:
    """The text in stretches that overlap, cut between words, so that memory stays bounded."""
    for start in range(0, max(1, len(text)), _STRETCH):
        space = _SPACE.search(text, start, start + _OVERLAP) if start else None
        yield text[space.end() if space else start : start + _STRETCH + 2 * _OVERLAP]


@lru_cache(maxsize=2)
def _squeezed_seeker(values: tuple[Value, ...]) -> ahocorasick.Automaton:
    """The values that are long enough to be looked for squeezed; one automaton for a batch."""
    sought = ahocorasick.Automaton()
    for value in values:
        words = _squeezed_words(value.text)
        letters = "".join(words)
        telling = len(letters) >= _SQUEEZED_AT_LEAST and not value.name
        if telling and (letters.isdigit() or min(map(len, words)) >= _SQUEEZED_WORD):
            sought.add_word(letters, (len(letters), value.entity))
    sought.make_automaton()
    return sought


def _squeezed_words(text: str) -> list[str]:
    """The words of `text`, without case and compatibility forms and whatever stands in between."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    return _WORD.findall(plain.casefold())
