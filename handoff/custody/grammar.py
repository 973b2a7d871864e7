"""The grammar of a leaf, as one regular expression over its bytes; it is also the guard.

An event may hold short codes, numbers, digests and control numbers, never text. Everything that is
written into a leaf, and every leaf that is read, must match `LEAF`: a string that is not plainly a
code is refused, and with it the whole append. The guard knows no meanings; that a code is not
somebody's name written as one word is up to the pipeline.

No string of the grammar holds a quote, a backslash or a brace, and every repetition is possessive:
matching takes time in proportion to the leaf. A repeated group stands in an atomic one,
`(?>(?:x)*)`, which means the same as `(?:x)*+`: before 3.11.5, Python matches the latter wrongly
where `x` has to go back (python/cpython#106052), and Debian 12 has 3.11.2. What the grammar leaves
open of RFC 8785 is only the order of keys and that none repeats.
"""

from __future__ import annotations

import re

_KIND = rb"[a-z][a-z0-9_]{0,31}+\.[a-z][a-z0-9_]{0,31}+"
_IDENTIFIER = rb"(?>(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127}+)?)"
_NAME = rb"[A-Za-z][A-Za-z0-9_]{0,63}+"
_DIGEST = rb"(?>(?:[a-z0-9][a-z0-9-]{0,31}+:)?)[0-9a-f]{64}"
_PARTY = rb"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}+"
_TIME = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
_NATURAL = rb"(?:0|[1-9][0-9]{0,14}+)"

# Codes by alphabet that would be personal data by shape: US social security and telephone numbers,
# and the names of files other than those that handoff gives itself (ACME-000123.pdf).
_EXTENSION = rb"(?i:docx?|xlsx?|pptx?|pdf|eml|msg|txt|md|csv|rtf|html?|png|jpe?g|tiff?|zip|od[tsp])"
_REFUSED = (
    rb"(?:[0-9]{3}-[0-9]{2}-[0-9]{4}"
    rb"|(?:\+?1[.-]?)?[0-9]{3}[.-][0-9]{3}[.-][0-9]{4}"
    rb"|(?![A-Z0-9]+-[0-9]{4,}\.)[^\"]*\." + _EXTENSION + rb")\""
)
_CODE = rb'"(?!' + _REFUSED + rb')(?>(?:[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}+)?)"'
# Fifteen digits: below 2**53, so that every JSON reader keeps the number (RFC 7493 section 2.2).
_INTEGER = rb"(?:0|-?[1-9][0-9]{0,14}+)"
_SCALAR = rb"(?:" + _CODE + rb"|" + _INTEGER + rb"|true|false|null)"


def _list(item: bytes) -> bytes:
    return rb"\[(?>(?:" + item + rb"(?>(?:," + item + rb")*))?)\]"


def _object(value: bytes) -> bytes:
    pair = rb'"' + _NAME + rb'":' + value
    return rb"\{(?>(?:" + pair + rb"(?>(?:," + pair + rb")*))?)\}"


_DIGESTS = _object(rb'"' + _DIGEST + rb'"')
_VALUE = rb"(?:" + _SCALAR + rb"|" + _list(_SCALAR) + rb"|" + _object(_SCALAR) + rb")"

FIELDS: dict[str, bytes] = {
    "actor": rb'"' + _PARTY + rb'"',
    "at": rb'"' + _TIME + rb'"',
    "batch_id": rb'"' + _IDENTIFIER + rb'"',
    "details": _object(_VALUE),
    "doc_id": rb'"' + _IDENTIFIER + rb'"',
    "host": rb'"' + _PARTY + rb'"',
    "index": _NATURAL,
    "kind": rb'"' + _KIND + rb'"',
    "materials": _DIGESTS,
    "policy_sha256": rb'"(?>(?:[0-9a-f]{64})?)"',
    "products": _DIGESTS,
    "tool": rb'"' + _PARTY + rb'"',
    "v": rb"1",
}
"""Every field of a leaf in its canonical order, with the JSON that may stand there."""

LEAF = re.compile(
    rb"\{"
    + b",".join(rb'"%b":%b' % (name.encode(), json) for name, json in FIELDS.items())
    + rb"\}"
)
"""A whole leaf."""

PARTY = re.compile(_PARTY)
