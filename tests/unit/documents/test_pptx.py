"""Presentations: every hiding place is redacted or gone, and the package holds together."""

# ruff: noqa: E501 - one hiding place a line reads better than wrapped XML

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.pptx import PptxFormat
from handoff.documents.registry import sniff
from handoff.errors import UnsafeContentError
from tests.unit.documents.judge import assert_clean, assert_holds_together, redact, text_of
from tests.unit.documents.word_builder import relationship, zipped

SECRET = "Zebulon Quarterstaff"
HANDLER = PptxFormat()
REAL = Path("../shared/data/docs/office/45545_Comment.pptx")
NS = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
KIND = "application/vnd.openxmlformats-officedocument.presentationml."
Parts = dict[str, str]


def _paragraph(text: str) -> str:
    return f"<a:p><a:r><a:t>{text[:5]}</a:t></a:r><a:r><a:t>{text[5:]}</a:t></a:r></a:p>"


def _slide(inner: str, tag: str = "sld", attributes: str = "") -> str:
    # Without `bodyPr`, which the schema asks for, LibreOffice 25.2 shows no notes.
    body = f"<p:txBody><a:bodyPr/>{inner}</p:txBody>"
    shape = f'<p:sp><p:nvSpPr><p:cNvPr id="2" {attributes}/></p:nvSpPr>{body}</p:sp>'
    return f"<p:{tag} {NS}><p:cSld><p:spTree>{shape}</p:spTree></p:cSld></p:{tag}>"


def _rels(*relationships: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(relationships)
        + "</Relationships>"
    )


def _build(**more: str) -> bytes:
    """A presentation of one slide; `more` replaces the XML of slide, notes, comments, authors."""
    parts: Parts = {
        "ppt/presentation.xml": f"<p:presentation {NS}>{more.get('presentation', '')}<p:sldIdLst>"
        '<p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>',
        "ppt/slides/slide1.xml": more.get("slide", _slide(_paragraph("An ordinary slide"))),
        "ppt/notesSlides/notesSlide1.xml": more.get("notes", _slide(_paragraph("notes"), "notes")),
        "ppt/comments/comment1.xml": more.get("comments", f"<p:cmLst {NS}/>"),
        "ppt/commentAuthors.xml": more.get("authors", f"<p:cmAuthorLst {NS}/>"),
    }
    kinds = {
        "ppt/presentation.xml": "presentation.main", "ppt/slides/slide1.xml": "slide",
        "ppt/notesSlides/notesSlide1.xml": "notesSlide", "ppt/comments/comment1.xml": "comments",
        "ppt/commentAuthors.xml": "commentAuthors",
    }  # fmt: skip
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{KIND}{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="png" ContentType="image/png"/>{types}</Types>',
            "_rels/.rels": _rels(relationship("rId1", "officeDocument", "ppt/presentation.xml")),
            "ppt/_rels/presentation.xml.rels": _rels(
                relationship("rId1", "slide", "slides/slide1.xml"),
                relationship("rId2", "commentAuthors", "commentAuthors.xml"),
            ),
            "ppt/slides/_rels/slide1.xml.rels": _rels(
                relationship("rId1", "notesSlide", "../notesSlides/notesSlide1.xml"),
                relationship("rId2", "comments", "../comments/comment1.xml"),
                more.get("rels", ""),
            ),
            "ppt/media/i.png": "x",
            **parts,
        }
    )


def _link(secret: str) -> bytes:
    inner = f'<a:p><a:r><a:rPr><a:hlinkClick r:id="rId9" tooltip="{secret}"/></a:rPr><a:t>l</a:t></a:r></a:p>'
    target = "https://example.com/" + secret.replace(" ", "_")
    return _build(
        slide=_slide(inner), rels=relationship("rId9", "hyperlink", target, external=True)
    )


