"""Sheets of PDFs, drawn by the engine in its sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from handoff.assets import pdfium_wasm
from handoff.documents.base import Limits
from handoff.documents.pdf import planning, survey
from handoff.documents.pdf.engine import Page, open_document
from handoff.documents.pdf.locate import places
from handoff.documents.pdf.prepare import Prepared
from handoff.documents.pdf.sandbox import Sandbox
from handoff.documents.pdf.stills import draw, gray_if_plain
from handoff.documents.sheets.sheet import HEIGHT, MOST, WIDTH, Area, Sheet, area, sheet
from handoff.model import Redaction


def of_pdf(content: bytes, limits: Limits) -> Iterator[Sheet]:
    """The pages of any PDF, the first `MOST` of them."""
    with (
        Sandbox(pdfium_wasm(), limits.engine_memory) as sandbox,
        open_document(sandbox, content) as document,
    ):
        count = min(document.page_count, MOST)
        sandbox.allow_pages(count)
        for index in range(count):
            with document.page(index) as page:
                yield sheet(gray_if_plain(draw(page, _size(page))))


def of_prepared(
    prepared: Prepared, redactions: Sequence[Redaction], limits: Limits
) -> Iterator[Sheet]:
    """The pages of a PDF that was read, with what is to be redacted in their text.

    What is to be burnt in a picture on a page has no area: the page after shows it.
    """
    found = planning.sort(redactions)
    numbers = {id(redaction): number for number, redaction in enumerate(redactions)}
    with (
        Sandbox(pdfium_wasm(), limits.engine_memory) as sandbox,
        open_document(sandbox, prepared.content) as document,
    ):
        count = min(document.page_count, MOST)
        sandbox.allow_pages(count)
        for index in range(count):
            with document.page(index) as page:
                picture = gray_if_plain(draw(page, _size(page)))
                areas = [*_in_text(page, index, found.texts.get(index, []), numbers)]
            areas += _as_seen(prepared.survey, index, found.seen.get(index, []), numbers)
            yield sheet(picture, tuple(areas))


def _size(page: Page) -> tuple[int, int]:
    wide, high = page.size
    return WIDTH, max(1, min(HEIGHT, round(WIDTH * high / max(wide, 1.0))))


def _in_text(
    page: Page, index: int, redactions: Sequence[Redaction], numbers: Mapping[int, int]
) -> Iterator[Area]:
    if not redactions:
        return
    size = _size(page)
    for redaction, rects in zip(redactions, places(index, page.chars(), redactions), strict=True):
        for r in page.to_pixels(rects, *size):
            # Pixels count downwards: what is called `bottom` here is the upper edge.
            yield area(numbers[id(redaction)], (r.left, r.bottom, r.right, r.top), size)


def _as_seen(
    surveyed: survey.Survey,
    index: int,
    redactions: Sequence[Redaction],
    numbers: Mapping[int, int],
) -> Iterator[Area]:
    seen = surveyed.pages[index].seen
    for redaction in redactions if seen else ():
        assert seen is not None  # noqa: S101 - see above
        for box in seen.boxes(redaction.finding, survey.seen_prefix(index)):
            number = numbers[id(redaction)]
            yield area(number, (box.left, box.top, box.right, box.bottom), seen.size)
