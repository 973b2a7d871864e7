"""From the file as it came to the document that is located in, redacted and compared against.

The same bytes always give the same prepared document, so what `read` located is found again at
`rewrite`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from handoff.documents.base import Limits
from handoff.documents.pdf import scrub, stills
from handoff.documents.pdf.beside import Beside, beside_pages
from handoff.documents.pdf.engine import Document, open_document
from handoff.documents.pdf.sandbox import Sandbox
from handoff.documents.pdf.sight import can_see
from handoff.documents.pdf.streams import require_bounded
from handoff.documents.pdf.survey import Survey, survey
from handoff.errors import DamagedError, LimitError

_INLINE_PICTURE = re.compile(rb"\bBI\b")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document of pages alone, forms flattened, pictures decoded and stored anew.

    Attributes:
        content: the document.
        survey: what its pages and pictures say; there is at least one page.
        beside: what stood beside its pages.
    """

    content: bytes = field(repr=False)
    survey: Survey
    beside: Beside

    @property
    def page_count(self) -> int:
        """How many pages there are."""
        return len(self.survey.pages)


def prepare(sandbox: Sandbox, untrusted: bytes, limits: Limits) -> Prepared:
    """Open in the sandbox, write anew, scrub, flatten the form fields, read.

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
        beside = beside_pages(pdf, limits)
        seeing = _name_inline_pictures(pdf, limits) or _has_pictures(pdf)
        pictures = scrub.scrub(pdf, count, limits, pictures=seeing and can_see())
        sandbox.allow_pages(len(pictures))
        stills.restore(sandbox, pdf, pictures)
        with_fields = [i for i, page in enumerate(pdf.pages) if "/Annots" in page]
        content = scrub.write(pdf, final=False)
    if with_fields:
        content = _flatten(sandbox, content, with_fields)
    with open_document(sandbox, content) as document:
        return Prepared(content, survey(document, content), beside)


def _admit(document: Document, limits: Limits) -> int:
    count = document.page_count
    if count < 1:
        raise DamagedError("the PDF has no pages")
    if count > limits.pdf_pages:
        raise LimitError("the PDF has more pages than the limit allows")
    return count


def _has_pictures(pdf: pikepdf.Pdf) -> bool:
    return any(
        isinstance(item, pikepdf.Stream) and item.get("/Subtype") == pikepdf.Name.Image
        for item in pdf.objects
    )


def _name_inline_pictures(pdf: pikepdf.Pdf, limits: Limits) -> bool:
    """Pictures written between a page's operators become objects of their own, and are then read.

    Those inside forms stay, and become gray boxes. Whether there was any.
    """
    found = False
    for page in pdf.pages:
        if any(_INLINE_PICTURE.search(part) for part in _contents(page, limits)):
            page.externalize_inline_images(shallow=True)
            found = True
    return found


def _contents(page: pikepdf.Page, limits: Limits) -> Iterator[bytes]:
    contents: Any = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    for stream in streams:
        if isinstance(stream, pikepdf.Stream):
            require_bounded(stream, limits.pdf_stream_bytes)
            yield stream.read_bytes()


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
