"""What a text cites stays; what it is about goes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from handoff.detection import citations as module
from handoff.detection.citations import citations
from handoff.detection.engine import PresidioDetector
from handoff.detection.propagation import Seeker
from handoff.detection.spreading import FoundValue
from handoff.model import RedactionProfile, TextUnit, UnitKind
from tests.steps import calls, stepper

MOST, MOST_BACK = 4_000, 20_000
"""Steps of an attempt to match: where a source may begin, and in the little that is before it."""
ROWS: list[tuple[str, list[str]]] = [
    ("as held in Smith v Jones [1998] AC 1, the court", ["Smith v Jones [1998] AC 1"]),
    ("Roe v. Wade, 410 U.S. 113 (1973) held", ["Roe v. Wade, 410 U.S. 113 (1973)"]),
    ("see [2020] EWCA Civ 5 at [12]", ["[2020] EWCA Civ 5 at [12]"]),
    (
        "R (Miller) v Secretary of State for Exiting the European Union [2017] UKSC 5",
        ["R (Miller) v Secretary of State for Exiting the European Union [2017] UKSC 5"],
    ),
    (
        "see Kudła v. Poland [GC], no. 30210/96, § 91, ECHR 2000-XI",
        ["Kudła v. Poland [GC], no. 30210/96, § 91", "ECHR 2000-XI"],
    ),
    (
        "Case C-415/93 Union Royale Belge v Bosman EU:C:1995:463",
        ["Case C-415/93 Union Royale Belge v Bosman EU:C:1995:463"],
    ),
    (
        "Kesavananda Bharati v State of Kerala (1973) 4 SCC 225",
        ["Kesavananda Bharati v State of Kerala (1973) 4 SCC 225"],
    ),
    (
        "Barclays Bank plc v O'Brien\n[1994] 1 AC 180",
        ["Barclays Bank plc v O'Brien\n[1994] 1 AC 180"],
    ),
    ("the Data Protection Act 2018 applies", ["Data Protection Act 2018"]),
    ("under 42 U.S.C. § 1983", ["42 U.S.C. § 1983"]),
    ("Regulation (EU) 2016/679", ["Regulation (EU) 2016/679"]),
    # a name before the case, and a sentence before it, are no part of it
    ("said Mr Okafor and Smith v Jones [1998] AC 1", ["Smith v Jones [1998] AC 1"]),
    ("to Mrs Hollis. Smith v Jones [1998] AC 1", ["Smith v Jones [1998] AC 1"]),
    ("met Anna Hollis, who cited [1998] AC 1", ["[1998] AC 1"]),
    # a case name without its source, and the document's own number, are no authority
    ("Smith v Jones", []),
    ("application no. 12345/05 against Poland", []),
    ("Neutral Citation Number: [2024] EWHC 12 (Ch)", []),
    ("in the year 1998 in court", []),
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_a_citation_is_its_source_and_the_name_before_it(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in citations(text)] == expected


@pytest.mark.parametrize(
    "worst",
    [
        "[1998] AC 1 ", "Smith v Jones [1998] AC 1 ", "A v B ", "Aa ", "A. ", "(", "1 ",
        "Act 1998 ",
        "410 U.S. 113 ", "[GC], no. 1/11 ", "In re A ", "Re ", "v ", "a", "[", " ", "Of the ",
    ],
)  # fmt: skip
def test_citations_are_found_in_linear_time(worst: str) -> None:
    """Every attempt of a pattern has its bound, and twice the text takes twice the calls."""
    text = (worst * 40_000)[:40_000]
    middle = len(text) // 2 // len(worst) * len(worst)
    for pattern in (module._OPENING, module._REPEATED, module._SOURCE, module._TAG):
        for start in (*range(len(worst)), *range(middle, middle + len(worst))):
            match = pattern.match(text, start)
            took = max(1, match.end() - start) if match else 1
            end = stepper(pattern).match(text, start, MOST * took)
            assert end == (match.end() if match else None)
    before = text[: module._BACK]
    for pattern in (module._OWN, module._NAME, module._STATUTE):
        starts = range(len(before))
        ends = [stepper(pattern).match(before, start, MOST_BACK) for start in starts]
        found = pattern.search(before)
        assert next((e for e in ends if e is not None), None) == (found.end() if found else None)
    once, twice = (calls(partial(all_of, (worst * n)[:n])) for n in (20_000, 40_000))
    assert twice <= 2 * once + 100


def all_of(text: str) -> list[tuple[int, int]]:
    return list(citations(text))


def _unit(text: str) -> TextUnit:
    return TextUnit("u", UnitKind.BODY, text)


TEXT = "Mr Smith relied on Smith v Jones [1998] AC 1 and on Mr Jones."


def test_found_names_are_kept_in_citations_and_go_elsewhere() -> None:
    values = [FoundValue("PERSON", "Smith", name=True), FoundValue("PERSON", "Jones", name=True)]
    found = [f.start for f in Seeker(values).find([_unit(TEXT)])]
    assert found == [TEXT.index("Smith"), TEXT.rindex("Jones")]
    assert len(Seeker(values, keep_citations=False).find([_unit(TEXT)])) == 4


def test_a_citation_that_names_a_party_of_the_matter_is_no_authority() -> None:
    values = [FoundValue("PERSON", "Smith", name=True), FoundValue("PARTY", "Jones")]
    seeker = Seeker(values)
    assert len(seeker.find([_unit(TEXT)])) == 4
    assert seeker.without_citations([_unit(TEXT)]) == [_unit(TEXT)]


def test_citations_are_blanked_for_the_recheck_and_lengths_stay() -> None:
    (blanked,) = Seeker([FoundValue("PERSON", "Smith")]).without_citations([_unit(TEXT)])
    assert "v Jones" not in blanked.text
    assert blanked.text.startswith("Mr Smith relied on")
    assert len(blanked.text) == len(TEXT)


def _entities(detector: PresidioDetector, text: str) -> set[tuple[str, str]]:
    return {(f.entity, text[f.start : f.end]) for f in detector.find([_unit(text)])}


def test_the_profile_chooses_whether_authorities_stay(
    model: Path, profile: RedactionProfile, detector: PresidioDetector
) -> None:
    text = "It was held in Donoghue v Stevenson [1932] AC 562 that Mr Kowalski owed a duty."
    assert _entities(detector, text) == {("PERSON", "Kowalski")}
    strict = PresidioDetector(model, replace(profile, keep_citations=False))
    assert ("CASE_NUMBER", "Donoghue v Stevenson [1932] AC 562") in _entities(strict, text)


def test_a_cited_case_of_the_matter_goes_with_its_number(
    model: Path, profile: RedactionProfile
) -> None:
    listed = replace(profile, parties=(("Stevenson",),))
    found = _entities(PresidioDetector(model, listed), "Donoghue v Stevenson [1932] AC 562")
    assert ("CASE_NUMBER", "Donoghue v Stevenson [1932] AC 562") in found


MARKUP = [
    ("<p>on <i>Zyxon Ltd v Kowalski</i> [1994] 1 AC 180</p>", "Zyxon Ltd"),
    (
        "\n\u241e\n{x}i\n\u241e\nZyxon Ltd v Kowalski\n\u241e\npreserve\n\u241e\n [1994] 1 AC 180",
        "Zyxon Ltd",
    ),
    ("<i>Zyxon Ltd v Kow=\nalski</i> [1994] 1 AC 180", "Kow"),
]


@pytest.mark.parametrize(("raw", "cited"), MARKUP)
def test_a_citation_in_changing_typefaces_is_one_in_the_raw_bytes_too(raw: str, cited: str) -> None:
    unit = TextUnit("u", UnitKind.RAW, raw)
    (blanked,) = Seeker([FoundValue("ORGANIZATION", "Zyxon Ltd")]).without_citations([unit])
    assert cited not in blanked.text
    assert len(blanked.text) == len(raw)


def test_a_citation_in_raw_bytes_does_not_reach_into_the_paragraph_before() -> None:
    raw = "<p>Zyxon Ltd</p><p>Donoghue v Stevenson [1932] AC 562</p>"
    unit = TextUnit("u", UnitKind.RAW, raw)
    (blanked,) = Seeker([FoundValue("ORGANIZATION", "Zyxon Ltd")]).without_citations([unit])
    assert "Zyxon Ltd" in blanked.text
    assert "Donoghue" not in blanked.text
