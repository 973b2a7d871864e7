"""Turn errors into `Held`, and codes read from the log back into words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from handoff.errors import DocumentError, HandoffError, all_errors
from handoff.model import CustodyEvent, Held


@cache
def _by_code() -> dict[str, type[HandoffError]]:
    return {cls.code: cls for cls in all_errors()}


def held_from_error(doc_id: str, error: DocumentError, places: Iterable[str] = ()) -> Held:
    """The outcome of a document that raised `error`."""
    return Held(doc_id, error.code, error.message, error.hint, tuple(places))


def held_from_event(event: CustodyEvent, control_number: str) -> Held:
    """The outcome that a `document.held` event recorded; its words come from the error class."""
    code = str(event.details["code"])
    cls = _by_code().get(code, DocumentError)
    message = (cls.__doc__ or code).splitlines()[0].rstrip(".")
    return Held(event.doc_id, code, message[0].lower() + message[1:], cls.hint, (), control_number)
