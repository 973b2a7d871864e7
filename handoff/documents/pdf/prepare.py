"""From the file as it came to the document that is located in, redacted and compared against.

The same bytes always give the same prepared document, so what `read` located is found again at
`rewrite`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from handoff.documents.base import Limits
from handoff.documents.pdf import scrub
from handoff.documents.pdf.engine import Document, open_document
from handoff.documents.pdf.sandbox import Sandbox
from handoff.errors import DamagedError, LimitError


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document of pages alone, forms flattened; `page_count` is at least 1."""

    content: bytes = field(repr=False)
    page_count: int


def prepare(sandbox: Sandbox, untrusted: bytes, limits: Limits) -> Prepared:
    """Open in the sandbox, write anew, scrub, flatten the form fields.

    Raises:
        DocumentError: encrypted, damaged, over the limits, or not to be read whole.
    """
    with open_document(sandbox, untrusted) as document:
        count = _admit(document, limits)
        sandbox.allow_pages(count)
        if document.has_form:
            _draw_fields(document)
        saved = document.save()
    with scrub.open_saved(saved) as pdf:
        scrub.scrub(pdf, count, limits)
        with_fields = [i for i, page in enumerate(pdf.pages) if "/Annots" in page]
        content = scrub.write(pdf, final=False)
    if with_fields:
        content = _flatten(sandbox, content, with_fields)
    return Prepared(content, count)


def _admit(document: Document, limits: Limits) -> int:
    count = document.page_count
    if count < 1:
        raise DamagedError("the PDF has no pages")
    if count > limits.pdf_pages:
        raise LimitError("the PDF has more pages than the limit allows")
    return count


def _draw_fields(document: Document) -> None:
    """Fields without an appearance are drawn by each viewer itself: here, before they go."""
    for index in range(document.page_count):
        with document.page(index) as page:
            page.draw_fields()


def _flatten(sandbox: Sandbox, content: bytes, pages: list[int]) -> bytes:
    with open_document(sandbox, content) as document:
        for index in pages:
            with document.page(index) as page:
                page.flatten()
        return document.save()
