"""How text is laid before the recognizers: in blocks, and without what the eye does not see.

A block is a paragraph, or a part of one that is longer than `BLOCK_CHARS`; the model's memory
grows with the length of what it is given, and its findings do not get better. A view is the text of
a block as a reader sees it; it knows which character of the block each of its characters is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

BLOCK_CHARS = 4_000
"""Longest block; in longer pieces the model costs more and finds the same (design notes)."""

_PARAGRAPH_END = re.compile(r"\n[ \t\r]{0,200}\n\s*")
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f\x00-\x08]"
)
_SPACES = {ord(c): " " for c in "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"}
_SPACES |= {ord(c): " " for c in "\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r"}
_OTHER_SPACE = re.compile(f"[{''.join(map(chr, _SPACES))}]")
_EMPHASIS = re.compile(r"(?<![*_`\w])[*_`]{1,3}(?=\w)|(?<=[\w.,;:!?)])[*_`]{1,3}(?![*_`\w])")
"""Marks of Markdown around a name; underscores and asterisks elsewhere are blanks and masks."""
_WRAPPED_LINE = 45
"""A line this long that goes on in the next one was broken by the margin, not by its author."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a unit's text that is looked at by itself."""

    start: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class View:
    """A block's text as a reader sees it.

    Attributes:
        text: without invisible characters, with every kind of space as a plain one.
        origin: index in the block of each character of `text`; empty when they are the same.
        length: length of the block.
    """

    text: str = field(repr=False)
    origin: tuple[int, ...]
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The block's range that shows as `start`..`end` of the view."""
        if not self.origin:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def blocks(text: str) -> Iterator[Block]:
    """The blocks of `text`, in order; what lies between them is white space only."""
    start = 0
    for gap in _PARAGRAPH_END.finditer(text):
        yield from _pieces(text, start, gap.start())
        start = gap.end()
    yield from _pieces(text, start, len(text))


def view(block: str) -> View:
    """What a reader sees of `block`."""
    visible = block
    origin: tuple[int, ...] = ()
    if not block.isascii() or "\x00" in block:
        visible, origin = _without_invisible(block)
    if _OTHER_SPACE.search(visible):
        visible = visible.translate(_SPACES)
    visible = _EMPHASIS.sub(lambda match: " " * len(match.group()), visible)
    return View(_unwrap(visible), origin, len(block))


def _pieces(text: str, start: int, end: int) -> Iterator[Block]:
    while end - start > BLOCK_CHARS:
        cut = _cut(text, start, start + BLOCK_CHARS)
        yield Block(start, text[start:cut])
        start = cut
    if text[start:end].strip():
        yield Block(start, text[start:end])


def _cut(text: str, start: int, limit: int) -> int:
    """Where to end a piece that must end before `limit`: a line, a sentence, a word, anywhere."""
    earliest = start + BLOCK_CHARS // 2
    for mark in ("\n", ". ", "; ", " "):
        found = text.rfind(mark, earliest, limit)
        if found >= 0:
            return found + len(mark)
    return limit


def _without_invisible(block: str) -> tuple[str, tuple[int, ...]]:
    if not _INVISIBLE.search(block):
        return block, ()
    kept = [i for i, c in enumerate(block) if not _INVISIBLE.match(c)]
    return "".join(block[i] for i in kept), tuple(kept)


def _unwrap(text: str) -> str:
    """Turn line breaks that the margin made into spaces; offsets stay the same."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    parts: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        row = "   " in line.strip() or " | " in line  # columns: the margin breaks prose only
        goes_on = not row and len(line) >= _WRAPPED_LINE and line.rstrip()[-1:] not in ".:;!?"
        parts.append(line + (" " if goes_on and following.strip() else "\n"))
    return "".join(parts)[:-1]
