"""Turn errors into `Held`, and codes read from the log back into words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from handoff.errors import DocumentError, HandoffError, all_errors
from handoff.model import CustodyEvent, Held, WithheldPart


@cache
def _by_code() -> dict[str, type[HandoffError]]:
    return {cls.code: cls for cls in all_errors()}


def held_from_error(doc_id: str, error: DocumentError, places: Iterable[str] = ()) -> Held:
    """The outcome of a document that raised `error`."""
    return Held(doc_id, error.code, error.message, error.hint, tuple(places))


def held_from_event(event: CustodyEvent, control_number: str) -> Held:
    """The outcome that a `document.held` event recorded; its words come from the error class."""
    code = str(event.details["code"])
    hint = _by_code().get(code, DocumentError).hint
    return Held(event.doc_id, code, _words(code), hint, (), control_number)


def withheld_from_event(event: CustodyEvent) -> WithheldPart:
    """The part that a `document.part_held` event recorded, in words again."""
    code = str(event.details["code"])
    place = str(event.details["place"]).replace("/", ", ").replace("-", " ")
    return WithheldPart(place, code, _words(code))


def _words(code: str) -> str:
    cls = _by_code().get(code, DocumentError)
    message = (cls.__doc__ or code).splitlines()[0].rstrip(".")
    return message[0].lower() + message[1:]
