"""A redacted page changes in its boxes and nowhere else."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from handoff.documents.pdf import rewrite as rewriting
from handoff.documents.pdf.boxes import Box, widened
from handoff.documents.pdf.chars import Chars
from handoff.documents.pdf.compare import Look, looks_kept
from handoff.documents.pdf.geometry import Rect
from handoff.documents.pdf.sight import can_see
from handoff.errors import DamagedError, UnsafeContentError
from handoff.model import Finding, Operator, Redaction

Name, Dictionary, Array = pikepdf.Name, pikepdf.Dictionary, pikepdf.Array
Show = Callable[..., str]


def test_tight_lines_and_kerned_neighbours_stay_whole(bench: Any, build: Any) -> None:
    shown = " ".join(
        f"1 0 0 1 72 {700 - 9 * row} Tm [(AVTO)] TJ (WAV) Tj (jgqyp) Tj" for row in range(9)
    )
    build.page(f"BT /F1 12 Tf -0.4 Tc {shown} ET")
    produced = bench.redact(build.bytes(), "WAV")
    text = "".join(bench.page_text(produced).split())
    assert text.count("AVTO") == text.count("jgqyp") == 9
    assert "WAV" not in text
    assert b"DCTDecode" not in produced


def test_pages_without_redactions_keep_their_operators(
    bench: Any, build: Any, show_lines: Show
) -> None:
    build.page(show_lines("secret"))
    build.page("0.25 w 1 2 m 3 4 l S " + show_lines("untouched"))
    produced = bench.redact(build.bytes(), "secret")
    with pikepdf.open(io.BytesIO(produced)) as pdf:
        assert b"0.25 w" in pdf.pages[1].Contents.read_bytes()


def test_what_surrounds_the_text_is_drawn_as_before(
    bench: Any, build: Any, show_lines: Show
) -> None:
    """Lines, fills, clips, transparency: PDFium writes the page anew, and nothing may be lost."""
    build.page(
        "q 0.9 0.95 1 rg 60 680 400 40 re f Q q 50 50 200 200 re W n 0 0 1 rg 0 0 600 120 re f Q "
        "q /T gs 1 0 0 rg 300 300 200 200 re f Q 1 0 1 RG 3 w [6 2] 0 d 60 600 m 500 620 l S "
        + show_lines("Dear Zebediah, thank you"),
        {"/ExtGState": Dictionary(T=Dictionary(ca=0.3, BM=Name.Multiply))},
    )
    produced = bench.redact(build.bytes(), "Zebediah")
    assert b"DCTDecode" not in produced


def test_a_page_that_would_change_elsewhere_goes_as_a_picture(
    bench: Any, build: Any, show_lines: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    build.page(
        show_lines("Dear Zebediah, thank you"), Rotate=90, CropBox=Array([20, 600, 300, 750])
    )
    build.page(show_lines("second page"))
    monkeypatch.setattr(rewriting, "looks_kept", lambda *_: False)
    produced = bench.redact(build.bytes(), "Zebediah")
    with pikepdf.open(io.BytesIO(produced)) as pdf:
        assert "/XObject" in pdf.pages[0].Resources
        assert [float(x) for x in pdf.pages[0].MediaBox] == [0, 0, 150, 280]
        assert b"second page" in pdf.pages[1].Contents.read_bytes()
    text = "".join(bench.page_text(produced).split())
    assert "[PERSON-1]" in text
    assert ("thank" in text) is can_see(), "its words can be searched where they can be read"


def test_the_picture_shows_boxes_where_the_words_were(
    blind: None, bench: Any, build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    build.page("BT /F1 40 Tf 100 400 Td (XXXX) Tj ET", Rotate=90)
    monkeypatch.setattr(rewriting, "letters_kept", lambda *_: False)
    produced = bench.redact(build.bytes(), "XXXX")
    with pikepdf.open(io.BytesIO(produced)) as pdf:
        picture = Image.open(io.BytesIO(pdf.pages[0].Resources.XObject.Page.read_raw_bytes()))
    gray = picture.convert("L")
    box = gray.point(lambda p: 255 * (p < 128)).getbbox()
    assert box is not None
    inside = gray.crop((box[0] + 4, box[1] + 4, box[2] - 4, box[3] - 4))
    assert sum(inside.histogram()[64:]) == 0


def test_redactions_of_another_reading_are_refused(
    bench: Any, build: Any, show_lines: Show
) -> None:
    build.page(show_lines("short"))
    for unit, end in (("p1.1", 99), ("p1.9", 2), ("p7.1", 2), ("x", 1)):
        finding = Finding(unit, 0, end, "PERSON", 1.0, "test")
        with pytest.raises(DamagedError):
            bench.format.rewrite(
                build.bytes(), [Redaction(finding, Operator.REMOVE, "")], bench.door
            )


def test_the_same_document_gives_the_same_bytes(bench: Any, build: Any, show_lines: Show) -> None:
    build.page(show_lines("Dear Zebediah"))
    content = build.bytes()
    assert bench.redact(content, "Zebediah") == bench.redact(content, "Zebediah")


def test_a_result_can_be_redacted_again(bench: Any, build: Any, show_lines: Show) -> None:
    build.page(show_lines("Dear Zebediah, dear Quill"))
    once = bench.redact(build.bytes(), "Zebediah")
    twice = bench.redact(once, "Quill")
    text = bench.page_text(twice)
    assert "Quill" not in text
    assert text.count("[PERSON-1]") == 2


def test_text_that_only_one_reader_sees_is_refused(bench: Any, build: Any) -> None:
    """A second, different text in /ToUnicode's place cannot be built for both; a stub stands in."""
    from handoff.documents.pdf import reread

    assert reread._unseen("Zebediah was here", "nothing")
    assert not reread._unseen("was (cid:12) here", "w a s\nhere")
    assert not reread._unseen("ﬁnal Office", "final of\u00adfice")
    # Words of a scan that overlap: the same letters in another order, and letters more.
    assert not reread._unseen("signed lo1", "signed 1lo")
    assert reread._unseen("signed lo12", "signed 1lo")
    # A letter set twice at one place looks bold; a digit more is another number.
    assert not reread._unseen("MMinutes of tthee board", "Minutes of the board")
    assert reread._unseen("no 1223", "no 123")
    assert reread._unseen("Annabel", "Ana bela")
    assert UnsafeContentError.code


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ([], True),
        ([(5, 5)], True),
        ([(x, 50) for x in range(40, 60)], False),
        ([(x, 5) for x in range(9)], True),
    ],
    ids=["nothing", "one pixel", "a line outside the box", "inside the box"],
)
def test_looks_are_compared_outside_the_boxes(change: list[tuple[int, int]], kept: bool) -> None:
    pixels = bytearray(b"\xff" * 10_000)
    for x, y in change:
        pixels[y * 100 + x] = 0
    before, after = Look(100, 100, b"\xff" * 10_000), Look(100, 100, bytes(pixels))
    assert looks_kept(before, after, [Rect(0, 0, 10, 10)]) is kept
    assert looks_kept(after, before, [Rect(0, 0, 10, 10)]) is kept


