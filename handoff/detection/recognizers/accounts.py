"""Accounts with banks and others, where a word beside them says that they are accounts."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule


def valid_routing(value: str) -> bool:
    """Whether the checksum of an ABA routing number holds (3, 7, 1 weights, modulo 10)."""
    digits = [int(c) for c in value if c.isdigit()]
    return sum(d * w for d, w in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0


def valid_iban(value: str) -> bool:
    """Whether the ISO 13616 checksum of an IBAN holds."""
    compact = "".join(c for c in value.upper() if c.isalnum())
    if not 15 <= len(compact) <= 34 or not compact.isascii():
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


_DIGITS = r"\d(?:[ \-]?\d){5,19}"
ACCOUNT_LABELLED = rule(
    "after a label",
    r"\b(?:(?:bank|savings|current|checking|deposit|loan|policy|customer|brokerage)[ ])?"
    r"(?:account|a/c|acct)\b\.?[ ]?"
    rf"(?:(?:no|nr|number|num)\b\.?|\#)?[ :.#]{{0,4}}(?:is[ ]|was[ ])?(?P<value>"
    rf"[A-Z]{{0,4}}{_DIGITS})(?!\w)",
    0.85,
    needs="account|a/c|acct",
)
ACCOUNT_BARE = rule(
    "eight to seventeen digits (very weak)", r"(?<![\w\-.,/])\d{8,17}(?![\w\-/])", 0.05
)
SORT_CODE = rule(
    "sort code",
    r"\bsort[ ]?code[ ]?(?:(?:no|number)\b\.?)?[ :.]{0,4}(?:is[ ])?(?P<value>\d{2}[\- ]?\d{2}"
    r"[\- ]?\d{2})(?!\d)",
    0.9,
    needs="sort",
)
SWIFT = rule(
    "SWIFT or BIC",
    r"\b(?:swift|bic)(?:[ /](?:bic|swift|code|no|number)\b\.?){0,3}[ :.]{0,4}(?:is[ ])?(?P<value>"
    r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b",
    0.9,
    needs="swift|bic",
)
IFSC = rule("IFSC", r"\b[A-Z]{4}0[A-Z0-9]{6}\b", 0.5, any_case=False)
UPI = rule(
    "Indian payment address",
    r"(?<![\w.@\-])[\w.\-]{2,64}@(?:ok(?:hdfcbank|icici|sbi|axis)|ybl|ibl|axl|apl|upi|paytm|pt\w{2,6}"
    r"|sbi|hdfcbank|icici|axisbank|kotak|barodampay|cnrb|pnb|yesbank|idfcbank|rbl|federal|airtel"
    r"|freecharge|jupiteraxis)(?![\w.@\-])",
    0.85,
    needs="@",
)
ROUTING_LABELLED = rule(
    "after a label",
    r"\b(?:routing|aba|rtn)[ ]?(?:transit[ ])?(?:(?:no|number|num)\b\.?|\#)?[ :.#]{0,4}(?:is[ ])?"
    r"(?P<value>\d{4}-?\d{4}-?\d)(?!\d)",
    0.9,
    check=valid_routing,
    needs="routing|aba|rtn",
)
IBAN = rule(
    "country, check digits, groups",
    r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]{4}){2,7}(?:[ \-]?[A-Z0-9]{1,3})?(?![A-Z0-9])",
    0.5,
    any_case=False,
    check=lambda value: valid_iban(value) or None,
)
IBAN_LABELLED = rule(
    "after a label, whatever its checksum",
    r"\bIBAN\b(?:[ ](?:no|number|code)\b\.?)?[ :.]{0,4}(?:is[ ])?(?P<value>[A-Z]{2}\d{2}[ ]?"
    r"[A-Z0-9](?:[ ]?[A-Z0-9]){8,30})(?![A-Z0-9])",
    0.9,
    needs="iban",
)

CARD_LABELLED = rule(
    "after a label, whatever its checksum",
    r"\b(?:credit|debit|payment|bank|visa|mastercard|amex)?[ ]?card[ ]?(?:(?:no|number|num)\b\.?"
    r"|\#)?[ :.#]{0,4}(?:is[ ])?"
    r"(?P<value>\d(?:[ \-]?\d){11,18})(?!\w)",
    0.85,
    needs="card",
)


def accounts() -> RuleRecognizer:
    """Bank and customer accounts, sort codes, SWIFT and IFSC codes, UPI addresses."""
    return RuleRecognizer(
        "ACCOUNT_NUMBER",
        (ACCOUNT_LABELLED, ACCOUNT_BARE, SORT_CODE, SWIFT, IFSC, UPI),
        context=("account", "acct", "a/c", "bank", "ifsc", "wire", "beneficiary", "debit"),
    )


def routing() -> RuleRecognizer:
    """ABA routing numbers."""
    return RuleRecognizer("ABA_ROUTING_NUMBER", (ROUTING_LABELLED,))


def ibans() -> RuleRecognizer:
    """IBANs with a checksum that holds, and any beside the word: typed wrong it is still one."""
    return RuleRecognizer("IBAN_CODE", (IBAN, IBAN_LABELLED), context=("iban", "bank", "account"))


def cards() -> RuleRecognizer:
    """Payment cards after their label; Presidio's own recognizer finds those with a checksum."""
    return RuleRecognizer("CREDIT_CARD", (CARD_LABELLED,))
