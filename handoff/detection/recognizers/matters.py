"""Numbers that a firm or a production gives: Bates numbers, matter and client numbers."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

BATES = rule(
    "prefix and at least six digits",
    r"(?<![\w.\-/])(?P<value>[A-Z][A-Z0-9&]{1,11}(?:[_\-][A-Z]{1,8})?[_\- ]?0\d{5,9})(?![\w])",
    0.6,
    any_case=False,
)
BATES_LABELLED = rule(
    "after the word Bates",
    r"\bBates(?:[ ](?:nos?|numbers?|range|stamped|labell?ed))?[.:]?[ ]{0,2}(?P<value>[A-Z]"
    r"[A-Z0-9_\-]{0,15}[ _\-]?\d{3,10})\b",
    0.9,
    needs="bates",
)
MATTER = rule(
    "after a label",
    r"\b(?:(?:client|our|your)[ ]?[/\-]?[ ]?)?(?:matter|client|engagement|file)[ ]?(?:(?:no|nr"
    r"|number|id|ref|code)\b\.?|\#)"
    r"[ :#]{0,3}(?P<value>[A-Z]{0,5}[.\-/]?\d[\dA-Z]{1,12}(?:[.\-/][\dA-Z]{1,10}){0,4})(?!\w)",
    0.8,
    needs="matter|client|engagement|file",
)
REFERENCE = rule(
    "our and your reference",
    r"\b(?:our|your)[ ]ref(?:erence)?\b\.?[ ]?:?[ ]{0,3}(?P<value>[A-Z0-9]{1,10}(?:[.\-/]"
    r"[A-Z0-9]{1,12}){1,5})(?!\w)",
    0.7,
    needs="ref",
)


def bates_numbers() -> RuleRecognizer:
    """Bates numbers of a production."""
    return RuleRecognizer(
        "BATES_NUMBER", (BATES, BATES_LABELLED), context=("bates", "production", "exhibit")
    )


def matter_numbers() -> RuleRecognizer:
    """Matter, client and file numbers and letter references."""
    return RuleRecognizer("MATTER_NUMBER", (MATTER, REFERENCE), context=("matter", "client"))
