"""The second reader: what is cut and placed here reads as pdfminer alone would read it."""

from __future__ import annotations

from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfminer.pdfinterp import PDFContentParser
from pdfminer.pdftypes import PDFStream
from pdfminer.psexceptions import PSEOF
from pdfminer.psparser import PSKeyword

from handoff.documents.pdf import mined, tokens

Dictionary, Array = pikepdf.Dictionary, pikepdf.Array

_WANTED = {b"Tj": 1, b"TJ": 1, b"Td": 2, b"Tf": 2, b"q": 0, b"T*": 0, b"'": 1, b'"': 3}

_PIECES = [
    *(b"q", b"Q", b"Tj", b"TJ", b"Td", b"Tf", b"T*", b"'", b'"', b"re", b"foo", b"null", b"true"),
    *(b"1", b"-2", b"+3.5", b".5", b"-.25", b"4.", b"--1", b"1e5", b"-", b".", b"1-2"),
    *(b"(a)", b"()", b"(b\\)c)", b"(\\101\\7)", b"(\\777)", b"(\\x)", b"(d(e)f)", b"(g\\\nh)"),
    *(b"(", b")", b"[", b"]", b"<", b">", b"<<", b">>", b"[(a)-3(b)]", b"[[1]]", b"[/N]"),
    *(b"<41>", b"<4>", b"<4 1>", b"</F1>", b"/F1", b"/", b"/A#42", b"/Span<</MCID 3>>BDC"),
    *(b" ", b" ", b" ", b" ", b"\n", b"\r\n", b"\t", b"\x00", b"\x0b", b"%c\n", b"\xe9"),
    *(b"BI /W 1 ID x EI ", b"BX", b"[1 2] 0 d", b"0 0 m", b"{", b"}"),
]


def _by_pdfminer(content: bytes) -> list[tuple[bytes, tuple[Any, ...]]]:
    """The wanted operators with what pdfminer's interpreter would give them."""
    parser = PDFContentParser([PDFStream({}, content)])
    stack: list[Any] = []
    found: list[tuple[bytes, tuple[Any, ...]]] = []
    while True:
        try:
            _, item = parser.nextobject()
        except PSEOF:
            return found
        if not isinstance(item, PSKeyword):
            stack.append(item)
        elif item.name in _WANTED:
            count = _WANTED[item.name]
            operands = stack[len(stack) - count :] if count else []
            stack = stack[: len(stack) - len(operands)]
            if len(operands) == count:
                found.append((item.name, tuple(operands)))


@given(st.sampled_from([b"", b" "]), st.lists(st.sampled_from(_PIECES), max_size=9))
def test_what_is_cut_here_is_cut_as_pdfminer_cuts_it(between: bytes, pieces: list[bytes]) -> None:
    content = between.join(pieces)
    cut = tokens.operations(content, _WANTED)
    if cut is not None:
        assert cut == _by_pdfminer(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"BT /F1 12 Tf 3 -.5 Td [(a\\051) -20 (b)] TJ ET", 3),
        (b"/Span <</MCID 0>> BDC (x)Tj EMC q 0 0 5 5 re f Q", 2),
        (b"(a) Tj <62> Tj (c) ' 1 2 (d) \"", 4),
        (b"", 0),
        (b" \n", 0),
    ],
)
def test_plain_content_is_cut_here(content: bytes, expected: int) -> None:
    cut = tokens.operations(content, _WANTED)
    assert cut is not None
    assert len(cut) == expected
    assert cut == _by_pdfminer(content)


@pytest.mark.parametrize(
    "content",
    [
        b"BI /W 1 /H 1 ID x EI (a) Tj",
        b"% (a) Tj\n(b) Tj",
        b"(a(b)c) Tj",
        b"(a) rg Tj",
        b"(a) (b) Tj",
        b"(\\777) Tj",
        b"/Span <</ActualText (x)>> BDC",
        b"/A#42 5 Tf",
        b"(a) Tj (b",
        b"1" * 5000 + b" 0 Td",
    ],
)
def test_what_is_not_plain_is_left_to_pdfminer(content: bytes) -> None:
    assert tokens.operations(content, _WANTED) is None


def test_what_is_long_is_left_to_pdfminer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_LONGEST", 3)
    assert tokens.operations(b"q q", _WANTED) is not None
    assert tokens.operations(b"q q ", _WANTED) is None


