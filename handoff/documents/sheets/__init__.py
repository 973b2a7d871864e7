"""Pages of a document as a person sees them, for `handoff redact --preview`."""

from handoff.documents.sheets.draw import after, before
from handoff.documents.sheets.sheet import Area, Sheet

__all__ = ["Area", "Sheet", "after", "before"]
