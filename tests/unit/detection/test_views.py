"""Blocks and views: nothing is lost, and every offset leads back."""

from __future__ import annotations

import pytest

from handoff.detection.casing import has_capitals, truecase
from handoff.detection.folding import fold
from handoff.detection.views import BLOCK_CHARS, blocks, view


@pytest.mark.parametrize(
    "text",
    [
        "one\n\ntwo\n \t\nthree",
        "x" * 9_001,
        "word " * 3_000,
        "\n".join(["a line of a table"] * 1_000),
        "A sentence ends here. " * 600,
        "",
        " \n \n ",
    ],
)
def test_blocks_cover_every_visible_character_in_order(text: str) -> None:
    covered = ["\0"] * len(text)
    after = 0
    for block in blocks(text):
        assert block.start >= after
        assert len(block.text) <= BLOCK_CHARS
        after = block.start + len(block.text)
        covered[block.start : after] = block.text
    lost = [char for char, seen in zip(text, covered, strict=True) if seen == "\0"]
    assert not "".join(lost).strip()


def test_a_view_drops_invisible_characters_and_leads_back_to_them() -> None:
    block = "J\u200bo\u00adhn\u00a0Smith"
    seen = view(block)
    assert seen.text == "John Smith"
    start = seen.text.index("ohn")
    low, high = seen.span(start, start + 3)
    assert block[low:high] == "o\u00adhn"


def test_marks_around_a_name_are_blanks_and_masks_stay() -> None:
    assert (
        view("Did **Priya Raman** or _Bo_ pay `Co`?").text
        == "Did   Priya Raman   or  Bo  pay  Co ?"
    )
    assert view("***-**-1234 a_b 2*3").text == "***-**-1234 a_b 2*3"


def test_lines_broken_by_the_margin_are_joined_and_lists_are_not() -> None:
    wrapped = "This paragraph was broken by its margin after Mr John\nSmith came in."
    listed = "John Smith\nPartner\nAcme LLP"
    assert view(wrapped).text == wrapped.replace("\n", " ")
    assert view(listed).text == listed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SOPHY SANTINO v ACME LLC", "Sophy Santino v Acme LLC"),
        ("JEAN-LUC O'BRIEN AND ANNE VAN DER BERG", "Jean-Luc O'Brien and Anne van der Berg"),
        ("As written by McDonald", "As written by McDonald"),
        ("İSTANBUL ÇELİK", "İSTANBUL ÇELİK".replace("ÇELİK", "ÇELİK")),
    ],
)
def test_truecasing_writes_names_as_names_and_keeps_the_length(text: str, expected: str) -> None:
    assert len(truecase(text)) == len(text)
    if "İ" not in text:
        assert truecase(text) == expected


def test_one_word_in_capitals_is_no_run_of_capitals() -> None:
    assert not has_capitals("the ECHR held that the UK was wrong")
    assert has_capitals("BETWEEN: JOHN SMITH, Claimant")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("John  SMITH", "john smith"),
        ("John\r\n\tSmith", "john smith"),
        ("Jo\u00adhn \u200bSmith", "john smith"),
        ("O\u2019Brien", "o'brien"),
        ("İSTANBUL", "İstanbul"),
        ("x", "x"),
        ("", ""),
    ],
)
def test_folding_ignores_case_spacing_and_typography(text: str, folded: str) -> None:
    result = fold(text)
    assert result.text == folded
    if folded:
        assert result.span(0, len(folded)) == (0, len(text))
