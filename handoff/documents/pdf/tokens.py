"""Content streams cut into operators, some ten times as fast as pdfminer's own parser cuts them.

Only what nearly all programs write is cut here, and exactly as pdfminer would; for a stream that
holds anything else (an inline picture, a comment, a dictionary, nested brackets, operands missing
or in excess) the answer is None, and pdfminer's parser has to read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pdfminer.psparser import LIT

Operation = tuple[bytes, tuple[Any, ...]]
"""An operator and its operands, of pdfminer's types."""

Cut = tuple[bytes, tuple[Any, ...], int, int]
"""The same, with where it begins, operands included, and where the next one begins."""

_LONGEST = 4_000_000
"""Bytes; what is longer is read piece by piece, in little memory, by pdfminer's parser."""

_BLANK = rb"[\t\n\f\r ]"
_NUMBER = rb"[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?=[\t\n\f\r \[\](</]|\Z)"
_ESCAPED = rb"\\(?:[0-3][0-7]{2}|[0-7]{1,2}(?![0-7])|[nrtbf()\\])"
_STRING = rb"\([^()\\]*+(?>(?:" + _ESCAPED + rb"[^()\\]*+)*)\)"
_HEX = rb"<(?>(?:[0-9A-Fa-f]{2})*)>"
_NAME = rb"/[^\x00-\x20#%()/<>\[\]{}\x7f-\xff]*+"
_ARRAY = rb"\[(?>(?:" + rb"|".join((_BLANK, _NUMBER, _STRING, _HEX)) + rb")*)\]"
# What word processors write around every paragraph; no operator that matters here takes it.
_MARK = rb"<<" + _BLANK + rb"*+/MCID" + _BLANK + rb"++[0-9]++" + _BLANK + rb"*+>>"
_OPERATOR = rb"[A-Za-z][A-Za-z0-9*]*+(?=[\t\n\f\r \[(</]|\Z)|['\"]"
_OPERANDS = rb"|".join((_BLANK, _NUMBER, _STRING, _ARRAY, _NAME, _HEX, _MARK))
_OPERATION = re.compile(rb"((?>(?:" + _OPERANDS + rb")*))(" + _OPERATOR + rb")" + _BLANK + rb"*+")

_TOKEN = re.compile(
    rb"\(((?>(?:[^()\\]|\\.)*))\)|([-+.0-9]++)|/([^\t\n\f\r \[\]()/<>]*+)|([\[\]])"
    rb"|<([0-9A-Fa-f]*+)>|(<<)",
    re.DOTALL,
)
_STRING_AT, _NUMBER_AT, _NAME_AT, _BRACKET_AT, _HEX_AT, _MARK_AT = range(1, 7)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)")
_ESCAPES = {
    b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"(": b"(", b")": b")",
    b"\\": b"\\",
}  # fmt: skip
_NO_OPERATORS = frozenset([b"true", b"false", b"BI", b"ID", b"EI"])


class _NotPlainError(Exception):
    """Something that only pdfminer's own parser can judge."""


def operations(content: bytes, wanted: Mapping[bytes, int]) -> list[Operation] | None:
    """The `wanted` operators of `content`, in order, as `cuts` gives them, without their places."""
    cut = cuts(content, wanted)
    return None if cut is None else [(operator, operands) for operator, operands, _, _ in cut]


def cuts(content: bytes, wanted: Mapping[bytes, int]) -> list[Cut] | None:
    """The `wanted` operators of `content`, in order.

    Args:
        content: a content stream, decoded.
        wanted: the operators that matter, each with the number of operands that it takes.

    Returns:
        None if not all of `content` is plain.
    """
    if len(content) > _LONGEST:
        return None
    try:
        return list(_cut(content, wanted))
    except (_NotPlainError, ValueError):  # a number of more digits than Python would count
        return None


def _cut(content: bytes, wanted: Mapping[bytes, int]) -> Iterator[Cut]:
    position = 0
    while position < len(content):
        match = _OPERATION.match(content, position)
        if match is None:
            if content[position:].strip(b"\t\n\f\r "):
                raise _NotPlainError
            return
        position = match.end()
        operands, operator = match.groups()
        count = wanted.get(operator)
        if count is not None:
            values = _values(operands) if operands else ()
            if len(values) != count:
                raise _NotPlainError
            yield operator, values, match.start(), position
        elif operator in _NO_OPERATORS:
            raise _NotPlainError


def _values(operands: bytes) -> tuple[Any, ...]:
    """The operands as pdfminer's parser gives them: arrays as lists, names as literals."""
    values: list[Any] = []
    into = values
    for match in _TOKEN.finditer(operands):
        kind = match.lastindex or 0
        text = match[kind]
        if kind == _STRING_AT:
            into.append(_ESCAPE.sub(_unescaped, text) if b"\\" in text else text)
        elif kind == _NUMBER_AT:
            into.append(float(text) if b"." in text else int(text))
        elif kind == _NAME_AT:
            into.append(LIT(text.decode("ascii")))
        elif kind == _HEX_AT:
            into.append(bytes.fromhex(text.decode("ascii")))
        elif text == b"[":
            into = []
            values.append(into)
        elif text == b"]":
            into = values
        else:
            raise _NotPlainError
    return tuple(values)


def _unescaped(match: re.Match[bytes]) -> bytes:
    """What an escape in a string stands for (ISO 32000-1, table 3)."""
    return _ESCAPES.get(match[1]) or bytes((int(match[1], 8),))