PLACES: dict[str, Callable[[str], bytes]] = {
    "slide": lambda s: _build(slide=_slide(_paragraph(s))),
    "over a line break": lambda s: _build(
        slide=_slide("<a:p><a:r><a:t>{}</a:t></a:r><a:br/><a:r><a:t>{}</a:t></a:r></a:p>".format(*s.split()))
    ),
    "notes": lambda s: _build(notes=_slide(_paragraph(s), "notes")),
    "hidden slide": lambda s: _build(slide=_slide(_paragraph(s)).replace("<p:sld ", '<p:sld show="0" ')),
    "alt text": lambda s: _build(slide=_slide("", attributes=f'name="x" descr="{s}" title="{s}"')),
    "shape name": lambda s: _build(slide=_slide("", attributes=f'name="{s}"')),
    "comment": lambda s: _build(
        comments=f'<p:cmLst {NS}><p:cm authorId="0" dt="2026"><p:text>{s}</p:text></p:cm></p:cmLst>'
    ),
    "comment author": lambda s: _build(
        authors=f'<p:cmAuthorLst {NS}><p:cmAuthor id="0" name="{s}" initials="{s}"/></p:cmAuthorLst>'
    ),
    "slide name": lambda s: _build(slide=_slide("").replace("<p:cSld>", f'<p:cSld name="{s}">')),
    "custom show": lambda s: _build(
        presentation=f'<p:custShowLst><p:custShow name="{s}" id="0"/></p:custShowLst>'
    ),
    "password verifier": lambda s: _build(presentation=f'<p:modifyVerifier saltData="{s}"/>'),
    "extension list": lambda s: _build(
        presentation=f'<p:extLst><p:ext uri="{s}"><p14:section xmlns:p14="urn:x" name="{s}"/></p:ext></p:extLst>'
    ),
    "link": _link,
    "part name": lambda s: _build(rels=relationship("rId9", "tags", f"../{s}.xml")),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    content = PLACES[place](SECRET)
    assert sniff(content).name == "pptx"
    produced = redact(HANDLER, content, [SECRET])
    assert_clean(HANDLER, produced, [SECRET, "Quarterstaff"])
    assert_holds_together(produced)


def test_without_redactions_all_text_stays() -> None:
    produced = HANDLER.rewrite(_build(), (), HouseDoor())
    text = text_of(HANDLER.reread(produced, HouseDoor()))
    assert "An ordinary slide" in text
    assert "notes" in text


def test_the_name_of_a_font_in_a_text_is_redacted_there_and_stays_for_the_font() -> None:
    font = (
        '<a:p><a:r><a:rPr><a:latin typeface="{}"/></a:rPr><a:t>in Times New Roman</a:t></a:r></a:p>'
    )
    content = _build(slide=_slide(font.format("Times New Roman")))
    produced = redact(HANDLER, content, ["Times New Roman"])
    slide = zipfile.ZipFile(io.BytesIO(produced)).read("ppt/slides/slide1.xml")
    assert slide.count(b"Times New Roman") == 1
    assert "Times New Roman" not in text_of(HANDLER.reread(produced, HouseDoor()))
    other = HANDLER.rewrite(_build(slide=_slide(font.format("Zebulon"))), (), HouseDoor())
    assert "Zebulon" in text_of(HANDLER.reread(other, HouseDoor()))


_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"


@pytest.mark.parametrize(
    ("written", "kept"),
    {
        f'<d:shape xmlns:d="{_DIAGRAM}" r:blip=""/>': "<d:shape",
        "<a:tableStyleId>{D7AC3CCA-C797-4891-BE02-D94E43425B78}</a:tableStyleId>": "D94E43425B78}",
        '<a:prstGeom xmlns:x3Unk="http://schemas.microsoft.com/office/drawing" prst="rect"/>': "prstGeom",
    }.items(),
)
def test_what_programs_write_everywhere_is_neither_text_nor_a_reason_to_hold(
    written: str, kept: str
) -> None:
    content = _build(slide=_slide(f"<a:p>{written}</a:p>"))
    units = HANDLER.read(content, HouseDoor())
    assert not any("D94E43425B78" in unit.text for unit in units)
    produced = zipfile.ZipFile(io.BytesIO(HANDLER.rewrite(content, (), HouseDoor())))
    slide = produced.read("ppt/slides/slide1.xml").decode()
    assert kept in slide
    assert "blip" not in slide
    assert "x3Unk" not in slide


@pytest.mark.parametrize(
    "written",
    [
        f'<d:shape xmlns:d="{_DIAGRAM}" r:blip="rId7"/>',
        '<x3Unk:x xmlns:x3Unk="http://schemas.microsoft.com/office/drawing"/>',
        '<a:p xmlns:Quarterstaff="http://schemas.microsoft.com/office/drawing" Quarterstaff:b="c"/>',
    ],
)
def test_a_reference_without_a_rule_and_a_telling_prefix_in_use_are_held(written: str) -> None:
    content = _build(slide=_slide(f"<a:p>{written}</a:p>"))
    with pytest.raises(UnsafeContentError):
        HANDLER.read(content, HouseDoor())


def test_a_real_presentation_keeps_its_comment() -> None:
    if not REAL.exists():
        pytest.skip("../shared/data is not here")
    content = REAL.read_bytes()
    before = text_of(HANDLER.read(content, HouseDoor()))
    produced = HANDLER.rewrite(content, (), HouseDoor())
    assert_holds_together(produced)
    assert text_of(HANDLER.read(produced, HouseDoor())).split()[:20] == before.split()[:20]
