"""What stands in a document where something was redacted."""

from __future__ import annotations

from handoff.model import Operator

REMOVED = "[REDACTED]"
STRICTNESS = (
    Operator.BLOCK,
    Operator.REMOVE,
    Operator.MASK,
    Operator.PSEUDONYMIZE,
    Operator.KEEP,
)
"""From the strictest; where findings overlap, the strictest operator wins."""


def mask(text: str) -> str:
    """`text` with every letter and digit as an asterisk; its length and punctuation stay."""
    return "".join("*" if char.isalnum() else char for char in text)


def tag(entity: str, number: int | None) -> str:
    """The tag of a pseudonym: `[PERSON-7]`; without a number where none was assigned."""
    return f"[{entity}-{number}]" if number is not None else f"[{entity}]"
