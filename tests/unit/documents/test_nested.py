"""Documents inside Office documents: redacted like any other, or left with the firm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from PIL import Image, ImageDraw, ImageFont

from handoff.documents.base import Limits
from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.documents.ooxml.placeholder import PLACEHOLDER
from handoff.errors import DocumentError, LimitError
from handoff.model import DocumentOptions
from tests.unit.documents.judge import (
    TAG,
    assert_clean,
    assert_holds_together,
    everything,
    redact,
    redactions,
    text_of,
)
from tests.unit.documents.nested_builder import EMF, READABLE, WITHHELD, embedded, inner, picture
from tests.unit.documents.word_builder import Word

SECRET = "Zebulon Quarterstaff"
HANDLER = DocxFormat()
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def _built(plant: object) -> bytes:
    word = Word()
    plant(word, SECRET)  # type: ignore[operator]
    return word.build()


def _entries(produced: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(produced)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.mark.parametrize("place", READABLE)
def test_a_document_inside_is_redacted_and_put_back(place: str) -> None:
    content = _built(READABLE[place])
    produced = redact(HANDLER, content, [SECRET])
    assert_clean(HANDLER, produced, [SECRET, "Quarterstaff"])
    assert_holds_together(produced)
    assert f"inside {TAG} here" in text_of(HANDLER.reread(produced, HouseDoor()))
    docx.Document(io.BytesIO(produced))


@pytest.mark.parametrize("place", WITHHELD)
def test_what_cannot_be_read_stays_and_the_rest_goes(place: str) -> None:
    door = HouseDoor()
    content = _built(WITHHELD[place])
    HANDLER.read(content, door)
    assert door.withheld, "the clerk is told"
    produced = redact(HANDLER, content, [])
    assert_clean(HANDLER, produced, [SECRET, "Quarterstaff"])
    assert_holds_together(produced)
    texts = [item.text for item in docx.Document(io.BytesIO(produced)).paragraphs]
    assert texts[0] == "An ordinary first paragraph."
    assert texts[-1] == "An ordinary last paragraph."


@pytest.mark.parametrize("place", WITHHELD)
def test_a_profile_can_hold_the_whole_document_for_it(place: str) -> None:
    with pytest.raises(DocumentError) as caught:
        HANDLER.read(
            _built(WITHHELD[place]), HouseDoor(options=DocumentOptions(attachments="hold"))
        )
    assert "Zebulon" not in caught.value.message


def test_a_gray_picture_stands_where_a_picture_stays_with_the_firm() -> None:
    entries = _entries(HANDLER.rewrite(_built(WITHHELD["EMF picture"]), (), HouseDoor()))
    assert entries["word/media/image1.png"] == PLACEHOLDER
    assert b"image1.png" in entries["word/_rels/document.xml.rels"]


def test_an_object_that_stays_leaves_its_picture_in_the_text() -> None:
    content = _built(WITHHELD["object of an unknown program"])
    xml = _entries(HANDLER.rewrite(content, (), HouseDoor()))["word/document.xml"].decode()
    assert "OLEObject" not in xml
    assert "<w:pict>" in xml
    assert "imagedata" in xml


def test_an_object_out_of_an_ole_container_says_what_it_is_now() -> None:
    content = _built(READABLE["package in an OLE container"])
    entries = _entries(HANDLER.rewrite(content, (), HouseDoor()))
    assert "word/embeddings/object1.docx" in entries
    assert b'ProgID="Word.Document.12"' in entries["word/document.xml"]
    assert b"relationships/package" in entries["word/_rels/document.xml.rels"]


def test_a_picture_that_is_there_twice_is_read_once() -> None:
    word = Word()
    picture(word, EMF)
    picture(word, EMF)
    door = HouseDoor()
    content = word.build()
    HANDLER.read(content, door)
    assert [place for place, _ in door.withheld] == ["picture 1"]
    media = [name for name in _entries(HANDLER.rewrite(content, (), door)) if "media" in name]
    assert media == ["word/media/image1.png"]


def test_documents_in_documents_end_at_a_depth() -> None:
    content = inner(SECRET)
    for _ in range(4):
        word = Word()
        embedded(word, content)
        content = word.build()
    door = HouseDoor(limits=Limits(depth=3))
    HANDLER.read(content, door)
    assert LimitError in [type(cause) for _, cause in door.withheld]
    assert "quarterstaff" not in everything(HANDLER, HANDLER.rewrite(content, (), door))


def test_a_thumbnail_is_dropped_unread() -> None:
    word = Word()
    word.add_part("docProps/thumbnail.emf", "image/x-emf", EMF, "metadata/thumbnail", root=True)
    door = HouseDoor()
    HANDLER.read(word.build(), door)
    assert not door.withheld


def _drawn(text: str) -> bytes:
    font = ImageFont.truetype(str(FONT), 40)
    image = Image.new("RGB", (760, 120), "white")
    ImageDraw.Draw(image).text((20, 30), text, fill="black", font=font)
    sink = io.BytesIO()
    image.save(sink, "PNG")
    return sink.getvalue()


@pytest.mark.skipif(not FONT.is_file(), reason="the font DejaVu is not installed")
def test_a_name_in_a_picture_is_read_and_burnt_over_also_where_it_is_cropped_away() -> None:
    pytest.importorskip("tesserocr")
    word = Word()
    picture(word, _drawn(f"Signed by {SECRET}"))
    content = word.build()
    door = HouseDoor()
    units = HANDLER.read(content, door)
    if door.withheld:
        pytest.skip("no engine that reads pictures is installed")
    assert [unit.place for unit in units if SECRET in unit.text] == ["picture 1, page 1"]
    produced = HANDLER.rewrite(content, redactions(units, [SECRET]), door)
    assert "Quarterstaff" not in text_of(HANDLER.reread(produced, HouseDoor()))
    assert "word/media/image1.png" in _entries(produced)
