"""Which way a document is drawn, by its format. What cannot be drawn has no sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from handoff.documents.base import DocumentFormat, Door
from handoff.documents.libreoffice import runner
from handoff.documents.opened import Opened
from handoff.documents.pdf.prepare import Prepared
from handoff.documents.pictures.decode import frames
from handoff.documents.pictures.format import PictureFormat, ReadPages
from handoff.documents.pictures.kinds import kind_of
from handoff.documents.sheets import pdf
from handoff.documents.sheets.sheet import MOST, Area, Sheet, area, sheet
from handoff.errors import DocumentError
from handoff.model import Redaction

_OFFICE = {
    form.extension: (form, target)
    for target, forms in (
        (runner.WRITER_PDF, (runner.WORD, runner.ODT, runner.RTF, runner.DOC)),
        (runner.CALC_PDF, (runner.EXCEL, runner.ODS, runner.XLS)),
        (runner.IMPRESS_PDF, (runner.POWERPOINT, runner.ODP, runner.PPT)),
    )
    for form in forms
}


def before(
    handler: DocumentFormat, untrusted: bytes, redactions: Sequence[Redaction], door: Door
) -> tuple[Sheet, ...]:
    """Pages of a document that `door` has just read, with what is to be redacted on them.

    Only pages of PDFs and pictures have areas: of other formats nobody but the program that lays
    them out knows where a word will stand.
    """
    opened = _peek(door.opened)
    try:
        if isinstance(opened, Prepared):
            return tuple(pdf.of_prepared(opened, redactions, door.limits))
        if isinstance(handler, PictureFormat) and isinstance(opened, ReadPages):
            return tuple(_pictures(untrusted, door, opened, redactions))
        return tuple(_office(handler.name, untrusted, door))
    except DocumentError:
        return ()


def after(handler: DocumentFormat, produced: bytes, door: Door) -> tuple[Sheet, ...]:
    """Pages of what `handler` wrote."""
    try:
        if isinstance(handler, PictureFormat):
            return tuple(_pictures(produced, door))
        if handler.name == "pdf":
            return tuple(pdf.of_pdf(produced, door.limits))
        return tuple(_office(handler.extension.removeprefix("."), produced, door))
    except DocumentError:
        return ()


def _peek(opened: Opened) -> object:
    last = opened.hand_over()
    opened.hand_back(last)
    return last[1] if last else None


def _pictures(
    content: bytes,
    door: Door,
    read: ReadPages | None = None,
    redactions: Sequence[Redaction] = (),
) -> Iterator[Sheet]:
    kind = kind_of(content)
    if kind is None:
        return
    for number, frame in enumerate(islice(frames(content, kind, door.limits), MOST), 1):
        areas = _areas(read, number, redactions) if read else ()
        yield sheet(frame.image, tuple(areas))


def _areas(read: ReadPages, number: int, redactions: Sequence[Redaction]) -> Iterator[Area]:
    page = read.pages[number - 1]
    for index, redaction in enumerate(redactions):
        if redaction.finding.unit_id.startswith(f"p{number}/"):
            for box in page.boxes(redaction.finding, f"p{number}/"):
                yield area(index, (box.left, box.top, box.right, box.bottom), page.size)


def _office(extension: str, content: bytes, door: Door) -> Iterator[Sheet]:
    """By LibreOffice, in its jail, and then as a PDF."""
    if extension in _OFFICE and runner.program() is not None:
        source, target = _OFFICE[extension]
        yield from pdf.of_pdf(runner.convert(content, source, target), door.limits)
