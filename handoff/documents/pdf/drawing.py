"""What stands on a page beside text. No I/O."""

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
class Drawing:
    """What stands on a page beside text; `shades` counts shadings."""

    pictures: tuple[Picture, ...]
    paths: tuple[Path, ...]
    shades: int = 0
