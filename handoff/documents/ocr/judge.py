"""Whether what was read is all there is to read; limits as measured by benchmarks/bench_ocr.py."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.documents.ocr.page import Box, OcrWord, Verdict

SURE = 0.7
"""Print that is read right has 0.8 and more of either engine; scribbles have 0.5 and less."""
HALF_SURE = 0.45
"""What Tesseract reads with less is as often a speck as a word."""
_AGREED = 0.35
_PAGE_OF_WORDS = 20
_OBLONG = 2.0
_SMALL, _SMALL_PART = 200, 0.35


def judge(words: Sequence[OcrWord], more: Sequence[OcrWord], unread: Sequence[Box]) -> Verdict:
    """The verdict on a picture.

    Args:
        words: what Tesseract read.
        more: what RapidOCR read where Tesseract was unsure or saw nothing.
        unread: where there is writing that neither of them reads.
    """
    if unread:
        return Verdict.DOUBTFUL
    sure = sum(word.confidence >= SURE for word in words)
    if len(more) >= _PAGE_OF_WORDS and sure < _AGREED * (sure + len(more)):
        # One engine alone reads the page: it is handwriting, or a scan at the edge of legibility.
        return Verdict.DOUBTFUL
    return Verdict.TRUSTED if (*words, *more) else Verdict.WORDLESS


def confidence(words: Sequence[OcrWord]) -> float:
    """The mean over `words`, weighted by their length; 0 where there are none."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def shaped_like_writing(box: Box, size: tuple[int, int]) -> bool:
    """Whether a place that cannot be read has the shape of a line or of initials, not a picture's.

    The network that finds writing also takes the round parts of logos and drawings for it.
    """
    long, short = sorted((box.right - box.left, box.height), reverse=True)
    return long >= _OBLONG * short or short <= min(_SMALL, _SMALL_PART * min(size))
