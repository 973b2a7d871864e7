"""Whether what was read is all there is to read; limits as measured by benchmarks/bench_ocr.py."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.documents.ocr.page import Box, OcrWord, Verdict

SURE = 0.7
"""Print that is read right has 0.8 and more of either engine; scribbles have 0.5 and less."""
HALF_SURE = 0.45
"""What Tesseract reads with less is as often a speck as a word."""
SEEN = 0.66
"""The network that finds writing has 0.75 and more where a hand wrote, 0.5 to 0.6 in drawings."""


def judge(words: Sequence[OcrWord], more: Sequence[OcrWord], unread: Sequence[Box]) -> Verdict:
    """The verdict on a picture.

    Args:
        words: what Tesseract read.
        more: what RapidOCR read where Tesseract was unsure or saw nothing.
        unread: where there is writing that neither of them reads.
    """
    if unread:
        return Verdict.DOUBTFUL
    return Verdict.TRUSTED if (*words, *more) else Verdict.WORDLESS


def confidence(words: Sequence[OcrWord]) -> float:
    """The mean over `words`, weighted by their length; 0 where there are none."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
