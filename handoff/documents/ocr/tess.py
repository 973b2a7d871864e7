"""Tesseract by tesserocr (Tesseract 5 in the wheel); its language data comes from the system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from handoff.documents.ocr.page import Box, OcrWord
from handoff.errors import OcrMissingError

if TYPE_CHECKING:
    import tesserocr

LANGUAGE = "eng"
_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
_DPI = 300
"""What `prepare` makes of every picture, about."""


def tessdata() -> Path:
    """The directory of Tesseract's language data: TESSDATA_PREFIX, else where systems put it.

    Raises:
        OcrMissingError: there is none.
    """
    named = os.environ.get("TESSDATA_PREFIX")
    roots = [Path(named), Path(named, "tessdata")] if named else []
    for root in (*roots, *map(Path, _PLACES)):
        if (root / f"{LANGUAGE}.traineddata").is_file():
            return root
    raise OcrMissingError("the language data of Tesseract is not installed")


def read_words(gray: Image.Image) -> list[OcrWord]:
    """Every word that Tesseract sees in an 8-bit gray picture, in its reading order.

    Raises:
        OcrMissingError: Tesseract or its language data is not installed.
    """
    api = _engine()
    api.SetImage(gray)
    api.SetSourceResolution(_DPI)
    try:
        return list(_words(api)) if api.Recognize() else []
    finally:
        # The picture and the text would otherwise stay in memory until the next document.
        api.Clear()


def read_strip(gray: Image.Image) -> str:
    """What Tesseract makes of an 8-bit gray picture of one line.

    Raises:
        OcrMissingError: Tesseract or its language data is not installed.
    """
    import tesserocr

    api = _engine()
    api.SetPageSegMode(tesserocr.PSM.SINGLE_LINE)
    try:
        return " ".join(word.text for word in read_words(gray))
    finally:
        api.SetPageSegMode(tesserocr.PSM.AUTO)


def _words(api: tesserocr.PyTessBaseAPI) -> Iterator[OcrWord]:
    import tesserocr

    level = tesserocr.RIL
    paragraph = line = 0
    iterator = api.GetIterator()
    if iterator is None:
        return
    for each in tesserocr.iterate_level(iterator, level.WORD):
        if each.Empty(level.WORD):
            continue
        paragraph += each.IsAtBeginningOf(level.PARA)
        line += each.IsAtBeginningOf(level.TEXTLINE)
        text, box = each.GetUTF8Text(level.WORD), each.BoundingBox(level.WORD)
        if text and text.strip() and box:
            yield OcrWord(
                text.strip(), Box(*box), each.Confidence(level.WORD) / 100, paragraph, line
            )


@cache
def _engine() -> Any:  # noqa: ANN401 - tesserocr has no types
    """One engine for the life of the process: loading it takes a tenth of a second."""
    directory = tessdata()
    try:
        import tesserocr
    except ImportError:
        raise OcrMissingError("tesserocr is not installed") from None
    api = tesserocr.PyTessBaseAPI(path=str(directory), lang=LANGUAGE, psm=tesserocr.PSM.AUTO)
    # They would tell stderr about odd pictures; nothing may speak from a worker.
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    api.SetVariable("debug_file", os.devnull)
    return api


def ready() -> None:
    """Load the engine; raises OcrMissingError where it cannot be."""
    _engine()
