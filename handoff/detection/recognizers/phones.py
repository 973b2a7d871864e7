"""Telephone numbers of regions named outright, by Google's phonenumbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import phonenumbers
from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from handoff.detection.recognizers.base import RuleRecognizer, rule

REGIONS = ("US", "GB", "IN", "IE", "DE", "FR", "ES", "IT", "NL", "CH")
_CANDIDATE = re.compile(
    r"(?<![\w/.\-])[+(]?\d[\d ().\-/–]{5,24}\d(?=x\d|(?![\w/]))(?:[ ]?(?:x|ext\.?)[ ]?\d{1,6})?"
    r"(?!\w)"
)
_EXTENSION = re.compile(r"[ ]?(?:x|ext\.?)[ ]?\d{1,6}$")
_NO_DIGIT = re.compile(r"\D")
_NOT_PHONE = re.compile(
    r"\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,6}/\d{2,4}|\d+\.\d+"
)
_DATED = re.compile(
    r"(?<!\d)(?:\d{1,2}/\d{1,2}/(?:19|20)?\d{2}|\d{1,2}\.\d{1,2}\.(?:19|20)\d{2})(?!\d)"
)
"""A date in a row of figures: what stands beside it is the next column."""
_LABELLED = rule(
    "after a label",
    r"\b(?:(?:tel(?:ephone)?|phone|mobile|cell|fax|facsimile|call|ph)\b(?:[ ](?:no|number)\b)?"
    r"|(?:desk|office|home|work)[ ]?(?=:))[.:]{0,2}[ ]{0,4}(?P<value>[+(]?\d[\d ().\-–]{5,22}\d)"
    r"(?!\w)",
    0.75,
)
_CONTEXT = (
    "phone",
    "telephone",
    "tel",
    "cell",
    "cellphone",
    "mobile",
    "call",
    "fax",
    "facsimile",
    "ph",
)


class PhoneNumbers(RuleRecognizer):
    """Numbers that are possible telephone numbers of one of `REGIONS`, or carry a label.

    Not named as Presidio's own: Presidio takes the classes of its configuration by bare name.

    Presidio's own recognizer runs the whole text through a matcher for every region, which costs
    more than all other recognizers together; here only stretches of digits are looked at.
    """

    def __init__(self, regions: Sequence[str] = REGIONS) -> None:
        super().__init__("PHONE_NUMBER", (_LABELLED,), context=_CONTEXT)
        self.regions = tuple(regions)

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Labelled numbers, and stretches of digits that a region's plan allows."""
        found = super().analyze(text, entities, nlp_artifacts)
        for match in _CANDIDATE.finditer(text):
            score = self._score(match.group())
            if score:
                found.append(self._result(match.start(), match.end(), score, _LABELLED))
        return found

    def _score(self, value: str) -> float:
        value = _EXTENSION.sub("", value)
        digits = _NO_DIGIT.sub("", value)
        if not 7 <= len(digits) <= 15 or _NOT_PHONE.fullmatch(value) or _DATED.search(value):
            return 0.0
        if value.startswith("+"):
            return 0.8 if self._valid(value, None) else 0.4
        grouped = len(re.findall(r"\d+", value)) > 1
        if not any(self._valid(value, region) for region in self.regions):
            return 0.0
        return 0.45 if grouped and len(digits) >= 9 else 0.1

    @staticmethod
    def _valid(value: str, region: str | None) -> bool:
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            return False
        return bool(phonenumbers.is_valid_number(number))
