"""A secret planted in every place a PDF has: after redaction nobody finds it, the rest is there.

Each place is a function that gives the file. The visible sentence of each file has a neighbour on
both sides of the secret, which must survive.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

SECRET = "Zebediah Quill"
PATTERN = r"Zebediah\s+Quill|Zebediah|Quill"
BEFORE, AFTER = "Heretofore", "whereafter"
SENTENCE = f"{BEFORE} {SECRET} {AFTER}"

Name, Dictionary, Array, String = (
    pikepdf.Name,
    pikepdf.Dictionary,
    pikepdf.Array,
    pikepdf.String,
)
Place = Callable[[Any, Callable[..., str]], bytes]
PLACES: dict[str, Place] = {}


def place(function: Place) -> Place:
    PLACES[function.__name__] = function
    return function


@place
def body(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(SENTENCE))
    return bytes(build.bytes())


@place
def over_two_lines(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(f"{BEFORE} Zebediah", f"Quill {AFTER}"))
    return bytes(build.bytes())


@place
def split_by_kerning(build: Any, show: Callable[..., str]) -> bytes:
    build.page(
        f"BT /F1 12 Tf 72 700 Td [({BEFORE} Ze) -20 (bed) 15 (i) (ah Qu) 30 (ill) ( {AFTER})] TJ ET"
    )
    return bytes(build.bytes())


@place
def letter_by_letter(build: Any, show: Callable[..., str]) -> bytes:
    shown = "".join(
        f"1 0 0 1 {72 + 9 * i} 700 Tm ({c}) Tj " for i, c in enumerate(SENTENCE) if c != " "
    )
    build.page(f"BT /F1 12 Tf {shown} ET")
    return bytes(build.bytes())


@place
def hexadecimal_and_octal(build: Any, show: Callable[..., str]) -> bytes:
    octal = "".join(f"\\{ord(c):03o}" for c in "Zebediah ")
    build.page(
        f"BT /F1 12 Tf 72 700 Td ({BEFORE} {octal}) Tj <{b'Quill '.hex()}> Tj ({AFTER}) Tj ET"
    )
    return bytes(build.bytes())


@place
def white_on_white(build: Any, show: Callable[..., str]) -> bytes:
    build.page("1 g " + show(SENTENCE))
    return bytes(build.bytes())


@place
def invisible_mode(build: Any, show: Callable[..., str]) -> bytes:
    build.page("3 Tr " + show(SENTENCE))
    return bytes(build.bytes())


@place
def under_a_black_box(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(SENTENCE) + " 0 g 60 690 300 30 re f")
    return bytes(build.bytes())


@place
def outside_the_crop_box(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(SENTENCE, y=780), CropBox=Array([0, 0, 612, 600]))
    return bytes(build.bytes())


@place
def outside_the_page(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(SENTENCE, y=-400) + " " + show("visible text"))
    return bytes(build.bytes())


@place
def clipped_away(build: Any, show: Callable[..., str]) -> bytes:
    build.page("q 0 0 10 10 re W n " + show(SENTENCE) + " Q")
    return bytes(build.bytes())


@place
def rotated_page(build: Any, show: Callable[..., str]) -> bytes:
    build.page(f"BT /F1 12 Tf 0 1 -1 0 300 72 Tm ({SENTENCE}) Tj ET", Rotate=90)
    return bytes(build.bytes())


@place
def rotated_and_cropped(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(SENTENCE), Rotate=270, CropBox=Array([50, 50, 562, 742]))
    return bytes(build.bytes())


@place
def upside_down(build: Any, show: Callable[..., str]) -> bytes:
    build.page(f"BT /F1 12 Tf -1 0 0 -1 400 300 Tm ({SENTENCE}) Tj ET")
    return bytes(build.bytes())


@place
def form_xobject(build: Any, show: Callable[..., str]) -> bytes:
    build.page("/X Do", {"/XObject": Dictionary(X=build.form(show(SENTENCE)))})
    return bytes(build.bytes())


@place
def form_in_form_with_matrices(build: Any, show: Callable[..., str]) -> bytes:
    inner = build.form(show(SENTENCE), Matrix=Array([0.8, 0, 0, 0.8, 30, 20]))
    outer = build.form(
        "q 1 0 0 1 15 -40 cm /Y Do Q",
        Dictionary(XObject=Dictionary(Y=inner)),
        Matrix=Array([1.2, 0, 0, 1.2, 5, 9]),
    )
    box = Array([90, 560, 570, 650])
    build.page("q 0.9 0 0 0.9 10 10 cm /X Do Q", {"/XObject": Dictionary(X=outer)}, MediaBox=box)
    return bytes(build.bytes())


@place
def form_shared_by_two_pages(build: Any, show: Callable[..., str]) -> bytes:
    form = build.pdf.make_indirect(build.form(show(SENTENCE)))
    for _ in range(2):
        build.page("/X Do q 1 0 0 1 0 -300 cm /X Do Q", {"/XObject": Dictionary(X=form)})
    return bytes(build.bytes())


@place
def form_never_drawn(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(f"{BEFORE} {AFTER}"), {"/XObject": Dictionary(X=build.form(show(SENTENCE)))})
    return bytes(build.bytes())


@place
def two_content_streams(build: Any, show: Callable[..., str]) -> bytes:
    page = build.page("")
    halves = (f"BT /F1 12 Tf 72 700 Td [({BEFORE} Zebe)", f"(diah Quill) ( {AFTER})] TJ ET")
    page["/Contents"] = Array([build.pdf.make_stream(half.encode()) for half in halves])
    return bytes(build.bytes())


@place
def type3_font(build: Any, show: Callable[..., str]) -> bytes:
    square = build.pdf.make_stream(b"600 0 0 0 500 700 d1 0 0 500 700 re f")
    letters = sorted(set(SENTENCE))
    glyphs = {f"/g{ord(c):02x}": square for c in letters}
    differences = [item for c in letters for item in (ord(c), Name(f"/g{ord(c):02x}"))]
    cmap = "\n".join(f"<{ord(c):02x}> <{ord(c):04x}>" for c in letters)
    build.font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 500, 700]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary(glyphs),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array(differences)),
        FirstChar=0,
        LastChar=255,
        Widths=Array([600] * 256),
        Resources=Dictionary(),
        ToUnicode=build.pdf.make_stream(
            b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
            + f"{len(letters)} beginbfchar\n{cmap}\nendbfchar endcmap".encode()
        ),
    )
    build.page(show(SENTENCE))
    return bytes(build.bytes())


@place
def composite_font(build: Any, show: Callable[..., str]) -> bytes:
    cmap = "\n".join(f"<{ord(c) + 7:04x}> <{ord(c):04x}>" for c in sorted(set(SENTENCE)))
    build.font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.Helvetica,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array(
            [
                Dictionary(
                    Type=Name.Font,
                    Subtype=Name.CIDFontType2,
                    BaseFont=Name.Helvetica,
                    CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
                    DW=600,
                    FontDescriptor=Dictionary(
                        Type=Name.FontDescriptor,
                        FontName=Name.Helvetica,
                        Flags=32,
                        FontBBox=Array([0, -200, 1000, 900]),
                        ItalicAngle=0,
                        Ascent=800,
                        Descent=-200,
                        CapHeight=700,
                        StemV=80,
                    ),
                )
            ]
        ),
        ToUnicode=build.pdf.make_stream(
            b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            + f"{len(set(SENTENCE))} beginbfchar\n{cmap}\nendbfchar endcmap".encode()
        ),
    )
    codes = "".join(f"{ord(c) + 7:04x}" for c in SENTENCE)
    build.page(f"BT /F1 12 Tf 72 700 Td <{codes}> Tj ET")
    return bytes(build.bytes())


@place
def hidden_layer(build: Any, show: Callable[..., str]) -> bytes:
    layer = build.pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(SECRET)))
    build.page("/OC /L BDC " + show(SENTENCE) + " EMC", {"/Properties": Dictionary(L=layer)})
    build.pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), BaseState=Name.ON)
    )
    return bytes(build.bytes())


@place
def actual_text(build: Any, show: Callable[..., str]) -> bytes:
    build.page(f"/Span <</ActualText ({SECRET})>> BDC " + show(f"{BEFORE} xx {AFTER}") + " EMC")
    return bytes(build.bytes())


@place
def actual_text_covers_a_secret(build: Any, show: Callable[..., str]) -> bytes:
    build.page("/Span <</ActualText (nothing)>> BDC " + show(SENTENCE) + " EMC")
    return bytes(build.bytes())


@place
def actual_text_in_properties(build: Any, show: Callable[..., str]) -> bytes:
    properties = Dictionary(P=Dictionary(ActualText=String(SECRET), E=String(SECRET)))
    build.page("/Span /P BDC " + show(f"{BEFORE} xx {AFTER}") + " EMC", {"/Properties": properties})
    return bytes(build.bytes())


@place
def comment_in_content(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(f"{BEFORE} {AFTER}") + f"\n% {SECRET}\n0 g")
    return bytes(build.bytes())


@place
def unknown_operator(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(f"{BEFORE} {AFTER}") + f" BX ({SECRET}) zz EX /Span ({SECRET}) MP")
    return bytes(build.bytes())


@place
def form_field(build: Any, show: Callable[..., str]) -> bytes:
    look = build.form(f"/Tx BMC BT /F1 12 Tf 2 4 Td ({SENTENCE}) Tj ET EMC")
    look["/BBox"] = Array([0, 0, 300, 20])
    field = build.pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String(SECRET),
            TU=String(SECRET),
            V=String(SENTENCE),
            DV=String(SECRET),
            Rect=Array([72, 500, 372, 520]),
            F=4,
            AP=Dictionary(N=look),
        )
    )
    build.page("", Annots=Array([field]))
    build.pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), XFA=build.pdf.make_stream(f"<x>{SECRET}</x>".encode())
    )
    return bytes(build.bytes())


def _annotated(build: Any, show: Callable[..., str], **keys: Any) -> bytes:
    note = Dictionary(Type=Name.Annot, Rect=Array([72, 500, 372, 520]), **keys)
    build.page(show(f"{BEFORE} {AFTER}"), Annots=Array([build.pdf.make_indirect(note)]))
    return bytes(build.bytes())


@place
def comment(build: Any, show: Callable[..., str]) -> bytes:
    return _annotated(
        build, show, Subtype=Name.Text, Contents=String(SECRET), T=String(SECRET), RC=String(SECRET)
    )


@place
def hidden_comment(build: Any, show: Callable[..., str]) -> bytes:
    return _annotated(build, show, Subtype=Name.FreeText, Contents=String(SECRET), F=2)


@place
def comment_with_a_look(build: Any, show: Callable[..., str]) -> bytes:
    look = Dictionary(N=build.form(show(SECRET)))
    return _annotated(build, show, Subtype=Name.Stamp, AP=look, Name=Name("/" + "Zebediah"))


@place
def link_to_an_address(build: Any, show: Callable[..., str]) -> bytes:
    action = Dictionary(S=Name.URI, URI=String(f"https://x.example/{SECRET}"))
    return _annotated(build, show, Subtype=Name.Link, A=action)


@place
def file_attached_to_a_page(build: Any, show: Callable[..., str]) -> bytes:
    inner = build.pdf.make_stream(SECRET.encode())
    file = Dictionary(Type=Name.Filespec, F=String(f"{SECRET}.txt"), EF=Dictionary(F=inner))
    return _annotated(build, show, Subtype=Name.FileAttachment, FS=file)


def _in_root(build: Any, show: Callable[..., str], **keys: Any) -> bytes:
    build.page(show(f"{BEFORE} {AFTER}"))
    for key, value in keys.items():
        build.pdf.Root["/" + key] = value
    return bytes(build.bytes())


@place
def xmp(build: Any, show: Callable[..., str]) -> bytes:
    with build.pdf.open_metadata() as metadata:
        metadata["dc:title"] = SECRET
    return _in_root(build, show)


@place
def outline(build: Any, show: Callable[..., str]) -> bytes:
    entry = build.pdf.make_indirect(Dictionary(Title=String(SECRET)))
    return _in_root(build, show, Outlines=Dictionary(First=entry, Last=entry, Count=1))


@place
def attachment(build: Any, show: Callable[..., str]) -> bytes:
    build.pdf.attachments["Zebediah.txt"] = SECRET.encode()
    return _in_root(build, show)


@place
def named_destination(build: Any, show: Callable[..., str]) -> bytes:
    names = Dictionary(Dests=Dictionary(Names=Array([String(SECRET), Array([0, Name.Fit])])))
    return _in_root(build, show, Names=names, Dests=Dictionary({"/Zebediah": Array([0])}))


@place
def javascript(build: Any, show: Callable[..., str]) -> bytes:
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{SECRET}')"))
    names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
    return _in_root(build, show, Names=names, OpenAction=script, AA=Dictionary(WC=script))


@place
def page_label(build: Any, show: Callable[..., str]) -> bytes:
    label = Dictionary(S=Name.D, P=String(SECRET))
    return _in_root(build, show, PageLabels=Dictionary(Nums=Array([0, label])))


@place
def structure_tree(build: Any, show: Callable[..., str]) -> bytes:
    element = Dictionary(S=Name.P, Alt=String(SECRET), ActualText=String(SECRET), T=String(SECRET))
    return _in_root(build, show, StructTreeRoot=Dictionary(Type=Name.StructTreeRoot, K=element))


@place
def info(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(f"{BEFORE} {AFTER}"))
    build.pdf.docinfo["/Author"] = SECRET
    build.pdf.docinfo["/Zebediah"] = "x"
    return bytes(build.bytes())


@place
def private_page_data(build: Any, show: Callable[..., str]) -> bytes:
    build.page(
        show(f"{BEFORE} {AFTER}"),
        PieceInfo=Dictionary(App=Dictionary(Private=String(SECRET))),
        Thumb=build.image(4, 4),
        Metadata=build.pdf.make_stream(SECRET.encode()),
        AA=Dictionary(O=Dictionary(S=Name.JavaScript, JS=String(SECRET))),
        Zebediah=String("x"),
    )
    return bytes(build.bytes())


@place
def unreferenced_object(build: Any, show: Callable[..., str]) -> bytes:
    build.page(show(f"{BEFORE} {AFTER}"))
    build.pdf.make_indirect(String(SECRET))
    return bytes(build.bytes(preserve_pdfa=False)) + f"\n% {SECRET}\n".encode()


@place
def earlier_revision(build: Any, show: Callable[..., str]) -> bytes:
    """The secret stands in the first revision; an update replaces the page's content."""
    page = build.page(show(SENTENCE))
    old: bytes = build.bytes(
        object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False
    )
    with pikepdf.open(io.BytesIO(old)) as pdf:
        number = pdf.pages[0].obj.Contents.objgen[0]
    del page
    content = show(f"{BEFORE} {AFTER}").encode()
    offset = len(old)
    start = int(old.rsplit(b"startxref", 1)[1].split()[0])
    trailer = old.rsplit(b"trailer", 1)[1].split(b"startxref")[0].strip()
    trailer = trailer.removesuffix(b">>") + f" /Prev {start} >>".encode()
    update = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(content),
        content,
    )
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (
        number,
        offset,
        trailer,
        offset + len(update),
    )
    return old + update + table


