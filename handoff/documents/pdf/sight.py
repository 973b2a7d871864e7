"""Whether this machine can read pictures; asked only where there are some, for it loads much."""

from __future__ import annotations

from functools import cache

from handoff.documents import ocr


@cache
def can_see() -> bool:
    """Whether both engines of optical recognition are there."""
    return why_blind() == ""


@cache
def why_blind() -> str:
    """What this machine lacks to read pictures, in words; "" if nothing."""
    error = ocr.missing()
    return error.message if error else ""
