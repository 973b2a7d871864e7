"""Inline styles: kept where they are declarations of measures, colours, known words and fonts."""

from __future__ import annotations

import re

from handoff.documents.fonts import is_known

_DECLARATION = re.compile(r"\s*([-a-z]{1,40})\s*:\s*([-\w.#%+(), '\"]{1,200})\s*", re.IGNORECASE)
_FORBIDDEN = re.compile(
    r"url|expression|content|attr\(|var\(|import|behavior|binding", re.IGNORECASE
)
_MAX_DECLARATIONS = 40
# Keywords of CSS are small; a name begins with a capital, and what is quoted is somebody's.
_TOKEN = re.compile(
    r"[a-z][a-z-]{0,39}|#[0-9a-fA-F]{3,8}|[-+]?\d{0,5}(?:\.\d{1,10})?(?:[a-z]{1,4}|%)?"
)
_BETWEEN = re.compile(r"[\s,()]+")
_GENERIC = re.compile(r"\s*[a-z][a-z-]{0,39}\s*")
_FAMILIES = re.compile(r"(font-family\s*:)([^;\"<>]{1,400})", re.IGNORECASE)


def kept_css(style: str) -> str:
    """The declarations of `style` that can neither fetch, run nor say anything, "" if none."""
    declarations = [part for part in style.split(";") if part.strip()][:_MAX_DECLARATIONS]
    return "; ".join(filter(None, map(_kept, declarations)))


def without_fonts(text: str) -> str:
    """`text` without the names of common fonts where a style lists them: they are nobody's."""
    return _FAMILIES.sub(lambda match: match[1] + _unknown(match[2]), text)


def _kept(declaration: str) -> str:
    match = _DECLARATION.fullmatch(declaration)
    if match is None or _FORBIDDEN.search(declaration):
        return ""
    name, value = match[1].lower(), match[2].strip()
    if name == "font-family":
        known = [f.strip(" '\"") for f in value.split(",") if is_known(f) or _GENERIC.fullmatch(f)]
        return f"font-family: {', '.join(known)}" if known else ""
    plain = all(map(_TOKEN.fullmatch, _BETWEEN.split(value)))
    return f"{name}: {value}" if plain else ""


def _unknown(families: str) -> str:
    return ",".join(family for family in families.split(",") if not is_known(family))