@pytest.mark.parametrize("name", sorted(PLACES))
def test_a_secret_leaves_no_trace_and_its_neighbours_stay(
    name: str,
    bench: Any,
    build: Any,
    show_lines: Callable[..., str],
    everything: Callable[[bytes], str],
) -> None:
    source = PLACES[name](build, show_lines)
    assert "Zebediah" in everything(source) or name in _NOT_PLAIN, "the secret was not planted"

    produced = bench.redact(source, PATTERN)

    raw = everything(produced)
    reread = "\n".join(unit.text for unit in bench.reread(produced))
    for part in SECRET.split():
        assert part not in raw
        assert part not in "".join(reread.split()), "letters set apart are a name too"
    if name in _BECOMES_A_PICTURE:
        assert "/DCTDecode" in raw
        return
    squeezed = "".join(reread.split())
    assert BEFORE in squeezed
    assert AFTER in squeezed


# PDFium's redaction multiplies the matrices of a form in a form in the wrong order and misses the
# glyphs; the comparison notices, and the page goes by raster.
_BECOMES_A_PICTURE = {"form_in_form_with_matrices"}

_NOT_PLAIN = {
    "composite_font",
    "hexadecimal_and_octal",
    "letter_by_letter",
    "over_two_lines",
    "split_by_kerning",
    "two_content_streams",
}


@pytest.mark.parametrize(
    "name",
    sorted(
        n
        for n in PLACES
        if n.startswith(("body", "form_f", "form_x", "hidden_l", "over", "split", "type3", "comp"))
    ),
)
def test_the_replacement_can_be_searched_and_copied(
    name: str, bench: Any, build: Any, show_lines: Callable[..., str]
) -> None:
    produced = bench.redact(PLACES[name](build, show_lines), PATTERN)
    assert "[PERSON-1]" in "".join(bench.page_text(produced).split())
