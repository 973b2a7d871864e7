"""Text as it is compared: without case, with single spaces, without invisible characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_IRREGULAR = re.compile(
    rf"[\s{_INVISIBLE}](?:(?<=[{_INVISIBLE}])[{_INVISIBLE}]*|(?<=\s)[\s{_INVISIBLE}]+|(?<=[^\S ]))"
)
"""All that is not a single space between visible characters; of those a text is full."""
_SAME = (("’", "'"), ("‘", "'"), ("‐", "-"), ("‑", "-"), ("–", "-"))
"""Apostrophes and hyphens that typesetting varies within one and the same name."""

_STATE_FORM = re.compile(
    r"^(?:(?:federal |islamic |hellenic |united )?(?:kingdom|republic|commonwealth|state) of "
    r"|grand duchy of )"
)


def comparable(term: str) -> str:
    """A term as the allow-list compares it: "the Kingdom of Sweden" is "Sweden"."""
    words = re.sub(r"\s+", " ", term).casefold().strip(" .,;:'\"“”‘’()")
    return _STATE_FORM.sub("", words.removeprefix("the "))


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and where its stretches came from.

    Attributes:
        text: the folded text.
        starts: where in `text` each stretch begins that stands unbroken in the original.
        origins: where in the original that stretch begins.
    """

    text: str = field(repr=False)
    starts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that folded to `start`..`end`, which must not be empty."""
        return self._origin(start), self._origin(end - 1) + 1

    def _origin(self, index: int) -> int:
        stretch = bisect_right(self.starts, index) - 1
        return self.origins[stretch] + index - self.starts[stretch]


def fold(text: str) -> Folded:
    """`text` folded; linear in its length, and small beside it in memory."""
    lowered = _lower(text)
    if not lowered.isascii():
        for sign, plain in _SAME:
            lowered = lowered.replace(sign, plain)
    parts: list[str] = []
    starts, origins = [0], [0]
    size = after = 0
    for match in _IRREGULAR.finditer(lowered):
        run = match.group()
        gap = " " if any(map(str.isspace, run)) else ""
        parts += (lowered[after : match.start()], gap)
        size += match.start() - after + len(gap)
        after = match.end()
        if len(gap) != len(run):
            starts.append(size)
            origins.append(after)
    parts.append(lowered[after:])
    return Folded("".join(parts), tuple(starts), tuple(origins))


def _lower(text: str) -> str:
    """Lower case that never changes the length (as "İ" would)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
