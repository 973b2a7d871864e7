"""Rectangles and affine maps in the plane, as PDF counts them (ISO 32000-1, 8.3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle; `left <= right` and `bottom <= top`."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Extent along x."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Extent along y."""
        return self.top - self.bottom

    @property
    def center(self) -> tuple[float, float]:
        """The middle point."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def grown(self, dx: float, dy: float) -> Rect:
        """The same rectangle with `dx` and `dy` added on both sides."""
        return Rect(self.left - dx, self.bottom - dy, self.right + dx, self.top + dy)

    def joined(self, other: Rect) -> Rect:
        """The smallest rectangle around both."""
        return Rect(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )

    def clipped(self, other: Rect) -> Rect:
        """The part inside `other`; of no extent where they do not meet."""
        left, bottom = max(self.left, other.left), max(self.bottom, other.bottom)
        right, top = min(self.right, other.right), min(self.top, other.top)
        return Rect(left, bottom, max(left, right), max(bottom, top))


def around(points: Iterable[tuple[float, float]]) -> Rect:
    """The smallest rectangle around `points`, of which there is at least one."""
    xs, ys = zip(*points, strict=True)
    return Rect(min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True, slots=True)
class Matrix:
    """x' = a x + c y + e, y' = b x + d y + f; the identity by default."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def then(self, other: Matrix) -> Matrix:
        """This map followed by `other`."""
        return Matrix(
            self.a * other.a + self.b * other.c,
            self.a * other.b + self.b * other.d,
            self.c * other.a + self.d * other.c,
            self.c * other.b + self.d * other.d,
            self.e * other.a + self.f * other.c + other.e,
            self.e * other.b + self.f * other.d + other.f,
        )

    def apply(self, area: Rect) -> Rect:
        """The upright rectangle around the image of `area`."""
        return around(
            (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)
            for x in (area.left, area.right)
            for y in (area.bottom, area.top)
        )