@pytest.mark.parametrize(("by", "kept"), [(1, True), (2, False)])
def test_a_stroke_may_move_by_one_pixel_and_no_more(by: int, kept: bool) -> None:
    def stroke(at: int) -> Look:
        return Look(100, 100, (b"\xff" * at + b"\0" + b"\xff" * (99 - at)) * 100)

    assert looks_kept(stroke(50), stroke(50 + by), []) is kept
    assert looks_kept(stroke(99), stroke(99 - by), []) is kept


def test_a_stroke_that_is_gone_has_not_moved() -> None:
    white, line = b"\xff" * 10_000, b"\xff" * 50 + b"\0" + b"\xff" * 49
    assert not looks_kept(Look(100, 100, line * 100), Look(100, 100, white), [])
    assert not looks_kept(Look(100, 100, white), Look(100, 100, line * 100), [])


def test_a_form_on_two_pages_is_redacted_where_it_was_asked(
    bench: Any, build: Any, show_lines: Show
) -> None:
    form = build.pdf.make_indirect(build.form(show_lines("Dear Zebediah, thank you")))
    for _ in range(2):
        build.page("/X Do", {"/XObject": Dictionary(X=form)})
    content = build.bytes()
    first = [r for r in bench.redactions(content, "Zebediah") if r.finding.unit_id == "p1.1"]
    produced = bench.format.rewrite(content, first, bench.door)
    assert bench.text(produced).count("Zebediah") == 1
    assert bench.text(produced).count("thank you") == 2


def test_a_page_that_loses_letters_with_another_goes_as_a_picture(
    blind: None, bench: Any, build: Any, show_lines: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = {"/XObject": Dictionary(X=build.form(show_lines("head", y=60)))}
    build.page(f"/X Do {show_lines('Dear Zebediah')}", head)
    build.page(f"/X Do {show_lines('second page')}", head)
    finish = rewriting._finish

    def lose(content: bytes, *rest: Any) -> bytes:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            pdf.pages[1].Contents = pdf.make_stream(b"")
            sink = io.BytesIO()
            pdf.save(sink)
        return finish(sink.getvalue(), *rest)

    monkeypatch.setattr(rewriting, "_finish", lose)
    produced = bench.redact(build.bytes(), "Zebediah")
    with pikepdf.open(io.BytesIO(produced)) as pdf:
        assert "/Page" in pdf.pages[1].Resources.XObject
        assert "/Page" not in pdf.pages[0].Resources.XObject


@pytest.mark.parametrize("place", ["resource", "glyph"])
def test_a_secret_in_a_name_is_shown_to_the_recheck(
    place: str, bench: Any, build: Any, show_lines: Show
) -> None:
    """Names of resources and glyphs stay, for the operators use them; the recheck must see them."""
    if place == "glyph":
        build.font.Encoding = Dictionary(
            Type=Name.Encoding, Differences=Array([200, Name("/Zebediah")])
        )
        build.page(show_lines("text"))
    else:
        build.page("/Zebediah Do", {"/XObject": Dictionary(Zebediah=build.form(show_lines("x")))})
    produced = bench.redact(build.bytes(), "nothing")
    assert any("Zebediah" in unit.text for unit in bench.reread(produced))


@pytest.mark.parametrize("after", ["", "and others"])
def test_quantised_boxes_are_whole_steps_where_there_is_room(after: str) -> None:
    """At the end of a line a box grows to the next step; between two words it fills their gap."""
    chars = _letters(f"XXXX {after}")
    box = Box(Rect(0, 0, 23, 10), 0, "")
    (wide,) = widened([box], chars, frozenset(range(4)))
    assert wide.area.left <= 0
    if after:
        assert wide.area.right == 30 - 0.5, "the next word begins at 30 and is not hidden"
    assert (wide.area.width / (4 * box.area.height)).is_integer() or after


def _letters(text: str) -> Chars:
    """Letters of 6 by 10 points in a row."""
    records = [
        struct.pack("<IIIf4d4ff4x", ord(char), 0, 0, 10.0, x, x + 5, 0, 10, x, 10, x + 6, 0, 0.0)
        for x, char in zip(range(0, 6 * len(text), 6), text, strict=True)
    ]
    return Chars(b"".join(records))
