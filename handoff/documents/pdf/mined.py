"""Text by pdfminer.six, in whatever direction it runs.

pdfminer reads the file, decodes its fonts and follows its operators. What it does slowly is done
by less here: most content streams are cut into operators by `tokens`, and shown strings are placed
whole (pdfminer's own devices make an object of a dozen attributes for every glyph).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFDevice, PDFTextSeq
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import (
    PDFGraphicState,
    PDFPageInterpreter,
    PDFResourceManager,
    PDFStackT,
    PDFTextState,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, stream_value
from pdfminer.utils import Matrix, Rect

from handoff.documents.pdf.glyphs import Glyphs, Pen, Run
from handoff.documents.pdf.lines import Lines
from handoff.documents.pdf.tokens import Operation, operations
from handoff.errors import DamagedError

# At debug level pdfminer logs the text it reads.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL + 1)

_METHODS = {
    b"q": ("do_q", 0), b"Q": ("do_Q", 0), b"cm": ("do_cm", 6), b"Do": ("do_Do", 1),
    b"BT": ("do_BT", 0), b"ET": ("do_ET", 0), b"Tc": ("do_Tc", 1), b"Tw": ("do_Tw", 1),
    b"Tz": ("do_Tz", 1), b"TL": ("do_TL", 1), b"Tf": ("do_Tf", 2), b"Tr": ("do_Tr", 1),
    b"Ts": ("do_Ts", 1), b"Td": ("do_Td", 2), b"TD": ("do_TD", 2), b"Tm": ("do_Tm", 6),
    b"T*": ("do_T_a", 0), b"Tj": ("do_Tj", 1), b"TJ": ("do_TJ", 1), b"'": ("do__q", 1),
    b'"': ("do__w", 3),
}  # fmt: skip
"""The operators that have to do with text; the others only paint."""
_COUNTS = {operator: count for operator, (_, count) in _METHODS.items()}


def page_texts(produced: bytes) -> list[str]:
    """Text of each page, the text in Form XObjects with it.

    Raises:
        DamagedError: pdfminer cannot read it.
    """
    manager = PDFResourceManager()
    device = _Device(manager)
    interpreter = _Interpreter(manager, device)
    texts = []
    try:
        for page in PDFPage.get_pages(io.BytesIO(produced)):
            interpreter.process_page(page)
            texts.append(device.text())
    except Exception:  # noqa: BLE001 - pdfminer also fails by assertion and by index
        raise DamagedError("the redacted PDF cannot be read by the second reader") from None
    return texts


class _Interpreter(PDFPageInterpreter):
    """pdfminer's interpreter, fed by `tokens` where the content is plain."""

    def execute(self, streams: Sequence[object]) -> None:
        """Run content streams; what is not plain is left to pdfminer altogether."""
        plain = self._plain([stream_value(stream) for stream in streams])
        if plain is None:
            super().execute(streams)
            return
        for operator, operands in plain:
            getattr(self, _METHODS[operator][0])(*operands)

    def do__w(self, aw: PDFStackT, ac: PDFStackT, s: PDFStackT) -> None:
        """Show `s` on the next line (ISO 32000-1, table 109); pdfminer stays on this one."""
        self.do_T_a()
        super().do__w(aw, ac, s)

    def _plain(self, streams: Sequence[PDFStream]) -> list[Operation] | None:
        """The operators that matter, unless pdfminer itself must look at `streams`.

        That a stream does not run inside itself is its judgement, made by numbers noted here too.
        """
        self.stream_ids = {stream.objid for stream in streams if stream.objid is not None}
        if len(self.stream_ids) < len(streams) or self.stream_ids & self.parent_stream_ids:
            return None
        return operations(b"\n".join(stream.get_data() for stream in streams), _COUNTS)


class _Device(PDFDevice):
    """Keeps text, whatever its colour, size or rendering mode."""

    def __init__(self, manager: PDFResourceManager) -> None:
        super().__init__(manager)
        self._every: list[Lines] = []
        self._open: list[Lines] = []
        self._fonts: dict[PDFFont, Glyphs] = {}

    def text(self) -> str:
        """Text of the page drawn last, that of every Form XObject on it apart."""
        return "".join(map(str, self._every)).removeprefix("\n")

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:  # noqa: ARG002 - pdfminer's call
        """Begin anew."""
        self._every = [Lines()]
        self._open = self._every[:]

    def begin_figure(self, name: str, bbox: Rect, matrix: Matrix) -> None:  # noqa: ARG002
        """Text of a Form XObject does not go on where the page's text is."""
        self._every.append(Lines())
        self._open.append(self._every[-1])

    def end_figure(self, name: str) -> None:  # noqa: ARG002
        """Back to what is around the Form XObject."""
        self._open.pop()

    def render_string(
        self,
        textstate: PDFTextState,
        seq: PDFTextSeq,
        ncs: PDFColorSpace,  # noqa: ARG002
        graphicstate: PDFGraphicState,  # noqa: ARG002
    ) -> None:
        """Write down what one operator shows, and move on (ISO 32000-1, 9.4.4)."""
        font = textstate.font
        if font is None or self.ctm is None:
            return
        glyphs = self._fonts.get(font) or self._fonts.setdefault(font, Glyphs(font))
        if font.is_vertical():
            self._open[-1].add_apart("".join(_texts(glyphs, seq)))
            return
        pen = Pen.of(textstate, font, self.ctm)
        x, y = textstate.linematrix
        gap = 0.0
        for item in seq:
            if isinstance(item, bytes):
                for run in glyphs.runs(item, apart=pen.is_loose):
                    x = self._show(run, pen, x + gap)
                    gap = pen.letter_gap
            elif isinstance(item, int | float):
                x -= item * 0.001 * pen.unit
                gap = pen.letter_gap
        textstate.linematrix = x, y

    def _show(self, run: Run, pen: Pen, start: float) -> float:
        """Write down glyphs that begin at `start` in text space; where the next ones may begin."""
        end = start + run.width * pen.unit + run.blanks * pen.word_gap
        end += (run.glyphs - 1) * pen.letter_gap
        first = pen.box(start, run.first * pen.unit)
        last = first if run.glyphs == 1 else pen.box(end - run.last * pen.unit, run.last * pen.unit)
        self._open[-1].add(run.text, pen.quarter, first, last)
        return end + run.ends_blank * pen.word_gap


def _texts(glyphs: Glyphs, seq: PDFTextSeq) -> Iterator[str]:
    for item in seq:
        if isinstance(item, bytes):
            yield from (run.text for run in glyphs.runs(item, apart=False))
