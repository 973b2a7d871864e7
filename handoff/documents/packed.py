"""Binary data packed into text (Base64, hexadecimal), which hides what it is from every search."""

from __future__ import annotations

import re

from handoff.errors import UnsafeContentError

_SHORTEST = 256
_PACKED = re.compile(r"(?:data:[^,]{0,200},)?[A-Za-z0-9+/_=-]+")
_LINES = re.compile(
    r"(?P<armor>^-----BEGIN PGP SIGNATURE-----\s*\n(?:[A-Za-z]{1,20}: .*\n){0,4}\s*)?"
    r"(?:^[ \t>]*[A-Za-z0-9+/=_-]{40,}[ \t]*(?:\r?\n|\r|\Z)){4}"
    r"|^[ \t>]*[A-Za-z0-9+/=_-]{256,}[ \t]*$"
    r"|;base64,[A-Za-z0-9+/=%]{100}",
    re.MULTILINE,
)
_VARIED = 10
"""Signs that differ: hexadecimal of a text has that many, a ruled line one or two."""


def refuse_packed(text: str, place: str) -> None:
    """Raise UnsafeContentError if `text` is binary data in disguise, long enough for a document."""
    if len(text) < _SHORTEST:
        return
    squeezed = "".join(text.split())
    # Words come with blanks; the lines of Base64 are 60 characters and more.
    if len(text) - len(squeezed) < len(text) / 40 and _PACKED.fullmatch(squeezed):
        raise _refusal(place)


def refuse_packed_lines(text: str, place: str) -> None:
    """Raise UnsafeContentError if somewhere in `text` lines are binary data in disguise.

    A mail program shows what a message in a text file holds, a browser the picture in a data URI.
    Rules of dashes or underscores are none, nor is a PGP signature, which says nothing.
    """
    for lines in _LINES.finditer(text):
        if len(set(lines[0])) >= _VARIED and not lines["armor"]:
            raise _refusal(place)


def _refusal(place: str) -> UnsafeContentError:
    return UnsafeContentError(
        f"{place}: holds binary data packed into text",
        "remove it, or hand over what it holds as a file of its own",
    )
