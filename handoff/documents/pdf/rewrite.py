"""Redact a prepared document: remove glyphs, burn pictures, draw boxes, scrub, look at the result.

A page whose look or letters changed anywhere but in the boxes is replaced by a picture of what it
was, boxes burnt in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from handoff.documents import ocr
from handoff.documents.base import Door
from handoff.documents.pdf import attached, labels, navigation, planning, raster, scrub, stills
from handoff.documents.pdf.compare import Look, letters_kept, look, looks_kept
from handoff.documents.pdf.engine import Document, open_document
from handoff.documents.pdf.erase import erased
from handoff.documents.pdf.locate import PagePlan
from handoff.documents.pdf.prepare import Prepared
from handoff.documents.pdf.sandbox import Sandbox
from handoff.documents.pdf.survey import Survey
from handoff.documents.splice import by_unit
from handoff.model import Redaction


@dataclass(slots=True)
class _Work:
    """A document on its way: its pages before and after, and what is to be done on each."""

    original: bytes = field(repr=False)
    plans: list[PagePlan] = field(default_factory=list)
    looks: dict[int, Look] = field(default_factory=dict)
    erased: dict[int, bytes] = field(default_factory=dict, repr=False)
    produced: bytes = field(default=b"", repr=False)


def rewrite(
    sandbox: Sandbox, prepared: Prepared, redactions: Sequence[Redaction], door: Door
) -> bytes:
    """The document with `redactions` applied; beside its pages only what is rebuilt.

    Raises:
        DocumentError: it cannot be read whole, or no longer reads as the redactions say.
    """
    sandbox.allow_pages(prepared.page_count)
    found = planning.sort(redactions)
    work = _Work(_burnt(prepared, planning.burns(prepared.survey, found)))
    quantised = door.options.box_widths == "quantised"
    with open_document(sandbox, work.original) as document:
        work.plans = planning.plans(document, prepared.survey, found, quantised=quantised)
        work.looks = _looks(document, work.plans)
        work.erased = _erased(work, prepared.survey)
        content = _without_hidden(document, work)
    work.produced = _finish(content, prepared.page_count, work, door)
    spoilt = _spoilt(sandbox, work)
    if spoilt:
        work.produced = _as_pictures(sandbox, prepared, work, spoilt)
    return _with_beside(prepared, work.produced, spoilt, redactions, door)


def _burnt(prepared: Prepared, hits: Mapping[int, Sequence[ocr.Box]]) -> bytes:
    if not hits:
        return prepared.content
    with scrub.open_saved(prepared.content) as pdf:
        stills.burn(pdf, hits)
        return scrub.write(pdf, final=False)


def _looks(document: Document, plans: Sequence[PagePlan]) -> dict[int, Look]:
    looks = {}
    for plan in plans:
        if plan.boxes and not plan.as_picture:
            with document.page(plan.index) as page:
                looks[plan.index] = look(page)
    return looks


def _erased(work: _Work, survey: Survey) -> dict[int, bytes]:
    """The new operators of those pages from whose operators the glyphs can be taken."""
    found = {}
    with scrub.open_saved(work.original) as pdf:
        for plan in work.plans:
            known = survey.pages[plan.index]
            if plan.strips and not plan.as_picture and known.text and known.drawing:
                page = pdf.pages[plan.index].obj
                content = erased(page, known.text.chars, known.drawing, plan)
                if content is not None:
                    found[plan.index] = content
    return found


def _without_hidden(document: Document, work: _Work) -> bytes:
    """Let PDFium remove glyphs, and the shapes under boxes, on the other pages.

    A page whose shapes cannot go is pictured.
    """
    others = [
        (position, plan)
        for position, plan in enumerate(work.plans)
        if plan.strips and not plan.as_picture and plan.index not in work.erased
    ]
    if not others:
        return work.original
    for position, plan in others:
        with document.page(plan.index) as page:
            paths = planning.under(page.drawing(), plan.boxes)
            if paths is None:
                work.plans[position] = replace(plan, as_picture=True)
            else:
                page.remove(plan.strips, paths)
    return document.save()


def _finish(content: bytes, count: int, work: _Work, door: Door) -> bytes:
    """Draw the boxes and scrub once more: PDFium's own writer is not on the allow-list either."""
    with scrub.open_saved(content) as pdf:
        for index, operators in work.erased.items():
            pdf.pages[index].Contents = pdf.make_stream(operators)
        scrub.scrub(pdf, count, door.limits, pictures=True)
        for plan in work.plans:
            if plan.boxes and not plan.as_picture:
                labels.draw(pdf, pdf.pages[plan.index], plan.boxes)
        return scrub.write(pdf, final=True)


def _spoilt(sandbox: Sandbox, work: _Work) -> list[PagePlan]:
    """The plans whose pages changed anywhere but in their boxes, or still show a letter."""
    if not work.plans:
        return []
    with open_document(sandbox, work.produced) as document:
        return [plan for plan in work.plans if not _kept(document, plan, work.looks)]


def _kept(document: Document, plan: PagePlan, looks: Mapping[int, Look]) -> bool:
    if plan.as_picture:
        return False
    with document.page(plan.index) as page:
        if not letters_kept(plan, page.letters()):
            return False
        before = looks.get(plan.index)
        if before is None:
            return True
        after = look(page)
        areas = [box.area for box in plan.boxes]
        boxes = page.to_pixels(areas, after.width, after.height)
        return looks_kept(before, after, boxes)


def _as_pictures(
    sandbox: Sandbox, prepared: Prepared, work: _Work, plans: Sequence[PagePlan]
) -> bytes:
    """Replace pages one by one: a picture in 300 dpi is large before it is packed."""
    sandbox.allow_pages(len(plans))
    pictures: dict[int, raster.RasterPage] = {}
    with open_document(sandbox, work.original) as document:
        for plan in plans:
            surveyed = prepared.survey.pages[plan.index]
            with document.page(plan.index) as page:
                pictures[plan.index] = raster.rasterise(
                    page,
                    plan.boxes,
                    plan.marks,
                    surveyed.seen if surveyed.as_picture else None,
                )
    with scrub.open_saved(work.produced) as pdf:
        for index, picture in pictures.items():
            raster.replace_page(pdf, pdf.pages[index], picture)
        return scrub.write(pdf, final=True)


def _with_beside(
    prepared: Prepared,
    content: bytes,
    spoilt: Sequence[PagePlan],
    redactions: Sequence[Redaction],
    door: Door,
) -> bytes:
    beside = prepared.beside
    if not beside.navigation and not beside.files:
        return content
    with scrub.open_saved(content) as pdf:
        pictures = frozenset(plan.index for plan in spoilt)
        navigation.rebuild(pdf, beside.navigation, by_unit(redactions), pictures)
        attached.attach(pdf, attached.rewritten(beside.files, redactions, door))
        return scrub.write(pdf, final=True)
