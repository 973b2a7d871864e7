"""Did a page change only where it was meant to: in its pixels, and in its letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.engine import Page
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.labels import drawable
from handoff.documents.pdf.locate import PagePlan

MAX_CHANGED = 0.0005
"""Share of a page's pixels that may differ outside the boxes."""
MAX_LOST_LETTERS = 2
"""Letters beside a box that may go with it; one left inside a box is never accepted."""
_CHANGED_BY = 64
"""Of 255; less is another rounding of the same edge."""
_LONGEST_SIDE = 1400
_NO_LETTERS = frozenset("\ufffd\u0002-\u00ad")
"""Unknown glyphs, and hyphens: whether one divides a word depends on what stands after it."""
_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Look:
    """A page as drawn: one gray byte a pixel."""

    width: int
    height: int
    pixels: bytes = field(repr=False)


def look(page: Page) -> Look:
    """Draw a page at 72 dpi, or less where it is very large."""
    wide, high = page.size
    scale = min(1.0, _LONGEST_SIDE / max(wide, high, 1.0))
    width, height = max(1, round(wide * scale)), max(1, round(high * scale))
    return Look(width, height, page.render(width, height, gray=True))


def looks_kept(before: Look, after: Look, boxes: Sequence[Rect]) -> bool:
    """Whether two looks differ only inside `boxes`, given in pixels.

    Letters that only moved by less than a pixel (PDFium rounds distances to a thousandth of the
    font size) count as kept.
    """
    size = (before.width, before.height)
    if size != (after.width, after.height):
        return False
    old = Image.frombytes("L", size, before.pixels)
    new = Image.frombytes("L", size, after.pixels)
    allowed = MAX_CHANGED * before.width * before.height
    return (
        _count_outside(ImageChops.difference(old, new), boxes) <= allowed
        or _count_outside(_shifted_difference(old, new), boxes) <= allowed
    )


def _shifted_difference(old: Image.Image, new: Image.Image) -> Image.Image:
    """How far each pixel is from all pixels around the same place in the other picture."""
    return ImageChops.lighter(_beyond(old, new), _beyond(new, old))


def _beyond(picture: Image.Image, other: Image.Image) -> Image.Image:
    darkest, lightest = (
        other.filter(ImageFilter.MinFilter(3)),
        other.filter(ImageFilter.MaxFilter(3)),
    )
    return ImageChops.lighter(
        ImageChops.subtract(darkest, picture), ImageChops.subtract(picture, lightest)
    )


def _count_outside(difference: Image.Image, boxes: Sequence[Rect]) -> int:
    """Pixels outside `boxes` that changed visibly."""
    painter = ImageDraw.Draw(difference)
    for box in boxes:
        area = box.grown(_MARGIN, _MARGIN)
        painter.rectangle((area.left, area.bottom, area.right, area.top), fill=0)
    return sum(difference.histogram()[_CHANGED_BY:])


def letters_kept(plan: PagePlan, after: Chars) -> bool:
    """Whether exactly the planned letters went, and the labels came."""
    expected = Counter(plan.letters)
    found = Counter(after.text)
    for box in plan.boxes:
        found.subtract(drawable(box.label))
    for letters in (expected, found):
        for letter in [c for c in letters if c.isspace() or c in _NO_LETTERS]:
            del letters[letter]
    left = sum((found - expected).values())
    lost = sum((expected - found).values())
    return left == 0 and lost <= MAX_LOST_LETTERS
