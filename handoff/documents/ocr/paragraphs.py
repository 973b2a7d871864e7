"""Lines that stand close below one another are a paragraph: a name may be broken between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handoff.documents.ocr.page import Box, OcrWord, joined

_GAP = 0.9
_OVERLAP = 0.5


def in_paragraphs(lines: Sequence[Sequence[OcrWord]]) -> list[OcrWord]:
    """The words of `lines`, each of which has one, numbered by paragraph from 1 on."""
    groups: list[list[Sequence[OcrWord]]] = []
    for line in lines:
        below = joined(line)
        group = next((g for g in reversed(groups) if _follows(joined(g[-1]), below)), None)
        if group is None:
            groups.append([line])
        else:
            group.append(line)
    return [
        replace(word, paragraph=number)
        for number, group in enumerate(groups, 1)
        for line in group
        for word in line
    ]


def _follows(above: Box, below: Box) -> bool:
    shared = min(above.right, below.right) - max(above.left, below.left)
    narrow = min(above.right - above.left, below.right - below.left)
    near = above.top < below.top < above.bottom + _GAP * above.height
    return near and shared > _OVERLAP * narrow
