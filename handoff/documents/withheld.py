"""The note that stands in a document for a part that stays here."""

from __future__ import annotations

from handoff.documents.base import RewrittenPart
from handoff.errors import DocumentError


def note(place: str, cause: DocumentError) -> RewrittenPart:
    """A text in place of the part at `place`: which part, and the kind of reason.

    The words come from the class of `cause` and not from its message, so that the vendor learns
    nothing of what is in the part.
    """
    reason = (type(cause).__doc__ or "").splitlines()[0].rstrip(".")
    text = f"{place} was held back by the sender: {reason[:1].lower()}{reason[1:]}\n"
    return RewrittenPart(text.encode("ascii", "replace"), "text/plain", ".txt")
