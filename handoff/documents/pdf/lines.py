"""Shown strings put together to lines, in whatever direction they run.

Only the first and the last glyph of a string are looked at: they tell whether the next string goes
on in the same word, after a space, or elsewhere. The margins are pdfminer's own (`LAParams`).
"""

from __future__ import annotations

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, seen in the frame in which the text runs to the right."""

_LINE_OVERLAP = 0.5
_CHAR_MARGIN = 2.0
_WORD_MARGIN = 0.1


class Lines:
    """Text of one page or of one Form XObject, line by line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._last: Box | None = None
        self._quarter = 0

    def __str__(self) -> str:
        return "".join(self._parts)

    def add(self, text: str, quarter: int, first: Box, last: Box) -> None:
        """Append a string that runs in direction `quarter`, with its first and last glyph."""
        if self._last is None or quarter != self._quarter or not _goes_on(self._last, first):
            self._parts.append("\n")
        elif _leaves_space(self._last, first):
            self._parts.append(" ")
        self._parts.append(text)
        self._last, self._quarter = last, quarter

    def add_apart(self, text: str) -> None:
        """Append a line of its own."""
        self._parts += ("\n", text)
        self._last = None


def _goes_on(before: Box, after: Box) -> bool:
    """Whether two glyphs stand in one line, as pdfminer's `group_objects` decides it."""
    left, bottom, right, top = before
    next_left, next_bottom, next_right, next_top = after
    if next_bottom > top or bottom > next_top:
        return False
    overlap = min(abs(bottom - next_top), abs(top - next_bottom))
    if min(top - bottom, next_top - next_bottom) * _LINE_OVERLAP >= overlap:
        return False
    if next_left <= right and left <= next_right:
        return True
    distance = min(abs(left - next_right), abs(right - next_left))
    return distance < max(right - left, next_right - next_left) * _CHAR_MARGIN


def _leaves_space(before: Box, after: Box) -> bool:
    """Whether there is room for a space between two glyphs of one line."""
    left, bottom, right, top = after
    return before[2] < left - _WORD_MARGIN * max(right - left, top - bottom)
