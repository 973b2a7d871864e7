"""Which found values are looked for elsewhere, and in which forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from handoff.detection.words import (
    COMMON_NAMES,
    FORMS,
    FUNCTION,
    INSTRUMENTS,
    MAILBOXES,
    PLACES,
    PUBLIC_HEADS,
    ROLES,
    TIME,
    TITLES,
)

_WORDS = ROLES | INSTRUMENTS | PUBLIC_HEADS | TIME | TITLES | FUNCTION
_NOT_ALONE = _WORDS | FORMS | COMMON_NAMES | PLACES
_NO_NAME = (INSTRUMENTS | FUNCTION) - COMMON_NAMES - {"al", "de", "a"}
_UNSPREAD = frozenset({"DATE_TIME", "NRP", "PRIVILEGE_LEGEND"})
"""A year, a nationality or a marking found once says nothing about the same words elsewhere."""
_NAMES = frozenset({"PERSON", "ORGANIZATION", "LOCATION"})
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_PERSON_SHAPE = re.compile(r"[^\W\d_]|[\s.,'’\-()]")
_LEGAL_FORM = re.compile(
    r"[,\s]+(?:ltd|limited|llc|l\.l\.c|llp|lp|plc|inc|incorporated|corp|corporation|company|co"
    r"|gmbh|ag|s\.?a|"
    r"b\.?v|n\.?v|pvt|pty|s\.?p\.?a|s\.?r\.?l)\b\.?",
    re.IGNORECASE,
)
_LONGEST = 200


@dataclass(frozen=True, slots=True, order=True)
class FoundValue:
    """A value found somewhere, to be looked for elsewhere.

    Attributes:
        entity: what it is.
        text: the value; never shown in a repr.
        name: it counts only where it is written as a name, not in lower case.
    """

    entity: str
    text: str = field(repr=False)
    name: bool = False


def spread(entity: str, text: str) -> Iterator[FoundValue]:
    """The forms in which the value `text` is looked for; none where that would hit words."""
    value = " ".join(text.split())
    if entity == "PARTY":
        yield FoundValue(entity, value)
    elif entity in _UNSPREAD or not 3 <= len(value) <= _LONGEST:
        return
    elif entity == "PERSON":
        yield from _person(value)
    elif entity == "ORGANIZATION":
        yield from _organization(value)
    elif entity == "LOCATION":
        if value.casefold() not in _WORDS:
            yield FoundValue(entity, value, name=True)
    elif sum(c.isalnum() for c in value) >= 5:
        yield FoundValue(entity, value)
        if entity == "EMAIL_ADDRESS":
            yield from _mailbox(value)


def _person(value: str) -> Iterator[FoundValue]:
    words = _NAME_WORD.findall(value)
    telling = [w for w in words if w.casefold() not in TITLES and len(w) > 1]
    if not telling or not _looks_like_name(value, telling):
        return
    if len(words) > 1 and any(w.casefold() not in _WORDS for w in telling):
        yield FoundValue("PERSON", value)
        if len(words) == len(telling) == 2:
            yield from _rearranged(value, words)
    for word in {telling[0], telling[-1]}:
        if len(word) >= 3 and word.casefold() not in _NOT_ALONE and not word.islower():
            yield FoundValue("PERSON", word, name=True)
    if len(words) == 1 and value.casefold() in COMMON_NAMES - PLACES - _WORDS:
        yield FoundValue("PERSON", value, name=True)


def _rearranged(value: str, words: list[str]) -> Iterator[FoundValue]:
    """John Smith as "Smith, John", and the other way round, and as "J. Smith".

    Only names of two words: in longer ones nothing tells where the surname begins.
    """
    first, last = reversed(words) if "," in value else words
    common = any(word.casefold() in _NOT_ALONE for word in words)
    turned = f"{first} {last}" if "," in value else f"{last}, {first}"
    yield FoundValue("PERSON", turned, name=common)
    if len(last) >= 4 and last.casefold() not in _NOT_ALONE:
        yield FoundValue("PERSON", f"{first[0]}. {last}", name=True)
        yield FoundValue("PERSON", f"{first[0]} {last}", name=True)


def _mailbox(address: str) -> Iterator[FoundValue]:
    """The name that the part before the @ spells: priya.raman@ has one, and sales.team@ none.

    It counts only written as a name: an address is a weaker witness than a sentence.
    """
    words = re.split(r"[._]", address.partition("@")[0])
    spelt = len(words) == 2 and all(len(w) >= 3 and w.isalpha() for w in words)
    if spelt and not any(w.casefold() in _WORDS | MAILBOXES for w in words):
        yield FoundValue("PERSON", " ".join(words), name=True)


def _looks_like_name(value: str, telling: list[str]) -> bool:
    """No digits or signs, and no word of contracts in it: "Net Income", "Exhibit A" are none."""
    return not _PERSON_SHAPE.sub("", value) and not any(w.casefold() in _NO_NAME for w in telling)


def _organization(value: str) -> Iterator[FoundValue]:
    words = [w.casefold() for w in _NAME_WORD.findall(value)]
    telling = [w for w in words if w not in _WORDS]
    if not telling:
        return
    single = len(words) == 1
    if not single or words[0] not in _NOT_ALONE:
        yield FoundValue("ORGANIZATION", value, name=single or len(value) < 8)
    stem = _LEGAL_FORM.split(value)[0].strip(" ,")
    if stem != value and len(stem) >= 4 and stem.casefold() not in _NOT_ALONE:
        yield FoundValue("ORGANIZATION", stem, name=True)