_PAGES = {
    "words": ("72 700 Td (Dear Zebediah) Tj 0 -14 Td (thank you) Tj", "Dear Zebediah\nthank you"),
    "kerning": ("72 700 Td [(Ze) 40 (bed) -20 (iah)] TJ", "Zebediah"),
    "a space by distance": ("72 700 Td [(Dear) -300 (Zebediah)] TJ", "Dear Zebediah"),
    "columns": ("72 700 Td (Dear) Tj 200 0 Td (Zebediah) Tj", "Dear\nZebediah"),
    "letters spread": ("4 Tc 72 700 Td (Zeb) Tj", "Z e b"),
    "letters close": (".5 Tc 72 700 Td (Zebe) Tj (diah) Tj", "Zebediah"),
    "blanks spread": ("9 Tw 72 700 Td (Dear ) Tj (Zebediah) Tj", "Dear  Zebediah"),
    "up the page": ("0 1 -1 0 100 100 Tm [(Ze) 9 (bed) -300 (iah)] TJ", "Zebed iah"),
    "down the page": ("0 -1 1 0 100 700 Tm (Zebe) Tj (diah) Tj", "Zebediah"),
    "upside down": ("-1 0 0 -1 300 300 Tm (Zebe) Tj (diah) Tj", "Zebediah"),
    "aslant": (".9 .3 -.3 .9 100 100 Tm (Zebe) Tj (diah) Tj", "Zebediah"),
    "squeezed": ("50 Tz 72 700 Td (Zebe) Tj (diah) Tj", "Zebediah"),
    "raised": ("72 700 Td (Zebe) Tj 2 Ts (diah) Tj 30 Ts (up) Tj", "Zebediah\nup"),
    "two directions": ("72 700 Td (Zebe) Tj 0 1 -1 0 97 700 Tm (diah) Tj", "Zebe\ndiah"),
    "printed twice": (
        "72 700 Td (Zebediah) Tj .3 0 Td (Zebediah) Tj",
        "Zebediah\nZebediah",
    ),
    "invisible": ("3 Tr 1 g 72 700 Td (Zebediah) Tj", "Zebediah"),
    "quotes": ("14 TL 72 700 Td (Dear) ' 0 0 (Zebediah) \" T* (you) Tj", "Dear\nZebediah\nyou"),
    "nothing": ("72 700 Td () Tj", ""),
}


@pytest.mark.parametrize(("content", "expected"), _PAGES.values(), ids=list(_PAGES))
def test_a_page_reads_the_same_cut_here_or_by_pdfminer(
    build: Any, monkeypatch: pytest.MonkeyPatch, content: str, expected: str
) -> None:
    build.page(f"q BT /F1 12 Tf {content} ET Q")
    produced = build.bytes()
    assert mined.page_texts(produced) == [expected]
    monkeypatch.setattr(mined, "operations", lambda *_: None)
    assert mined.page_texts(produced) == [expected]


def test_forms_in_forms_are_read_apart_from_the_page(build: Any, show_lines: Any) -> None:
    inner = build.pdf.make_indirect(build.form(show_lines("inner")))
    resources = Dictionary(XObject=Dictionary(In=inner), Font=Dictionary(F1=build.font))
    outer = build.pdf.make_indirect(build.form(show_lines("outer") + " /In Do", resources))
    build.page(
        "BT /F1 12 Tf (Zebe) Tj ET /Out Do BT /F1 12 Tf 26 0 Td (diah) Tj ET",
        {"/XObject": Dictionary(Out=outer)},
    )
    assert mined.page_texts(build.bytes()) == ["Zebediah\nouter\ninner"]


def test_a_form_that_shows_itself_is_read_once(build: Any, show_lines: Any) -> None:
    form = build.pdf.make_indirect(build.form(show_lines("Zebediah") + " /F Do"))
    form["/Resources"]["/XObject"] = Dictionary(F=form)
    build.page("/F Do", {"/XObject": Dictionary(F=form)})
    assert mined.page_texts(build.bytes()) == ["Zebediah"]


def test_a_page_in_several_streams_is_read_as_one(build: Any) -> None:
    page = build.page("")
    pieces = (b"BT /F1 12 Tf 72 700 Td (Zebe)", b"Tj (diah) Tj ET")
    page["/Contents"] = Array([build.pdf.make_stream(piece) for piece in pieces])
    assert mined.page_texts(build.bytes()) == ["Zebediah"]
