"""Content streams cleaned of everything that paints nothing: comments, properties, unknown words.

Marked content may carry /ActualText, which PDFium and others report *instead of* the glyphs that
stand there; points and property lists may carry anything. The operators that paint are left as
they are, so a page looks as before.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import pikepdf

from handoff.errors import DamagedError

MIN_LEGIBLE = (32, 8)
"""A picture less wide or less high than this, in pixels, cannot show a word: legible letters take
about 8 pixels of height and 4 of width, and a name at least eight letters."""

_KNOWN = frozenset(
    [
        *("b", "B", "b*", "B*", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do", "f", "F", "f*"),
        *("G", "g", "gs", "h", "i", "j", "J", "K", "k", "l", "m", "M", "n", "q", "Q", "re"),
        *("RG", "rg", "ri", "s", "S", "SC", "sc", "SCN", "scn", "sh", "v", "w", "W", "W*", "y"),
        *("BT", "ET", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL", "Tm", "Tr", "Ts", "Tw"),
        *("Tz", "'", '"', "EMC"),
    ]
)
"""ISO 32000-1, table A.1, without BDC, DP and MP (handled below), BX and EX."""
_SHOWING = frozenset(["Tj", "TJ", "'", '"'])

_HARMLESS_MARK = re.compile(rb"/[A-Za-z0-9]+\s*<<\s*/MCID\s+\d+\s*>>\s*BDC")
"""What word processors write around every paragraph; it only points into the structure tree,
which is dropped."""
_SUSPICIOUS = re.compile(rb"%|\bBI\b|\bDP\b|\bMP\b|\bBX\b|\bBMC\b")
_MAY_SHOW = re.compile(rb"T[jJ]|['\"]")


def needs_cleaning(content: bytes) -> bool:
    """Whether `content` could hold more than painting; true rather too often than not."""
    marks = content.count(b"BDC")
    if marks and marks != len(_HARMLESS_MARK.findall(content)):
        return True
    return _SUSPICIOUS.search(content) is not None


def cleaned(holder: pikepdf.Object, *, blank_pictures: bool) -> bytes:
    """The operators of `holder` (a page or a content stream), cleaned.

    With `blank_pictures`, an inline picture that could show a word becomes a gray box.

    Raises:
        DamagedError: the operators cannot be told apart.
    """
    kept: list[Any] = []
    for instruction in _parse(holder):
        kept.extend(_clean(instruction, blank_pictures=blank_pictures))
    return bytes(pikepdf.unparse_content_stream(kept))


def shows_text(holder: pikepdf.Object, content: bytes) -> bool:
    """Whether any operator of the content stream shows text."""
    if _MAY_SHOW.search(content) is None:
        return False
    return any(_name(instruction) in _SHOWING for instruction in _parse(holder))


def strings_of_text(holder: pikepdf.Object, content: bytes) -> list[bytes] | None:
    """The bytes of every string in the operators, those of one TJ array joined.

    None if no operator of `holder`, whose bytes are `content`, shows text.
    """
    if _MAY_SHOW.search(content) is None:
        return None
    instructions = _parse(holder)
    if not any(_name(instruction) in _SHOWING for instruction in instructions):
        return None
    found: list[bytes] = []
    for instruction in instructions:
        parts = list(_strings(instruction.operands))
        if parts:
            found.append(b"".join(parts))
    return found


def _strings(operands: Any) -> Any:  # noqa: ANN401 - operands are of pikepdf's many types
    for operand in operands:
        if isinstance(operand, pikepdf.String):
            yield bytes(operand)
        elif isinstance(operand, pikepdf.Array):
            yield from _strings(operand)


def _parse(holder: pikepdf.Object) -> list[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unbalanced end is common, and may quote
            return list(pikepdf.parse_content_stream(holder))
    except (pikepdf.PdfError, RuntimeError, TypeError, ValueError):
        raise DamagedError("the drawing operators of a page cannot be read") from None


def _name(instruction: Any) -> str:  # noqa: ANN401
    """The operator's name, whatever bytes it is made of."""
    return bytes(instruction.operator.unparse()).decode("latin-1")


def _clean(instruction: Any, *, blank_pictures: bool) -> list[Any]:  # noqa: ANN401
    """What stays of one instruction."""
    if isinstance(instruction, pikepdf.ContentStreamInlineImage):
        if blank_pictures and _could_show_a_word(instruction.iimage):
            return _GRAY_BOX
        return [instruction]
    operator = _name(instruction)
    if operator in {"BDC", "BMC"}:
        return [_MARK]
    return [instruction] if operator in _KNOWN else []


def _could_show_a_word(picture: Any) -> bool:  # noqa: ANN401
    try:
        width, height = int(picture.width), int(picture.height)
    except (pikepdf.PdfError, RuntimeError, TypeError, ValueError, KeyError, AttributeError):
        return True
    return width >= MIN_LEGIBLE[0] and height >= MIN_LEGIBLE[1]


def _instruction(operator: str, *operands: Any) -> Any:  # noqa: ANN401
    return pikepdf.ContentStreamInstruction(list(operands), pikepdf.Operator(operator))


_MARK = _instruction("BMC", pikepdf.Name("/Span"))
_GRAY_BOX = [
    _instruction("q"),
    _instruction("g", 0.75),
    _instruction("re", 0, 0, 1, 1),
    _instruction("f"),
    _instruction("Q"),
]
