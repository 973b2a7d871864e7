"""What a page draws with loses its words, and draws the same."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageCms

from handoff.documents.pdf import asides

Name, Dictionary, Array = pikepdf.Name, pikepdf.Dictionary, pikepdf.Array


def _profile() -> bytes:
    """A profile as lcms makes it, with its own description and copyright."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_a_colour_profile_converts_as_before_and_says_nothing() -> None:
    source = _profile()
    cleaned = asides.without_description(source)
    assert b"desc" in source
    assert not {b"desc", b"cprt", b"mluc"} & {cleaned[i : i + 4] for i in range(len(cleaned))}
    picture = Image.merge("RGB", [Image.linear_gradient("L")] * 3)
    converted = [
        ImageCms.profileToProfile(
            picture, ImageCms.ImageCmsProfile(io.BytesIO(each)), ImageCms.createProfile("LAB"),
            outputMode="LAB",
        )
        for each in (source, cleaned)
    ]  # fmt: skip
    before, after = (each.tobytes() for each in converted if each is not None)
    assert before == after
    assert asides.without_description(cleaned) == cleaned


@pytest.mark.parametrize(
    "content",
    [b"", b"Zebediah Quill", _profile()[:140], b"\0" * 128 + b"\xff" * 40],
    ids=["nothing", "no profile", "cut", "no signature"],
)
def test_what_is_no_colour_profile_keeps_no_word(content: bytes) -> None:
    assert b"Zebediah" not in asides.without_description(content)
    assert len(asides.without_description(content)) in {0, 132}


def test_a_tag_whose_content_is_text_is_dropped_whatever_its_name() -> None:
    text = b"text\0\0\0\0Zebediah Quill"
    entry = b"rTRC" + (144).to_bytes(4, "big") + len(text).to_bytes(4, "big")
    content = _profile()[:128] + (1).to_bytes(4, "big") + entry + text
    assert b"Zebediah" not in asides.without_description(content)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"% Zebediah\n1 begincidchar", b"\n1 begincidchar"),
        (b"<00> <ff> %Quill\r\nend", b"<00> <ff> \r\nend"),
        (b"(50 % \\) sure) def % Quill", b"(50 % \\) sure) def "),
        (b"<0041> % (Quill", b"<0041> "),
    ],
)
def test_a_character_map_loses_its_comments_alone(before: bytes, after: bytes) -> None:
    assert asides.without_comments(before) == after


@pytest.mark.parametrize(
    ("name", "embedded", "after"),
    [
        ("/ZebediahQuill-Bold", False, "/Font-Bold"),
        ("/ABCDEF+ZebediahQuill", True, "/Font"),
        ("/ABCDEF+Georgia,BoldItalic", True, "/Font-BoldItalic"),
        ("/Georgia,BoldItalic", False, "/Georgia,BoldItalic"),
        ("/ABCDEF+Helvetica", True, "/AAAAAA+Helvetica"),
        ("/Helvetica-Oblique", True, "/Helvetica-Oblique"),
        ("/TimesNewRomanPS-BoldMT", False, "/TimesNewRomanPS-BoldMT"),
        ("/ArialZebediah", False, "/Font"),
    ],
)
def test_the_name_of_a_font_goes_unless_programs_know_it(
    name: str, embedded: bool, after: str
) -> None:
    descriptor = Dictionary(FontName=Name(name))
    if embedded:
        descriptor.FontFile2 = Dictionary()
    font = Dictionary(Subtype=Name.TrueType, BaseFont=Name(name), FontDescriptor=descriptor)
    asides.rename(font)
    assert [font.BaseFont, font.FontDescriptor.FontName] == [Name(after)] * 2


def test_fonts_below_a_composite_font_are_renamed_with_it() -> None:
    below: Any = Dictionary(
        BaseFont=Name.ZebediahQuill,
        FontDescriptor=Dictionary(FontName=Name.ZebediahQuill, FontFile2=Dictionary()),
    )
    font: Any = Dictionary(BaseFont=Name("/ZebediahQuill-Identity-H"), DescendantFonts=[below])
    asides.rename(font)
    assert b"Zebediah" not in font.unparse(resolved=True)
