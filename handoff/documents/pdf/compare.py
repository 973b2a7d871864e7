"""Did a page change only where it was meant to: in its pixels, and in its letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from handoff.documents.pdf.engine import Page
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.labels import drawable
from handoff.documents.pdf.locate import PagePlan

_Pixels = npt.NDArray[np.uint8]
_Marks = npt.NDArray[np.bool_]
_Places = tuple[npt.NDArray[np.intp], ...]

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
    if (before.width, before.height) != (after.width, after.height):
        return False
    old, new = _gray(before), _gray(after)
    changed = _outside(boxes, _distance(old, new) >= _CHANGED_BY)
    allowed = MAX_CHANGED * before.width * before.height
    return (
        int(np.count_nonzero(changed)) <= allowed
        or int(np.count_nonzero(_shifted_distance(old, new, changed) >= _CHANGED_BY)) <= allowed
    )


def _gray(drawn: Look) -> _Pixels:
    return np.frombuffer(drawn.pixels, np.uint8).reshape(drawn.height, drawn.width)


def _distance(one: _Pixels, other: _Pixels) -> _Pixels:
    return np.maximum(one, other) - np.minimum(one, other)


def _outside(boxes: Sequence[Rect], changed: _Marks) -> _Marks:
    """`changed`, where it is not in or beside `boxes`."""
    for box in boxes:
        area = box.grown(_MARGIN, _MARGIN)
        top, left = max(0, int(area.bottom)), max(0, int(area.left))
        changed[top : max(0, int(area.top) + 1), left : max(0, int(area.right) + 1)] = False
    return changed


def _shifted_distance(old: _Pixels, new: _Pixels, changed: _Marks) -> _Pixels:
    """How far each `changed` pixel is from all around the same place in the other picture.

    Only those can be far: the pixel at the same place is one of those around it.
    """
    places = np.nonzero(changed)
    return np.maximum(_beyond(old, new, places), _beyond(new, old, places))


def _beyond(picture: _Pixels, other: _Pixels, places: _Places) -> _Pixels:
    """By how much the pixels at `places` are darker or lighter than all of `other` around them."""
    rows, columns = places
    edged = np.pad(other, 1, mode="edge")
    around = [edged[rows + down, columns + right] for down in range(3) for right in range(3)]
    here = picture[places]
    darkest, lightest = np.minimum.reduce(around), np.maximum.reduce(around)
    return _distance(here, np.clip(here, darkest, lightest))


def letters_kept(plan: PagePlan, after: str) -> bool:
    """Whether exactly the planned letters went, and the labels came."""
    expected = Counter(plan.letters)
    found = Counter(after)
    for box in plan.boxes:
        found.subtract(drawable(box.label))
    for letters in (expected, found):
        for letter in [c for c in letters if c.isspace() or c in _NO_LETTERS]:
            del letters[letter]
    left = sum((found - expected).values())
    lost = sum((expected - found).values())
    return left == 0 and lost <= MAX_LOST_LETTERS
