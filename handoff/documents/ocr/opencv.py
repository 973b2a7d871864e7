"""OpenCV by its wheel: it looks for ink and for codes in pixels."""

from __future__ import annotations

from typing import Any

from handoff.errors import OcrMissingError


def opencv() -> Any:  # noqa: ANN401 - cv2 has no types that mypy can follow
    """The module `cv2`, which takes a fifth of a second to load and is needed for pictures alone.

    Raises:
        OcrMissingError: it is not installed, or does not load.
    """
    try:
        import cv2
    except ImportError:
        message = "OpenCV (opencv-python-headless) is not installed or does not load"
        raise OcrMissingError(message) from None
    return cv2
