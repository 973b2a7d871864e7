"""What people have on networks: e-mail addresses, links, machine addresses.

Presidio's e-mail recognizer asks tldextract whether the domain exists, and that fetches a list from
the network. Whether a domain exists does not matter here: what looks like an address is one.
"""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_LABEL = r"[\w](?:[\w\-]{0,61}[\w])?"
EMAIL = rule(
    "mailbox at a domain",
    rf"(?<![\w.%+\-])[\w][\w.%+'\-]{{0,63}}@{_LABEL}(?:\.{_LABEL}){{1,8}}(?![\w@])",
    1.0,
    needs="@",
)
EMAIL_SPELLED = rule(
    "spelled out",
    rf"(?<![\w.%+\-])[\w][\w.%+\-]{{0,63}}[ ]?[\[(]at[\])][ ]?{_LABEL}(?:(?:\.|[ ]?[\[(]dot[\])]"
    rf"[ ]?){_LABEL}){{1,8}}(?!\w)",
    0.9,
    needs="at]|at)",
)
URL = rule(
    "with its scheme",
    r"\b(?:https?|ftp|sftp|file)://[^\s<>\"'{}|\\^`\[\]]{2,2048}(?<![.,;:!?)])",
    0.9,
    needs="://",
)
URL_BARE = rule(
    "without a scheme",
    rf"(?<![\w@.\-/])(?:www\.(?:{_LABEL}\.){{1,6}}[a-z]{{2,24}}|(?:{_LABEL}\.){{1,4}}(?:com|org"
    rf"|net|edu|gov|mil|int|info|biz|io|eu|co\.uk|org\.uk|ac\.uk|co\.in|gov\.in|de|fr|in|ie|nl"
    rf"|ch))"
    r"(?:/[^\s<>\"'{}|\\^`\[\]]{0,2048}(?<![.,;:!?)]))?(?![\w@])",
    0.6,
)

ETHEREUM = rule("Ethereum and its kin", r"(?<!\w)0x[a-f0-9]{40}(?!\w)", 0.95, needs="0x")
RIPPLE_OR_TRON = rule(
    "after the word wallet",
    r"\b(?:wallet|crypto|deposit)[ ](?:address|id)?[ ]?(?::|is)?[ ]{0,3}"
    r"(?P<value>(?=[a-z]{0,40}\d)[a-z1-9]{25,96})(?!\w)",
    0.7,
    needs="wallet|crypto|deposit",
)


def wallets() -> RuleRecognizer:
    """Addresses of cryptocurrencies; Presidio's own recognizer finds Bitcoin's, by checksum."""
    return RuleRecognizer("CRYPTO", (ETHEREUM, RIPPLE_OR_TRON))


def emails() -> RuleRecognizer:
    """E-mail addresses, also those spelled "name [at] example.com"."""
    return RuleRecognizer("EMAIL_ADDRESS", (EMAIL, EMAIL_SPELLED))


def urls() -> RuleRecognizer:
    """Links, with and without a scheme."""
    return RuleRecognizer("URL", (URL, URL_BARE), context=("website", "url", "link"))
