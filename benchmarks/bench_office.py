"""Read, redact and read again Office documents, beside a redaction that only edits runs.

The peer is what a script with python-docx does: open, replace in the runs of paragraphs and cells,
save; it reads no hidden place, scrubs nothing and never looks again. Figures are processor seconds
of this process, medians over the rounds; `--libreoffice` adds, by the clock, what the recheck costs
that also reads what LibreOffice shows.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import docx

from handoff.documents.base import DocumentFormat
from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.documents.xlsx import XlsxFormat
from handoff.model import DocumentOptions, Finding, Operator, Redaction, TextUnit
from tests.unit.documents.test_xlsx import build

NAME = "Sorensen"
WORDS = re.findall(
    r"\w+",
    "the of and to in agreement party shall contract notice hereby pursuant section court "
    "plaintiff defendant claims damages interest clause provisions liability",
)
PARAGRAPHS, ROWS, COLUMNS = 200, 1000, 8


def letter() -> bytes:
    """A Word document of about ten pages with a table, each tenth paragraph naming somebody."""
    rng = random.Random(1)
    document = docx.Document()
    for number in range(PARAGRAPHS):
        words = [rng.choice(WORDS) for _ in range(20)]
        if number % 10 == 0:
            words[7] = NAME
        line = document.add_paragraph(" ".join(words[:9]) + " ")
        line.add_run(" ".join(words[9:])).bold = True
    table = document.add_table(10, 4)
    for row in table.rows:
        row.cells[0].text, row.cells[1].text = NAME, "14 March"
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def workbook() -> bytes:
    """A workbook of a thousand rows, of which each tenth names somebody."""
    rng = random.Random(1)
    rows = []
    for row in range(10, 10 + ROWS):
        texts = [rng.choice(WORDS) for _ in range(COLUMNS - 1)] + [NAME if row % 10 == 0 else "x"]
        cells = "".join(
            f'<c r="{chr(65 + at)}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
            for at, text in enumerate(texts)
        )
        rows.append(f'<row r="{row}">{cells}</row>')
    return build("".join(rows))


def redactions(units: tuple[TextUnit, ...]) -> list[Redaction]:
    found = []
    for unit in units:
        start = unit.text.find(NAME)
        while start >= 0:
            finding = Finding(unit.unit_id, start, start + len(NAME), "PERSON", 1.0, "bench")
            found.append(Redaction(finding, Operator.PSEUDONYMIZE, "[PERSON-1]"))
            start = unit.text.find(NAME, start + 1)
    return found


def ours(handler: DocumentFormat, content: bytes) -> tuple[dict[str, float], bytes]:
    """Seconds of each part of the path, and what it produced."""
    door = HouseDoor()
    read, units = timed(lambda: handler.read(content, door))
    wanted = redactions(units)
    rewrite, produced = timed(lambda: handler.rewrite(content, wanted, door))
    reread, again = timed(lambda: handler.reread(produced, door))
    assert not any(NAME in unit.text for unit in again)
    return {"read": read, "rewrite": rewrite, "reread": reread}, produced


def peer(content: bytes) -> bytes:
    """The document after a replacement in each run, by python-docx."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    for paragraph in [*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)]:
        for run in paragraph.runs:
            if NAME in run.text:
                run.text = run.text.replace(NAME, "[PERSON-1]")
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def report(name: str, rounds: list[dict[str, float]]) -> None:
    parts = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
    whole = sum(parts.values())
    shown = ", ".join(f"{key} {seconds * 1000:.0f} ms" for key, seconds in parts.items())
    print(f"{name:18} {1 / whole:6.1f} documents a second ({shown})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--libreoffice", action="store_true")
    options = parser.parse_args()
    sources: dict[str, tuple[DocumentFormat, bytes]] = {
        f"docx, {PARAGRAPHS} paragraphs": (DocxFormat(), letter()),
        f"xlsx, {ROWS * COLUMNS} cells": (XlsxFormat(), workbook()),
    }
    for name, (handler, content) in sources.items():
        report(name, [ours(handler, content)[0] for _ in range(options.rounds)])
    document = letter()
    simple = [{"replace": timed(lambda: peer(document))[0]} for _ in range(options.rounds)]
    report("docx, python-docx", simple)
    if options.libreoffice:
        door = HouseDoor(options=DocumentOptions(office_recheck="libreoffice"))
        for name, (handler, content) in sources.items():
            produced = ours(handler, content)[1]
            start = time.perf_counter()
            handler.reread(produced, door)
            print(f"{name:18} {time.perf_counter() - start:6.2f} s for a recheck with LibreOffice")


if __name__ == "__main__":
    main()
