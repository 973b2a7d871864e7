"""A document's way from intake to destruction, drawn as an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup, escape

from handoff.custody.views import TimelineRow

STEP, TOP, WIDTH = 118, 34, 110
NAMES = {
    "document.received": "taken in",
    "document.read": "read",
    "document.held": "held back",
    "document.redacted": "redacted",
    "document.rechecked": "re-read clean",
    "document.part_held": "part held back",
    "document.sealed": "encrypted",
    "document.reviewed": "reviewed",
    "document.approved": "approved",
    "document.rejected": "rejected",
    "delivery.confirmed": "delivered",
    "delivery.failed": "sending failed",
    "delivery.denied": "access denied",
    "delivery.recalled": "taken back",
    "delivery.expired": "removed",
    "access.seen": "opened",
    "alert.raised": "ALERT",
    "receipt.received": "receipt",
}
_BAD = frozenset(
    {
        "document.held",
        "document.part_held",
        "document.rejected",
        "delivery.failed",
        "alert.raised",
    }
)
_END = frozenset({"delivery.recalled", "delivery.expired"})


@dataclass(frozen=True, slots=True)
class Milestone:
    """One point on the way: what, when, and how it is drawn."""

    name: str
    when: str
    color: str
    hollow: bool = False


def milestones(rows: Sequence[TimelineRow], expires: date | None) -> list[Milestone]:
    """The points to be drawn; the same thing several times in a row is one, with its number."""
    told = [row for row in rows if row.kind in NAMES]
    points = []
    for kind, run in groupby(told, key=lambda row: row.kind):
        same = list(run)
        name = NAMES[kind] + (f" ({len(same)} times)" if len(same) > 1 else "")
        color = "#b3261e" if kind in _BAD else "#1a7f37" if kind in _END else "#2c5d8f"
        points.append(Milestone(name, f"{same[-1].at:%Y-%m-%d %H:%M}", color))
    ended = any(row.kind in _END or row.kind == "document.held" for row in told[-1:])
    if expires and not ended:
        points.append(Milestone("to be destroyed", f"{expires:%Y-%m-%d}", "#57606a", hollow=True))
    return points


def draw(points: Sequence[Milestone], per_line: int = 6) -> Markup:
    """The points as a line of dots with words, broken into as many lines as it takes."""
    lines = [points[n : n + per_line] for n in range(0, len(points), per_line)]
    said = "; ".join(f"{point.name} {point.when}" for point in points)
    width = STEP * per_line
    parts = [
        Markup(
            '<svg role="img" aria-label="{}" class="chart" width="100%" viewBox="0 0 {} {}">'
        ).format(said, width, 78 * len(lines))
    ]
    for number, line in enumerate(lines):
        parts.append(_line(line, 78 * number + TOP, joined=number < len(lines) - 1))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _line(points: Sequence[Milestone], y: int, *, joined: bool) -> Markup:
    last = STEP * len(points) if joined else STEP * len(points) - STEP // 2
    drawn = Markup(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#8c959f" stroke-width="2"/>'
    ).format(STEP // 2, y, last, y)
    for n, point in enumerate(points):
        x = STEP * n + STEP // 2
        fill = "#ffffff" if point.hollow else point.color
        drawn += Markup(
            '<circle cx="{x}" cy="{y}" r="7" fill="{fill}" stroke="{color}" stroke-width="2"/>'
            '<text x="{x}" y="{above}" text-anchor="middle">{name}</text>'
            '<text x="{x}" y="{below}" text-anchor="middle">{when}</text>'
        ).format(
            x=x, y=y, fill=fill, color=point.color, above=y - 14, below=y + 24,
            name=escape(point.name), when=point.when,
        )  # fmt: skip
    return drawn
