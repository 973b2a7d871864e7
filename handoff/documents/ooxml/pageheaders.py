"""Headers and footers of printed sheets, whose codes are glued to words ("&CHollis", "Hol&Blis").

Codes: ECMA-376 part 1, 18.3.1.46 (oddHeader). Read as they are, a name that begins behind `&C` is
no word of its own, for whoever looks for it.
"""

from __future__ import annotations

import re

from handoff.documents.ooxml.names import C, X
from handoff.documents.trees import Element

_TAGS = tuple(
    f"{space}{which}{what}"
    for space in (X, C)
    for which in ("odd", "even", "first")
    for what in ("Header", "Footer")
)
_CODE = re.compile(
    r'(?P<looks>&"[^"]*"|&K(?:[0-9A-Fa-f]{6}|[0-9]{2}[+-][0-9]{3})|&[0-9]+|&[BIUESXYOH])'
    r"|(?P<literal>&&)|(?P<other>&.)",
    re.DOTALL | re.IGNORECASE,
)


def settle_headers(root: Element) -> None:
    """Take the codes that only say how a header looks out of it, and stand the others apart."""
    for element in root.iter(*_TAGS):
        if element.text:
            element.text = _CODE.sub(_apart, element.text)


def _apart(match: re.Match[str]) -> str:
    if match["looks"]:
        return ""
    return match["literal"] or f" {match['other']} "
