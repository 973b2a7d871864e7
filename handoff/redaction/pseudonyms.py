"""Pseudonyms: the same person has the same tag in every document of a batch.

A value becomes a token by a keyed hash (HMAC-SHA-256, RFC 2104), so that documents can be worked on
in different processes and only tokens meet; numbers are given to tokens in the order in which they
appear in the batch. Without the key, a token cannot be tried against a list of names.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_TITLE = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|mx|dr|prof|sir|dame|lord|lady|judge|justice|hon|messrs|shri"
    r"|smt)\.?\s+)+"
)
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_SAME = str.maketrans("’‘‐‑–", "''---")


def normalised(entity: str, text: str) -> str:
    """`text` as it is compared with others of its entity.

    Case, white space and typographic variants do not count; for people neither do titles and the
    order "Smith, John"; for everything else neither does punctuation.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    words = " ".join(folded.split())
    if entity != "PERSON":
        return " ".join(_WORD.findall(words))
    if words.count(",") == 1:
        last, _, first = words.partition(",")
        words = f"{first.strip()} {last.strip()}"
    return " ".join(_WORD.findall(_TITLE.sub("", words)))


class Aliases:
    """Who is meant by a surname alone: the one full name of the batch that ends in it, if only one.

    Two people of one surname are never joined: then the surname alone is a third.

    Args:
        names: full names found in the batch, in any order.
        parties: names of the matter's list, each with its aliases.
    """

    def __init__(self, names: Iterable[str] = (), parties: Iterable[Sequence[str]] = ()) -> None:
        self._parties = {
            normalised("PARTY", term): normalised("PARTY", party[0])
            for party in parties
            for term in party
        }
        full: dict[str, set[str]] = {}
        for name in {normalised("PERSON", name) for name in names}:
            words = name.split()
            if len(words) > 1:
                full.setdefault(words[-1], set()).add(name)
        self._full = {last: next(iter(who)) for last, who in full.items() if len(who) == 1}

    def canonical(self, entity: str, text: str) -> str:
        """The normalised value that stands for `text`."""
        value = normalised(entity, text)
        if entity == "PARTY":
            return self._parties.get(value, value)
        return self._person(value) if entity == "PERSON" else value

    def _person(self, value: str) -> str:
        """The full name for a surname alone, and for one with the right initial before it."""
        initial, _, last = value.rpartition(" ")
        full = self._full.get(last, value)
        return full if full.startswith(initial) and len(initial) <= 1 else value


def token(key: bytes, entity: str, canonical: str) -> str:
    """The token of a value: hex HMAC-SHA-256 over its entity and normalised form."""
    message = entity.encode() + b"\0" + canonical.encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def assign(tokens: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """Number `tokens` (entity, token) in the order given, from 1 within each entity."""
    numbers: dict[str, int] = {}
    last: dict[str, int] = {}
    for entity, value in tokens:
        if value not in numbers:
            last[entity] = last.get(entity, 0) + 1
            numbers[value] = last[entity]
    return numbers


def in_order(tokens: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """`tokens` without repetitions, in order of first appearance."""
    return tuple(dict.fromkeys(tokens))
