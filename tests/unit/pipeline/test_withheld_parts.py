"""What was withheld of a document is told by the log again, and the run does not end with 0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from handoff.cli.outcomes import exit_code, outcome_fields, tally
from handoff.custody.words import sentence
from handoff.model import AlreadyDelivered, CustodyEvent, JsonValue, Ready, WithheldPart
from handoff.pipeline.batch import BatchState, _apply, already_delivered
from handoff.pipeline.events import _place

PART = WithheldPart("attachment 2, member 1", "document.encrypted", "it is encrypted")


def event(kind: str, **details: JsonValue) -> CustodyEvent:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    nothing: Mapping[str, str] = {}
    return CustodyEvent(0, now, kind, "a", "h", "t", "b", "d", nothing, nothing, "", details)


def _told(*events: CustodyEvent) -> AlreadyDelivered:
    state = BatchState("b", control={"d": "ACME-000001"})
    for each in events:
        _apply(state, each)
    return already_delivered(state, "d")


def test_the_log_tells_again_what_was_withheld() -> None:
    held = event("document.part_held", place=_place(PART.place), code=PART.code)
    [part] = _told(event("document.redacted"), held).withheld
    assert (part.place, part.code) == (PART.place, PART.code)
    assert "password" in part.message


def test_a_document_that_was_made_anew_has_only_what_was_withheld_then() -> None:
    first = event("document.part_held", place="attachment-1", code="document.damaged")
    second = event("document.part_held", place="attachment-2", code="document.damaged")
    made = event("document.redacted")
    assert [part.place for part in _told(made, first, made, second).withheld] == ["attachment 2"]
    assert not _told(made, first, made).withheld


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("attachment 2, member 1", "attachment-2/member-1"),
        ("slide 3, embedded object 2", "slide-3/embedded-object-2"),
        ("Größe, ?, part 1", "Gr-e/part-1"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_place_is_a_code_in_the_log(place: str, code: str) -> None:
    assert _place(place) == code


def test_a_part_that_stays_here_is_said_and_is_no_success() -> None:
    whole = Ready("d", "DOC-000001", "message/rfc822", 9, {})
    gone = Ready("e", "DOC-000002", "message/rfc822", 9, {}, (PART,))
    assert exit_code([whole]) == 0
    assert exit_code([whole, gone]) == 3
    assert tally([whole, gone]) == "2 ready, 1 part held back"
    assert outcome_fields(gone)["withheld"] == [
        {"place": PART.place, "code": PART.code, "message": PART.message}
    ]


def test_the_event_is_a_sentence() -> None:
    told = sentence(event("document.part_held", place="attachment-2", code="document.encrypted"))
    assert told == (
        "A part of the document was held back, the rest went on: attachment-2 (document.encrypted)"
    )
