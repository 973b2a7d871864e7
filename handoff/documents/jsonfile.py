"""JSON and JSON Lines: every string, number and key, everything untouched kept byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from handoff.documents.base import Door
from handoff.documents.encoding import decode
from handoff.documents.invisible import bare, visible
from handoff.documents.jsontext import Token, tokens
from handoff.documents.packed import refuse_packed
from handoff.documents.splice import by_unit, splice
from handoff.documents.txt import plain_views
from handoff.errors import DamagedError, DocumentError
from handoff.model import Redaction, TextUnit, UnitKind

_GLIMPSE = 200
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JOINT = re.compile(r"[_.\-:/\s]+")
_IDENTIFIER = re.compile(r"(?!.*\d{4})[a-z_$@][A-Za-z0-9_]{0,40}")
_NOT_BLANK = re.compile(r"\S")
_SEPARATOR = "\n\u241e\n"


class JsonFormat:
    """JSON; the key above a value is its context, as a heading is of a column."""

    name = "json"
    media_type = "application/json"
    extension = ".json"
    readers = ("handoff", "json")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the text begins with an object or array, and its first values are JSON."""
        if untrusted.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:1] not in (b"{", b"["):
            return False
        try:
            for _ in islice(tokens(decode(untrusted).text), _GLIMPSE):
                pass
        except DamagedError:
            return False
        except DocumentError:
            return True
        return True

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """One unit for each value, and one for each different key.

        Raises:
            DamagedError: it is not JSON from its beginning to its end.
            LimitError: nested too deep, or too many values.
            UnsafeContentError: a value is binary data packed into text.
        """
        keys: dict[str, int] = {}
        units: list[TextUnit] = []
        for number, token in enumerate(tokens(decode(untrusted).text), 1):
            text = visible(token.text)
            if not _is_read(token, text) or (token.is_key and text in keys):
                continue
            unit_id, place = _identity(token, text, number, keys)
            refuse_packed(text, place)
            kind = UnitKind.NAME if token.is_key else UnitKind.TABLE
            context = "" if token.is_key else words(token.key)
            units.append(TextUnit(unit_id, kind, text, place, context))
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:  # noqa: ARG002
        """The same text with `redactions` applied; a number of which some goes becomes a string."""
        decoded = decode(untrusted)
        groups = by_unit(redactions)
        keys: dict[str, int] = {}
        pieces: list[str] = []
        position = 0
        for number, token in enumerate(tokens(decoded.text), 1):
            plain = visible(token.text)
            # Only keys that were read are counted, or another key would get the replacement.
            text = plain
            if _is_read(token, plain):
                unit_id, _ = _identity(token, plain, number, keys)
                text = splice(plain, groups.get(unit_id, ()))
            if text != token.text:
                escaped = decoded.text[token.start : token.end].isascii()
                pieces += (
                    decoded.text[position : token.start],
                    json.dumps(text, ensure_ascii=escaped),
                )
                position = token.end
        pieces.append(decoded.text[position:])
        return decoded.encode("".join(pieces))

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """Every object's values joined, all strings and the raw text, by Python's json module."""
        text = plain_views(produced)[0]
        pairs, rows = _parsed(text)
        seen = dict.fromkeys(pairs)
        strings = _SEPARATOR.join(dict.fromkeys(part for pair in seen for part in pair))
        raw = [text, strings, bare(strings), *rows]
        units = [TextUnit(f"raw{n}", UnitKind.RAW, part, "text") for n, part in enumerate(raw, 1)]
        for number, (key, string) in enumerate(seen, 1):
            if not key and _is_identifier(string):
                continue
            place = f"string {number}"
            units.append(TextUnit(f"s{number}", UnitKind.TABLE, string, place, words(key)))
        return tuple(units)


def words(key: str) -> str:
    """A key as a heading: `lastName` and `last_name` are "last name"."""
    return _JOINT.sub(" ", _HUMP.sub(" ", key)).strip().lower()[:80]


def _is_identifier(key: str) -> bool:
    """Whether a key is a word of the vocabulary, which nobody is named by.

    What was found elsewhere is sought in every key all the same, by the recheck.
    """
    return _IDENTIFIER.fullmatch(key) is not None


def _is_read(token: Token, text: str) -> bool:
    return bool(text.strip()) and not (token.is_key and _is_identifier(text))


def _identity(token: Token, text: str, number: int, keys: dict[str, int]) -> tuple[str, str]:
    """Unit id and place; equal keys are one unit, since records repeat them endlessly."""
    if token.is_key:
        key = keys.setdefault(text, len(keys) + 1)
        return f"k{key}", f"key {key}"
    return f"v{number}", f"value {number}"


def _parsed(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """(key, string) of every value, with ("", key) of every key; and each object's as one line."""
    pairs: list[tuple[str, str]] = []
    rows: list[str] = []

    def collect(members: list[tuple[str, object]]) -> None:
        own = [(key, string) for key, value in members for string in _strings(value)]
        pairs.extend(own)
        pairs.extend(("", key) for key, _ in members)
        rows.append(" ".join(string for _, string in own))

    decoder = json.JSONDecoder(
        object_pairs_hook=collect, parse_float=str, parse_int=str, parse_constant=str
    )
    try:
        position, end = 0, len(text.rstrip())
        while position < end:
            position = _NOT_BLANK.search(text, position).start()  # type: ignore[union-attr]
            value, position = decoder.raw_decode(text, position)
            collect([("", value)])
    except (ValueError, RecursionError):
        raise DamagedError("the rewritten JSON cannot be read again") from None
    return pairs, rows


def _strings(value: object) -> Iterator[str]:
    """The strings in a value; objects in it have been collected already and are None."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
