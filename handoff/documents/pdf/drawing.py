"""What a page draws. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.documents.pdf.geometry import Rect


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster image as placed on a page: its stored size in pixels, its place in points."""

    width: int
    height: int
    box: Rect


@dataclass(frozen=True, slots=True)
class Path:
    """A drawn path: around what, of how many segments, and its handle if it can be removed.

    `handle` is 0 for a path inside a Form XObject, which other pages may draw too.
    """

    box: Rect
    segments: int
    handle: int


@dataclass(frozen=True, slots=True)
class ShownText:
    """What one operator shows: the address by which `Chars.objects` names it, and its bounds."""

    address: int
    box: Rect


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a page draws.

    Attributes:
        pictures, paths: also those inside Form XObjects.
        shades: how many shadings there are.
        texts: what the page's own operators show, one for each, in their order.
        forms: around the Form XObjects that the page's own operators draw.
    """

    pictures: tuple[Picture, ...]
    paths: tuple[Path, ...]
    shades: int = 0
    texts: tuple[ShownText, ...] = ()
    forms: tuple[Rect, ...] = ()
