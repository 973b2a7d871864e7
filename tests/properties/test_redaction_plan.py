"""Properties of the plan: nothing covered is ever left, nothing else is ever touched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handoff.model import EntityRule, Finding, Operator, RedactionProfile, TextUnit, UnitKind
from handoff.redaction.apply import apply_to_text, replacement_spans
from handoff.redaction.plan import decide
from handoff.redaction.pseudonyms import assign, normalised

ENTITIES = {
    "PERSON": Operator.PSEUDONYMIZE,
    "US_SSN": Operator.REMOVE,
    "ACCOUNT_NUMBER": Operator.MASK,
    "DATE_TIME": Operator.KEEP,
}
PROFILE = RedactionProfile(
    "p", "0" * 64, "en", {name: EntityRule(operator) for name, operator in ENTITIES.items()}
)
TEXT = st.text(alphabet="abcXYZ 123-.\n", min_size=1, max_size=60)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[TextUnit, list[Finding]]:
    text = draw(TEXT)
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    raw = draw(st.lists(st.tuples(spans, st.sampled_from(sorted(ENTITIES))), max_size=8))
    findings = [Finding("u", min(span), max(span), entity, 0.5, "t") for span, entity in raw]
    return TextUnit("u", UnitKind.BODY, text), findings


@given(_cases())
def test_exactly_what_is_covered_goes(case: tuple[TextUnit, list[Finding]]) -> None:
    unit, findings = case
    covered = {
        index
        for finding in findings
        if ENTITIES[finding.entity] is not Operator.KEEP
        for index in range(finding.start, finding.end)
    }
    plan = decide([unit], findings, PROFILE, b"k")
    gone = [i for f in plan.findings for i in range(f.start, f.end)]
    assert sorted(gone) == sorted(covered)


@given(_cases())
def test_redactions_are_ordered_apart_and_where_they_say(
    case: tuple[TextUnit, list[Finding]],
) -> None:
    unit, findings = case
    plan = decide([unit], findings, PROFILE, b"k")
    redactions = plan.redactions(assign(plan.tokens))
    text = apply_to_text(unit.text, redactions)
    for redaction, (start, end) in zip(redactions, replacement_spans(redactions), strict=True):
        assert text[start:end] == redaction.replacement
    ends = [0, *(r.finding.end for r in redactions)]
    assert all(r.finding.start >= end for r, end in zip(redactions, ends, strict=False))


@given(_cases(), st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(
    case: tuple[TextUnit, list[Finding]], random: object
) -> None:
    unit, findings = case
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (decide([unit], f, PROFILE, b"k") for f in (findings, shuffled))
    assert [(d.finding.start, d.finding.end, d.operator) for d in one.decisions] == [
        (d.finding.start, d.finding.end, d.operator) for d in other.decisions
    ]


@given(st.text(max_size=40), st.sampled_from(["PERSON", "ORGANIZATION"]))
def test_normalising_twice_changes_nothing_more(text: str, entity: str) -> None:
    once = normalised(entity, text)
    assert normalised(entity, once) == once
