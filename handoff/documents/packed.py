"""Binary data packed into text (Base64, hexadecimal), which hides what it is from every search."""

from __future__ import annotations

import re

from handoff.errors import UnsafeContentError

_SHORTEST = 256
_PACKED = re.compile(r"(?:data:[^,]{0,200},)?[A-Za-z0-9+/_=-]+")


def refuse_packed(text: str, place: str) -> None:
    """Raise UnsafeContentError if `text` is binary data in disguise, long enough for a document."""
    if len(text) < _SHORTEST:
        return
    squeezed = "".join(text.split())
    # Words come with blanks; the lines of Base64 are 60 characters and more.
    if len(text) - len(squeezed) < len(text) / 40 and _PACKED.fullmatch(squeezed):
        raise UnsafeContentError(
            f"{place}: holds binary data packed into text",
            "remove it, or hand over what it holds as a file of its own",
        )
