"""Taking a parsed JSON object apart, field by field, so that nothing is missed and nothing left."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from handoff.errors import ManifestInvalidError

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ENTITY: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_KEY: Final = re.compile(rf"{_NAME.pattern}(?:/{_NAME.pattern}){{0,7}}")
_T = TypeVar("_T")


def parse_moment(text: str) -> datetime:
    """Parse `2026-11-24T12:00:00.000000Z`, the one way to write a time; ValueError otherwise."""
    if not _MOMENT.fullmatch(text):
        raise ValueError("not a time in UTC with microseconds")
    return datetime.fromisoformat(text).astimezone(UTC)


def parse_date(text: str) -> date:
    """Parse `2026-11-24`; ValueError otherwise."""
    if not _DATE.fullmatch(text):
        raise ValueError("not a date")
    return date.fromisoformat(text)


class Fields:
    """The fields of one JSON object; each may be taken once, and `end` sees that all were.

    Raises:
        ManifestInvalidError: from every method. It names the object and the field, never a value.
    """

    def __init__(self, untrusted: object, what: str) -> None:
        if not isinstance(untrusted, dict):
            raise ManifestInvalidError(f"{what} is not a JSON object")
        self._fields: dict[str, object] = dict(untrusted)
        self._what = what

    def _refuse(self, name: str, expected: str) -> ManifestInvalidError:
        return ManifestInvalidError(f"{self._what}: expected {expected} in {name}")

    def _take(self, name: str, kind: type[_T], expected: str) -> _T:
        value = self._fields.pop(name, None)
        # A bool is an int to Python, but not to JSON.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._refuse(name, expected)
        return value

    def constant(self, name: str, value: str | int) -> None:
        """The field must be exactly `value`."""
        if self._take(name, type(value), repr(value)) != value:
            raise self._refuse(name, repr(value))

    def text(self, name: str, *, empty: bool = False) -> str:
        """A string, not empty unless `empty`."""
        value = self._take(name, str, "text")
        if not value and not empty:
            raise self._refuse(name, "text")
        return value

    def name(self, name: str) -> str:
        """A name that is safe as a file name: letters, digits, and . _ - after the first."""
        return self._matching(name, _NAME, "a plain name")

    def key(self, name: str) -> str:
        """An object key: plain names joined by slashes."""
        return self._matching(name, _KEY, "an object key")

    def digest(self, name: str) -> str:
        """A SHA-256 in 64 lower-case hex digits."""
        return self._matching(name, _DIGEST, "a SHA-256 in hex")

    def _matching(self, name: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self._take(name, str, expected)
        if not pattern.fullmatch(value):
            raise self._refuse(name, expected)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings that are not empty."""
        values = self._take(name, list, "a list of texts")
        if not all(isinstance(value, str) and value for value in values):
            raise self._refuse(name, "a list of texts")
        return tuple(values)

    def count(self, name: str) -> int:
        """An integer from 0."""
        value = self._take(name, int, "a count")
        if value < 0:
            raise self._refuse(name, "a count")
        return value

    def counts(self, name: str) -> Mapping[str, int]:
        """An object that maps entities (`PERSON`) to counts from 1."""
        values = self._take(name, dict, "counts by entity")
        for entity, value in values.items():
            if not _ENTITY.fullmatch(entity) or type(value) is not int or value < 1:
                raise self._refuse(name, "counts by entity")
        return values

    def parsed(self, name: str, parse: Callable[[str], _T]) -> _T:
        """A string that `parse` accepts; its ValueError refuses the field."""
        try:
            return parse(self._take(name, str, "text"))
        except ValueError as error:
            raise self._refuse(name, "a well-formed value") from error

    def parts(self, name: str) -> tuple[Fields, ...]:
        """A list of objects."""
        values = self._take(name, list, "a list of objects")
        return tuple(
            Fields(value, f"{self._what}, {name} {number}")
            for number, value in enumerate(values, 1)
        )

    def end(self) -> None:
        """Refuse whatever is left: a field that this version does not know."""
        if self._fields:
            raise ManifestInvalidError(f"{self._what} has a field that is not known here")
