"""Text PDF as a `DocumentFormat`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from handoff.assets import pdfium_wasm
from handoff.documents.base import Door
from handoff.documents.pdf.engine import open_document
from handoff.documents.pdf.inspection import require_readable
from handoff.documents.pdf.locate import units_of_page
from handoff.documents.pdf.prepare import Prepared, prepare
from handoff.documents.pdf.reread import reread
from handoff.documents.pdf.rewrite import rewrite
from handoff.documents.pdf.sandbox import Sandbox
from handoff.model import Redaction, TextUnit

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024
"""Readers accept junk before the header; so must we, or the junk decides the type."""


class PdfFormat:
    """PDF whose text is text; scans are held (see `inspection`).

    Args:
        wasm: gives the path of the engine, checked; called at most once a process.
    """

    name = "pdf"
    media_type = "application/pdf"
    extension = ".pdf"
    readers = ("pdfium-wasm", "pdfminer+pypdfium2")

    def __init__(self, wasm: Callable[[], Path] = pdfium_wasm) -> None:
        self._find_wasm = wasm
        self._wasm: Path | None = None

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether a PDF header stands near the start."""
        return _HEADER in untrusted[:_HEADER_WITHIN]

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """One unit a paragraph of every page, form fields included.

        What is beside the pages (metadata, comments, attachments, ...) is dropped at `rewrite`
        whole, so it gives no units.

        Raises:
            DocumentError: the document cannot be read whole.
            AssetError: the engine is missing.
        """
        with self._sandbox(door) as sandbox:
            prepared = prepare(sandbox, untrusted, door.limits)
            units: list[TextUnit] = []
            with open_document(sandbox, prepared.content) as document:
                for index in range(prepared.page_count):
                    with document.page(index) as page:
                        chars = page.chars()
                        require_readable(index + 1, page.size, chars, page.drawing())
                    units.extend(units_of_page(index, chars))
        door.opened.keep(untrusted, prepared)
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The document with `redactions` applied and everything that is no page content gone.

        Raises:
            DocumentError: the document cannot be read whole.
            AssetError: the engine is missing.
        """
        with self._sandbox(door) as sandbox:
            prepared = door.opened.take(untrusted, Prepared)
            if prepared is None:
                prepared = prepare(sandbox, untrusted, door.limits)
            return rewrite(sandbox, prepared, redactions, door.limits)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Text of `produced` by pdfminer, by PDFium's native build, and raw.

        Raises:
            DocumentError: the readers fail or disagree.
        """
        return reread(produced, door.limits)

    def _sandbox(self, door: Door) -> Sandbox:
        if self._wasm is None:
            self._wasm = self._find_wasm()
        return Sandbox(self._wasm, door.limits.engine_memory)
