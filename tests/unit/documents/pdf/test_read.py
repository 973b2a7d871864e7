"""What a PDF reads as, and why it is held where it cannot be read whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Literal

import pikepdf
import pytest

from handoff.documents.base import Limits
from handoff.errors import (
    DamagedError,
    DocumentError,
    EncryptedError,
    LimitError,
    OcrMissingError,
    UnsafeContentError,
)
from handoff.model import UnitKind

Name, Dictionary, Array = pikepdf.Name, pikepdf.Dictionary, pikepdf.Array
Show = Callable[..., str]


def test_a_paragraph_is_one_unit_and_says_its_page(
    bench: Any, build: Any, show_lines: Show
) -> None:
    build.page(show_lines("first page"))
    build.page(show_lines("The client is John", "Smith of London") + show_lines("far", y=300))
    units = bench.read(build.bytes())
    assert [(u.text, u.place) for u in units] == [
        ("first page", "page 1"),
        ("The client is John\nSmith of London", "page 2"),
        ("far", "page 2"),
    ]
    assert {u.kind for u in units} == {UnitKind.BODY}


def test_unit_ids_are_the_same_at_every_reading(bench: Any, build: Any, show_lines: Show) -> None:
    build.page(show_lines("one") + show_lines("two", y=300))
    content = build.bytes()
    assert bench.read(content) == bench.read(content)
    assert len({u.unit_id for u in bench.read(content)}) == 2


def test_ligatures_are_spelled_out_and_invisible_characters_left_out(
    bench: Any, build: Any
) -> None:
    build.font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name.Helvetica,
        ToUnicode=build.pdf.make_stream(
            b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
            b"2 beginbfchar <41> <fb01> <42> <200b> endbfchar\n"
            b"1 beginbfrange <61> <7a> <0061> endbfrange endcmap"
        ),
    )
    build.page("BT /F1 12 Tf 72 700 Td (grifAth smBith) Tj ET")
    assert bench.text(build.bytes()).replace(" ", "") == "griffithsmith"


def test_sideways_lines_are_read_in_their_order(bench: Any, build: Any, show_lines: Show) -> None:
    build.page(show_lines("The client is John", "Smith of London"), Rotate=90)
    assert bench.text(build.bytes()) == "The client is John\nSmith of London"


def test_an_empty_page_has_no_units(bench: Any, build: Any) -> None:
    build.page("")
    assert bench.read(build.bytes()) == ()


def test_an_owner_password_alone_keeps_nothing_secret(
    bench: Any, build: Any, show_lines: Show
) -> None:
    build.page(show_lines("restricted"))
    content = build.bytes(encryption=pikepdf.Encryption(owner="o", user="", R=6))
    assert bench.text(content) == "restricted"
    with pikepdf.open(io.BytesIO(bench.redact(content, "restricted"))) as pdf:
        assert not pdf.is_encrypted


@pytest.mark.parametrize("revision", [3, 4, 6])
def test_a_user_password_holds_the_document(
    revision: Literal[3, 4, 6], bench: Any, build: Any, show_lines: Show
) -> None:
    build.page(show_lines("secret"))
    content = build.bytes(
        encryption=pikepdf.Encryption(
            owner="o", user="u", R=revision, aes=revision > 3, metadata=revision > 3
        )
    )
    with pytest.raises(EncryptedError):
        bench.read(content)


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"%PDF-1.4 but in truth a letter", b"%PDF-\xff" * 99],
)
def test_what_only_claims_to_be_a_pdf_is_damaged(content: bytes, bench: Any) -> None:
    assert bench.format.recognizes(content)
    with pytest.raises(DamagedError):
        bench.read(content)


def test_more_pages_than_the_limit_are_refused(
    bench_with: Callable[[Limits], Any], build: Any
) -> None:
    for _ in range(4):
        build.page("")
    with pytest.raises(LimitError):
        bench_with(Limits(pdf_pages=3)).read(build.bytes())


def _picture_page(build: Any, show: Show, width: float, height: float) -> bytes:
    build.page(
        show("letterhead", y=60) + f" q {width} 0 0 {height} 50 200 cm /I Do Q",
        {"/XObject": Dictionary(I=build.image(600, 400))},
    )
    return bytes(build.bytes())


def test_a_scan_is_held_with_its_page(
    blind: None, bench: Any, build: Any, show_lines: Show
) -> None:
    with pytest.raises(OcrMissingError, match="page 1 is a picture"):
        bench.read(_picture_page(build, show_lines, 500, 500))


def test_a_logo_becomes_a_gray_box(
    blind: None, bench: Any, build: Any, show_lines: Show, everything: Callable[[bytes], str]
) -> None:
    content = _picture_page(build, show_lines, 100, 60)
    assert bench.text(content) == "letterhead"
    raw = everything(bench.redact(content, "nothing"))
    assert "/Width 600" not in raw
    assert "/Width 31" in raw


def test_pictures_in_form_xobjects_count_too(blind: None, bench: Any, build: Any) -> None:
    form = build.form(
        "q 3 0 0 3 0 0 cm /I Do Q", Dictionary(XObject=Dictionary(I=build.image(90, 90)))
    )
    build.page("q 200 0 0 200 0 0 cm /X Do Q", {"/XObject": Dictionary(X=form)})
    with pytest.raises(OcrMissingError, match="page 1 is a picture"):
        bench.read(build.bytes())


def test_a_large_inline_picture_becomes_a_gray_box_and_a_small_one_stays(
    blind: None, bench: Any, build: Any, everything: Callable[[bytes], str]
) -> None:
    for side in (40, 8):
        image = f"BI /W {side} /H {side} /CS /G /BPC 8 ID ".encode() + b"Q" * side * side
        build.page(b"q 20 0 0 20 72 700 cm " + image + b" EI Q")
    raw = everything(bench.redact(build.bytes(), "nothing"))
    assert "Q" * 1600 not in raw
    assert "Q" * 64 in raw


def test_letters_a_font_does_not_name_hold_the_document(
    blind: None, bench: Any, build: Any
) -> None:
    differences = Array([65, *(Name(f"/x{i}") for i in range(26))])
    square = build.pdf.make_stream(b"600 0 d0 0 0 500 700 re f")
    build.font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 500, 700]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary({f"/x{i}": square for i in range(26)}),
        Encoding=Dictionary(Type=Name.Encoding, Differences=differences),
        FirstChar=65,
        LastChar=90,
        Widths=Array([600] * 26),
        Resources=Dictionary(),
    )
    build.page("BT /F1 12 Tf 72 700 Td (NOBODY KNOWS) Tj ET")
    with pytest.raises(UnsafeContentError, match="page 1 uses a font"):
        bench.read(build.bytes())


def test_a_page_of_shapes_without_text_is_held(blind: None, bench: Any, build: Any) -> None:
    build.page("".join(f"{i} 0 m {i} 10 l {i} 20 30 40 50 60 c f " for i in range(80)))
    with pytest.raises(UnsafeContentError, match="page 1 is drawn from shapes"):
        bench.read(build.bytes())


def test_text_inside_a_pattern_is_held(
    blind: None, bench: Any, build: Any, show_lines: Show
) -> None:
    tile = build.form(show_lines("tile"))
    for key, value in {"/PatternType": 1, "/PaintType": 1, "/TilingType": 1}.items():
        tile[key] = value
    tile["/XStep"] = tile["/YStep"] = 100
    build.page(
        "/Pattern cs /P scn 0 0 600 600 re f",
        {"/Pattern": Dictionary(P=build.pdf.make_indirect(tile))},
    )
    with pytest.raises(UnsafeContentError, match="inside a pattern"):
        bench.read(build.bytes())


@pytest.mark.parametrize(
    ("key", "value"), [("/Collection", Dictionary()), ("/NeedsRendering", True)]
)
def test_documents_whose_pages_are_not_the_document_are_held(
    key: str, value: Any, bench: Any, build: Any, show_lines: Show
) -> None:
    build.page(show_lines("please wait"))
    build.pdf.Root[key] = value
    with pytest.raises(UnsafeContentError):
        bench.read(build.bytes())


def test_every_error_is_a_document_error_without_text(bench: Any) -> None:
    with pytest.raises(DocumentError) as caught:
        bench.read(b"%PDF-1.7 Zebediah")
    assert "Zebediah" not in str(caught.value) + caught.value.hint


def test_a_word_divided_at_the_end_of_a_line_is_one_word(
    bench: Any, build: Any, show_lines: Show
) -> None:
    build.page(show_lines("we wrote to Soren-", "sen and to Jean-", "Pierre Sorensen today"))
    content = build.bytes()
    assert "Sorensen and" in bench.text(content)
    assert "Jean-Pierre" in bench.text(content)
    squeezed = "".join(bench.page_text(bench.redact(content, "Sorensen")).split())
    assert "Soren" not in squeezed
    assert "sen" not in squeezed.replace("[PERSON", "")


def test_a_field_without_an_appearance_is_drawn_from_its_value(bench: Any, build: Any) -> None:
    field = build.pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=pikepdf.String("a"),
            V=pikepdf.String("Zebediah Quill"),
            DA=pikepdf.String("/F1 12 Tf 0 g"),
            Rect=Array([72, 500, 372, 520]),
            F=4,
        )
    )
    build.page("", Annots=Array([field]))
    build.pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]),
        NeedAppearances=True,
        DR=Dictionary(Font=Dictionary(F1=build.font)),
        DA=pikepdf.String("/F1 12 Tf 0 g"),
    )
    content = build.bytes()
    assert bench.read(content)[0].text == "Zebediah Quill"
    assert "Zebediah" not in "".join(
        u.text for u in bench.reread(bench.redact(content, "Zebediah"))
    )


@pytest.mark.parametrize("tracking", [3, 4, 6, 9])
def test_a_name_whose_letters_are_set_apart_is_read_as_words(
    tracking: int, bench: Any, build: Any
) -> None:
    build.page(f"BT /F1 12 Tf {tracking} Tc 72 700 Td (In the matter of MARGARET HOLLIS) Tj ET")
    text = bench.text(build.bytes())
    assert "MARGARET HOLLIS" in text
    assert "In the matter of" in text


def test_columns_of_single_letters_stay_apart(bench: Any, build: Any) -> None:
    shown = " ".join(f"1 0 0 1 {72 + 40 * i} 700 Tm ({c}) Tj" for i, c in enumerate("YNYNNY"))
    build.page(f"BT /F1 12 Tf {shown} ET")
    assert bench.text(build.bytes()).split() == list("YNYNNY")


def test_names_that_are_no_utf_8_are_names_like_others(
    bench: Any, build: Any, show_lines: Show, everything: Callable[[bytes], str]
) -> None:
    latin = "/F\udce4"
    fonts = Dictionary(F1=build.font)
    fonts[latin] = build.font
    page = build.page(show_lines("Dear John Smith, go on"))
    page.Resources.Font = fonts
    state = build.form("0 0 m")
    states = Dictionary(Off=state)
    states["/Ja\udce4"] = state
    box = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, Rect=Array([0, 0, 9, 9]))
    box.AS, box.AP = Name.Off, Dictionary(N=states)
    box = build.pdf.make_indirect(box)
    page.Annots, build.pdf.Root.AcroForm = Array([box]), Dictionary(Fields=Array([box]))
    produced = bench.redact(build.bytes(), "John Smith")
    assert "go on" in bench.page_text(produced)
    assert "Smith" not in everything(produced)
