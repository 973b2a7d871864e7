"""Broken Office packages end in a DocumentError or are read; nothing else ever comes out."""

from __future__ import annotations

import io
import zipfile
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.documents.base import DocumentFormat, Limits
from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.documents.pptx import PptxFormat
from handoff.documents.xlsx import XlsxFormat
from handoff.errors import DocumentError
from tests.unit.documents.nested_builder import READABLE, WITHHELD
from tests.unit.documents.test_pptx import PLACES as SLIDES
from tests.unit.documents.test_xlsx import PLACES as SHEETS
from tests.unit.documents.word_builder import Word, zipped
from tests.unit.documents.word_places import PLACES

SECRET = "Zebulon Quarterstaff"
LIMITS = Limits(archive_bytes=5_000_000)
_QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def _seeds() -> tuple[tuple[DocumentFormat, bytes], ...]:
    word = Word()
    for place in ("comment", "footnote", "header", "chart", "text box", "table cell", "inserted"):
        PLACES[place](word, SECRET)
    READABLE["package in an OLE container"](word, SECRET)
    WITHHELD["EMF picture"](word, SECRET)
    return (
        (DocxFormat(), word.build()),
        (XlsxFormat(), SHEETS["shared string"](SECRET)),
        (XlsxFormat(), SHEETS["validation"](SECRET)),
        (PptxFormat(), SLIDES["comment"](SECRET)),
    )


def _visit(handler: DocumentFormat, content: bytes) -> None:
    door = HouseDoor(limits=LIMITS)
    said = ""
    try:
        handler.read(content, door)
        produced = handler.rewrite(content, (), door)
        handler.reread(produced, HouseDoor(limits=LIMITS))
    except DocumentError as error:
        said = error.message + error.hint
    said += "".join(place + cause.message for place, cause in door.withheld)
    assert "Quarterstaff" not in said


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@_QUICK
@given(st.integers(0, 3), st.data())
def test_bytes_are_flipped_in_the_package(which: int, data: st.DataObject) -> None:
    handler, content = _seeds()[which]
    broken = bytearray(content)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        broken[at] ^= data.draw(st.integers(1, 255))
    _visit(handler, bytes(broken))


@_QUICK
@given(st.integers(0, 3), st.data())
def test_parts_are_swapped_cut_or_changed_inside(which: int, data: st.DataObject) -> None:
    handler, content = _seeds()[which]
    parts = _parts(content)
    one, other = (data.draw(st.sampled_from(sorted(parts))) for _ in range(2))
    parts[one], parts[other] = parts[other], parts[one]
    inside = bytearray(parts[one])
    for at in data.draw(st.lists(st.integers(0, max(len(inside) - 1, 0)), max_size=3)):
        if inside:
            inside[at] = data.draw(st.sampled_from(b'<>"/=&r0'))
    parts[one] = bytes(inside[: data.draw(st.integers(0, len(inside)))])
    _visit(handler, zipped({**parts}))
