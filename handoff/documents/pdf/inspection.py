"""Which pages cannot be read as text, by stated rules; such a document is held.

Scans and pictures are for optical recognition, which this version does not have. Nothing is
guessed: a page either passes every rule here, or its document stays.
"""

from __future__ import annotations

from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.engine import Drawing
from handoff.documents.pdf.operators import MIN_LEGIBLE
from handoff.documents.pdf.scrub import PLACEHOLDER
from handoff.errors import UnsafeContentError

MAX_PICTURE_SHARE = 0.25
"""Of a page's area. Up to this, pictures are taken for decoration (logos, stamps, signatures) and
replaced by gray boxes; beyond it, the page is taken for a scan or for evidence, and is held."""
MAX_UNMAPPED_RUN = 2
"""Glyphs in a row of which the font does not say what they are: bullets and arrows come one by
one or in pairs, a word does not."""
MAX_UNMAPPED_SHARE = 0.05
MAX_SILENT_PATHS = 60
"""Drawn shapes on a page without any text; more of them could be letters drawn as outlines."""


def require_readable(
    number: int, size: tuple[float, float], chars: Chars, drawing: Drawing
) -> None:
    """Raise UnsafeContentError, naming the page, if its text cannot be read as text."""
    if _picture_share(size, drawing) > MAX_PICTURE_SHARE:
        raise UnsafeContentError(
            f"page {number} is a picture; scans cannot be read yet",
            "send the document the scan was made from, or hand it over by other means",
        )
    visible = chars.visible_count()
    if not visible and drawing.paths > MAX_SILENT_PATHS:
        raise UnsafeContentError(
            f"page {number} is drawn from shapes and holds no text that can be read"
        )
    runs = list(chars.unmapped_runs())
    if max(runs, default=0) > MAX_UNMAPPED_RUN or sum(runs) > max(
        MAX_UNMAPPED_SHARE * visible, MAX_UNMAPPED_RUN
    ):
        raise UnsafeContentError(
            f"page {number} uses a font that does not say which letters it shows",
            "print the document to a new PDF from the program that made it, then send that",
        )


def _picture_share(size: tuple[float, float], drawing: Drawing) -> float:
    """Share of the page's area under pictures that could show a word, before blanking too."""
    area = max(size[0] * size[1], 1.0)
    legible = (
        picture.box.width * picture.box.height
        for picture in drawing.pictures
        if (picture.width, picture.height) == PLACEHOLDER
        or (picture.width >= MIN_LEGIBLE[0] and picture.height >= MIN_LEGIBLE[1])
    )
    return sum(legible) / area
