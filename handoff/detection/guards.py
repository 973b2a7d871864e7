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
    FORMS,
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
    r"(?:(?:[Tt]he|THE|[Aa]n?|[Aa]nd|of|[Ii]n|[Bb]y|[Tt]o|[Aa]t|vs?)|(?i:dear|hello|hi|re|mr|mrs|ms|miss|messrs"
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


_LABEL_BELOW = re.compile(r"\s{0,80}\n\s{0,80}[^\W\d_]{2,15}\Z")
"""A line of one word that a colon follows is the label of a field, below a name or a value."""
_NUMBER_AFTER = re.compile(r"\.?[ ]{0,2}(?:N(?:os?|OS?)\b|\#)|[ ]?:[ ]{0,3}\d{5}")
_EXHIBIT = re.compile(r"(?:[A-Z]{1,2}|PW|RW|CW|DW|Ex)[.\-]?\d{1,3}")
"""What an exhibit or a witness is called by number: "P-9", "PW7"."""
_PUBLIC_BEFORE = re.compile(
    r"\b(?:(?:[Dd]istricts?|[Ss]tate|[Cc]ommonwealth|[Cc]ourts?|[Cc]ounty|[Ll]aws|[Jj]udicature"
    r"|[Pp]eople)[ ](?:of|at)|DISTRICT[ ]OF|STATE[ ]OF|COURTS?[ ](?:OF|AT)|JUDICATURE[ ]AT)"
    r"(?:[ ]the)?[ ]{1,3}\Z"
)
_INCORPORATED = re.compile(
    r"\s{1,3}(?:(?:statutory|business|professional|general|nonprofit|public)\s)?"
    r"(?:corporation|limited|trust|partnership|company|law\b|banking|charter)"
)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without the punctuation, article, title or possessive at its edges."""
    if text[end : end + 3].lstrip(" ")[:1] == ":" and (
        label := _LABEL_BELOW.search(text, max(start, end - 176), end)
    ):
        end = label.start()
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
    if entity != "DATE_TIME" and _labels_a_number(text, start, end, words):
        return False
    if _EXHIBIT.fullmatch(text, start, end):
        return False
    if entity == "LOCATION" and _says_whose_law(text, start, end):
        return False
    guard = _GUARDS.get(entity)
    return guard is None or guard(words, text[end : end + 20])


def _labels_a_number(text: str, start: int, end: int, words: Sequence[str]) -> bool:
    """Whether the finding is what a number is called by: "FIR No", "MLC" before "No.", "CIK:"."""
    if words[-1] in _NUMBER_WORDS:
        return len(words) <= 2
    abbreviated = len(words) == 1 and end - start <= 6 and text[start:end].isupper()
    return abbreviated and _NUMBER_AFTER.match(text, end) is not None


def _says_whose_law(text: str, start: int, end: int) -> bool:
    """Whether a place is part of a court's name, or of "a Delaware corporation"."""
    before = text[max(0, start - 30) : start]
    return bool(_PUBLIC_BEFORE.search(before) or _INCORPORATED.match(text, end))


def _is_abbreviation(text: str, start: int, end: int) -> bool:
    """Whether the last character is the dot of an initial or of "Ltd." and belongs to the name."""
    return (
        text[end - 1] == "."
        and end - start > 1
        and text[end - 2].isalpha()
        and " " in text[start:end]
    )


_NUMBER_WORDS = frozenset({"no", "nos", "number"})
_SALUTATIONS = frozenset({"dear", "hello", "hi"})
_NOBODY = FORMS | ROLES | INSTRUMENTS | TITLES | FUNCTION | TIME | ACRONYMS | _SALUTATIONS


_NO_PLACE = FORMS | ROLES | INSTRUMENTS | FUNCTION | TIME | ACRONYMS
_NO_BODY = FORMS | ROLES | INSTRUMENTS | TITLES | TIME | PUBLIC_HEADS


def _person(words: Sequence[str], _: str) -> bool:
    """A name has a word that is no role, no instrument, no title and no month."""
    return any(len(word) > 1 and word not in _NOBODY and not word.isdigit() for word in words)


def _organization(words: Sequence[str], _: str) -> bool:
    """A private organisation: no court, no authority, no defined term, no statute."""
    telling = [w for w in words if w not in FUNCTION | ACRONYMS and not w.isdigit() and len(w) > 1]
    if not telling or all(w in _NO_BODY for w in telling):
        return False
    return not any(word in PUBLIC_HEADS for word in words)


def _location(words: Sequence[str], _: str) -> bool:
    return any(len(w) > 1 and w not in _NO_PLACE for w in words)


def _nrp(words: Sequence[str], after: str) -> bool:
    """A nationality that qualifies a public body or a law says nothing about a person."""
    return _PUBLIC_AFTER.match(after) is None and any(w not in ROLES | INSTRUMENTS for w in words)


_GUARDS: Mapping[str, Guard] = {
    "PERSON": _person,
    "ORGANIZATION": _organization,
    "LOCATION": _location,
    "NRP": _nrp,
}
