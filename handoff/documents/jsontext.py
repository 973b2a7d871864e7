"""JSON split into its strings and numbers, each with its place in the text (RFC 8259), by hand.

Everything else stays byte for byte, so that a redacted file differs from its original only in what
was redacted; and doubled keys, which every parser resolves in its own way, are all seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from handoff.errors import DamagedError, LimitError

MAX_TOKENS = 3_000_000
MAX_DEPTH = 500
_BLANKS = " \t\r\n"
_LEXEME = re.compile(
    r"[ \t\r\n]*+(?:(?P<mark>[{}\[\],:])"
    r'|(?P<string>"(?>(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)")'
    r"|(?P<number>-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][+-]?\d++)?)"
    r"|(?P<word>true|false|null))"
)
_CLOSING = {"}": "{", "]": "["}


@dataclass(frozen=True, slots=True)
class Token:
    """A string or number where it stands: `start:end` includes a string's quotes.

    `key` is the nearest key above a value; a key has that of its object.
    """

    start: int
    end: int
    text: str = field(repr=False)
    is_key: bool
    key: str = field(default="", repr=False)


def tokens(text: str) -> Iterator[Token]:
    """The strings and numbers of one or more JSON texts in a row (JSON, JSON Lines).

    Raises:
        DamagedError: it is not JSON.
        LimitError: nested deeper than MAX_DEPTH, or more than MAX_TOKENS strings and numbers.
    """
    machine = _Machine()
    position = count = 0
    while match := _LEXEME.match(text, position):
        position = match.end()
        token = machine.take(match)
        if token is not None:
            count += 1
            yield token
        if count > MAX_TOKENS:
            raise LimitError(f"the JSON has more than {MAX_TOKENS:,} values")
    if text[position:].strip(_BLANKS) or not machine.finished:
        raise DamagedError("the JSON breaks its own rules")


class _Machine:
    """What may come next, and the containers that are open, each with the key above it.

    No recursion: how deep the nesting goes is the document's to choose.
    """

    def __init__(self) -> None:
        self._expected = {"value"}
        self._open: list[tuple[str, str]] = []
        self._key = ""

    @property
    def finished(self) -> bool:
        """Whether every text that was begun has ended."""
        return not self._open

    def take(self, match: re.Match[str]) -> Token | None:
        """Go on by one lexeme; the token that it is, if it is one."""
        kind, lexeme = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "mark":
            self._mark(lexeme)
            return None
        is_key = kind == "string" and "key" in self._expected
        self._require("key" if is_key else "value")
        token = None
        if kind != "word":
            start, end = match.span(kind)
            above = self._open[-1][1] if is_key else self._key
            token = Token(start, end, _plain(lexeme, kind), is_key, above)
        if is_key and token is not None:
            self._key = token.text
            self._expected = {":"}
        else:
            self._after_value()
        return token

    def _mark(self, mark: str) -> None:
        if mark in "{[":
            self._require("value")
            self._open.append((mark, self._key))
            if len(self._open) > MAX_DEPTH:
                raise LimitError(f"the JSON is nested more than {MAX_DEPTH} deep")
            self._expected = {"key", "end"} if mark == "{" else {"value", "end"}
        elif mark in _CLOSING:
            self._require("end")
            kind, self._key = self._open.pop() if self._open else ("", "")
            if kind != _CLOSING[mark]:
                raise DamagedError("the JSON breaks its own rules")
            self._after_value()
        else:
            self._require(mark)
            in_object = bool(self._open) and self._open[-1][0] == "{"
            self._expected = {"key"} if mark == "," and in_object else {"value"}

    def _after_value(self) -> None:
        self._expected = {",", "end"} if self._open else {"value"}

    def _require(self, what: str) -> None:
        if what not in self._expected:
            raise DamagedError("the JSON breaks its own rules")


def _plain(lexeme: str, kind: str) -> str:
    """What a string says; half of a surrogate pair, which is no character, becomes U+FFFD."""
    if kind != "string":
        return lexeme
    text = str(json.loads(lexeme)) if "\\" in lexeme else lexeme[1:-1]
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
