"""Drawn pages: the areas lie where the words are, and what cannot be drawn has no pages."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from handoff.assets import pdfium_wasm
from handoff.documents import ocr
from handoff.documents.door import HouseDoor
from handoff.documents.libreoffice import runner
from handoff.documents.registry import sniff
from handoff.documents.sheets import Sheet, after, before
from handoff.errors import AssetError
from tests.unit.documents.judge import redactions
from tests.unit.documents.pdf.conftest import Builder, lines
from tests.unit.documents.pictures.picture_builder import LINE, saved, written
from tests.unit.documents.word_builder import Word, paragraph


def drawn(content: bytes, *secrets: str) -> tuple[tuple[Sheet, ...], tuple[Sheet, ...]]:
    """The pages before and after `secrets` are redacted."""
    handler, door = sniff(content), HouseDoor()
    units = handler.read(content, door)
    edits = redactions(units, secrets)
    assert edits
    old = before(handler, content, edits, door)
    produced = handler.rewrite(content, edits, door)
    return old, after(handler, produced, HouseDoor())


def darkness(sheet: Sheet, box: tuple[float, float, float, float]) -> float:
    """The share of dark pixels in a part of the sheet, given in shares of it."""
    with Image.open(io.BytesIO(sheet.picture)) as image:
        (wide, high), (left, top, right, bottom) = image.size, box
        part = image.convert("L").crop(
            (int(left * wide), int(top * high), int(right * wide), int(bottom * high))
        )
    return sum(part.histogram()[:100]) / max(1, part.width * part.height)


def assert_covers(old: Sheet, new: Sheet, count: int) -> None:
    """Where an area lies there are letters before, and a box after."""
    assert len(old.areas) == count
    for area in old.areas:
        box = (area.left, area.top, area.left + area.width, area.top + area.height)
        assert 0.02 < darkness(old, box) < 0.6
        assert darkness(new, box) > 0.4


@pytest.fixture
def engine() -> None:
    try:
        pdfium_wasm()
    except AssetError:
        pytest.skip("the PDF engine is not installed (`handoff setup` or `make setup`)")


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("turn", [0, 90, 270])
def test_the_areas_of_a_pdf_lie_where_its_words_are(turn: int) -> None:
    build = Builder()
    build.page(lines("Heretofore Zebediah Quill whereafter"), Rotate=turn)
    build.page(lines("Nothing here"))
    old, new = drawn(build.bytes(), "Zebediah Quill")
    assert (len(old), len(new)) == (2, 2)
    assert_covers(old[0], new[0], 1)
    assert not old[1].areas
    assert old[0].size == new[0].size


@pytest.mark.skipif(ocr.missing() is not None, reason="optical recognition is not installed")
def test_the_areas_of_a_picture_lie_where_its_words_are() -> None:
    old, new = drawn(saved(written(LINE), "PNG"), "Margaret Thornbury")
    assert_covers(old[0], new[0], 1)


@pytest.mark.usefixtures("engine")
@pytest.mark.skipif(runner.program() is None, reason="LibreOffice is not installed")
def test_a_word_document_is_drawn_by_libreoffice() -> None:
    word = Word()
    word.body.append(paragraph("a letter to Zebediah Quill"))
    old, new = drawn(word.build(), "Zebediah Quill")
    assert len(old) == len(new) == 1
    assert not old[0].areas
    assert darkness(old[0], (0, 0, 1, 1)) > 0.001


def test_plain_text_has_no_pages() -> None:
    assert drawn(b"a letter to Zebediah Quill", "Zebediah Quill") == ((), ())
