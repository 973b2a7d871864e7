"""In which language a document is written: one that the profile does not read is held.

An English model finds a third of the names in a French contract and says nothing of the rest. So
the language of the prose is looked at before anything is looked for in it, by py3langid (BSD, 4 MB,
a naive Bayes classifier over 97 languages), on a sample of bounded size.

Conservative by design: what is no running text (names, tables, numbers, headings in capitals) is
not judged, and a passage counts as foreign only when the classifier is sure and the words that
hold an English sentence together are missing from it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import Any

from handoff.errors import LanguageError
from handoff.model import TextUnit, UnitKind

PREVAILING = 0.5
"""Above this share of the running text another language prevails."""
SUBSTANTIAL, SUBSTANTIAL_LETTERS = 0.2, 300
"""From this share, and this many letters (about a paragraph), a foreign part is too much."""
ENOUGH_LETTERS = 60
"""Less foreign text than this (about a sentence) proves nothing."""

_PASSAGE, _PASSAGES = 400, 64
_JUDGED = 1_000
"""Characters of a block that its language is told by."""
_ENOUGH_GLUE = 3
_SURE = 0.95
_NO_LANGUAGE = "zxx"
"""ISO 639-2: no linguistic content; code and keys are taken for it."""
_UNKNOWN = "und"
"""ISO 639-2: undetermined. In letters that are not Latin nobody writes English, sure or not."""
_WORDS, _SMALL_SHARE = 7, 0.45
_SPEECH = frozenset(UnitKind) - {
    UnitKind.RAW, UnitKind.LINK, UnitKind.NAME, UnitKind.METADATA, UnitKind.MAIL_HEADER,
}  # fmt: skip
"""Kinds of units in which sentences stand; mail headers and metadata are in the program's words."""
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
_FUNCTION_WORDS = {
    "en": frozenset({
        "the", "of", "and", "to", "that", "shall", "which", "with", "for", "from", "by", "this",
        "be", "is", "was", "are", "were", "have", "has", "had", "not", "it", "as", "at", "an",
        "you", "we", "i", "my", "your", "our", "their", "his", "her", "will", "would", "if", "any",
    }),
    "de": frozenset({
        "der", "die", "das", "und", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer",
        "ist", "sind", "war", "wird", "werden", "wurde", "mit", "von", "vom", "zu", "zum", "zur",
        "im", "auf", "für", "nicht", "sich", "auch", "als", "bei", "nach", "aus", "durch", "über",
        "ich", "wir", "sie", "er", "es", "hat", "haben", "daß", "dass", "oder", "gegen",
    }),
    "fr": frozenset({
        "le", "la", "les", "l", "de", "du", "des", "d", "et", "un", "une", "que", "qui", "qu",
        "dans", "par", "pour", "sur", "avec", "au", "aux", "est", "sont", "été", "être", "a", "ont",
        "ne", "pas", "ce", "cette", "ces", "son", "sa", "ses", "il", "elle", "ils", "nous", "vous",
        "je", "leur", "se", "s", "n", "en", "ou", "à",
    }),
    "es": frozenset({
        "el", "la", "los", "las", "de", "del", "y", "que", "en", "un", "una", "por", "para", "con",
        "se", "su", "sus", "al", "es", "son", "fue", "ha", "han", "no", "como", "este", "esta",
        "lo", "o", "sobre", "entre", "más", "si", "ser", "está", "le",
    }),
    "it": frozenset({
        "il", "lo", "la", "i", "gli", "le", "di", "del", "della", "dei", "delle", "dell", "e",
        "che", "un", "una", "per", "con", "in", "nel", "nella", "al", "alla", "dal", "dalla",
        "da", "è", "sono", "ha", "hanno", "non", "si", "su", "come", "questo", "questa", "o",
        "ai", "stato", "l",
    }),
}  # fmt: skip
_FUNCTION_SHARE = 0.15
"""English running text has two to three times as many of these words; other languages few."""


@dataclass(frozen=True, slots=True)
class _Passage:
    place: str
    text: str = field(repr=False)


