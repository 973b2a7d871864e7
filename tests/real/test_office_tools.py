"""What LibreOffice shows of redacted Office documents: all of it but the secrets."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handoff.documents.base import DocumentFormat
from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.documents.ooxml.shown import shown_units
from handoff.documents.pptx import PptxFormat
from handoff.documents.registry import sniff
from handoff.documents.xlsx import XlsxFormat
from handoff.model import DocumentOptions
from tests.unit.documents.judge import redact, text_of
from tests.unit.documents.nested_builder import READABLE, WITHHELD
from tests.unit.documents.test_pptx import PLACES as SLIDES
from tests.unit.documents.test_xlsx import ONE_WORD
from tests.unit.documents.test_xlsx import PLACES as SHEETS
from tests.unit.documents.word_builder import Plant, Word
from tests.unit.documents.word_places import PLACES as WORDS

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]

SECRET = "Zebulon Quarterstaff"
ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "docs" / "office"
MEMORY = Path("/dev/shm")
_TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = MEMORY / f"handoff-test-{os.getpid()}" if MEMORY.is_dir() else None
    path = base or tmp_path_factory.mktemp("office")
    path.mkdir(mode=0o700, exist_ok=True)
    yield path
    shutil.rmtree(path)


def _converted(work: Path, files: dict[str, bytes], target: str) -> dict[str, Path]:
    """Those of `files` that LibreOffice can open, each as a `target`; by one process for all."""
    source, out = work / "in", work / "out"
    shutil.rmtree(source, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    source.mkdir()
    for name, content in files.items():
        (source / name).write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless"]
    command += ["--convert-to", target, "--outdir", str(out), *map(str, sorted(source.iterdir()))]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return {path.stem: path for path in out.iterdir()}


def _words(plant: Plant) -> bytes:
    word = Word()
    plant(word, SECRET)
    return word.build()


Build = Callable[[], dict[str, bytes]]
PACKAGES: dict[str, tuple[DocumentFormat, str, Build]] = {
    "docx": (
        DocxFormat(),
        "fodt",
        lambda: {k: _words(v) for k, v in {**WORDS, **READABLE, **WITHHELD}.items()},
    ),
    "xlsx": (XlsxFormat(), "fods", lambda: {k: v(SECRET) for k, v in SHEETS.items()}),
    "pptx": (PptxFormat(), "fodp", lambda: {k: v(SECRET) for k, v in SLIDES.items()}),
}


def _of_one_word(place: str) -> list[str]:
    """What is found where only a part of the secret stands."""
    return [SECRET.split()[1]] if place in ONE_WORD else []


@pytest.mark.parametrize("kind", PACKAGES)
def test_libreoffice_opens_every_result_and_shows_no_secret(kind: str, work: Path) -> None:
    handler, target, build = PACKAGES[kind]
    planted = build()
    known = [SECRET, SECRET.replace(" ", "")]
    files = {
        f"p{number}.{kind}": redact(handler, planted[place], [*known, *_of_one_word(place)])
        for number, place in enumerate(planted)
    }
    shown = _converted(work, files, target)
    for number, place in enumerate(planted):
        assert f"p{number}" in shown, f"LibreOffice cannot open the result for: {place}"
        text = " ".join(_TAG.sub("", shown[f"p{number}"].read_text("utf-8")).split())
        assert "quarterstaff" not in text.casefold(), place


def _originals() -> dict[str, bytes]:
    folders = [ROOT / "examples" / "batch", REAL]
    found = [path for folder in folders for path in sorted(folder.rglob("*.*"))]
    office = [path for path in found if path.suffix in (".docx", ".docm", ".xlsx", ".pptx")]
    return {
        f"d{number}{path.suffix}": path.read_bytes()
        for number, path in enumerate(office)
        if "broken" not in path.name
    }


def _text(pdf: Path) -> list[str]:
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True)
    return done.stdout.decode().split()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_a_document_without_findings_looks_as_it_did(work: Path) -> None:
    files: dict[str, bytes] = {}
    for name, content in _originals().items():
        handler, door = sniff(content), HouseDoor()
        handler.read(content, door)
        if door.withheld:  # what stays with the firm is not to be seen
            continue
        files[name] = content
        files["made-" + Path(name).stem + handler.extension] = handler.rewrite(content, (), door)
    shown = _converted(work, files, "pdf")
    for name in files:
        if not name.startswith("made-"):
            stem = Path(name).stem
            assert _text(shown[f"made-{stem}"]) == _text(shown[stem]), name


@pytest.mark.parametrize("kind", PACKAGES)
def test_the_recheck_can_read_what_libreoffice_shows(kind: str) -> None:
    handler = PACKAGES[kind][0]
    content = {
        "docx": lambda: _words(WORDS["table cell"]),
        "xlsx": lambda: SHEETS["inline string"](SECRET),
        "pptx": lambda: SLIDES["notes"](SECRET),
    }[kind]()
    produced = handler.rewrite(content, (), HouseDoor())
    door = HouseDoor(options=DocumentOptions(office_recheck="libreoffice"))
    places = [unit.place for unit in handler.reread(produced, door) if SECRET in unit.text]
    assert any("LibreOffice" in place for place in places)
    redacted = redact(handler, content, [SECRET])
    assert SECRET not in text_of(shown_units(redacted, handler.extension))
