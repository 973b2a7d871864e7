"""Glyphs leave a page's own operators, and nothing else of them changes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from handoff.documents.pdf import erase, shows
from handoff.documents.pdf import rewrite as rewriting
from handoff.documents.pdf.shows import Show

PATTERN = "Zebediah"


@pytest.fixture
def only_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be erased from fails the test."""

    def refuse(_document: Any, work: Any) -> bytes:
        assert set(work.erased) >= {plan.index for plan in work.plans if plan.strips}
        return bytes(work.original)

    monkeypatch.setattr(rewriting, "_without_hidden", refuse)


def own_operators(produced: bytes) -> bytes:
    """The page's operators without what was put around them."""
    with pikepdf.open(io.BytesIO(produced)) as pdf:
        parts = [bytes(stream.read_bytes()) for stream in pdf.pages[0].Contents]
    return parts[1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "BT /F1 12 Tf 72 700 Td (Dear Zebediah Quill) Tj ET 1 0 0 RG 9 9 m 80 9 l S",
            (
                rb"BT /F1 12 Tf 72 700 Td \[<4465617220> -4\d+\.\d+ <205175696c6c> 0.00\] TJ\n"
                rb"ET 1 0 0 RG 9 9 m 80 9 l S"
            ),
        ),
        (
            "BT /F1 12 Tf 72 700 Td [(Dear ) 40 (Zebe) -30 (diah) 20 ( you)] TJ ET",
            rb"BT /F1 12 Tf 72 700 Td \[<4465617220> -4\d+\.\d+ <20796f75> 0.00\] TJ\nET",
        ),
        (
            "BT /F1 12 Tf 14 TL 72 700 Td (Dear) Tj (Zebediah) ' (you) ' ET",
            rb"BT /F1 12 Tf 14 TL 72 700 Td \(Dear\) Tj T\* \[<> -4\d+\.\d+\] TJ\n\(you\) ' ET",
        ),
        (
            'BT /F1 12 Tf 14 TL 72 700 Td 3 1 (a Zebediah b) " ET',
            (
                rb"BT /F1 12 Tf 14 TL 72 700 Td 3\.0000 Tw 1\.0000 Tc T\* "
                rb"\[<6120> -4\d+\.\d+ <2062> 0.00\] TJ\nET"
            ),
        ),
    ],
    ids=["Tj", "TJ", "next line", "next line with spacing"],
)
def test_only_the_operator_that_shows_a_removed_glyph_is_changed(
    content: str, expected: bytes, only_erased: None, bench: Any, build: Any
) -> None:
    build.page(content)
    produced = bench.redact(build.bytes(), PATTERN)
    assert re.fullmatch(expected, own_operators(produced))
    assert PATTERN not in bench.page_text(produced)


def test_the_words_behind_a_gap_stay_where_they_were(
    only_erased: None, bench: Any, build: Any
) -> None:
    """A second operator goes on where the first one ends, with spacing, scaling and a matrix."""
    build.page(
        "q 1.5 0 0 1.5 10 20 cm BT /F1 9 Tf 1.5 Tc 4 Tw 80 Tz 1.2 0 0 1.2 30 300 Tm "
        "(Dear Zebediah ) Tj (and others) Tj ET Q"
    )
    before = places(bench, build.bytes())
    after = places(bench, bench.redact(build.bytes(), PATTERN))
    for letters in ("D", "othe"):
        assert after[letters] == pytest.approx(before[letters], abs=0.02)


def places(bench: Any, content: bytes) -> dict[str, float]:
    """Where the first letter of each of some strings begins."""
    from handoff.documents.pdf.engine import open_document

    with bench.format._sandbox(bench.door) as box, open_document(box, content) as document:
        box.allow_pages(1)
        with document.page(0) as page:
            chars = page.chars()
            return {letters: chars.box(chars.text.index(letters)).left for letters in ("D", "othe")}


@pytest.mark.parametrize("kind", ["shading", "calibrated colour", "text as a clip"])
def test_what_the_engine_cannot_write_anew_stays_without_a_picture_of_the_page(
    kind: str, bench: Any, build: Any, show_lines: Callable[..., str]
) -> None:
    content, resources = {
        "shading": (
            "q 0 0 200 200 re W n /S sh Q ",
            {"/Shading": Dictionary(S=Dictionary(
                ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 200, 0]),
                Function=Dictionary(
                    FunctionType=2, Domain=Array([0, 1]), N=1, C0=Array([1, 0, 0]),
                    C1=Array([0, 0, 1]),
                ),
            ))},
        ),
        "calibrated colour": (
            "/C cs 0.2 0.5 0.7 sc 0 0 200 200 re f ",
            {"/ColorSpace": Dictionary(C=Array([
                Name.CalRGB, Dictionary(WhitePoint=Array([0.95, 1, 1.09]), Gamma=Array([2, 2, 2])),
            ]))},
        ),
        "text as a clip": (
            "q BT /F1 90 Tf 7 Tr 72 300 Td (WIDE) Tj ET 0.5 g 0 0 612 792 re f Q ", {},
        ),
    }[kind]  # fmt: skip
    build.page(content + show_lines("Dear Zebediah, thank you"), resources)
    produced = bench.redact(build.bytes(), PATTERN)
    operators = own_operators(produced)
    assert operators.startswith(content.encode()), "byte for byte"
    assert PATTERN not in bench.page_text(produced)


