"""What a stranger with pdftotext, qpdf and strings finds in a redacted PDF: nothing."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from handoff.assets import pdfium_wasm
from handoff.documents.door import HouseDoor
from handoff.documents.pdf import PdfFormat
from handoff.documents.pdf.sight import can_see
from handoff.errors import AssetError, OcrMissingError, ScanError
from handoff.model import Finding, Operator, Redaction

pytestmark = pytest.mark.real

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "docs"
GENERATED = sorted((SHARED / "generated").glob("*.pdf"))
REAL = sorted((SHARED / "pdf").glob("*.pdf"))
PATTERN = re.compile(
    r"Johnathan|Sorensen|j\.sorensen@example\.com|543-21-9876|GB29NWBK60161331926819|212-555-0147"
)


@pytest.fixture(scope="module")
def pdf() -> PdfFormat:
    try:
        path = pdfium_wasm()
    except AssetError:
        pytest.skip("the PDF engine is not installed (`handoff setup`)")
    return PdfFormat(lambda: path)


def tool(*command: str, given: bytes) -> str:
    """The program's output for a document on standard input."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    assert done.returncode in {0, 3}, done.stderr  # 3: qpdf's warnings
    return done.stdout.decode("utf-8", "replace")


def unpacked(produced: bytes, tmp_path: Path) -> str:
    """The file with every stream inflated, by qpdf."""
    (tmp_path / "in.pdf").write_bytes(produced)
    return tool(
        "qpdf",
        *("--qdf", "--object-streams=disable", "--decode-level=all"),
        *(str(tmp_path / "in.pdf"), "-"),
        given=b"",
    )


def redact(pdf: PdfFormat, content: bytes, pattern: re.Pattern[str]) -> tuple[bytes, int]:
    redactions = [
        Redaction(
            Finding(unit.unit_id, match.start(), match.end(), "PERSON", 1.0, "test"),
            Operator.PSEUDONYMIZE,
            "[PERSON-1]",
        )
        for unit in pdf.read(content, HouseDoor())
        for match in pattern.finditer(unit.text)
    ]
    return pdf.rewrite(content, redactions, HouseDoor()), len(redactions)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text))


def test_the_tools_find_the_secret_in_the_source_and_not_in_the_result(
    pdf: PdfFormat, tmp_path: Path
) -> None:
    source = _source()
    before = tool("pdftotext", "-layout", "-", "-", given=source)
    assert "Sorensen" in before
    produced, count = redact(pdf, source, PATTERN)
    assert count > 2, "on the page, in the information, in the attachment"

    after = tool("pdftotext", "-layout", "-", "-", given=produced)
    everything = after + unpacked(produced, tmp_path) + tool("strings", "-n", "3", given=produced)
    assert PATTERN.search(everything) is None
    assert "[PERSON-1]" in after
    assert "thank you for your letter" in after


def test_qpdf_finds_no_fault_in_the_result(pdf: PdfFormat, tmp_path: Path) -> None:
    produced, _ = redact(pdf, _source(), PATTERN)
    (tmp_path / "out.pdf").write_bytes(produced)
    assert "No syntax or stream encoding errors" in tool(
        "qpdf", "--check", str(tmp_path / "out.pdf"), given=b""
    )


def _source() -> bytes:
    made = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    text = b"BT /F1 12 Tf 72 700 Td (Dear Johnathan Sorensen, thank you for your letter) Tj ET"
    made.add_blank_page(page_size=(612, 792))
    page = made.pages[0]
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = made.make_stream(text)
    made.docinfo["/Author"] = "Johnathan Sorensen"
    made.attachments["note.txt"] = b"Johnathan Sorensen"
    sink = io.BytesIO()
    made.save(sink)
    return sink.getvalue()


@pytest.mark.skipif(not GENERATED, reason="../shared/data/docs/generated is absent")
@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.stem)
def test_pdfs_that_defeat_naive_redaction(path: Path, pdf: PdfFormat, tmp_path: Path) -> None:
    """Each is redacted clean with its other words kept; of a scan, those that can be made out."""
    source = path.read_bytes()
    if "scan" in path.stem and not can_see():
        pytest.skip("optical recognition is not installed")
    produced, count = redact(pdf, source, PATTERN)
    assert count > 0
    after = tool("pdftotext", "-", "-", given=produced)
    assert PATTERN.search(after + unpacked(produced, tmp_path)) is None
    before = PATTERN.sub(" ", tool("pdftotext", "-", "-", given=source))
    lost = words(before) - words(after)
    assert len(lost) <= (len(words(before)) // 3 if "scan" in path.stem else 0)
    readings = [unit.text for unit in pdf.reread(produced, HouseDoor())]
    assert not any(PATTERN.search(text) for text in readings)


def _has_page_as_picture(produced: bytes) -> bool:
    with pikepdf.open(io.BytesIO(produced)) as pdf:
        pictures: list[Any] = [page.Resources.get("/XObject", {}) for page in pdf.pages]
        return any("/Page" in every for every in pictures)


@pytest.mark.skipif(not REAL, reason="../shared/data/docs/pdf is absent")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_pdfs_keep_their_words_where_nothing_is_redacted(path: Path, pdf: PdfFormat) -> None:
    source = path.read_bytes()
    try:
        produced, _ = redact(pdf, source, re.compile(r"\bthe\b"))
    except (ScanError, OcrMissingError):
        return
    if _has_page_as_picture(produced):
        return  # its words are those that recognition can make out
    # Comments are dropped by design, so poppler must not read them in the source either.
    with pikepdf.open(io.BytesIO(source)) as stripped:
        for page in stripped.pages:
            notes: Any = page.get("/Annots", [])
            fields = [note for note in notes if note.get("/Subtype") == pikepdf.Name.Widget]
            page.Annots = pikepdf.Array(fields)
        sink = io.BytesIO()
        stripped.save(sink)
    before = words(tool("pdftotext", "-", "-", given=sink.getvalue()))
    after = words(tool("pdftotext", "-", "-", given=produced))
    assert before - after == set()
