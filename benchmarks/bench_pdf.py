"""Read, redact and read again a PDF of 100 dense pages with 400 redactions.

Figures are processor seconds of this process, medians over the rounds, and pages a second over the
whole path; so they compare across machines only as ratios of the parts.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import pikepdf

from handoff.documents.door import HouseDoor
from handoff.documents.pdf import PdfFormat
from handoff.model import Finding, Operator, Redaction, TextUnit

NAME = "Sorensen"
WORDS = re.findall(
    r"\w+",
    "the of and to in agreement party shall contract notice hereby pursuant section court "
    "plaintiff defendant claims damages interest clause provisions liability",
)
LINES, WORDS_A_LINE, NAMES_A_PAGE = 45, 11, 4


def document(pages: int) -> bytes:
    """Pages of Helvetica at 11 points, about 3,500 characters each."""
    rng = random.Random(1)
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    for _ in range(pages):
        rows = [[rng.choice(WORDS) for _ in range(WORDS_A_LINE)] for _ in range(LINES)]
        for row in rows[3 :: LINES // NAMES_A_PAGE][:NAMES_A_PAGE]:
            row[5] = NAME
        shown = " ".join(f"({' '.join(row)}) Tj T*" for row in rows)
        pdf.add_blank_page(page_size=(612, 792))
        page = pdf.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(f"BT /F1 11 Tf 14 TL 72 740 Td {shown} ET".encode())
    sink = io.BytesIO()
    pdf.save(sink)
    return sink.getvalue()


def redactions(units: Sequence[TextUnit]) -> list[Redaction]:
    found = []
    for unit in units:
        start = unit.text.find(NAME)
        while start >= 0:
            finding = Finding(unit.unit_id, start, start + len(NAME), "PERSON", 1.0, "bench")
            found.append(Redaction(finding, Operator.PSEUDONYMIZE, "[PERSON-1]"))
            start = unit.text.find(NAME, start + 1)
    return found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    pdf, door, content = PdfFormat(), HouseDoor(), document(options.pages)
    pdf.read(document(1), door)  # compiles or loads the engine
    seconds: dict[str, list[float]] = {"read": [], "rewrite": [], "reread": []}
    count = 0
    for _ in range(options.rounds):
        took, units = timed(lambda: pdf.read(content, door))
        seconds["read"].append(took)
        wanted = redactions(units)
        took, produced = timed(lambda: pdf.rewrite(content, wanted, door))  # noqa: B023
        seconds["rewrite"].append(took)
        took, again = timed(lambda: pdf.reread(produced, door))  # noqa: B023
        seconds["reread"].append(took)
        assert not any(NAME in unit.text for unit in again)
        count = len(wanted)
    print(f"{options.pages} pages, {count} redactions, median of {options.rounds}")
    for part, every in seconds.items():
        print(f"{part:8} {statistics.median(every):6.2f} s")
    whole = sum(statistics.median(every) for every in seconds.values())
    print(f"whole    {whole:6.2f} s, {options.pages / whole:.0f} pages a second")


if __name__ == "__main__":
    main()
