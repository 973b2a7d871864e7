"""Words whose letters are set wide apart: PDFium reads "H o l l i s" for what a person reads whole.

The blanks in between stand nowhere in the file; PDFium puts one where a gap is wide. Left there, no
name in a spaced heading would be a name to anybody who looks for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from handoff.documents.pdf.chars import Chars

_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_]{1,2} ){4,}[^\W\d_]{1,2}(?![^\W_])")
"""Five pieces of one or two letters in a row; no language is written like that."""
_WORD_GAP = 2.2
"""Of the median gap between the letters: what is wider stands between two words."""
_LEAST_GAP = 0.5
_COLUMN_GAP = 1.5
"""Of the font size: what is wider stands between two columns of a table."""


def blanks_in_words(chars: Chars, start: int, end: int) -> frozenset[int]:
    """Indexes, of one line's characters, of the blanks that divide no words."""
    found: set[int] = set()
    for match in _SPACED.finditer(chars.text[start:end]):
        first, last = (start + at for at in match.span())
        found.update(_within(chars, first, last))
    return frozenset(found)


def _within(chars: Chars, start: int, end: int) -> Iterator[int]:
    blanks = [i for i in range(start, end) if chars.text[i] == " "]
    if not all(map(chars.generated, blanks)):
        return
    letters = [i for i in range(start, end) if chars.text[i] != " "]
    gaps = {pair: _gap(chars, *pair) for pair in pairwise(letters)}
    usual = max(0.0, median(gaps.values()))
    for (before, after), gap in gaps.items():
        size = max(chars.loose(before).height, chars.loose(before).width)
        widest = min(max(_WORD_GAP * usual, _LEAST_GAP * size), _COLUMN_GAP * size)
        if after - before > 1 and gap < widest:
            yield before + 1


def _gap(chars: Chars, before: int, after: int) -> float:
    """Between two glyphs, along the line, whichever way it runs."""
    one, other = chars.loose(before), chars.loose(after)
    (x0, y0), (x1, y1) = one.center, other.center
    if abs(x1 - x0) >= abs(y1 - y0):
        return abs(x1 - x0) - (one.width + other.width) / 2
    return abs(y1 - y0) - (one.height + other.height) / 2
