"""What was found once is found everywhere, and words are left alone."""

from __future__ import annotations

import pickle
from functools import partial

import pytest

from handoff.detection import propagation
from handoff.detection.folding import fold
from handoff.detection.propagation import Seeker, propagate, values_of
from handoff.detection.spreading import FoundValue, spread
from handoff.model import Finding, TextUnit, UnitKind
from tests.steps import calls, noting


def _units(*texts: str) -> list[TextUnit]:
    return [TextUnit(f"u{i}", UnitKind.BODY, text) for i, text in enumerate(texts)]


def _found(value: FoundValue, *texts: str) -> list[tuple[str, str]]:
    units = _units(*texts)
    by_id = {unit.unit_id: unit.text for unit in units}
    return [(f.unit_id, by_id[f.unit_id][f.start : f.end]) for f in Seeker([value]).find(units)]


PERSON = FoundValue("PERSON", "Anna Kowalska")


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Anna Kowalska came", ["Anna Kowalska"]),
        ("ANNA KOWALSKA came, anna kowalska left", ["ANNA KOWALSKA", "anna kowalska"]),
        ("Anna\nKowalska", ["Anna\nKowalska"]),
        ("Anna \u00a0  Kowalska's house", ["Anna \u00a0  Kowalska"]),
        ("An\u00adna Kowal\u200bska", ["An\u00adna Kowal\u200bska"]),
        ("https://example.com/anna-kowalska/cv", ["anna-kowalska"]),
        ("anna_kowalska.docx and annakowalska", ["anna_kowalska", "annakowalska"]),
        ("Joanna Kowalska, Anna Kowalskaja", []),
    ],
)
def test_a_full_name_is_found_in_any_casing_and_spacing(text: str, hits: list[str]) -> None:
    assert [hit for _, hit in _found(PERSON, text)] == hits


def test_a_name_that_goes_on_in_the_next_cell_is_found_in_both() -> None:
    assert _found(PERSON, "x Anna", "Kowalska y") == [("u0", "Anna"), ("u1", "Kowalska")]


def test_a_name_split_over_cells_is_found_beyond_the_first_window() -> None:
    filler = ["lorem ipsum " * 20] * 400
    hits = _found(PERSON, *filler, "Anna", "Kowalska", *filler)
    assert [text for _, text in hits] == ["Anna", "Kowalska"]


@pytest.mark.parametrize("filler", ["lorem ipsum ", "x", "ab\n"])
def test_a_long_unit_is_searched_in_stretches_that_lose_nothing(filler: str) -> None:
    text = ""
    places = []
    for length in range(49_300, 50_700, 40):
        text += (filler * length)[:length] + " "
        places.append(len(text))
        text += "Anna Kowalska "
    found = Seeker([PERSON]).find([TextUnit("u", UnitKind.BODY, text)])
    assert [f.start for f in found] == places
    assert {text[f.start : f.end] for f in found} == {"Anna Kowalska"}


_FORMS = {"John Kowalski", "Kowalski, John", "J. Kowalski", "J Kowalski"}


