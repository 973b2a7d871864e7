"""Text by pdfminer.six, in whatever direction it runs."""

from __future__ import annotations

import io
import logging
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTContainer, LTTextLine
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSException

from handoff.errors import DamagedError

# At debug level pdfminer logs the text it reads.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL + 1)


def page_texts(produced: bytes) -> list[str]:
    """Text of each page, the text in Form XObjects with it.

    Raises:
        DamagedError: pdfminer cannot read it.
    """
    try:
        return [_text(page) for page in PDFPage.get_pages(io.BytesIO(produced))]
    except (PDFException, PSException, ValueError, TypeError, KeyError, RecursionError):
        raise DamagedError("the redacted PDF cannot be read by the second reader") from None


def _text(page: PDFPage) -> str:
    """Lines are only read from left to right there: a page is turned once for each direction."""
    straight = _lines(page)
    texts = [text for quarter, text in straight if quarter == 0]
    for quarter in sorted({quarter for quarter, _ in straight} - {0}):
        upright, page.rotate = page.rotate, (page.rotate + 90 * quarter) % 360
        texts.extend(text for turned, text in _lines(page) if turned == 0)
        page.rotate = upright
    return "".join(texts)


def _lines(page: PDFPage) -> list[tuple[int, str]]:
    """Lines of the page as it is turned now, with the direction of most of their letters."""
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=LAParams(all_texts=True))
    PDFPageInterpreter(manager, device).process_page(page)
    return [(_direction(line), line.get_text()) for line in _walk(device.get_result())]


def _walk(item: Any) -> Iterator[LTTextLine]:  # noqa: ANN401 - pdfminer's layout tree
    if isinstance(item, LTTextLine):
        yield item
    elif isinstance(item, LTContainer):
        for child in item:
            yield from _walk(child)


def _direction(line: LTTextLine) -> int:
    """Quarter turns against the clock, by majority."""
    turns = Counter(
        round(math.atan2(char.matrix[1], char.matrix[0]) / (math.pi / 2)) % 4
        for char in line
        if isinstance(char, LTChar)
    )
    return turns.most_common(1)[0][0] if turns else 0
