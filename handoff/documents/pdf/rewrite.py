"""Redact a prepared document: remove glyphs, draw boxes, scrub, and look at every touched page.

A page whose look or letters changed anywhere but in the boxes is replaced by a picture of what it
was, boxes burnt in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handoff.documents.base import Limits
from handoff.documents.pdf import labels, raster, scrub
from handoff.documents.pdf.compare import Look, letters_kept, look, looks_kept
from handoff.documents.pdf.engine import Document, open_document
from handoff.documents.pdf.locate import PagePlan, by_page, plan_page
from handoff.documents.pdf.prepare import Prepared
from handoff.documents.pdf.sandbox import Sandbox
from handoff.errors import DamagedError
from handoff.model import Redaction


def rewrite(
    sandbox: Sandbox, prepared: Prepared, redactions: Sequence[Redaction], limits: Limits
) -> bytes:
    """The document with `redactions` applied and everything beside its pages gone.

    Raises:
        DocumentError: it cannot be read whole, or no longer reads as the redactions say.
    """
    sandbox.allow_pages(prepared.page_count)
    with open_document(sandbox, prepared.content) as document:
        plans = _plans(document, redactions)
        before = _looks(document, plans)
        content = _without_glyphs(document, plans) if plans else prepared.content
    produced = _finish(content, prepared.page_count, plans, limits)
    spoilt = _spoilt(sandbox, produced, plans, before)
    if spoilt:
        produced = _as_pictures(sandbox, prepared, produced, spoilt)
    return produced


def _plans(document: Document, redactions: Sequence[Redaction]) -> list[PagePlan]:
    """A plan for every page, if there is anything to do at all.

    A page without redactions must keep its letters too: it may share a Form XObject with one that
    has some.
    """
    on_page = by_page(redactions)
    if any(not 0 <= index < document.page_count for index in on_page):
        raise DamagedError("the PDF does not read as it did the first time")
    if not on_page:
        return []
    plans = []
    for index in range(document.page_count):
        with document.page(index) as page:
            plans.append(plan_page(index, page.chars(), on_page.get(index, [])))
    return plans


def _looks(document: Document, plans: Sequence[PagePlan]) -> dict[int, Look]:
    looks = {}
    for plan in plans:
        if plan.boxes:
            with document.page(plan.index) as page:
                looks[plan.index] = look(page)
    return looks


def _without_glyphs(document: Document, plans: Sequence[PagePlan]) -> bytes:
    for plan in plans:
        if plan.strips:
            with document.page(plan.index) as page:
                page.remove_glyphs(plan.strips)
    return document.save()


def _finish(content: bytes, count: int, plans: Sequence[PagePlan], limits: Limits) -> bytes:
    """Draw the boxes and scrub once more: PDFium's own writer is not on the allow-list either."""
    with scrub.open_saved(content) as pdf:
        scrub.scrub(pdf, count, limits)
        for plan in plans:
            if plan.boxes:
                labels.draw(pdf, pdf.pages[plan.index], plan.boxes)
        return scrub.write(pdf, final=True)


def _spoilt(
    sandbox: Sandbox, produced: bytes, plans: Sequence[PagePlan], before: Mapping[int, Look]
) -> list[PagePlan]:
    """The plans whose pages changed anywhere but in their boxes, or still show a letter."""
    if not plans:
        return []
    with open_document(sandbox, produced) as document:
        return [plan for plan in plans if not _kept(document, plan, before.get(plan.index))]


def _kept(document: Document, plan: PagePlan, before: Look | None) -> bool:
    with document.page(plan.index) as page:
        if not letters_kept(plan, page.chars()):
            return False
        if before is None:
            return True
        after = look(page)
        areas = [box.area for box in plan.boxes]
        boxes = page.to_pixels(areas, after.width, after.height)
        return looks_kept(before, after, boxes)


def _as_pictures(
    sandbox: Sandbox, prepared: Prepared, produced: bytes, plans: Sequence[PagePlan]
) -> bytes:
    pictures = {}
    with open_document(sandbox, prepared.content) as document:
        for plan in plans:
            with document.page(plan.index) as page:
                pictures[plan.index] = raster.rasterise(page, plan.boxes)
    with scrub.open_saved(produced) as pdf:
        for index, picture in pictures.items():
            raster.replace_page(pdf, pdf.pages[index], picture)
        return scrub.write(pdf, final=True)
