"""Numbers that the United States give to people and companies."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule


def valid_ssn(value: str) -> bool | None:
    """False for numbers that the SSA never issues (areas 000, 666, 9xx; groups of zeros)."""
    digits = "".join(c for c in value if c.isdigit())
    impossible = digits[:3] in {"000", "666"} or digits[0] == "9" or digits[3:5] == "00"
    return False if impossible or digits[5:] == "0000" or len(set(digits)) == 1 else None


def valid_itin(value: str) -> bool | None:
    """False unless the fourth and fifth digit are in the ranges of the IRS."""
    group = int("".join(c for c in value if c.isdigit())[3:5])
    ok = 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99
    return None if ok else False


SSN_DASHED = rule(
    "three groups",
    r"(?<![\w\-])\d{3}(?P<sep>[\- .–])\d{2}(?P=sep)\d{4}(?![\w\-])",
    0.6,
    check=valid_ssn,
)
SSN_BARE = rule("nine digits (very weak)", r"(?<![\w\-.,/])\d{9}(?![\w\-/])", 0.05, check=valid_ssn)
SSN_LABELLED = rule(
    "after a label",
    r"\b(?:SSN|SS[ ]?\#|social[ ]security(?:[ ](?:no|number|num|\#))?)[.:# ]{0,4}(?:is[ ]|was"
    r"[ ])?(?P<value>\d{3}[\- ]?\d{2}[\- ]?\d{4})(?!\d)",
    0.95,
    check=valid_ssn,
    needs="ssn|ss#|ss #|social",
)
SSN_MASKED = rule(
    "last four digits",
    r"(?<![\w])(?P<value>[xX*#]{3}-[xX*#]{2}-\d{4})(?!\d)",
    0.9,
    needs="x|*|#",
)
ITIN = rule(
    "nine digits beginning with 9",
    r"(?<![\w\-])9\d{2}(?P<sep>[\- ])\d{2}(?P=sep)\d{4}(?![\w\-])",
    0.6,
    check=valid_itin,
)
EIN = rule("two and seven digits", r"(?<![\w\-])\d{2}-\d{7}(?![\w\-])", 0.4)
EIN_LABELLED = rule(
    "after a label",
    r"\b(?:EIN|FEIN|TIN|tax(?:payer)?[ ](?:i\.?d\.?|identification)|employer[ ](?:i\.?d\.?"
    r"|identification))"
    r"(?:[ ](?:no|number|num)\b\.?)?[.:# ]{0,4}(?:is[ ])?(?P<value>\d{2}-?\d{7})(?!\d)",
    0.9,
    needs="ein|tin|tax|employer",
)


def social_security() -> RuleRecognizer:
    """Social Security numbers; nine bare digits only beside a context word."""
    return RuleRecognizer(
        "US_SSN",
        (SSN_DASHED, SSN_BARE, SSN_LABELLED, SSN_MASKED),
        context=("social security", "social", "ssn", "ss#", "soc sec", "taxpayer"),
    )


def itin() -> RuleRecognizer:
    """Individual taxpayer identification numbers."""
    return RuleRecognizer("US_ITIN", (ITIN,), context=("itin", "taxpayer", "tax"))


def ein() -> RuleRecognizer:
    """Employer identification numbers."""
    return RuleRecognizer(
        "US_EIN",
        (EIN, EIN_LABELLED),
        context=("ein", "fein", "employer identification", "irs", "tax id"),
    )
