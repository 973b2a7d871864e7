"""The glyphs that pdfminer's fonts show, and where: by string, not one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFTextState
from pdfminer.utils import Matrix, mult_matrix

from handoff.documents.pdf.lines import Box

_BLANK = 32
"""The code that word spacing applies to (ISO 32000-1, 9.3.3), in whatever font."""

_LOOSE = 0.1
"""Share of the font's size beyond which spacing is that between words (`LAParams.word_margin`)."""


class Run(NamedTuple):
    """Glyphs shown one after another; widths are those of a font of size 1.

    Attributes:
        text: what they say, "(cid:7)" where the font does not say it.
        first, last, width: width of the first glyph, of the last one, and of all.
        glyphs: how many they are.
        blanks: how many of them, the last one aside, word spacing follows.
        ends_blank: whether word spacing follows the last one.
    """

    text: str
    first: float
    last: float
    width: float
    glyphs: int
    blanks: int
    ends_blank: bool


class Glyphs:
    """The glyphs of one font, by pdfminer's reading of its encoding, character map and widths."""

    def __init__(self, font: PDFFont) -> None:
        self._font = font
        self._known: dict[int, tuple[str, float]] = {}
        self._runs: dict[bytes, tuple[Run, ...]] = {}

    def runs(self, string: bytes, *, apart: bool) -> Sequence[Run]:
        """What `string` shows: one run (none if it shows nothing), or one a glyph if `apart`."""
        if apart:
            return [self._run([code]) for code in self._font.decode(string)]
        known = self._runs.get(string)
        if known is None:
            codes = list(self._font.decode(string))
            known = self._runs[string] = (self._run(codes),) if codes else ()
        return known

    def _run(self, codes: Sequence[int]) -> Run:
        glyphs = [self._known.get(code) or self._glyph(code) for code in codes]
        texts, widths = zip(*glyphs, strict=True)
        ends_blank = codes[-1] == _BLANK
        blanks = codes.count(_BLANK) - ends_blank
        whole = sum(widths)
        return Run("".join(texts), widths[0], widths[-1], whole, len(codes), blanks, ends_blank)

    def _glyph(self, code: int) -> tuple[str, float]:
        try:
            text = self._font.to_unichr(code)
        except PDFUnicodeNotDefined:
            text = f"(cid:{code})"
        self._known[code] = glyph = (text, self._font.char_width(code))
        return glyph


@dataclass(frozen=True, slots=True)
class Pen:
    """Where text is shown, seen in the frame in which it runs to the right.

    Attributes:
        quarter: the quarter turns against the clock in which the text runs on the page.
        unit: a font's unit of width, in text space.
        letter_gap, word_gap: spacing after a glyph and after a blank, in text space.
        is_loose: whether the letter spacing alone is as wide as that between words.
    """

    quarter: int
    unit: float
    letter_gap: float
    word_gap: float
    is_loose: bool
    _along: tuple[float, float]
    _around: Box

    @classmethod
    def of(cls, state: PDFTextState, font: PDFFont, page: Matrix) -> Pen:
        """A pen for what `font` shows in `state`, on a page or form of the matrix `page`."""
        matrix = mult_matrix(state.matrix, page)
        quarter = round(math.atan2(matrix[1], matrix[0]) / (math.pi / 2)) % 4
        a, b, c, d, e, f = _turned(matrix, quarter)
        size, scaling = state.fontsize, state.scaling * 0.01
        low = font.get_descent() * size + state.rise + state.linematrix[1]
        high = low + size
        letter_gap = state.charspace * scaling
        return cls(
            quarter=quarter,
            unit=size * scaling,
            letter_gap=letter_gap,
            word_gap=0 if font.is_multibyte() else state.wordspace * scaling,
            is_loose=abs(letter_gap) * math.hypot(a, b) > _LOOSE * abs(size) * math.hypot(c, d),
            _along=(a, b),
            _around=(
                min(c * low, c * high) + e,
                min(d * low, d * high) + f,
                max(c * low, c * high) + e,
                max(d * low, d * high) + f,
            ),
        )

    def box(self, start: float, width: float) -> Box:
        """The upright box around a glyph that begins at `start` in text space."""
        (a, b), (left, bottom, right, top) = self._along, self._around
        end = start + width
        x0, x1, y0, y1 = a * start, a * end, b * start, b * end
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        return left + x0, bottom + y0, right + x1, top + y1


def _turned(matrix: Matrix, quarter: int) -> Matrix:
    """The map `matrix` followed by `quarter` turns with the clock."""
    a, b, c, d, e, f = matrix
    if quarter == 1:
        return b, -a, d, -c, f, -e
    if quarter == 2:
        return -a, -b, -c, -d, -e, -f
    if quarter == 3:
        return -b, a, -d, c, -f, e
    return matrix
