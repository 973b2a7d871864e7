"""Headers and footers of printed sheets, whose codes are glued to words ("&CHollis", "Hol&Blis").

Codes: ECMA-376 part 1, 18.3.1.46 (oddHeader). Read as they are, a name that begins behind `&C` is
no word of its own, for whoever looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handoff.documents.ooxml.names import C, X, split
from handoff.documents.slots import Passage, Piece, Slot
from handoff.documents.trees import Element
from handoff.model import UnitKind

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
_SEGMENT = re.compile(r"(?:&&|[^&])+|&[^&]?")


@dataclass(frozen=True, slots=True)
class _SegmentSlot(Slot):
    """The text between two codes of a header; `position` counts codes and texts alike."""

    position: int = 0

    def set(self, text: str) -> None:
        """Put `text` between the codes; an ampersand in it is written twice."""
        segments = _SEGMENT.findall(self.element.text)
        segments[self.position] = text.replace("&", "&&")
        self.element.text = "".join(segments)


def header_passages(root: Element, key: str, words: str) -> Iterator[Passage]:
    """Each header and footer as a person reads it: codes are breaks, or blanks for a number."""
    for number, element in enumerate(root.iter(*_TAGS), 1):
        name = split(element.tag)[1]
        kind = UnitKind.HEADER if name.endswith("Header") else UnitKind.FOOTER
        pieces = [
            _piece(element, position, segment)
            for position, segment in enumerate(_SEGMENT.findall(element.text or ""))
        ]
        place = f"{words}, {kind.value} {number}"
        yield Passage(f"{key}.h{number}", kind, place, pieces)


def _piece(element: Element, position: int, segment: str) -> Piece:
    if segment.startswith("&") and not segment.startswith("&&"):
        return Piece("\n" if segment[1:].upper() in {"L", "C", "R"} else " ")
    return Piece(segment.replace("&&", "&"), _SegmentSlot(element, position=position))


def settle_headers(root: Element) -> None:
    """Take the codes that only say how a header looks out of it, and stand the others apart."""
    for element in root.iter(*_TAGS):
        if element.text:
            element.text = _CODE.sub(_apart, element.text)


def _apart(match: re.Match[str]) -> str:
    if match["looks"]:
        return ""
    return match["literal"] or f" {match['other']} "
