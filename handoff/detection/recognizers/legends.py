"""Markings that say a document must not leave: privilege, work product, protective order.

A marking stands by itself: in a line of its own, a header, a subject, or in a sentence in which the
document speaks of itself. What a text says *about* privilege is no marking. Neither is the
disclaimer under ordinary e-mail ("may be privileged ... if you are not the intended recipient"): it
stands under every message of a firm, so it says nothing about this one, and holding for it would
hold all mail. Nor are "confidential" alone, a business marking, and "without prejudice", which
keeps a letter from the court and not from a reviewer.
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from handoff.detection.recognizers.base import RuleRecognizer, rule
from handoff.detection.words import MARKING

_LAWYER = r"(?:attorney|lawyer|solicitor|counsel|barrister)"
_CORE = (
    rf"(?:{_LAWYER}s?['’]?s?[ ]?[\-–—/&]?[ ]?(?:and[ ])?client[ ](?:confidential[ ])?"
    r"(?:privileged?|communication)"
    rf"|(?:{_LAWYER}['’]?s?[ ]?[\-–—]?[ ]?)?work[ \-]product"
    r"|(?:legally[ ])?privileged[ ]?(?:and|&|/|,|\+|[\-–—])[ ]?(?:strictly[ ]|highly[ ])?"
    r"confidential"
    r"|confidential[ ]?(?:and|&|/|,|\+|[\-–—])[ ]?(?:legally[ ])?privileged"
    r"|legally[ ]privileged|legal(?:[ ]professional|[ ]advice)?[ ]privilege|litigation[ ]privilege"
    r"|(?:common[ ]interest|joint[ ]defen[cs]e)[ ](?:privileged?|material|communication)"
    r"|privileged[ ](?:communication|document|material|memorandum|advice)"
    r"|prepared[ ](?:in[ ](?:anticipation|contemplation)|for[ ]the[ ]purposes?)[ ]of[ ]"
    r"(?:pending[ ]|threatened[ ])?litigation"
    r"|prepared[ ](?:at[ ]the[ ](?:direction|request)[ ]of|by[ ]or[ ]for)[ ](?:legal[ ])?counsel"
    rf"|(?:{_LAWYER}|outside[ ]counsel)s?['’]?s?['’]?[ ]eyes[ ]only"
    r"|outside[ ]counsel(?:['’]s)?[ ]only"
    r"|(?:subject|pursuant)[ ]to[ ](?:an?[ ]|the[ ])?(?:stipulated[ ]|agreed[ ])?protective[ ]order"
    r"|(?:filed[ ])?under[ ]seal)"
)
_NEAR_START, _OTHERS, _OTHERS_IN_CAPITALS = 25, 3, 8
_DISCLAIMER = re.compile(
    r"intended[ ](?:recipient|addressee|only|solely)|in[ ]error|mistakenly|addressed[ ]to|addressee"
    r"|unauthori[sz]ed",
    re.IGNORECASE,
)
_NEAR = 800
"""Characters before and after a sentence in which the words of a disclaimer make it one."""
_MARK = re.compile(_CORE.replace("[ ]", r"\s"), re.IGNORECASE)


def is_marking(line: str) -> bool | None:
    """Whether a line is a marking: it consists of a marking's words, or begins with one.

    In capitals further words may stand beside it ("PRIVILEGED AND CONFIDENTIAL: ADVICE TO ...").
    """
    mark = _MARK.search(line)
    first = next((char for char in line if char.isalpha()), "")
    if mark is None or not first.isupper():
        return False
    words = re.findall(r"[^\W\d_]+", (line[: mark.start()] + " " + line[mark.end() :]).casefold())
    others = sum(len(word) > 1 and word not in MARKING for word in words)
    capitals = mark.group().isupper()
    leads = mark.start() <= _NEAR_START and others <= _OTHERS and not line.rstrip().endswith(".")
    return None if not others or leads or (capitals and others <= _OTHERS_IN_CAPITALS) else False


LINE = rule(
    "line of its own",
    r"^(?=[^\n]{0,140}(?:privilege|work[ \-]product|eyes[ ]only|counsel[ ]only|protective[ ]order"
    r"|litigation|counsel|under[ ]seal))(?P<value>[^\n]{8,140})$",
    0.9,
    check=is_marking,
)
SENTENCE = rule(
    "the document about itself",
    r"\b(?:this|these|the[ ](?:attached|enclosed|following))[ ]"
    r"(?:document|memorandum|memo|letter|report|note|draft|opinion|advice|communication|e-?mail"
    r"|message|material|presentation|file)s?\b"
    r"(?P<value>(?:(?!\b(?:may|might|not|whether|if)\b)[^.\n]){0,100}?\b" + _CORE + r")",
    0.9,
)


class LegendRecognizer(RuleRecognizer):
    """Markings, less the sentences that are part of a disclaimer."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Every marking in `text`."""
        results = super().analyze(text, entities, nlp_artifacts)
        return [result for result in results if not _is_disclaimer(result, text)]


def _is_disclaimer(result: RecognizerResult, text: str) -> bool:
    if result.analysis_explanation.pattern_name != SENTENCE.name:
        return False
    around = text[max(0, result.start - _NEAR) : result.end + _NEAR]
    return _DISCLAIMER.search(around) is not None


def legends() -> LegendRecognizer:
    """Markings of privilege, work product, protective orders and attorneys' eyes only."""
    return LegendRecognizer("PRIVILEGE_LEGEND", (LINE, SENTENCE))
