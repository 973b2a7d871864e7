"""Amounts of money: off by default, because a reviewer seldom understands a contract without."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_SIGN = r"(?:US\$|A\$|C\$|HK\$|S\$|\$|£|€|₹|¥|CHF|USD|EUR|GBP|INR|JPY|SEK|NOK|DKK|PLN|Rs\.?)"
_NUMBER = r"\d{1,3}(?:[ ,.'’]\d{2,3}){1,6}(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,2})?"
_SCALE = (
    r"(?:[ ]?(?:thousand|million|billion|trillion|lakhs?|crores?|bn|mn|m|k|Mio\.?|Mrd\.?"
    r"|millions?|milliards?|millones|milioni)\b\.?)?"
)
BEFORE = rule("currency and number", rf"(?<!\w){_SIGN}[ ]?(?:{_NUMBER}){_SCALE}(?!\w)(?:/-)?", 0.85)
AFTER = rule(
    "number and currency",
    rf"(?<![\w.,])(?:{_NUMBER}){_SCALE}[ ]?(?:€|£|\$|(?:US[ ])?dollars?|pounds?(?:[ ]sterling)?"
    r"|euros?|rupees?|francs?|kron(?:or|er|a)|zlotys?|CHF|USD|EUR|GBP|INR)(?!\w)",
    0.8,
)
WORDS = rule(
    "in words",
    r"\b(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundred|thousand|million|billion|lakhs?|crores?|and)[ \-]){1,12}"
    r"(?:dollars|pounds|euros?|rupees|cents|pence)\b",
    0.8,
    needs="dollar|pound|euro|rupee|cents|pence",
)
RUPEES = rule(
    "rupees in words",
    r"\brupees[ ](?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|thousand|lakhs?|crores?|and)\b[ \-]?){1,12}(?:only\b)?",
    0.8,
    needs="rupees",
)


def amounts() -> RuleRecognizer:
    """Amounts in figures with their currency, and in words."""
    return RuleRecognizer("MONEY", (BEFORE, AFTER, WORDS, RUPEES))
