"""Black boxes and the replacement text in them, as drawing operators of our own.

The text is real text in one of the fourteen standard fonts, so it can be searched and copied.
"""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf

from handoff.documents.pdf.boxes import Box
from handoff.documents.pdf.geometry import Matrix, Rect

FONT_NAME = "/HandoffLabel"
_ADVANCE = 0.6
"""Every glyph of Courier is 600/1000 wide."""
_SHARE_OF_HEIGHT = 0.75
_SHARE_OF_WIDTH = 0.94
_LEAST_SQUEEZE = 0.4
_DESCENT = 0.17
_TURNS = ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))


def drawable(label: str) -> str:
    """The part of `label` that the font can show."""
    return "".join(char for char in label if " " <= char <= "~")


def draw(pdf: pikepdf.Pdf, page: pikepdf.Page, boxes: Sequence[Box]) -> None:
    """Paint `boxes` over the content of `page`."""
    _append(pdf, page, operators_for(boxes))


def draw_unseen(pdf: pikepdf.Pdf, page: pikepdf.Page, words: Sequence[Box]) -> None:
    """Put `words` over the content of `page` so that they can be searched and copied, not seen."""
    if words:
        _append(pdf, page, "".join(_text(word, "3 Tr", fills=True) for word in words).encode())


def _append(pdf: pikepdf.Pdf, page: pikepdf.Page, operators: bytes) -> None:
    if "/Resources" not in page:
        page.Resources = pikepdf.Dictionary()
    if "/Font" not in page.Resources:
        page.Resources.Font = pikepdf.Dictionary()
    if FONT_NAME not in page.Resources.Font:
        page.Resources.Font[FONT_NAME] = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name("/Courier-Bold"),
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    # The page's own operators may leave the coordinates changed: ours must not see that.
    page.contents_add(pdf.make_stream(b"q\n"), prepend=True)
    page.contents_add(pdf.make_stream(b"\nQ\n" + operators))


def operators_for(boxes: Sequence[Box]) -> bytes:
    """The operators that paint `boxes` in the coordinates of their areas."""
    return "".join(_fill(box.area) + _text(box) for box in boxes).encode("ascii")


def _fill(area: Rect) -> str:
    return f"q 0 g {area.left:.3f} {area.bottom:.3f} {area.width:.3f} {area.height:.3f} re f Q\n"


def _text(box: Box, mode: str = "1 g 0 Tr", *, fills: bool = False) -> str:
    """Text along the box's direction, squeezed and then shrunk until it fits.

    With `fills` it is stretched to the box's whole width, so that marking it marks the word.
    """
    label = drawable(box.label)
    if not label:
        return ""
    sideways = box.quarter % 2 == 1
    length, height = box.area.width, box.area.height
    if sideways:
        length, height = height, length
    size = max(_SHARE_OF_HEIGHT * height, 0.5)
    squeeze = _SHARE_OF_WIDTH * length / (_ADVANCE * size * len(label))
    if squeeze < _LEAST_SQUEEZE:
        size, squeeze = size * squeeze / _LEAST_SQUEEZE, _LEAST_SQUEEZE
    squeeze = squeeze if fills else min(squeeze, 1.0)
    indent = (length - _ADVANCE * size * squeeze * len(label)) / 2
    matrix = Matrix(1, 0, 0, 1, indent, height / 2 - (0.5 - _DESCENT) * size * 0.9)
    placed = matrix.then(_turn(box))
    numbers = " ".join(
        f"{value:.4f}" for value in (placed.a, placed.b, placed.c, placed.d, placed.e, placed.f)
    )
    escaped = label.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return (
        f"q BT {mode} {FONT_NAME} {size:.4f} Tf {squeeze * 100:.2f} Tz 0 Tc 0 Tw 0 Ts "
        f"{numbers} Tm ({escaped}) Tj ET Q\n"
    )


def _turn(box: Box) -> Matrix:
    """From the frame of the text, its origin at the box's first lower corner, to the page."""
    corners = (
        (box.area.left, box.area.bottom),
        (box.area.right, box.area.bottom),
        (box.area.right, box.area.top),
        (box.area.left, box.area.top),
    )
    x, y = corners[box.quarter]
    return Matrix(*_TURNS[box.quarter], x, y)
