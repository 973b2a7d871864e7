"""What `read` leaves for `rewrite` is had once, for the same bytes, and from its own door alone."""

from __future__ import annotations

from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.documents.opened import Opened
from tests.unit.documents.word_builder import Word, paragraph, run


def test_what_is_kept_is_given_once() -> None:
    opened = Opened()
    opened.keep(b"document", [1])
    assert opened.take(b"document", list) == [1]
    assert opened.take(b"document", list) is None


def test_other_bytes_or_another_kind_get_nothing_and_leave_nothing() -> None:
    for asked, kind in ((b"another", list), (b"document", dict)):
        opened = Opened()
        opened.keep(b"document", [1])
        assert opened.take(asked, kind) is None
        assert opened.take(b"document", list) is None


def test_only_the_last_document_is_kept() -> None:
    opened = Opened()
    opened.keep(b"first", [1])
    opened.keep(b"second", [2])
    assert opened.take(b"second", list) == [2]
    opened.keep(b"first", [1])
    opened.keep(b"second", [2])
    assert opened.take(b"first", list) is None


def test_a_rewritten_document_leaves_nothing_to_the_next_rewrite() -> None:
    word = Word()
    word.body.append(paragraph(run("An ordinary second paragraph.")))
    content, handler, door = word.build(), DocxFormat(), HouseDoor()
    handler.read(content, door)
    first = handler.rewrite(content, (), door)
    assert handler.rewrite(content, (), door) == first


def test_documents_inside_share_the_door_of_what_holds_them() -> None:
    door = HouseDoor()
    _, inner = door._enter(Word().build(), "read", "a1")
    assert inner.opened is door.opened
    assert HouseDoor().opened is not door.opened
