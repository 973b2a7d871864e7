"""Credentials: passwords, keys and tokens that open something, whoever finds them.

detect-secrets was looked at and left out: it is made for source code, reads files by line with
plugins that need a line's syntax (`key = "..."`), and its entropy plugin fires on every long number
of a contract. The forms below are those that the issuers document; a secret without a form counts
after its label only, and only where it looks drawn at random.
"""

from __future__ import annotations

import math
from collections import Counter

from handoff.detection.recognizers.base import RuleRecognizer, rule

_LEAST_BITS = 2.8
"""Bits a character by Shannon; words of English lie under 3 only when short, hence `_mixed` too."""


def _entropy(value: str) -> float:
    shares = [count / len(value) for count in Counter(value).values()]
    return -sum(share * math.log2(share) for share in shares)


def looks_random(value: str) -> bool | None:
    """False for a word: what is drawn at random has digits among its letters, and few repeats."""
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return None if mixed and _entropy(value) >= _LEAST_BITS else False


ISSUED = rule(
    "form of a known issuer",
    r"(?<![\w\-])(?:(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}"
    r"|glpat-[\w\-]{20,64}|xox[abeprs]-[A-Za-z0-9\-]{10,250}"
    r"|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,128}|sk-(?:ant-|proj-)?[\w\-]{20,200}"
    r"|AIza[\w\-]{35}|ya29\.[\w\-]{20,512}|SG\.[\w\-]{16,64}\.[\w\-]{16,64}"
    r"|pypi-[\w\-]{50,512}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,64}|dop_v1_[a-f0-9]{64}"
    r"|EAA[A-Za-z0-9]{60,400}|SK[a-f0-9]{32})(?![\w\-])",
    0.95,
    any_case=False,
)
TOKEN = rule(
    "JSON web token",
    r"(?<![\w\-.])eyJ[\w\-]{8,4000}\.eyJ[\w\-]{8,4000}\.[\w\-]{8,1000}(?![\w\-.])",
    0.95,
    any_case=False,
    needs="eyj",
)
PRIVATE_KEY = rule(
    "private key",
    r"-----BEGIN[ ](?:[A-Z0-9]{1,10}[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----"
    r"[A-Za-z0-9+/=\s:,.\-]{0,8000}?-----END[ ](?:[A-Z0-9]{1,10}[ ]){0,3}PRIVATE[ ]KEY"
    r"(?:[ ]BLOCK)?-----"
    r"|-----BEGIN[ ](?:[A-Z0-9]{1,10}[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----",
    0.99,
    any_case=False,
    needs="-----begin",
)
AGE = rule(
    "age identity", r"\bAGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{20,2000}\b", 0.99, needs="age-secret-key"
)
IN_URL = rule(
    "password in a link",
    r"\b[a-z][a-z0-9+.\-]{1,20}://[^\s/:@]{1,64}:(?P<value>[^\s/:@]{3,128})@",
    0.9,
    needs="://",
)
PASSWORD = rule(
    "after a label",
    r"\b(?:pass(?:word|phrase|code)|pwd|Passwort|Kennwort|mot[ ]de[ ]passe|contraseña)"
    r"(?:[ ](?:is|was|for[ ][\w ]{1,30}|lautet|est))?[ ]?[:=][ ]{0,3}[\"']?"
    r"(?P<value>(?![\"'])[^\s\"',;]{4,128})",
    0.85,
    needs="pass|pwd|kennwort|contraseña",
)
PASSWORD_SAID = rule(
    "said in a sentence",
    r"\bpass(?:word|phrase|code)[ ](?:is|was)[ ][\"'“]?(?P<value>[^\s\"'”,;]{6,128}?)"
    r"(?=[\"'”.]?(?:[\s,;]|$))",
    0.7,
    check=looks_random,
    needs="pass",
)
LABELLED = rule(
    "random characters after a label",
    r"(?:key|secret|token|credential)(?:[ _\-]?(?:id|key))?[ ]?(?::|=|is)[ ]{0,3}"
    r"[\"']?(?P<value>[A-Za-z0-9+/_\-.=]{16,512})(?![\w+/\-])",
    0.8,
    check=looks_random,
    needs="key|secret|token|credential",
)
BEARER = rule(
    "authorization header",
    r"\b(?:Bearer|Basic)[ ](?P<value>[A-Za-z0-9+/_\-.=]{16,2000})(?![\w+/\-])",
    0.85,
    any_case=False,
    check=looks_random,
    needs="bearer |basic ",
)


def credentials() -> RuleRecognizer:
    """Keys and tokens by their issuers' forms, private keys, passwords after their label."""
    return RuleRecognizer(
        "CREDENTIAL",
        (
            ISSUED, TOKEN, PRIVATE_KEY, AGE, IN_URL, PASSWORD, PASSWORD_SAID, LABELLED, BEARER,
        ),
    )  # fmt: skip