@pytest.mark.parametrize(
    "content",
    [
        "/X Do BT /F1 12 Tf 72 700 Td (other) Tj ET",
        "BT /F1 12 Tf 72 600 Td (Zebediah) Tj ET /X Do",
        "BT /F1 12 Tf 72 700 Td (Zebediah) Tj ET BT /F1 12 Tf 72.1 700 Td (Zebediah) Tj ET",
        "BT /F1 12 Tf .7 .7 -.7 .7 72 400 Tm (Zebediah) Tj ET",
        "BT /F9 12 Tf 72 700 Td (Zebediah) Tj ET",
        "BT /F1 12 Tf /G gs 72 700 Td (Zebediah) Tj ET",
        "BT /F1 12 Tf 72 700 Td (Zebediah) Tj ET 72 700 30 6 re f",
    ],
    ids=[
        "in a form",
        "again in a form",
        "shown twice",
        "tilted",
        "no font",
        "font by a state",
        "a shape under it",
    ],
)
def test_where_it_is_not_certain_the_engine_writes_the_page(
    content: str, bench: Any, build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[bytes | None] = []

    def asked(*args: Any) -> bytes | None:
        answers.append(erase.erased(*args))
        return answers[-1]

    monkeypatch.setattr(rewriting, "erased", asked)
    state = Dictionary(Font=Array([build.font, 12]))
    form = build.form("BT /F1 12 Tf 72 600 Td (Zebediah) Tj ET")
    build.page(content, {"/XObject": Dictionary(X=form), "/ExtGState": Dictionary(G=state)})
    produced = bench.redact(build.bytes(), PATTERN)
    assert set(answers) == {None}
    assert PATTERN not in bench.page_text(produced)


def test_blanks_that_the_engine_does_not_report_do_not_shift_the_match(
    only_erased: None, bench: Any, build: Any
) -> None:
    build.page("BT /F1 12 Tf 72 700 Td (Dear  Zebediah, thank  you  all) Tj ET")
    text = bench.page_text(bench.redact(build.bytes(), PATTERN))
    assert "Dear" in text
    assert "thank" in text
    assert PATTERN not in text


def test_a_show_that_does_not_stand_where_the_engine_saw_it_is_not_matched() -> None:
    """Codes and glyphs as many, but one advance away: the strings are not the same."""
    from handoff.documents.pdf.chars import Glyph

    show = Show(0, 0, b"Tj", (b"abcd",), b"", "F1", 10.0, 0.0, 0.0, 1.0)
    codes = [(bytes([c]), 0.0) for c in b"abcd"]
    right = [Glyph((i,), 5.0 * i, 5.0 * i + 5.0, 10.0) for i in range(4)]
    wrong = [Glyph((i,), 5.0 * i, 5.0 * i + (2.0, 9.0)[i % 2], 10.0) for i in range(4)]
    assert erase._matched(show, codes, right, frozenset()) is not None
    assert erase._matched(show, codes, wrong, frozenset()) is None


def test_the_state_in_which_text_is_shown_is_followed() -> None:
    content = (
        b"q 2 0 0 2 5 5 cm BT /A 10 Tf 50 Tz 1 Tc (x) Tj ET Q BT /B 7 Tf (y) Tj "
        b"0 1 -1 0 0 0 Tm (z) Tj () Tj ET"
    )
    found = shows.shows(content, frozenset())
    assert found is not None
    assert [(s.font, s.size, s.scale, s.letter_gap) for s in found] == [
        ("A", 10.0, 1.0, 1.0),
        ("B", 7.0, 1.0, 0.0),
        ("B", 7.0, 0.0, 0.0),
    ]


def test_a_shape_under_a_box_goes_and_one_beside_it_stays(bench: Any, build: Any) -> None:
    """A letter drawn under text would show through in any program that can take a box away."""
    star = "{0} 703 m {1} 706 l {0} 709 l {1} 711 l {2} 709 l {2} 703 l h f "
    build.page(
        star.format(80, 82, 84) + star.format(300, 302, 304)
        + "BT /F1 12 Tf 72 700 Td (Zebediah) Tj ET"
    )  # fmt: skip
    with pikepdf.open(io.BytesIO(bench.redact(build.bytes(), PATTERN))) as pdf:
        operators = b"\n".join(bytes(stream.read_bytes()) for stream in pdf.pages[0].Contents)
    assert b"80 703 m" not in operators
    assert b"300 703 m" in operators
