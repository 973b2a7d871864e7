"""Property: a name planted in any casing, spacing and joint is found, redacted and gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handoff.detection.folding import fold
from handoff.detection.propagation import Seeker
from handoff.detection.spreading import FoundValue
from handoff.model import TextUnit, UnitKind

VALUE = FoundValue("PERSON", "Anna Kowalska")
CASINGS = st.sampled_from([str.upper, str.lower, str.title, str.swapcase])
GAPS = st.text(alphabet=" \n\t\u00a0\u200b\u00ad", min_size=1, max_size=4).filter(
    lambda gap: any(char.isspace() for char in gap)
)
AROUND = st.text(max_size=20)


@given(CASINGS, GAPS, AROUND, AROUND)
def test_a_planted_name_is_found_where_it_stands(
    casing: object, gap: str, before: str, after: str
) -> None:
    assert callable(casing)
    planted = f"{casing('Anna')}{gap}{casing('Kowalska')}"
    text = f"{before} {planted} {after}"
    start = len(before) + 1
    found = Seeker([VALUE]).find([TextUnit("u", UnitKind.BODY, text)])
    assert any(f.start <= start and f.end >= start + len(planted) for f in found)


@given(st.text(max_size=200))
def test_folding_leads_back_to_where_each_character_was(text: str) -> None:
    folded = fold(text)
    spans = [folded.span(i, i + 1) for i in range(len(folded.text))]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
