"""RapidOCR: PaddleOCR's networks on onnxruntime, from the wheel; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from handoff.documents.ocr.page import Box, OcrWord
from handoff.errors import OcrMissingError

_SETTINGS = {
    # One thread, because there is a worker for every core already.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "critical",
    # Whatever it doubts we want to hear of too; `judge` decides.
    "Global.text_score": 0.0,
}


def read_words(picture: Image.Image) -> list[OcrWord]:
    """Every word that RapidOCR sees in an RGB picture; one paragraph a line of text.

    Raises:
        OcrMissingError: RapidOCR is not installed.
    """
    # The networks were trained on OpenCV's order of channels.
    found = _engine()(np.asarray(picture)[:, :, ::-1], return_word_box=True)
    return list(_words(found.word_results or ()))


def _words(lines: Any) -> Iterator[OcrWord]:  # noqa: ANN401 - rapidocr has no types
    for number, line in enumerate(lines, 1):
        for text, confidence, corners in line:
            if text.strip():
                yield OcrWord(text.strip(), _around(corners), float(confidence), number, number)


def _around(corners: Any) -> Box:  # noqa: ANN401 - four points of a box that may stand askew
    points = np.asarray(corners)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return Box(int(left), int(top), int(right) + 1, int(bottom) + 1)


@cache
def _engine() -> Any:  # noqa: ANN401 - rapidocr has no types
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise OcrMissingError("rapidocr is not installed") from None
    return RapidOCR(params=_SETTINGS)


def ready() -> None:
    """Load the engine; raises OcrMissingError where it cannot be."""
    _engine()
