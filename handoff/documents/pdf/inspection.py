"""Which pages cannot be read as text, by stated rules: they are read as pictures, or held.

Nothing is guessed: a page either passes every rule here, or it is drawn and read by optical
recognition; where there is none, its document stays.
"""

from __future__ import annotations

from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.drawing import Drawing, Path
from handoff.documents.pdf.operators import MIN_LEGIBLE
from handoff.documents.pdf.scrub import PLACEHOLDER
from handoff.documents.pdf.sight import why_blind
from handoff.errors import DocumentError, OcrMissingError, UnsafeContentError

MAX_PICTURE_SHARE = 0.25
"""Of a page's area; beyond it, the page is taken for a scan."""
MAX_UNMAPPED_RUN = 2
"""Glyphs in a row of which the font does not say what they are: bullets and arrows come one by
one or in pairs, a word does not."""
MAX_UNMAPPED_SHARE = 0.05
MAX_SILENT_PATHS = 60
"""Drawn shapes on a page without any text; more of them could be letters drawn as outlines."""
_OUTLINE_HEIGHTS = (3.0, 150.0)
"""Points; letters and lines of text are between these."""
_OUTLINE_SEGMENTS = 6
"""Of a path; boxes and lines have up to five. Among the letters of a name, most have more."""
MIN_OUTLINES = 4
"""Paths like letters on a page before it is looked at more closely."""
_WHOLE_WORD = 40
"""Segments of one path that could be a whole word."""


def why_not_text(
    number: int, size: tuple[float, float], chars: Chars, drawing: Drawing, *, hides_text: bool
) -> DocumentError | None:
    """Why the page cannot be read as text, naming it; None if it can."""
    if _picture_share(size, drawing) > MAX_PICTURE_SHARE:
        reason = why_blind() or "nothing here reads pictures"
        return OcrMissingError(f"page {number} is a picture, and {reason}")
    visible = chars.visible_count()
    if not visible and len(drawing.paths) + drawing.shades > MAX_SILENT_PATHS:
        return UnsafeContentError(
            f"page {number} is drawn from shapes and holds no text that can be read"
        )
    if hides_text:
        return UnsafeContentError(f"page {number} shows text inside a pattern, mask or glyph")
    runs = list(chars.unmapped_runs())
    if max(runs, default=0) > MAX_UNMAPPED_RUN or sum(runs) > max(
        MAX_UNMAPPED_SHARE * visible, MAX_UNMAPPED_RUN
    ):
        return UnsafeContentError(
            f"page {number} uses a font that does not say which letters it shows",
            "print the document to a new PDF from the program that made it, then send that",
        )
    return None


def outlines(drawing: Drawing) -> list[Path]:
    """Paths that could be letters; empty where there are too few for a word."""
    found = [path for path in drawing.paths if could_be_letters(path)]
    if len(found) >= MIN_OUTLINES or any(could_be_a_word(path) for path in found):
        return found
    return []


def could_be_letters(path: Path) -> bool:
    """Whether a path is as high as letters, and not as plain as a box."""
    low, high = _OUTLINE_HEIGHTS
    return path.segments >= _OUTLINE_SEGMENTS and low <= path.box.height <= high


def could_be_a_word(path: Path) -> bool:
    """Whether one path could be several letters."""
    return path.segments >= _WHOLE_WORD and could_be_letters(path)


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
