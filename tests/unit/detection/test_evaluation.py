"""The evaluation counts what its protocol says, and refuses corpora that it would count wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handoff.detection.evaluation.contestants import stock_presidio
from handoff.detection.evaluation.corpus import Annotated, Mention, read_corpus, sample
from handoff.detection.evaluation.protocol import (
    DIRECT,
    LEAKS,
    MASKED_SHARE,
    MENTIONS,
    PRECISION,
    QUASI,
    Span,
    measures,
    score,
)
from handoff.detection.evaluation.run import evaluate
from handoff.errors import CorpusError

TEXT = "Mr John Smith of Acme met Smith in case 12/99."


def _at(part: str, kind: str, identifier: str, entity: str, after: int = 0) -> Mention:
    start = TEXT.index(part, after)
    return Mention(start, start + len(part), kind, identifier, entity)


DOCUMENT = Annotated(
    1,
    TEXT,
    (
        _at("Mr John Smith", "PERSON", "DIRECT", "p1"),
        _at("Smith", "PERSON", "DIRECT", "p1", 20),
        _at("Acme", "ORG", "QUASI", "o1"),
        _at("12/99", "CODE", "DIRECT", "c1"),
    ),
)


def _span(part: str, after: int = 0) -> Span:
    start = TEXT.index(part, after)
    return start, start + len(part)


@pytest.mark.parametrize(
    ("spans", "measure", "hits", "cases"),
    [
        ([], MENTIONS, 0, 4),
        ([_span("John Smith")], MENTIONS, 1, 4),  # the title is free
        ([_span("John")], MENTIONS, 0, 4),  # half a name is none
        ([_span("John"), _span("Smith")], MENTIONS, 1, 4),  # two findings may share a mention
        ([_span("John Smith")], DIRECT, 0, 2),  # the second mention of p1 stands
        ([_span("John Smith"), _span("Smith", 20)], DIRECT, 1, 2),
        ([_span("Acme")], QUASI, 1, 1),
        ([_span("Acme")], LEAKS, 1, 1),
        ([_span("John Smith"), _span("Smith", 20), _span("12/99")], LEAKS, 0, 1),
        ([_span("of"), _span("Acme")], PRECISION, 1, 2),
        ([_span("of Acme")], PRECISION, 1, 1),  # touching is enough
        ([(0, len(TEXT))], MASKED_SHARE, len(TEXT), len(TEXT)),
        ([_span("12/99")], "CODE fully covered", 1, 1),
    ],
)
def test_what_counts(spans: list[Span], measure: str, hits: int, cases: int) -> None:
    assert score(DOCUMENT, spans).ratios[measure] == (hits, cases)


def test_what_was_missed_is_named() -> None:
    missed = score(DOCUMENT, [_span("John Smith"), _span("12/99")]).missed
    assert [TEXT[m.start : m.end] for m in missed] == ["Smith", "Acme"]


def test_the_interval_holds_the_value_and_comes_out_the_same_twice() -> None:
    half = [score(DOCUMENT, [_span("Acme")]), score(DOCUMENT, [(0, len(TEXT))])] * 10
    first, second = measures(half)[MENTIONS], measures(half)[MENTIONS]
    assert first == second
    assert first.low < first.value == 0.625 < first.high
    assert first.cases == 80


def test_a_measure_without_a_case_is_left_out() -> None:
    nothing = Annotated(1, "x y", (Mention(0, 1, "AGE", "", "a"),))
    assert DIRECT not in measures([score(nothing, [])])


def _benchmark(**changes: object) -> str:
    span = {
        "start_offset": 0, "end_offset": 4, "entity_type": "PERSON",
        "identifier_type": "DIRECT", "entity_id": "e1",
    }  # fmt: skip
    return json.dumps({"text": "John went", "entities": [{**span, **changes}]})


def _presidio(**changes: object) -> str:
    span = {"start_position": 0, "end_position": 4, "entity_type": "PERSON"}
    return json.dumps([{"full_text": "John went", "spans": [{**span, **changes}]}])


@pytest.mark.parametrize("content", [_benchmark(), _presidio(), "\ufeff" + _benchmark() + "\n\n"])
def test_both_formats_are_read(tmp_path: Path, content: str) -> None:
    path = tmp_path / "corpus"
    path.write_text(content, "utf-8")
    (document,) = read_corpus(path)
    assert document.text == "John went"
    assert [(m.start, m.end, m.kind) for m in document.mentions] == [(0, 4, "PERSON")]


BAD = {
    "no JSON": (_benchmark() + "\n{oops", "line 2"),
    "no JSON array": ("[\n{oops", "line 2"),
    "no object": ("7", "line 1"),
    "no text": ('{"entities": []}', "line 1"),
    "no list": ('{"text": "John", "entities": 3}', "line 1"),
    "a span that is none": (
        _benchmark() + '\n{"text": "x", "entities": [1]}',
        "line 2, entities 1",
    ),
    "past the end": (_benchmark(end_offset=99), "line 1, entities 1"),
    "turned round": (_benchmark(start_offset=4), "line 1, entities 1"),
    "a truth value for a number": (_benchmark(start_offset=True), "line 1, entities 1"),
    "no type": (_presidio(entity_type=""), "document 1, spans 1"),
    "an unknown identifier": (_benchmark(identifier_type="direct"), "line 1, entities 1"),
    "nothing to mask": (_benchmark(identifier_type="NO_MASK"), "no mention"),
    "empty": ("", "no mention"),
    "nested": ("[" * 100_000, "nested"),
}


@pytest.mark.parametrize(("content", "place"), BAD.values(), ids=BAD.keys())
def test_a_bad_corpus_is_refused_by_place_and_without_its_text(
    tmp_path: Path, content: str, place: str
) -> None:
    path = tmp_path / "corpus"
    path.write_text(content, "utf-8")
    with pytest.raises(CorpusError) as caught:
        read_corpus(path)
    assert place in caught.value.message
    assert "John" not in caught.value.message
    assert caught.value.__cause__ is None


def test_what_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9")
    for name in ("latin", "nowhere"):
        with pytest.raises(CorpusError):
            read_corpus(tmp_path / name)


def test_a_sample_is_the_same_for_the_same_seed_and_in_order() -> None:
    documents = [Annotated(n, "x", ()) for n in range(1, 101)]
    first = sample(documents, 10, 1)
    assert first == sample(documents, 10, 1) != sample(documents, 10, 2)
    assert [d.number for d in first] == sorted(d.number for d in first)
    assert sample(documents, None, 1) == sample(documents, 200, 1) == tuple(documents)


def test_both_sides_are_scored_on_the_same_documents() -> None:
    report = evaluate(
        [DOCUMENT], {"all": lambda text: [(0, len(text))], "none": lambda _: []}, rounds=2
    )
    assert report.sides["all"].measures[MENTIONS].value == 1
    assert report.sides["none"].measures[MENTIONS].value == 0
    assert len(report.ratios("all", "none")) == 2
    assert (report.chars, report.mentions) == (len(TEXT), 4)
    assert report.missed("all") == []
    assert len(report.missed("none")) == 4


def test_stock_presidio_is_presidios_own_and_none_of_our_recognizers(model: Path) -> None:
    """Presidio picks the classes of its configuration by bare name, among all that are imported."""
    found = stock_presidio(model)("Call John Smith on +1 212 555 0123, docket no. 18403/91.")
    assert (5, 15) in found
    assert not any(start <= 50 < end for start, end in found)
