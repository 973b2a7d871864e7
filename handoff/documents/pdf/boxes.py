"""Black boxes, and their widths in steps where the width of a gap would betray the word."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.geometry import Rect

STEP = 4.0
"""A widened box is a multiple of this many times its own height long."""
_GAP = 0.5
"""Points left between a box and the letters beside it."""


@dataclass(frozen=True, slots=True)
class Box:
    """An area to be blackened, and the text to draw in it, running in direction `quarter`."""

    area: Rect
    quarter: int
    label: str = field(repr=False)


def widened(boxes: Sequence[Box], chars: Chars, removed: Collection[int]) -> list[Box]:
    """`boxes`, each as long as the next step, as far as the letters beside it leave room.

    Nothing that stays is hidden: where there are letters on both sides, a box fills the whole gap
    between them, spaces included, and that gap is as wide as it was.
    """
    kept = [
        chars.box(index)
        for index, char in enumerate(chars.text)
        if index not in removed and not char.isspace() and not chars.generated(index)
    ]
    others = [(box.area, number) for number, box in enumerate(boxes)]
    return [
        _widened(box, [*kept, *(area for area, other in others if other != number)])
        for number, box in enumerate(boxes)
    ]


def _widened(box: Box, obstacles: Sequence[Rect]) -> Box:
    sideways = box.quarter % 2 == 1
    area = _swapped(box.area) if sideways else box.area
    walls = [_swapped(wall) for wall in obstacles] if sideways else obstacles
    step = STEP * area.height
    wanted = math.ceil(area.width / step) * step - area.width
    right = min(wanted, _room(area, walls))
    left = min(wanted - right, _room(_mirrored(area), [_mirrored(wall) for wall in walls]))
    grown = Rect(area.left - left, area.bottom, area.right + right, area.top)
    return replace(box, area=_swapped(grown) if sideways else grown)


def _room(area: Rect, walls: Sequence[Rect]) -> float:
    """How far `area` can grow to the right before it meets a wall."""
    return max(
        0.0,
        min(
            (
                wall.left - _GAP - area.right
                for wall in walls
                if wall.right > area.right and wall.bottom < area.top and area.bottom < wall.top
            ),
            default=math.inf,
        ),
    )


def _swapped(area: Rect) -> Rect:
    return Rect(area.bottom, area.left, area.top, area.right)


def _mirrored(area: Rect) -> Rect:
    return Rect(-area.right, area.bottom, -area.left, area.top)
