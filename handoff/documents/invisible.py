"""Characters that nobody sees, by which a name can hide from a search.

A name split by a zero-width space reads as the name and is found by no recognizer. Such characters
carry no looks in Latin text, so every format drops them both from what is searched and from what
is written; joiners and direction marks stay beside scripts that need them.
"""

from __future__ import annotations

import re

# C0 and C1 controls except tab and line ends; soft hyphen; zero-width and invisible operators;
# interlinear annotation; variation selectors stay (emoji); tag characters go.
_ALWAYS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_JOINERS = "\u061c\u200c-\u200f\u202a-\u202e\u2066-\u2069"
# From Hebrew on, leaving out general punctuation: scripts in which joiners and marks have meaning.
_NEEDS_JOINERS = "\u0590-\u1fff\u2c00-\ufefe\U00010000-\U000dffff"

_INVISIBLE = re.compile(
    f"[{_ALWAYS}]+|(?<![{_NEEDS_JOINERS}{_JOINERS}])[{_JOINERS}]+(?![{_NEEDS_JOINERS}{_JOINERS}])"
)
_ANY_CANDIDATE = re.compile(f"[{_ALWAYS}{_JOINERS}]")


def visible(text: str) -> str:
    """`text` without the characters that show nothing and mean nothing where they stand."""
    if text.isascii() and text.isprintable():
        return text
    if _ANY_CANDIDATE.search(text) is None:
        return text
    return _INVISIBLE.sub("", text)


def bare(text: str) -> str:
    """`text` without any invisible character at all: a second look for the recheck."""
    return _ANY_CANDIDATE.sub("", text)
