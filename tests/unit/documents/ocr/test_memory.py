"""What was read in a picture is known on a second visit, by its very pixels, within bounds."""

from __future__ import annotations

import pytest
from PIL import Image

from handoff.documents.ocr import Box, OcrPage, OcrWord, Verdict, memory, remembering

WORD = OcrWord("Thornbury", Box(0, 0, 9, 9), 0.9, 1, 1)


class Reader:
    """Counts how often it reads."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> OcrPage:
        self.times += 1
        return OcrPage((4, 4), (WORD,) * self.times, Verdict.TRUSTED)


def test_a_picture_is_read_once_over_both_visits() -> None:
    picture, read = Image.new("L", (4, 4)), Reader()
    with remembering() as readings:
        first = memory.once(picture, read)
        assert memory.once(picture.copy(), read) == first
    with remembering(readings.pack()):
        assert memory.once(picture, read) == first
    assert read.times == 1


@pytest.mark.parametrize(
    "other",
    [
        Image.new("L", (4, 4), 1),
        Image.new("L", (2, 8)),
        Image.new("P", (4, 4)),
        Image.new("RGB", (4, 4)),
    ],
    ids=["a level", "a shape", "a palette", "a mode"],
)
def test_a_picture_that_differs_at_all_is_read_anew(other: Image.Image) -> None:
    read = Reader()
    with remembering():
        memory.once(Image.new("L", (4, 4)), read)
        memory.once(other, read)
    assert read.times == 2


def test_outside_of_a_visit_nothing_is_remembered() -> None:
    read = Reader()
    for _ in range(2):
        memory.once(Image.new("L", (4, 4)), read)
    assert read.times == 2


def test_more_than_a_document_may_hand_on_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_BYTES", 10)
    with remembering() as readings:
        memory.once(Image.new("L", (4, 4)), Reader())
    assert readings.pack() == b""
