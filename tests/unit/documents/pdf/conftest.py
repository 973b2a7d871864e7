"""PDFs built operator by operator, and the format under test."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from handoff.assets import pdfium_wasm
from handoff.documents import ocr
from handoff.documents.base import Limits
from handoff.documents.door import HouseDoor
from handoff.documents.pdf import PdfFormat, glimpse, prepare, raster, survey
from handoff.documents.pdf.sight import can_see
from handoff.errors import AssetError
from handoff.model import Finding, Operator, Redaction, TextUnit

Name, Dictionary, Array = pikepdf.Name, pikepdf.Dictionary, pikepdf.Array


class Builder:
    """A PDF under construction."""

    def __init__(self) -> None:
        self.pdf = pikepdf.new()
        self.font = self.pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        )

    def page(self, content: str | bytes, resources: Any = None, **keys: Any) -> Any:
        """Append a page with `content`; /F1 is Helvetica. Returns the page dictionary."""
        data = content.encode("latin-1") if isinstance(content, str) else content
        every = Dictionary(Font=Dictionary(F1=self.font))
        for key, value in (resources or {}).items():
            every[key] = value
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, 612, 792]),
            Resources=every,
            Contents=self.pdf.make_stream(data),
        )
        for key, value in keys.items():
            page["/" + key] = value
        self.pdf.pages.append(pikepdf.Page(self.pdf.make_indirect(page)))
        return self.pdf.pages[-1].obj

    def form(self, content: str, resources: Any = None, **keys: Any) -> Any:
        """A Form XObject."""
        every = resources or Dictionary(Font=Dictionary(F1=self.font))
        stream = self.pdf.make_stream(content.encode("latin-1"))
        stream["/Type"], stream["/Subtype"] = Name.XObject, Name.Form
        stream["/BBox"], stream["/Resources"] = Array([0, 0, 612, 792]), every
        for key, value in keys.items():
            stream["/" + key] = value
        return stream

    def image(self, width: int, height: int) -> Any:
        """A gray picture of that many pixels."""
        return self.pdf.make_stream(
            bytes(width * height),
            Dictionary(
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=width,
                Height=height,
                ColorSpace=Name.DeviceGray,
                BitsPerComponent=8,
            ),
        )

    def bytes(self, **options: Any) -> bytes:
        """The file."""
        sink = io.BytesIO()
        self.pdf.save(sink, **options)
        return sink.getvalue()


def lines(*texts: str, x: int = 72, y: int = 700, size: int = 12) -> str:
    """Operators that show each text on a line of its own."""
    shown = " T* ".join(f"({text}) Tj" for text in texts)
    return f"BT /F1 {size} Tf {size + 2} TL {x} {y} Td {shown} ET"


@dataclass
class Bench:
    """The format with its door, and the round that the pipeline makes."""

    format: PdfFormat
    door: HouseDoor

    def read(self, content: bytes) -> tuple[TextUnit, ...]:
        self.door = HouseDoor(self.door.limits, self.door.options)
        return self.format.read(content, self.door)

    def text(self, content: bytes) -> str:
        return "\n\n".join(unit.text for unit in self.read(content))

    def redactions(self, content: bytes, pattern: str) -> list[Redaction]:
        """One redaction for each match of `pattern`, labelled [PERSON-n] by its text."""
        labels: dict[str, str] = {}
        found = []
        for unit in self.read(content):
            for match in re.finditer(pattern, unit.text):
                label = labels.setdefault(match.group(), f"[PERSON-{len(labels) + 1}]")
                finding = Finding(unit.unit_id, match.start(), match.end(), "PERSON", 1.0, "test")
                found.append(Redaction(finding, Operator.PSEUDONYMIZE, label))
        return found

    def redact(self, content: bytes, pattern: str) -> bytes:
        edits = self.redactions(content, pattern)
        produced = self.format.rewrite(content, edits, self.door)
        anew = self.format.rewrite(content, edits, HouseDoor(self.door.limits))
        assert produced == anew, "what was read is rewritten just as what is opened anew"
        return produced

    def reread(self, produced: bytes) -> tuple[TextUnit, ...]:
        return self.format.reread(produced, self.door)

    def page_text(self, produced: bytes) -> str:
        units = self.reread(produced)
        return "\n".join(unit.text for unit in units if unit.unit_id.startswith("pdfminer"))


@pytest.fixture(scope="session")
def wasm() -> Path:
    try:
        return pdfium_wasm()
    except AssetError:
        pytest.skip("the PDF engine is not installed (`handoff setup` or `make setup`)")


@pytest.fixture(scope="session")
def bench(wasm: Path) -> Bench:
    return Bench(PdfFormat(lambda: wasm), HouseDoor())


@pytest.fixture
def bench_with(wasm: Path) -> Callable[[Limits], Bench]:
    return lambda limits: Bench(PdfFormat(lambda: wasm), HouseDoor(limits))


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without optical recognition."""
    for module in (glimpse, prepare, raster, survey):
        monkeypatch.setattr(module, "can_see", lambda: False)


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    """Every picture is read once: a test reads the same one up to three times."""
    known: dict[tuple[str, tuple[int, int], bytes], ocr.OcrPage] = {}
    recognize = ocr.recognize

    def remembered(image: Image.Image) -> ocr.OcrPage:
        key = image.mode, image.size, hashlib.sha256(image.tobytes()).digest()
        if key not in known:
            known[key] = recognize(image)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ocr, "recognize", remembered)
        yield


@pytest.fixture
def sighted() -> None:
    if not can_see():
        pytest.skip("optical recognition is not installed")


@pytest.fixture
def build() -> Builder:
    return Builder()


@pytest.fixture(scope="session")
def show_lines() -> Callable[..., str]:
    return lines


@pytest.fixture(scope="session")
def everything() -> Callable[[bytes], str]:
    """Every byte of a PDF that anybody could read: raw, and every stream inflated."""

    def collect(produced: bytes) -> str:
        parts = [produced]
        with pikepdf.open(io.BytesIO(produced)) as pdf:
            sink = io.BytesIO()
            pdf.save(
                sink,
                qdf=True,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
            parts.append(sink.getvalue())
        text = b"\n".join(parts)
        return text.decode("latin-1") + text.replace(b"\0", b"").decode("latin-1")

    return collect
