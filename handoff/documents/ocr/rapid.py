"""RapidOCR: PaddleOCR's networks on onnxruntime, from the wheel; nothing is fetched.

Where there is writing is asked apart from what it says: finding it costs seconds a page, reading
a line a tenth of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from handoff.documents.ocr.page import Box, OcrWord
from handoff.errors import OcrMissingError

_MODELS = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}
_SETTINGS = {
    # One thread, because there is a worker for every core already.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "critical",
    "Global.text_score": 0.0,
    "Global.max_side_len": 1_000_000,
    "Global.return_word_box": True,
    # As large as a tile: the default enlarges a strip of one line to a picture of megapixels.
    "Det.limit_type": "max",
    "Det.limit_side_len": 1440,
}
_TILE, _OVERLAP = 1400, 120
"""Pixels that are searched at once; a line that stands on the seam is whole in one of the two."""
_THIN = 3
_LEAST_SCALE = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """A place of writing.

    Attributes:
        corners: its four corners, clockwise from the first letter.
        box: around them.
        score: how sure the network is that there is writing, from 0 to 1; 0 where it did not look.
    """

    corners: np.ndarray[Any, Any]
    box: Box
    score: float = 0.0

    @classmethod
    def of(cls, box: Box) -> Line:
        """A line that stands straight in `box`."""
        left, top, right, bottom = box.left, box.top, box.right, box.bottom
        return cls(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]), box)


def find_lines(picture: Image.Image, scale: float) -> list[Line]:
    """Where in an RGB picture there is writing, sought at `scale` times its size.

    Raises:
        OcrMissingError: RapidOCR is not installed.
    """
    size = (max(32, round(picture.width * scale)), max(32, round(picture.height * scale)))
    pixels = _bgr(picture.resize(size, Image.Resampling.BILINEAR))
    factor = np.array([picture.width / size[0], picture.height / size[1]])
    lines: list[Line] = []
    for left, top in _tiles(size):
        part = np.ascontiguousarray(pixels[top : top + _TILE, left : left + _TILE])
        found = _engine()(part, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is not None:
            for corners, score in zip(found.boxes, found.scores, strict=True):
                placed = (np.asarray(corners, dtype=np.float64) + np.array([left, top])) * factor
                lines.append(Line(placed, _around(placed), float(score)))
    return _without_doubles(lines)


def seek_scale(picture: Image.Image, side: int) -> float:
    """At what scale to seek so that the longer side has `side` pixels, within reason."""
    return max(_LEAST_SCALE, min(1.0, side / max(picture.size)))


def read_line(picture: Image.Image, line: Line, number: int) -> list[OcrWord]:
    """The words of `line`; all of them in the line and paragraph `number`."""
    crop = _cut(picture, line)
    if min(crop.shape[:2]) < _THIN:
        return []
    engine = _engine()
    read = engine(crop, use_det=False, use_cls=True, use_rec=True)
    if not read.txts or not read.txts[0].strip() or read.word_results is None:
        return []
    placed = engine.calc_word_boxes([crop], np.array([line.corners], dtype=np.float32), read)
    return list(_words(placed, number))


def straightened(picture: Image.Image, line: Line) -> Image.Image:
    """The piece of an RGB picture in which `line` stands, level; on its side where it was tall."""
    return Image.fromarray(_cut(picture, line)[:, :, ::-1])


def _cut(picture: Image.Image, line: Line) -> np.ndarray[Any, Any]:
    from rapidocr.utils.process_img import get_rotate_crop_image

    # Only what is around the line is copied: the picture may have a hundred million pixels.
    around = line.box.padded(2, picture.size)
    part = _bgr(picture.crop((around.left, around.top, around.right, around.bottom)))
    corners = (line.corners - (around.left, around.top)).astype(np.float32)
    cut: np.ndarray[Any, Any] = get_rotate_crop_image(part, corners.copy())
    return cut


def _words(lines: Any, number: int) -> Iterator[OcrWord]:  # noqa: ANN401 - rapidocr has no types
    for line in lines:
        for text, confidence, corners in line:
            if text.strip():
                box = _around(np.asarray(corners))
                yield OcrWord(text.strip(), box, float(confidence), number, number)


def _around(points: np.ndarray[Any, Any]) -> Box:
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return Box(max(0, int(left)), max(0, int(top)), int(right) + 1, int(bottom) + 1)


def _tiles(size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    step = _TILE - _OVERLAP
    for top in range(0, max(1, size[1] - _OVERLAP), step):
        for left in range(0, max(1, size[0] - _OVERLAP), step):
            yield left, top


def _without_doubles(lines: list[Line]) -> list[Line]:
    """Lines that another one holds are the same writing, seen in two tiles."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda each: -each.box.area):
        if all(line.box.meet(other.box) < 0.8 * line.box.area for other in kept):
            kept.append(line)
    return sorted(kept, key=lambda each: (each.box.top, each.box.left))


def _bgr(picture: Image.Image) -> np.ndarray[Any, Any]:
    """Pixels in OpenCV's order of channels, on which the networks were trained."""
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


@cache
def _engine() -> Any:  # noqa: ANN401 - rapidocr has no types
    """The networks, loaded once a process. Named models keep it from looking for any elsewhere."""
    try:
        import rapidocr
    except ImportError:
        raise OcrMissingError("rapidocr is not installed") from None
    models = Path(rapidocr.__file__).parent / "models"
    paths = {key: models / name for key, name in _MODELS.items()}
    if not all(path.is_file() for path in paths.values()):
        raise OcrMissingError("the models of rapidocr are not in its wheel")
    named = {key: str(path) for key, path in paths.items()}
    return rapidocr.RapidOCR(params=_SETTINGS | named)


def ready() -> None:
    """Load the engine; raises OcrMissingError where it cannot be."""
    _engine()