@pytest.mark.parametrize(
    ("entity", "text", "forms"),
    [
        ("PERSON", "John Kowalski", {*_FORMS, "Kowalski", "John"}),
        ("PERSON", "Kowalski, John", {*_FORMS, "Kowalski", "John"}),
        ("PERSON", "Mr Kowalski", {"Mr Kowalski", "Kowalski"}),
        # surnames that are words, roles or places do not spread alone
        ("PERSON", "Mary Court", {"Mary Court", "Court, Mary", "Mary"}),
        ("PERSON", "Denzel Washington", {"Denzel Washington", "Washington, Denzel", "Denzel"}),
        ("PERSON", "Mark May", {"Mark May", "May, Mark"}),
        # no names at all
        ("PERSON", "Net Income 2003", set()),
        ("PERSON", "Exhibit Schedule", set()),
        ("PERSON", "Al", set()),
        ("ORGANIZATION", "Zyxon Holdings Ltd", {"Zyxon Holdings Ltd", "Zyxon Holdings"}),
        ("ORGANIZATION", "The Company", set()),
        ("ORGANIZATION", "Supreme Court", set()),
        ("LOCATION", "Kraków", {"Kraków"}),
        ("DATE_TIME", "3 May 2001", set()),
        ("NRP", "Turkish", set()),
        ("CASE_NUMBER", "18403/91", {"18403/91"}),
        ("CASE_NUMBER", "1/9", set()),
        ("EMAIL_ADDRESS", "a@b.example", {"a@b.example"}),
        ("EMAIL_ADDRESS", "ana.lima@b.example", {"ana.lima@b.example", "ana lima"}),
        ("EMAIL_ADDRESS", "sales.team@b.example", {"sales.team@b.example"}),
    ],
)
def test_what_spreads_and_in_which_forms(entity: str, text: str, forms: set[str]) -> None:
    assert {value.text for value in spread(entity, text)} == forms


def test_a_surname_alone_counts_only_written_as_a_name() -> None:
    value = FoundValue("PERSON", "Strand", name=True)
    hits = _found(value, "Strand said. STRAND. Strand's. Strand, Strand", "on the strand")
    assert [text for _, text in hits] == ["Strand", "STRAND", "Strand", "Strand", "Strand"]


def test_a_surname_that_the_text_uses_as_a_word_does_not_spread() -> None:
    value = FoundValue("PERSON", "Income", name=True)
    assert _found(value, "Income rose. Income fell. The income of income.") == []


def test_a_name_in_addresses_and_links_is_not_used_as_a_word() -> None:
    value = FoundValue("PERSON", "Eleanor", name=True)
    text = "Dear Eleanor, (eleanor.hollis@example.com, x/eleanor/y, eleanor-cv.pdf)"
    assert [found for _, found in _found(value, text)] == ["Eleanor"]


def test_single_names_are_not_looked_for_in_raw_bytes_and_full_names_are() -> None:
    values = [FoundValue("PERSON", "Roman", name=True), FoundValue("PERSON", "Jan Roman")]
    raw = TextUnit("raw", UnitKind.RAW, "/BaseFont /Times-Roman (Jan Roman) Tj")
    assert [(f.start, f.end) for f in Seeker(values).find([raw])] == [(24, 33)]


def test_propagation_adds_to_findings_and_keeps_them_in_order() -> None:
    units = _units("Anna Kowalska", "then ANNA KOWALSKA and Kowalska")
    first = Finding("u0", 0, 13, "PERSON", 0.85, "x")
    everywhere = propagate(units, [first], values_of(units, [first]))
    assert first in everywhere
    assert {(f.unit_id, f.start, f.end) for f in everywhere} >= {("u1", 5, 18), ("u1", 23, 31)}
    assert [f.unit_id for f in everywhere] == sorted(f.unit_id for f in everywhere)


def test_values_cross_processes_and_never_show_their_text() -> None:
    value = FoundValue("PERSON", "Anna Kowalska")
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301
    assert "Kowalska" not in repr(value)


def test_ten_thousand_values_are_sought_in_one_passage_through_a_megabyte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The text is folded and walked through once, a window at a time, however many values."""
    unit = TextUnit("u", UnitKind.BODY, "some words of a contract, Name7 Surname7. " * 25_000)
    took = []
    for count in (10, 10_000):
        seeker = Seeker([FoundValue("PERSON", f"Name{i} Surname{i}") for i in range(count)])
        walked: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr(propagation, "fold", noting(fold, walked))
            assert len(seeker.find([unit])) == 25_000
        assert sum(map(len, walked)) < 1.02 * len(unit.text)
        took.append(calls(partial(seeker.find, [unit])))
    assert took[1] <= 1.01 * took[0]
