"""What an event may hold: short codes, numbers, digests, control numbers; never text.

Everything that goes into a leaf, and everything that is read back from one, passes here. It fails
closed: a string that is not plainly a code is refused, and with it the whole append. The guard
knows no meanings; that a code is not somebody's name written as one word is up to the pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from handoff.errors import CustodyEventError
from handoff.model import EventDraft, JsonValue

MAX_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 8785, RFC 7493 section 2.2)."""
MAX_DEPTH = 3
MAX_ITEMS = 512

_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}")
_IDENTIFIER = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127})?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_DIGEST = re.compile(r"(?:[a-z0-9][a-z0-9-]{0,31}:)?[0-9a-f]{64}")
_SHA256 = re.compile(r"(?:[0-9a-f]{64})?")
_PARTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+\\-]{0,127}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}|")
# Shapes that are codes by alphabet but would be personal data: US social security and telephone
# numbers, and the names of files other than those that handoff gives itself.
_REFUSED = re.compile(
    r"\d{3}-\d{2}-\d{4}"
    r"|(?:\+?1[.-]?)?\d{3}[.-]\d{3}[.-]\d{4}"
    r"|(?![A-Z0-9]+-\d{4,}\.)(?:.*/)?[^/]*\.(?:docx?|xlsx?|pptx?|pdf|eml|msg|txt|md|csv|rtf|html?"
    r"|png|jpe?g|tiff?|zip|odt|ods|odp)",
    re.IGNORECASE,
)


def check_draft(draft: EventDraft) -> None:
    """Raise `CustodyEventError` if a draft holds anything that an event may not hold."""
    _require(_KIND, draft.kind, "kind")
    _require(_IDENTIFIER, draft.batch_id, "batch_id")
    _require(_IDENTIFIER, draft.doc_id, "doc_id")
    _require(_SHA256, draft.policy_sha256, "policy_sha256")
    _check_digests(draft.materials, "materials")
    _check_digests(draft.products, "products")
    if _count(draft.details, MAX_DEPTH) > MAX_ITEMS:
        raise CustodyEventError("the details of an event have too many items")


def check_party(value: str, field: str) -> None:
    """Raise `CustodyEventError` unless `value` can name an actor, a host or a tool."""
    _require(_PARTY, value, field)


def _require(pattern: re.Pattern[str], value: object, field: str) -> None:
    # The value itself stays out of the message: it may be just what must not be written anywhere.
    if type(value) is not str or not pattern.fullmatch(value):
        raise CustodyEventError(f"the {field} of an event is not of the form it must have")


def _require_mapping(value: object, field: str) -> None:
    # Of exactly this type, because the encoder knows no other.
    if type(value) is not dict:
        raise CustodyEventError(f"the {field} of an event are no mapping")


def _check_digests(digests: Mapping[str, str], field: str) -> None:
    _require_mapping(digests, field)
    if len(digests) > MAX_ITEMS:
        raise CustodyEventError(f"the {field} of an event have too many items")
    for name, digest in digests.items():
        _require(_NAME, name, f"{field} name")
        _require(_DIGEST, digest, f"{field} digest")


def _count(details: Mapping[str, JsonValue], depth: int) -> int:
    """Number of items in `details`, each of them checked."""
    _require_mapping(details, "details")
    total = 0
    for name, value in details.items():
        _require(_NAME, name, "details name")
        total += _count_value(value, depth)
    return total


def _count_value(value: JsonValue, depth: int) -> int:
    if type(value) is str:
        _check_code(value)
        return 1
    if value is None or type(value) is bool:
        return 1
    if type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return 1
    if depth > 1 and type(value) is dict:
        return 1 + _count(value, depth - 1)
    if depth > 1 and type(value) is list:
        return 1 + sum(_count_value(item, depth - 1) for item in value)
    raise CustodyEventError("the details of an event hold a value that is no code and no number")


def _check_code(value: str) -> None:
    if not _CODE.fullmatch(value) or _REFUSED.fullmatch(value):
        raise CustodyEventError("the details of an event hold a string that is no short code")
