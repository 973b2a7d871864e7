"""What a name found by the model must look like before it counts.

The model calls "Court", "Chamber" and "the Seller" organisations (29 % precision on judgments) and
takes titles and possessives into a name. A guard trims a finding to the name or drops it; each has
its reason beside it. Guards apply to what the model found, never to a pattern's match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from handoff.detection.words import (
    ACRONYMS,
    FUNCTION,
    INSTRUMENTS,
    PUBLIC_HEADS,
    ROLES,
    TIME,
    TITLES,
)

Guard = Callable[[Sequence[str], str], bool]
"""Given the words found and the text after them: whether the finding stands."""

_EDGE = " \t\n.,;:!?'\"“”‘’()[]{}<>«»*_|/\\-–—•·"
_POSSESSIVE = re.compile(r"['’]s?$")
_LEADING = re.compile(
    r"(?:(?:[Tt]he|THE|[Aa]n?|[Aa]nd|of|[Ii]n|[Bb]y|[Tt]o|[Aa]t)|(?i:dear|hello|hi|vs?|re|mr|mrs|ms|miss|messrs"
    r"|dr|prof|sir|judge|justice)\.?)"
    r"[ \n]{1,3}"
)
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_PUBLIC_AFTER = re.compile(
    r"\s{0,2}(?:[Gg]overnment|[Aa]uthorit|[Cc]ourt|[Ll]aw|[Cc]ode|[Cc]onstitution|[Pp]arliament|"
    r"[Aa]ct|[Cc]ivil"
    r"|[Cc]riminal|[Cc]onvention|[Rr]epublic|[Ss]tate|[Mm]inist|[Pp]olice|[Ss]upreme|[Ll]egal|"
    r"[Ll]egislation|[Jj]udicial|[Bb]ar\b)"
)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without the punctuation, article, title or possessive at its edges."""
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE and not _is_abbreviation(text, start, end):
        end -= 1
    if possessive := _POSSESSIVE.search(text, start, end):
        end = possessive.start()
    if lead := _LEADING.match(text, start, end):
        return trim(text, lead.end(), end) if lead.end() < end else (start, end)
    return start, end


def stands(entity: str, text: str, start: int, end: int) -> bool:
    """Whether a finding of the model names somebody or something at all."""
    words = [word.casefold() for word in _WORD.findall(text, start, end)]
    if "@" in text[start:end] or "://" in text[start:end]:
        return False  # an address; its own recognizer says what it is
    if not words or not any(c.isalpha() for c in text[start:end]):
        return entity == "DATE_TIME"
    guard = _GUARDS.get(entity)
    return guard is None or guard(words, text[end : end + 20])


def _is_abbreviation(text: str, start: int, end: int) -> bool:
    """Whether the last character is the dot of an initial or of "Ltd." and belongs to the name."""
    return (
        text[end - 1] == "."
        and end - start > 1
        and text[end - 2].isalpha()
        and " " in text[start:end]
    )


_SALUTATIONS = frozenset({"dear", "hello", "hi"})
_NOBODY = ROLES | INSTRUMENTS | TITLES | FUNCTION | TIME | ACRONYMS | _SALUTATIONS


def _person(words: Sequence[str], _: str) -> bool:
    """A name has a word that is no role, no instrument, no title and no month."""
    return any(len(word) > 1 and word not in _NOBODY and not word.isdigit() for word in words)


def _organization(words: Sequence[str], _: str) -> bool:
    """A private organisation: no court, no authority, no defined term, no statute."""
    telling = [w for w in words if w not in FUNCTION | ACRONYMS and not w.isdigit() and len(w) > 1]
    if not telling or all(w in ROLES | INSTRUMENTS | TITLES | TIME | PUBLIC_HEADS for w in telling):
        return False
    return not any(word in PUBLIC_HEADS for word in words)


def _location(words: Sequence[str], _: str) -> bool:
    return any(len(w) > 1 and w not in ROLES | INSTRUMENTS | FUNCTION | TIME for w in words)


def _nrp(words: Sequence[str], after: str) -> bool:
    """A nationality that qualifies a public body or a law says nothing about a person."""
    return _PUBLIC_AFTER.match(after) is None and any(w not in ROLES | INSTRUMENTS for w in words)


_GUARDS: Mapping[str, Guard] = {
    "PERSON": _person,
    "ORGANIZATION": _organization,
    "LOCATION": _location,
    "NRP": _nrp,
}
