"""Inline styles: kept where they are nothing but declarations of short, plain values."""

from __future__ import annotations

import re

_DECLARATION = re.compile(r"\s*([-a-z]{1,40})\s*:\s*([-\w.#%+(), '\"]{1,120})\s*", re.IGNORECASE)
_FORBIDDEN = re.compile(
    r"url|expression|content|attr\(|var\(|import|behavior|binding", re.IGNORECASE
)
_MAX_DECLARATIONS = 40


def is_harmless_css(style: str) -> bool:
    """Whether `style` can neither fetch, run nor show text."""
    declarations = [part for part in style.split(";") if part.strip()]
    return len(declarations) <= _MAX_DECLARATIONS and all(
        _DECLARATION.fullmatch(part) and not _FORBIDDEN.search(part) for part in declarations
    )