def check(units: Sequence[TextUnit], languages: Sequence[str]) -> None:
    """Do nothing, or raise.

    Args:
        units: the document's units.
        languages: ISO 639-1 codes of the languages that the profile reads.

    Raises:
        LanguageError: another language prevails, or has a substantial share of the running text;
            `places` says where it first stands.
    """
    foreign: list[tuple[str, str]] = []
    letters: dict[bool, int] = {False: 0, True: 0}
    for passage in _sample(units):
        found = _language(passage.text, languages)
        if not found:
            continue
        letters[found not in languages] += _letters(passage.text)
        if found not in languages:
            foreign.append((passage.place, found))
    outside, share = letters[True], letters[True] / max(1, sum(letters.values()))
    prevails = share > PREVAILING and outside >= ENOUGH_LETTERS
    if prevails or (share >= SUBSTANTIAL and outside >= SUBSTANTIAL_LETTERS):
        codes = ", ".join(sorted({code for _, code in foreign}))
        raise LanguageError(
            f"{share:.0%} of the running text is in another language ({codes}) "
            f"than the profile's ({', '.join(languages)})",
            places=tuple(dict.fromkeys(place for place, _ in foreign)),
        )


def _sample(units: Sequence[TextUnit]) -> Iterator[_Passage]:
    """Passages spread evenly over the document: all of a short one, at most 64 of a long one."""
    spoken = [unit for unit in units if unit.kind in _SPEECH]
    starts = [0, *accumulate(len(unit.text) + 1 for unit in spoken)]
    step = max(_PASSAGE, starts[-1] // _PASSAGES + 1)
    for position in range(0, starts[-1], step):
        index = bisect_right(starts, position) - 1
        unit = spoken[index]
        yield _Passage(
            unit.place or unit.unit_id, _text_from(spoken, index, position - starts[index])
        )


def _text_from(units: Sequence[TextUnit], index: int, offset: int) -> str:
    """`_PASSAGE` characters from `offset` of unit `index` on, through as many units as it takes."""
    parts: list[str] = []
    missing = _PASSAGE
    while missing > 0 and index < len(units):
        parts.append(units[index].text[offset : offset + missing])
        missing -= len(parts[-1]) + 1
        index, offset = index + 1, 0
    return "\n".join(parts)


def language_of(text: str, languages: Sequence[str]) -> str:
    """Which of `languages` a block is written in; "" where it says too little to tell.

    By the words that hold its sentences together, in a tenth of the classifier's time.
    """
    if len(languages) == 1:
        return languages[0]
    words = _WORD.findall(text[:_JUDGED])
    ranked = sorted(((_glue(words, language), language) for language in languages), reverse=True)
    (most, likely), (second, _) = ranked[:2]
    return likely if most >= _ENOUGH_GLUE and most > second else ""


def _language(text: str, expected: Sequence[str]) -> str:
    """The passage's language, one of `expected` where there is doubt, "" for no running text."""
    words = _WORD.findall(text)
    code, probability = classifier().classify(text)
    if _letters(text) > 2 * len(_LATIN.findall(text)):
        return str(code) if code not in {*expected, _NO_LANGUAGE} else _UNKNOWN
    small = sum(word[0].islower() for word in words)
    if small < _WORDS or small < _SMALL_SHARE * len(words) or code == _NO_LANGUAGE:
        return ""
    glue = {language: _glue(words, language) for language in expected}
    likely = max(glue, key=lambda language: glue[language])
    sure = probability >= _SURE and glue[likely] < _FUNCTION_SHARE * len(words)
    return str(code) if sure and code not in expected else likely


def _glue(words: Sequence[str], language: str) -> int:
    return sum(word.lower() in _FUNCTION_WORDS[language] for word in words)


def _letters(text: str) -> int:
    return sum(map(len, _WORD.findall(text)))


@cache
def classifier() -> Any:  # noqa: ANN401 - py3langid has no types
    """The classifier, loaded once a process (77 MB, most of a second): not in the main process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
