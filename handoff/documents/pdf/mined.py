"""Text by pdfminer.six, in whatever direction it runs."""

from __future__ import annotations

import io
import logging
import math
from collections import Counter
from collections.abc import Callable, Iterator

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTFigure, LTLayoutContainer, LTTextLine
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

from handoff.errors import DamagedError

# At debug level pdfminer logs the text it reads.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL + 1)

_LAYOUT = LAParams()


def page_texts(produced: bytes) -> list[str]:
    """Text of each page, the text in Form XObjects with it.

    Raises:
        DamagedError: pdfminer cannot read it.
    """
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager)
    interpreter = PDFPageInterpreter(manager, device)

    def lines_of(page: PDFPage) -> list[tuple[int, str]]:
        interpreter.process_page(page)
        return list(_lines(device.get_result()))

    try:
        return [_text(page, lines_of) for page in PDFPage.get_pages(io.BytesIO(produced))]
    except Exception:  # noqa: BLE001 - pdfminer also fails by assertion and by index
        raise DamagedError("the redacted PDF cannot be read by the second reader") from None


def _text(page: PDFPage, lines_of: Callable[[PDFPage], list[tuple[int, str]]]) -> str:
    """Lines are only read from left to right there: a page is turned once for each direction."""
    straight = lines_of(page)
    texts = [text for quarter, text in straight if quarter == 0]
    for quarter in sorted({quarter for quarter, _ in straight} - {0}):
        upright, page.rotate = page.rotate, (page.rotate + 90 * quarter) % 360
        texts.extend(text for turned, text in lines_of(page) if turned == 0)
        page.rotate = upright
    return "\n".join(texts)


def _lines(container: LTLayoutContainer) -> Iterator[tuple[int, str]]:
    """Lines with the direction of most of their letters.

    pdfminer's own analysis goes on to find columns and reading order, which takes longer than all
    the rest and is not needed to look for words.
    """
    letters = [item for item in container if isinstance(item, LTChar)]
    for line in container.group_objects(_LAYOUT, letters) if letters else ():
        yield _direction(line), line.get_text()
    for item in container:
        if isinstance(item, LTFigure):
            yield from _lines(item)


def _direction(line: LTTextLine) -> int:
    """Quarter turns against the clock, by majority."""
    turns = Counter(
        round(math.atan2(char.matrix[1], char.matrix[0]) / (math.pi / 2)) % 4
        for char in line
        if isinstance(char, LTChar)
    )
    return turns.most_common(1)[0][0] if turns else 0
