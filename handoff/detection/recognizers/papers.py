"""Papers that prove identity: passports, driving licences, national identity numbers."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_NO = r"(?:(?:no|nr|number|num|id)\b\.?|\#)"
PASSPORT = rule(
    "after a label",
    rf"\bpassport(?:[ ]{_NO}|[ ]?\#)?[ :.#]{{0,4}}(?:\([A-Z ]{{2,20}}\)[ ]?)?(?:is[ ]|was[ ])?"
    rf"(?P<value>(?=[A-Z]{{0,3}}[ ]?\d)[A-Z]{{0,3}}[ ]?\d[\dA-Z]{{5,9}})(?!\w)",
    0.9,
    needs="passport",
)
PASSPORT_BARE = rule(
    "nine characters (very weak)",
    r"(?<![\w\-.,/])(?:[A-Z]{1,2}\d{6,8}|\d{9})(?![\w\-/])",
    0.05,
    any_case=False,
)
LICENCE = rule(
    "after a label",
    rf"\b(?:driv(?:er|ing)[’']?s?[ ](?:licen[cs]e|permit)|DL)(?:[ ]{_NO}|[ ]?\#)?[ :.#]{{0,4}}"
    rf"(?:is[ ])?(?P<value>(?=[A-Z\-]{{0,6}}\d)[A-Z0-9][A-Z0-9\-]{{4,17}})(?!\w)",
    0.85,
    needs="driv|dl",
)
LICENCE_UK = rule(
    "British driver number",
    r"\b[A-Z9]{5}\d[0156]\d[0-3]\d{2}[A-Z9]{2}[A-Z0-9]{3}\b",
    0.8,
    any_case=False,
)
NATIONAL_ID = rule(
    "after a label",
    rf"\b(?:national[ ](?:identity|identification|id)(?:[ ](?:card|document))?|identity[ ](?:card"
    rf"|document)|id[ ]card|personal[ ](?:identification|identity)|citizen(?:ship)?|voter)"
    rf"[ ]{_NO}[ :.#]{{0,4}}(?:is[ ])?(?P<value>(?=[A-Z\-/]{{0,8}}\d)[A-Z0-9]"
    rf"[A-Z0-9\-/.]{{4,19}})(?!\w)",
    0.85,
    needs="identi|national id|id card|citizen|voter",
)
NINO = rule(
    "two letters, six digits, a letter",
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}"
    r"[ ]?[A-D]\b",
    0.7,
)


def passports() -> RuleRecognizer:
    """Passport numbers; without their label only beside the whole word."""
    return RuleRecognizer(
        "PASSPORT_NUMBER", (PASSPORT, PASSPORT_BARE), context=("passport", "travel document")
    )


def licences() -> RuleRecognizer:
    """Driving licences of the US (by their label) and of the UK (by their form)."""
    return RuleRecognizer(
        "DRIVER_LICENSE", (LICENCE, LICENCE_UK), context=("driving licence", "driver license")
    )


def national_ids() -> RuleRecognizer:
    """Numbers of identity cards and of national registers, by their label."""
    return RuleRecognizer("NATIONAL_ID", (NATIONAL_ID,))


def nino() -> RuleRecognizer:
    """National Insurance numbers of the United Kingdom."""
    return RuleRecognizer(
        "UK_NINO", (NINO,), context=("national insurance", "nino", "ni number", "insurance")
    )
