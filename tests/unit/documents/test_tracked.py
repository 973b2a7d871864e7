"""Tracked changes: kept on both sides, accepted without a trace, or a reason to hold."""

from __future__ import annotations

import io

import docx
import pytest

from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.errors import TrackedChangesError
from handoff.model import DocumentOptions
from tests.unit.documents.judge import assert_clean, assert_holds_together
from tests.unit.documents.word_builder import Word, paragraph, run

HANDLER = DocxFormat()
ACCEPT = DocumentOptions(tracked_changes="accept")
HOLD = DocumentOptions(tracked_changes="hold")
BY = 'w:id="1" w:author="Zebulon" w:date="2026-01-01T00:00:00Z"'


def _deleted(text: str) -> str:
    return f"<w:del {BY}>{run(text, 'delText')}</w:del>"


def _inserted(text: str) -> str:
    return f"<w:ins {BY}>{run(text)}</w:ins>"


def _mark(kind: str, text: str) -> str:
    return f"<w:p><w:pPr><w:rPr><w:{kind} {BY}/></w:rPr></w:pPr>{run(text)}</w:p>"


def _row(text: str, mark: str = "") -> str:
    properties = f"<w:trPr>{mark}</w:trPr>" if mark else ""
    return f"<w:tr>{properties}<w:tc>{paragraph(text)}</w:tc></w:tr>"


def _table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


_MOVE = (
    f'<w:p><w:moveFromRangeStart w:id="2" w:name="gone" w:author="Zebulon"/><w:moveFrom {BY}>'
    f'{run("gone")}</w:moveFrom><w:moveFromRangeEnd w:id="2"/></w:p>'
    f"<w:p><w:moveTo {BY}>{run('here')}</w:moveTo></w:p>"
)
_PROPERTIES = (
    f'<w:p><w:pPr><w:pPrChange {BY}><w:pPr><w:pStyle w:val="gone"/></w:pPr></w:pPrChange>'
    f"</w:pPr><w:r><w:rPr><w:rPrChange {BY}><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr>"
    "<w:t>text</w:t></w:r></w:p>"
)
_CELLS = (
    f"<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel {BY}/></w:tcPr>{paragraph('gone')}</w:tc>"
    f"<w:tc>{paragraph('stays')}</w:tc></w:tr></w:tbl>"
)

CHANGES: dict[str, tuple[str, list[str]]] = {
    "an insertion becomes text": (f"<w:p>{run('a ')}{_inserted('new')}</w:p>", ["a new"]),
    "a deletion vanishes": (f"<w:p>{run('a ')}{_deleted('gone')}</w:p>", ["a "]),
    "a deletion of an insertion vanishes": (
        f"<w:p>{run('a')}<w:ins {BY}>{_deleted('gone')}</w:ins></w:p>",
        ["a"],
    ),
    "what was moved stands at its new place": (_MOVE, ["", "here"]),
    "old properties vanish": (_PROPERTIES, ["text"]),
    "a deleted paragraph mark joins two paragraphs": (
        _mark("del", "one ") + paragraph("two"),
        ["one two"],
    ),
    "three are joined by two deleted marks": (
        _mark("del", "one ") + _mark("del", "two ") + paragraph("three"),
        ["one two three"],
    ),
    "an inserted paragraph mark stays one": (
        _mark("ins", "one") + paragraph("two"),
        ["one", "two"],
    ),
    "a deleted row vanishes": (_table(_row("gone", f"<w:del {BY}/>"), _row("stays")), ["stays"]),
    "an inserted row stays": (_table(_row("new", f"<w:ins {BY}/>")), ["new"]),
    "a table of deleted rows vanishes": (_table(_row("gone", f"<w:del {BY}/>")), [""]),
    "a deleted cell vanishes": (_CELLS, ["stays"]),
}


def _texts(produced: bytes) -> list[str]:
    body = docx.Document(io.BytesIO(produced)).element.body
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return [
        "".join(text.text or "" for text in item.iter(f"{name}t")) for item in body.iter(f"{name}p")
    ][1:-1]


@pytest.mark.parametrize("case", CHANGES)
def test_accepted_changes_leave_no_trace(case: str) -> None:
    body, expected = CHANGES[case]
    word = Word()
    word.body.append(body)
    content = word.build()
    door = HouseDoor(options=ACCEPT)
    texts = [unit.text for unit in HANDLER.read(content, door) if unit.text != "Zebulon"]
    produced = HANDLER.rewrite(content, (), door)
    assert _texts(produced) == expected
    assert not any("gone" in text for text in texts)
    assert_clean(HANDLER, produced, ["zebulon", "gone", "w:ins", "w:del", "author 1", "change"])
    assert_holds_together(produced)


@pytest.mark.parametrize("case", CHANGES)
def test_a_profile_can_hold_documents_with_changes(case: str) -> None:
    word = Word()
    word.body.append(CHANGES[case][0])
    with pytest.raises(TrackedChangesError) as caught:
        HANDLER.read(word.build(), HouseDoor(options=HOLD))
    assert "Zebulon" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("options", [ACCEPT, HOLD])
def test_a_document_without_changes_is_the_same_under_every_option(
    options: DocumentOptions,
) -> None:
    content = Word().build()
    produced = HANDLER.rewrite(content, (), HouseDoor(options=options))
    assert produced == HANDLER.rewrite(content, (), HouseDoor())


def test_both_sides_stay_unless_the_profile_says_otherwise() -> None:
    word = Word()
    word.body.append(f"<w:p>{_deleted('old')}{_inserted('new')}</w:p>")
    texts = [unit.text for unit in HANDLER.read(word.build(), HouseDoor())]
    assert {"old", "new"} <= set(texts)
