"""Values that an OCR engine misread are found all the same, in text read off pictures only."""

from __future__ import annotations

import pytest

from handoff.detection.lookalikes import skeleton
from handoff.detection.propagation import Seeker
from handoff.detection.spreading import FoundValue
from handoff.model import TextUnit, UnitKind

VALUES = (
    FoundValue("PERSON", "Thornbury", name=True),
    FoundValue("ACCOUNT_NUMBER", "CO1X-50128", name=False),
    FoundValue("PERSON", "Ingrid Aaltonen", name=True),
)


def _found(text: str, kind: UnitKind = UnitKind.OCR) -> list[str]:
    found = Seeker(VALUES).find([TextUnit("u", kind, text)])
    return [text[f.start : f.end] for f in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("by Ms Thombury, the", ["Thombury"]),
        ("account C01X-5OI28 of", ["C01X-5OI28"]),
        ("Dr 1ngrid\nAa1tonen", ["1ngrid\nAa1tonen"]),
        ("the Thornburys", []),
        ("a thombury", []),
    ],
)
def test_what_looks_like_a_value_in_a_picture_is_one(text: str, found: list[str]) -> None:
    assert _found(text) == found


def test_in_text_that_was_not_read_by_an_engine_nothing_is_misread() -> None:
    assert _found("by Ms Thombury", UnitKind.BODY) == []


def test_a_value_that_is_read_right_is_found_once() -> None:
    assert _found("Ms Thornbury came") == ["Thornbury"]


def test_every_letter_of_a_skeleton_knows_where_it_came_from() -> None:
    letters, places = skeleton("Burn  1t")
    assert letters == "bum lt"
    assert places == [0, 1, 2, 4, 6, 7, 8]
