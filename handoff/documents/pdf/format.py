"""PDF as a `DocumentFormat`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from handoff.assets import pdfium_wasm
from handoff.documents.base import Door
from handoff.documents.pdf import attached
from handoff.documents.pdf.prepare import Prepared, prepare
from handoff.documents.pdf.reread import reread
from handoff.documents.pdf.rewrite import rewrite
from handoff.documents.pdf.sandbox import Sandbox
from handoff.model import Redaction, TextUnit

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024
"""Readers accept junk before the header; so must we, or the junk decides the type."""


class PdfFormat:
    """PDF, scans among them where there is optical recognition (see `inspection`).

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
        """One unit a paragraph of every page, form fields and pictures included.

        What stands beside the pages is read too, whether it goes on (bookmarks, attachments) or is
        dropped at `rewrite` (metadata, comments).

        Raises:
            DocumentError: the document cannot be read whole.
            AssetError: the engine is missing.
        """
        with self._sandbox(door) as sandbox:
            prepared = prepare(sandbox, untrusted, door.limits)
        beside = prepared.beside
        files = tuple(attached.units(beside.files, door))
        door.opened.keep(untrusted, prepared)
        return (*prepared.survey.units(), *beside.units(), *files)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The document with `redactions` applied; beside its pages only what was rebuilt.

        Raises:
            DocumentError: the document cannot be read whole.
            AssetError: the engine is missing.
        """
        with self._sandbox(door) as sandbox:
            prepared = door.opened.take(untrusted, Prepared)
            if prepared is None:
                prepared = prepare(sandbox, untrusted, door.limits)
            return rewrite(sandbox, prepared, redactions, door)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Text of `produced` by pdfminer, by PDFium's native build, raw, and of pictures as drawn.

        Raises:
            DocumentError: the readers fail or disagree.
        """
        return reread(produced, door)

    def _sandbox(self, door: Door) -> Sandbox:
        if self._wasm is None:
            self._wasm = self._find_wasm()
        return Sandbox(self._wasm, door.limits.engine_memory)
