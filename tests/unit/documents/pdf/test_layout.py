"""How characters become paragraphs, and how a span finds back to its glyphs."""

from __future__ import annotations

import struct

import pytest

from handoff.documents.pdf import bulk
from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.compare import letters_kept
from handoff.documents.pdf.geometry import Matrix, Rect
from handoff.documents.pdf.layout import PageText, quarter_turns
from handoff.documents.pdf.locate import plan_page
from handoff.model import Finding, Operator, Redaction


def page(*rows: tuple[str, float, float], angle: float = 0.0) -> Chars:
    """Characters 6 wide and 10 high, each row at (x, y); U+0002 is a dividing hyphen."""
    records = []
    for text, x, y in rows:
        for position, char in enumerate(text):
            left = x + 6.0 * position
            flags = bulk.HYPHEN if char == "\2" else 0
            records.append(
                struct.pack("<IIIf", ord(char), flags, 1, 10.0)
                + struct.pack("<4d", left + 1, left + 5, y, y + 8)
                + struct.pack("<4ff4x", left, y + 8, left + 6, y - 2, angle)
            )
        if not text.endswith("\2"):
            for code in b"\r\n":
                records.append(struct.pack("<IIIf", code, bulk.GENERATED, 0, 0.0) + bytes(56))
    return Chars(b"".join(records))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("one", 0, 700), ("two", 0, 688)], ["one\ntwo"]),
        ([("one", 0, 700), ("two", 0, 600)], ["one", "two"]),
        ([("left", 0, 700), ("right", 300, 500)], ["left", "right"]),
        ([("Sören ß", 0, 700)], ["Sören ß"]),
        ([("gri\ufb03th", 0, 700)], ["griffith"]),
        ([("a\u200bb\u00adc", 0, 700)], ["abc"]),
        ([("a\u00a0b\u3000c", 0, 700)], ["a b c"]),
        ([("x\ud83d\ude00y", 0, 700)], ["x\U0001f600y"]),
        ([("x\ude00y", 0, 700)], ["x\ufffdy"]),
        ([("   ", 0, 700)], []),
        ([], []),
    ],
)
def test_paragraphs(rows: list[tuple[str, float, float]], expected: list[str]) -> None:
    assert [p.text for p in PageText(page(*rows)).paragraphs] == expected


def test_every_character_of_a_paragraph_knows_its_glyph() -> None:
    chars = page(("gri\ufb03th", 0, 700), ("of x", 0, 688))
    (paragraph,) = PageText(chars).paragraphs
    assert len(paragraph.text) == len(paragraph.chars)
    assert {chars.text[i] for i in paragraph.chars[3:6]} == {"\ufb03"}


def _plan(chars: Chars, start: int, end: int) -> set[int]:
    finding = Finding("p1.1", start, end, "PERSON", 1.0, "test")
    return set(plan_page(0, PageText(chars), [Redaction(finding, Operator.REMOVE, "[X]")]).removed)


def test_a_span_takes_the_invisible_characters_inside_it() -> None:
    chars = page(("ab\u200bcd", 0, 700))
    assert _plan(chars, 1, 3) == {1, 2, 3}


def test_one_box_a_line_and_the_label_in_the_widest() -> None:
    chars = page(("xx Jo", 0, 700), ("Sorensen yy", 0, 688))
    finding = Finding("p1.1", 3, 14, "PERSON", 1.0, "test")
    plan = plan_page(0, PageText(chars), [Redaction(finding, Operator.PSEUDONYMIZE, "[P]")])
    assert [box.label for box in plan.boxes] == ["", "[P]"]
    assert plan.boxes[1].area.width == pytest.approx(8 * 6 - 2, abs=1)


def test_strips_stay_inside_their_glyphs() -> None:
    chars = page(("abc", 0, 700))
    finding = Finding("p1.1", 1, 2, "PERSON", 1.0, "test")
    (strip,) = plan_page(0, PageText(chars), [Redaction(finding, Operator.REMOVE, "")]).strips
    assert 7 < strip.left < strip.right < 11
    assert 700 < strip.bottom < strip.top < 708


@pytest.mark.parametrize(
    ("angle", "quarter"),
    [(0, 0), (1.57, 1), (3.14, 2), (4.71, 3), (6.28, 0), (-1.57, 3), (0.3, 0), (float("nan"), 0)],
)
def test_directions_are_the_nearest_quarter_turn(angle: float, quarter: int) -> None:
    assert quarter_turns(angle) == quarter


def test_maps_are_applied_in_the_order_written() -> None:
    double, shift = Matrix(2, 0, 0, 2), Matrix(e=10, f=1)
    unit = Rect(0, 0, 1, 1)
    assert double.then(shift).apply(unit) == Rect(10, 1, 12, 3)
    assert shift.then(double).apply(unit) == Rect(20, 2, 22, 4)


def test_a_span_that_takes_the_line_break_takes_no_glyph_of_the_next_line() -> None:
    assert _plan(page(("ab", 0, 700), ("cd", 0, 688)), 0, 3) == {0, 1}


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        ("ab [X] cd", True),
        ("ab [X] c", True),
        ("[X]", False),
        ("ab [X] cd S", False),
        ("ab cd", False),
        ("ab Secret [X] cd", False),
    ],
    ids=["as planned", "one lost", "too many lost", "one left", "no label", "all left"],
)
def test_letters_must_go_and_come_as_planned(after: str, kept: bool) -> None:
    chars = page(("ab Secret cd", 0, 700))
    finding = Finding("p1.1", 3, 9, "PERSON", 1.0, "test")
    plan = plan_page(0, PageText(chars), [Redaction(finding, Operator.PSEUDONYMIZE, "[X]")])
    assert letters_kept(plan, page((after, 0, 700)).text) is kept
