"""Which Office format a ZIP claims to be, by its list of content types and not by its name."""

from __future__ import annotations

from collections.abc import Iterable

from handoff.documents.ooxml.archive import peek
from handoff.documents.ooxml.package import TYPES_NAME

_MAX_TYPES = 4_000_000


def has_main_part(untrusted: bytes, content_types: Iterable[str]) -> bool:
    """Whether `untrusted` is a ZIP whose content types name one of `content_types`.

    Reads that one entry only, up to a limit; whether the claim holds is for `load` to find.
    """
    if not untrusted.startswith(b"PK\x03\x04"):
        return False
    listed = peek(untrusted, TYPES_NAME, _MAX_TYPES)
    return any(
        f'"{kind}"'.encode() in listed or f"'{kind}'".encode() in listed for kind in content_types
    )
