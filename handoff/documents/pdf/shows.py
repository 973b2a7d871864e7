"""Where a content stream shows text, and in what state: read from its operators. No I/O.

Only what decides how far the shown glyphs reach along their line is followed (ISO 32000-1, 8.4.2
and 9.3): matrices without their translations, the font and its size, spacing and scaling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from handoff.documents.pdf.tokens import cuts

_Linear = tuple[float, float, float, float]
"""The first four numbers of a matrix."""

_IDENTITY: _Linear = (1.0, 0.0, 0.0, 1.0)
_WANTED = {
    b"q": 0, b"Q": 0, b"cm": 6, b"gs": 1, b"BT": 0, b"Tf": 2, b"Tc": 1, b"Tw": 1, b"Tz": 1,
    b"Tm": 6, b"Tj": 1, b"TJ": 1, b"'": 1, b'"': 3,
}  # fmt: skip
_LEVEL = 1e-4
"""Of the scale: text that is tilted by less runs upright."""
_SHOWING = frozenset([b"Tj", b"TJ", b"'", b'"'])


@dataclass(frozen=True, slots=True)
class _State:
    matrix: _Linear = _IDENTITY
    line: _Linear = _IDENTITY
    font: str = ""
    size: float = 0.0
    letter_gap: float = 0.0
    word_gap: float = 0.0
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Show:
    """One operator that shows glyphs.

    Attributes:
        start, end: where it stands in the content, operands and trailing blanks included.
        operator: its name.
        parts: strings and, between them, adjustments as of TJ.
        before: the operators of our own that do what `operator` does before it shows anything.
        font, size, letter_gap, word_gap: of the text state.
        scale: points of the page for one unit of text space along the line; 0 if the text does
            not run upright to the right.
    """

    start: int
    end: int
    operator: bytes
    parts: tuple[bytes | float, ...] = field(repr=False)
    before: bytes
    font: str
    size: float
    letter_gap: float
    word_gap: float
    scale: float


def shows(content: bytes, states_with_fonts: frozenset[str]) -> list[Show] | None:
    """The operators of `content` that show at least one glyph, in order.

    Args:
        content: the operators of a page.
        states_with_fonts: names of graphics states that set a font.

    Returns:
        None if not all of `content` is plain (`tokens`), or its state cannot be followed.
    """
    cut = cuts(content, _WANTED)
    if cut is None:
        return None
    try:
        return list(_walk(cut, states_with_fonts))
    except (_NotFollowedError, TypeError, ValueError, AttributeError):
        return None


class _NotFollowedError(Exception):
    """A state that is not known here."""


def _walk(cut: list[Any], states_with_fonts: frozenset[str]) -> Iterator[Show]:
    state = _State()
    kept: list[_State] = []
    for operator, operands, start, end in cut:
        if operator in _SHOWING:
            if operator == b'"':
                state = replace(state, word_gap=operands[0], letter_gap=operands[1])
            parts = _parts(operands[-1])
            if any(isinstance(part, bytes) and part for part in parts):
                yield _show(state, (start, end, operator, parts, _before(operator, operands)))
        elif operator == b"q":
            kept.append(state)
        elif operator == b"Q":
            state = kept.pop() if kept else state
        elif operator == b"gs" and operands[0].name in states_with_fonts:
            raise _NotFollowedError
        else:
            state = _changed(state, operator, operands)


def _changed(state: _State, operator: bytes, operands: tuple[Any, ...]) -> _State:
    if operator in {b"BT", b"Tm"}:
        return replace(state, line=operands[:4] or _IDENTITY)
    if operator == b"cm":
        return replace(state, matrix=_product(operands[:4], state.matrix))
    if operator == b"Tf":
        return replace(state, font=str(operands[0].name), size=float(operands[1]))
    if operator == b"Tc":
        return replace(state, letter_gap=float(operands[0]))
    if operator == b"Tw":
        return replace(state, word_gap=float(operands[0]))
    return replace(state, stretch=operands[0] / 100) if operator == b"Tz" else state


def _product(one: _Linear, other: _Linear) -> _Linear:
    a, b, c, d = one
    e, f, g, h = other
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def _parts(shown: Any) -> tuple[bytes | float, ...]:  # noqa: ANN401 - an operand
    return tuple(shown) if isinstance(shown, list) else (shown,)


def _before(operator: bytes, operands: tuple[Any, ...]) -> bytes:
    """ISO 32000-1, table 109: ' moves to the next line, and " sets the spacing first."""
    if operator == b'"':
        return b"%.4f Tw %.4f Tc T* " % operands[:2]
    return b"T* " if operator == b"'" else b""


def _show(state: _State, shown: tuple[int, int, bytes, tuple[bytes | float, ...], bytes]) -> Show:
    a, b, c, d = _product(state.line, state.matrix)
    is_upright = a > 0 and d > 0 and state.size > 0 and state.stretch > 0
    tilt = max(abs(b), abs(c))
    return Show(
        *shown,
        font=state.font,
        size=state.size,
        letter_gap=state.letter_gap,
        word_gap=state.word_gap,
        scale=a * state.stretch if is_upright and tilt < a * _LEVEL else 0.0,
    )
