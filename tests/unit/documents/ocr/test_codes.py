"""What a QR code says is text of the picture, and stands where the code stands."""

from __future__ import annotations

import pytest

pytest.importorskip("cv2", reason="OpenCV is missing")

import cv2
import numpy as np
from PIL import Image

from handoff.documents.ocr.codes import read_codes

CARD = "BEGIN:VCARD\nFN:Margaret Thornbury\nTEL:+1-212-555-0147\nEND:VCARD"


def page(text: str, scale: int = 5, size: int = 700) -> Image.Image:
    """A white page with the code's corner at (150, 200)."""
    code = cv2.QRCodeEncoder.create().encode(text)
    drawn = cv2.resize(code, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    white = np.full((size, size), 255, np.uint8)
    white[200 : 200 + drawn.shape[0], 150 : 150 + drawn.shape[1]] = drawn
    return Image.fromarray(white)


@pytest.mark.parametrize("turn", [0, 7, 90, 180])
def test_a_code_is_read_however_it_lies(turn: int) -> None:
    words, unread = read_codes(page(CARD).rotate(turn, fillcolor=255), 3)
    assert [word.text for word in words] == CARD.split()
    assert not unread
    assert {word.paragraph for word in words} == {4}


def test_every_word_of_a_code_has_the_whole_codes_box() -> None:
    words, _ = read_codes(page(CARD), 0)
    [box] = {word.box for word in words}
    side = 5 * (cv2.QRCodeEncoder.create().encode(CARD).shape[0] - 8)
    assert box.left <= 170
    assert box.top <= 220
    assert box.right >= 170 + side
    assert box.bottom >= 220 + side


def test_a_code_on_a_large_page_is_found_in_its_pixels() -> None:
    words, _ = read_codes(page("Thornbury", scale=10, size=3300), 0)
    assert [word.text for word in words] == ["Thornbury"]
    assert words[0].box.left < 200
    assert 300 < words[0].box.right < 600


def test_a_page_without_a_code_has_none() -> None:
    assert read_codes(Image.new("L", (500, 300), 255), 0) == ([], [])
    assert read_codes(Image.new("L", (1, 1), 0), 0) == ([], [])
