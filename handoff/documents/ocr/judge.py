"""Whether what was read is all there is to read; limits as measured by benchmarks/bench_ocr.py."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.documents.ocr.page import OcrWord, Verdict
from handoff.documents.ocr.rapid import Line

SURE = 0.7


def judge(
    words: Sequence[OcrWord],
    more: Sequence[OcrWord],
    unread: Sequence[Line],
) -> Verdict:
    """The verdict on a picture."""
    if unread:
        return Verdict.DOUBTFUL
    return Verdict.TRUSTED if (*words, *more) else Verdict.WORDLESS
