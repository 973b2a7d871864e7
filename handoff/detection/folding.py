"""Text as it is compared: without case, with single spaces, without invisible characters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_IRREGULAR = re.compile(f"[{_INVISIBLE}]+|(?:[{_INVISIBLE}]*\\s[{_INVISIBLE}]*)+")
_SAME = {ord("’"): "'", ord("‘"): "'", ord("‐"): "-", ord("‑"): "-", ord("–"): "-"}
"""Apostrophes and hyphens that typesetting varies within one and the same name."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for each of its characters where it came from (None: the same place)."""

    text: str = field(repr=False)
    origin: list[int] | None = field(default=None, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that folded to `start`..`end`."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """`text` folded; linear in its length."""
    lowered = _lower(text)
    if not lowered.isascii():
        lowered = lowered.translate(_SAME)
    parts: list[str] = []
    origin: list[int] = []
    after = 0
    for match in _IRREGULAR.finditer(lowered):
        run = match.group()
        if run == " ":
            continue
        parts.append(lowered[after : match.start()])
        origin.extend(range(after, match.start()))
        if any(char.isspace() for char in run):
            parts.append(" ")
            origin.append(match.start())
        after = match.end()
    if not after:
        return Folded(lowered)
    parts.append(lowered[after:])
    origin.extend(range(after, len(lowered)))
    return Folded("".join(parts), origin)


def _lower(text: str) -> str:
    """Lower case that never changes the length (as "İ" would)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
