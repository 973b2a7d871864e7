"""Read, redact and read again PDFs, beside PyMuPDF's own redaction of the same documents.

PyMuPDF is AGPL: it lives in an environment of its own, made by pip with a pinned version and hash,
is run as a program, and is never imported here. It only redacts; this side also reads the whole
document for units before, and again with two other readers after. Rounds alternate, so that both
see the same machine. Figures are processor seconds; medians, with the smallest and largest ratio.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from handoff.documents.door import HouseDoor
from handoff.documents.pdf import PdfFormat
from handoff.documents.pdf.sight import can_see
from handoff.model import Finding, Operator, Redaction, TextUnit

NAME = "Sorensen"
WORDS = re.findall(
    r"\w+",
    "the of and to in agreement party shall contract notice hereby pursuant section court "
    "plaintiff defendant claims damages interest clause provisions liability",
)
LINES, WORDS_A_LINE, NAMES_A_PAGE = 45, 11, 4
PIN = "PyMuPDF==1.26.7"
HASH = "69dfc78f206a96e5b3ac22741263ebab945fdf51f0dbe7c5757c3511b23d9d72"
"""Of the wheel for Linux on x86-64; elsewhere there is no comparison."""
PEER = """
import json, sys, time
import pymupdf
name, path = sys.argv[1], sys.argv[2]
pymupdf.open(path).close()
start = time.process_time()
document = pymupdf.open(path)
count = 0
for page in document:
    for quad in page.search_for(name):
        page.add_redact_annot(quad, text="[PERSON-1]", fill=(0, 0, 0), text_color=(1, 1, 1))
        count += 1
    page.apply_redactions()
made = document.tobytes(garbage=3, deflate=True)
print(json.dumps([time.process_time() - start, count, len(made)]))
"""


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


def scan(pages: int) -> bytes:
    """Pages of 200 dpi, 30 lines of print each."""
    rng = random.Random(2)
    drawn = []
    for _ in range(pages):
        picture = Image.new("L", (1700, 2200), 250)
        for row in range(30):
            words = [rng.choice(WORDS) for _ in range(9)]
            words[4] = NAME if row % 10 == 3 else words[4]
            place = (150, 150 + 62 * row)
            ImageDraw.Draw(picture).text(place, " ".join(words), 20, ImageFont.load_default(32))
        drawn.append(picture)
    sink = io.BytesIO()
    drawn[0].save(sink, "PDF", save_all=True, append_images=drawn[1:], resolution=200)
    return sink.getvalue()


def redactions(units: Sequence[TextUnit]) -> list[Redaction]:
    found = []
    for unit in units:
        for match in re.finditer(NAME, unit.text):
            finding = Finding(unit.unit_id, match.start(), match.end(), "PERSON", 1.0, "bench")
            found.append(Redaction(finding, Operator.PSEUDONYMIZE, "[PERSON-1]"))
    return found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def ours(pdf: PdfFormat, content: bytes) -> tuple[dict[str, float], int]:
    """Seconds of each part of the whole path, and the redactions made."""
    door = HouseDoor()
    reading, units = timed(lambda: pdf.read(content, door))
    wanted = redactions(units)
    writing, produced = timed(lambda: pdf.rewrite(content, wanted, door))
    checking, again = timed(lambda: pdf.reread(produced, HouseDoor()))
    assert not any(NAME in unit.text for unit in again)
    return {"read": reading, "rewrite": writing, "reread": checking}, len(wanted)


def peer(directory: Path) -> Path | None:
    """The Python of an environment that holds PyMuPDF alone, None where it cannot be made."""
    python = directory / "bin" / "python"
    if not python.exists():
        venv.create(directory, with_pip=True)
        wanted = directory / "requirements.txt"
        wanted.write_text(f"{PIN} --hash=sha256:{HASH}\n")
        done = subprocess.run(
            [python, "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "-r", wanted],
            check=False,
        )
        if done.returncode:
            return None
    return python


def theirs(python: Path, path: Path) -> tuple[float, int]:
    done = subprocess.run(
        [python, "-c", PEER, NAME, path], check=True, capture_output=True, text=True
    )
    seconds, count, _ = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), int(count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scans", type=int, default=3, help="pages of a scan; 0: none")
    parser.add_argument("--peer", type=Path, default=Path(tempfile.gettempdir(), "handoff-pymupdf"))
    options = parser.parse_args()
    pdf, content = PdfFormat(), document(options.pages)
    ours(pdf, document(1))  # compiles or loads the engine
    python = peer(options.peer)
    parts: list[dict[str, float]] = []
    others: list[float] = []
    count = 0
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        for _ in range(options.rounds):
            seconds, count = ours(pdf, content)
            parts.append(seconds)
            if python is not None:
                other, found = theirs(python, Path(file.name))
                assert found == count, "both found the same"
                others.append(other)
    report(options.pages, count, parts, others)
    if options.scans and can_see():
        scanned(pdf, options.scans)


def report(
    pages: int, count: int, parts: Sequence[dict[str, float]], others: Sequence[float]
) -> None:
    print(f"{pages} pages, {count} redactions, median of {len(parts)}")
    for part in parts[0]:
        print(f"{part:8} {statistics.median(each[part] for each in parts):6.2f} s")
    wholes = [sum(each.values()) for each in parts]
    whole = statistics.median(wholes)
    print(f"whole    {whole:6.2f} s, {pages / whole:.0f} pages a second")
    if not others:
        print("PyMuPDF could not be installed: no comparison", file=sys.stderr)
        return
    middle = statistics.median(others)
    print(f"{PIN}: {middle:.2f} s to redact alone, {pages / middle:.0f} pages a second")
    ratios = sorted(other / own for own, other in zip(wholes, others, strict=True))
    print(
        f"our whole path at {statistics.median(ratios):.2f} of its speed "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f}); aim 0.5"
    )


def scanned(pdf: PdfFormat, pages: int) -> None:
    seconds, count = ours(pdf, scan(pages))
    each = ", ".join(f"{part} {value / pages:.1f} s" for part, value in seconds.items())
    print(f"scan of {pages} pages, {count} redactions, a page: {each}")


if __name__ == "__main__":
    main()
