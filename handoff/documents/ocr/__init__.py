"""Text in pictures: two engines, words with boxes, and whether the reading can be trusted."""

from handoff.documents.ocr.memory import Readings, remembering
from handoff.documents.ocr.page import Box, OcrPage, OcrWord, Verdict
from handoff.documents.ocr.reading import missing, recognize, second_opinion

__all__ = [
    "Box",
    "OcrPage",
    "OcrWord",
    "Readings",
    "Verdict",
    "missing",
    "recognize",
    "remembering",
    "second_opinion",
]
