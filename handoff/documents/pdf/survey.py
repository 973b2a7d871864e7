"""What a prepared document says: page by page, as text or as a picture, and picture by picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from PIL import Image, ImageDraw

from handoff.documents import ocr
from handoff.documents.pdf import raster, scrub, stills
from handoff.documents.pdf.drawing import Drawing
from handoff.documents.pdf.engine import Document, Page
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.inspection import outlines, why_not_text
from handoff.documents.pdf.layout import PageText
from handoff.documents.pdf.locate import units_of_page
from handoff.documents.pdf.reach import Reach, reach_of
from handoff.documents.pdf.sight import can_see
from handoff.errors import UnsafeContentError
from handoff.model import TextUnit, UnitKind

_LEAST_WORD = 3
"""Letters; what recognition makes of a chart's marks and curves is shorter."""
_SURE = 0.5
_MOST_KEPT = 500_000
"""Characters of a document whose places are kept from reading to redacting; 100 bytes each."""


@dataclass(frozen=True, slots=True)
class PageSurvey:
    """One page.

    Attributes:
        texts: units of its text, invisible layers included.
        seen: words of the page as drawn, where it had to be drawn to be read.
        as_picture: it is delivered as a picture, because only that was read whole.
        text: its text with every letter's place, unless there was too much of that to keep.
        drawing: what it draws, kept with `text`.
        shared: object numbers of what it may share with other pages (`Reach.shared`).
    """

    texts: tuple[TextUnit, ...]
    seen: ocr.OcrPage | None = None
    as_picture: bool = False
    text: PageText | None = field(default=None, repr=False)
    drawing: Drawing | None = field(default=None, repr=False)
    shared: frozenset[tuple[int, int]] = frozenset()

    def units(self, index: int) -> tuple[TextUnit, ...]:
        """All units of page `index`, counted from 0."""
        if self.seen is None:
            return self.texts
        return (*self.texts, *self.seen.units(seen_prefix(index), f"page {index + 1}"))


@dataclass(frozen=True, slots=True)
class Survey:
    """A document: its pages, and by object number the faces of pictures on pages of text."""

    pages: tuple[PageSurvey, ...]
    pictures: Mapping[int, tuple[ocr.OcrPage, ...]] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)

    def units(self) -> tuple[TextUnit, ...]:
        """Every unit of every page and picture."""
        units = [unit for index, page in enumerate(self.pages) for unit in page.units(index)]
        for number, faces in self.pictures.items():
            for face, page in enumerate(faces):
                units.extend(page.units(picture_prefix(number, face), self.places[number]))
        return tuple(units)


def seen_prefix(index: int) -> str:
    """What the ids of units seen on the drawn page `index` begin with."""
    return f"seen{index + 1}."


def picture_prefix(number: int, face: int) -> str:
    """What the ids of units of one face of the picture with that object number begin with."""
    return f"picture{number}.{face}."


def survey(document: Document, content: bytes) -> Survey:
    """Read a prepared document.

    Args:
        document: the document, open in the sandbox.
        content: the same.

    Raises:
        DocumentError: a page or picture cannot be read.
    """
    with scrub.open_saved(content) as pdf:
        shows: dict[tuple[int, int], bool] = {}
        reaches = [reach_of(page.obj, shows) for page in pdf.pages]
        pages = []
        kept = 0
        for index, reach in enumerate(reaches):
            with document.page(index) as page:
                text, drawing = PageText(page.chars()), page.drawing()
                surveyed = _survey_page(index, page, text, drawing, reach)
            surveyed = replace(surveyed, shared=frozenset(reach.shared))
            kept += len(text.chars) + len(drawing.paths)
            if kept <= _MOST_KEPT:
                surveyed = replace(surveyed, text=text, drawing=drawing)
            pages.append(surveyed)
        return _with_pictures(tuple(pages), reaches)


def _survey_page(
    index: int, page: Page, text: PageText, drawing: Drawing, reach: Reach
) -> PageSurvey:
    chars = text.chars
    number = index + 1
    reason = why_not_text(number, page.size, chars, drawing, hides_text=reach.hides_text)
    if reason is not None:
        if not can_see():
            raise reason
        seen = ocr.recognize(raster.drawn(page))
        seen.require_trusted(f"page {number}")
        return PageSurvey(units_of_page(index, text, UnitKind.OCR), seen, as_picture=True)
    texts = units_of_page(index, text)
    suspects = outlines(drawing)
    if not suspects:
        return PageSurvey(texts)
    if not can_see():
        raise UnsafeContentError(f"page {number} has shapes that could be letters")
    hidden = [*chars.drawn_boxes(), *(picture.box for picture in drawing.pictures)]
    return PageSurvey(texts, _worth_reading(ocr.recognize(_without(page, hidden))))


def _without(page: Page, hidden: Sequence[Rect]) -> Image.Image:
    """The page as drawn, without what is read by other means."""
    picture = raster.drawn(page)
    painter = ImageDraw.Draw(picture)
    for area in page.to_pixels(hidden, *picture.size):
        painter.rectangle((area.left, area.bottom, area.right, area.top), fill=(255, 255, 255))
    return picture


def _worth_reading(seen: ocr.OcrPage) -> ocr.OcrPage | None:
    """The page if it holds a word: letters drawn as shapes, not a chart's marks."""
    if any(len(word.text) >= _LEAST_WORD and word.confidence >= _SURE for word in seen.words):
        return seen
    return None


def _with_pictures(pages: tuple[PageSurvey, ...], reaches: Sequence[Reach]) -> Survey:
    """Read each picture that a page delivered as text shows, once."""
    pictures: dict[int, tuple[ocr.OcrPage, ...]] = {}
    places: dict[int, str] = {}
    for index, (page, reach) in enumerate(zip(pages, reaches, strict=True)):
        for (number, _), picture in () if page.as_picture else reach.pictures.items():
            if number not in pictures:
                places[number] = f"page {index + 1}, picture"
                pictures[number] = stills.read(stills.load(picture))
                for face in pictures[number]:
                    face.require_trusted(places[number])
    return Survey(pages, pictures, places)
