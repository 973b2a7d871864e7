"""What two engines make of faint print, drawings, and lines that they read differently."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from handoff.documents.ocr import Verdict, missing, recognize
from handoff.documents.ocr.agreement import alikeness, similar
from handoff.documents.ocr.faint import drawn_out
from handoff.documents.ocr.ink import like_a_sign
from handoff.documents.ocr.page import Box

reading = pytest.mark.skipif(missing() is not None, reason="no OCR engine on this machine")


def _faint(level: int) -> Image.Image:
    image = Image.new("L", (1200, 240), 255)
    draw = ImageDraw.Draw(image)
    draw.text((40, 30), "The parties agree to the terms.", font=ImageFont.load_default(40), fill=0)
    draw.text((40, 140), "Thornbury", font=ImageFont.load_default(40), fill=255 - level)
    return image


@reading
@pytest.mark.parametrize("level", [1, 10])
def test_print_too_faint_to_be_seen_is_read(level: int) -> None:
    page = recognize(_faint(level))
    assert any(alikeness(word.text, "Thornbury") > 0.8 for word in page.words)


def test_the_grain_of_a_scan_is_not_drawn_out() -> None:
    assert drawn_out(Image.effect_noise((400, 300), 12)) is None


@reading
def test_a_map_without_names_is_no_handwriting() -> None:
    image = Image.new("RGB", (700, 500), (190, 215, 240))
    draw = ImageDraw.Draw(image)
    draw.ellipse((150, 100, 500, 420), fill=(225, 232, 205), outline=(110, 120, 110))
    for at in range(20, 480, 40):
        draw.ellipse((at, at, at + 8, at + 8), fill=(60, 60, 60))
    assert recognize(image).verdict is not Verdict.DOUBTFUL


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Signed by Margaret Thornbury", "Signed by Margaret Thombury", True),
        ("7) otr b v7", "Thornbury", False),
        ("Hakganet, Taki bury", "Manganet Thonnbuky", False),
        ("", "Thornbury", False),
    ],
)
def test_engines_agree_on_print_and_not_on_a_hand(one: str, other: str, alike: bool) -> None:
    assert similar(one, other) is alike


def test_an_icon_is_a_sign_and_a_tangle_of_strokes_is_none() -> None:
    image = Image.new("RGB", (200, 100), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 90, 90), outline=0, width=8)
    for at in range(110, 190, 7):
        draw.line((at, 10, 300 - at, 90), fill=0, width=2)
        draw.arc((at - 5, 10, at + 20, 90), 0, 300, fill=0, width=2)
    assert like_a_sign(image, Box(5, 5, 95, 95))
    assert not like_a_sign(image, Box(105, 5, 195, 95))
