"""Word documents: every hiding place is redacted or gone, and what must be held is held."""
# ruff: noqa: E501 - one hiding place a line reads better than wrapped XML

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path

import docx
import pytest

from handoff.documents.base import Limits
from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.errors import (
    DamagedError,
    DocumentError,
    EncryptedError,
    LimitError,
    UnsafeContentError,
)
from handoff.model import UnitKind
from tests.unit.documents.judge import (
    TAG,
    assert_clean,
    assert_holds_together,
    everything,
    redact,
    redactions,
    text_of,
)
from tests.unit.documents.word_builder import WORD, Word, paragraph, run, wrap, zipped
from tests.unit.documents.word_places import PLACES

SECRET = "Zebulon Quarterstaff"
HANDLER = DocxFormat()
REAL = Path("../shared/data/docs/office")


def _entries(produced: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(produced)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    word = Word()
    PLACES[place](word, SECRET)
    content = word.build()

    produced = redact(HANDLER, content, [SECRET, SECRET.replace(" ", "")])

    assert_clean(HANDLER, produced, [SECRET, SECRET.replace(" ", ""), "Quarterstaff"])
    assert_holds_together(produced)
    text = "\n".join(item.text for item in docx.Document(io.BytesIO(produced)).paragraphs)
    assert "An ordinary first paragraph." in text
    assert "An ordinary last paragraph." in text


_ONE_WORD = {
    "entry of an old drop-down list": '<w:p><w:ffData><w:ddList><w:listEntry w:val="{}"/></w:ddList></w:ffData></w:p>',
    "font": '<w:p><w:r><w:rPr><w:rFonts w:ascii="{}"/></w:rPr></w:r></w:p>',
    "id of a drawing": '<w:p><w:r><w:pict><v:shape id="{}"/></w:pict></w:r></w:p>',
    "placeholder": '<w:p><w:r><w:drawing><a:prSet phldrT="{}"/></w:drawing></w:r></w:p>',
    "frame of a link": '<w:p><w:hyperlink w:tgtFrame="{}" w:anchor="x"/></w:p>',
}


@pytest.mark.parametrize("place", _ONE_WORD)
def test_a_single_word_is_no_structure_where_a_name_can_stand(place: str) -> None:
    word = Word()
    word.body.append(_ONE_WORD[place].format("Quarterstaff"))
    produced = redact(HANDLER, word.build(), ["Quarterstaff"])
    assert_clean(HANDLER, produced, ["Quarterstaff"])


def test_targets_of_links_are_read_so_that_names_in_them_are_sought() -> None:
    word = Word()
    word.external("hyperlink", "mailto:zebulon.quarterstaff@example.com?subject=A%20case")
    units = HANDLER.read(word.build(), HouseDoor())
    assert [u.text for u in units if u.kind is UnitKind.LINK] == [
        "mailto:zebulon.quarterstaff@example.com?subject=A case"
    ]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("body", f"before {TAG} after"),
        ("runs split in mid-word", f"x {TAG} after"),
        ("table cell", TAG),
        ("half deleted, half inserted", TAG),
        ("comment", TAG),
        ("alt text", f"A portrait of {TAG}"),
    ],
)
def test_the_replacement_stands_where_the_secret_was(place: str, expected: str) -> None:
    word = Word()
    PLACES[place](word, SECRET)
    produced = redact(HANDLER, word.build(), [SECRET])
    assert expected in text_of(HANDLER.reread(produced, HouseDoor()))


def test_without_redactions_all_text_stays() -> None:
    word = Word()
    for place in ("body", "table cell", "header", "comment", "footnote", "inserted", "deleted"):
        PLACES[place](word, SECRET)
    content = word.build()
    before = HANDLER.read(content, HouseDoor())
    after = HANDLER.read(HANDLER.rewrite(content, (), HouseDoor()), HouseDoor())
    assert [unit.text for unit in after if not unit.unit_id.startswith("author")] == [
        unit.text for unit in before if not unit.unit_id.startswith("author")
    ]


def test_reading_twice_gives_the_same_units() -> None:
    word = Word()
    PLACES["comment"](word, SECRET)
    content = word.build()
    assert HANDLER.read(content, HouseDoor()) == HANDLER.read(content, HouseDoor())


def test_both_readings_of_a_tracked_change_are_units() -> None:
    word = Word()
    word.body.append(
        f'<w:p>{run("Jo")}<w:del w:id="1" w:author="x">{run("hn", "delText")}</w:del>'
        f'<w:ins w:id="2" w:author="x">{run("seph")}</w:ins>{run(" Smith")}</w:p>'
    )
    texts = [unit.text for unit in HANDLER.read(word.build(), HouseDoor())]
    assert {"John Smith", "Joseph Smith"} <= set(texts)


def test_authors_are_told_apart_but_not_named() -> None:
    word = Word()
    for number, author in enumerate(("Ann Ode", "Bob Ure", "Ann Ode")):
        word.body.append(
            f'<w:p><w:ins w:id="{number}" w:author="{author}">{run("x")}</w:ins></w:p>'
        )
    xml = _entries(HANDLER.rewrite(word.build(), (), HouseDoor()))["word/document.xml"].decode()
    assert xml.count('w:author="Author 1"') == 2
    assert xml.count('w:author="Author 2"') == 1


def test_bookmarks_are_renamed_at_both_ends() -> None:
    word = Word()
    PLACES["bookmark name"](word, SECRET)
    xml = _entries(HANDLER.rewrite(word.build(), (), HouseDoor()))["word/document.xml"].decode()
    assert 'w:name="_mark1"' in xml
    assert "REF _mark1" in xml


def test_styles_keep_their_looks_under_new_ids() -> None:
    word = Word()
    PLACES["style name and id"](word, SECRET)
    document = docx.Document(io.BytesIO(HANDLER.rewrite(word.build(), (), HouseDoor())))
    assert [p.style.name for p in document.paragraphs if p.style and p.text == "styled"] == [
        "Style 1"
    ]


def test_looks_of_the_runs_stay() -> None:
    document = docx.Document()
    line = document.add_paragraph("Between ")
    line.add_run("Zebu").bold = True
    line.add_run("lon Quarterstaff").italic = True
    line.add_run(" and us")
    buffer = io.BytesIO()
    document.save(buffer)
    produced = docx.Document(io.BytesIO(redact(HANDLER, buffer.getvalue(), [SECRET])))
    runs = [(r.text, r.bold, r.italic) for r in produced.paragraphs[0].runs]
    assert runs == [
        ("Between ", None, None),
        (TAG, True, None),
        ("", None, True),
        (" and us", None, None),
    ]


def test_the_properties_are_read_so_that_their_names_are_sought() -> None:
    word = Word()
    PLACES["core properties"](word, SECRET)
    PLACES["author of a change"](word, "Amanuensis Ink")
    text = text_of(HANDLER.read(word.build(), HouseDoor()))
    assert SECRET in text
    assert "Amanuensis Ink" in text


def test_macros_turn_into_a_plain_document() -> None:
    word = Word()
    word.main = "application/vnd.ms-word.document.macroEnabled.main+xml"
    PLACES["macros"](word, SECRET)
    content = word.build()
    assert sniff(content).name == "docx"
    entries = _entries(HANDLER.rewrite(content, (), HouseDoor()))
    assert not [name for name in entries if "vba" in name.lower()]
    assert WORD + "document.main+xml" in entries["[Content_Types].xml"].decode()


def test_packed_data_that_no_search_looks_into_is_dropped() -> None:
    packed = base64.b64encode(SECRET.encode()).decode()
    word = Word()
    PLACES["field data"](word, packed)
    PLACES["VML drawing data"](word, packed)
    produced = HANDLER.rewrite(word.build(), (), HouseDoor())
    assert packed.casefold() not in everything(HANDLER, produced)


def _with_subdocument(word: Word) -> None:
    word.body.append(f'<w:p><w:subDoc r:id="{word.external("subDocument", "a.docx")}"/></w:p>')


def _with_unknown_reference(word: Word) -> None:
    rel_id = word.add_part("word/ink.xml", "application/inkml+xml", "<ink/>", "customXml")
    word.body.append(f'<w:p><w:r><w:unheardOf r:id="{rel_id}"/></w:r></w:p>')


def _with_foreign_text(word: Word) -> None:
    word.body.append('<w:p><x:y xmlns:x="urn:other">words</x:y></w:p>')


@pytest.mark.parametrize(
    "plant",
    [
        _with_subdocument,
        _with_unknown_reference,
        _with_foreign_text,
    ],
)
def test_what_can_be_neither_read_nor_removed_is_held(plant: object) -> None:
    word = Word()
    plant(word)  # type: ignore[operator]
    with pytest.raises(UnsafeContentError):
        HANDLER.read(word.build(), HouseDoor())


def _document(xml: str | bytes, **more: str | bytes) -> bytes:
    word = Word()
    parts: dict[str, str | bytes] = {**_entries(word.build()), "word/document.xml": xml, **more}
    return zipped(parts)


_BOMB = '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'
_BODY = wrap("document", "<w:body>{}</w:body>")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (_document(_BODY.replace("<w:document", _BOMB + "<w:document", 1)), UnsafeContentError),
        (_document((_BOMB + "<d/>").encode("utf-16")), UnsafeContentError),
        (_document("<w:document"), DamagedError),
        (_document(""), DamagedError),
        (_document(b"\xff\xfe"), DamagedError),
        (_document(_BODY, **{"../../etc/passwd": "x"}), UnsafeContentError),
        (_document(_BODY, **{"/abs": "x"}), UnsafeContentError),
        (_document(_BODY, **{"word\\x": "x"}), UnsafeContentError),
        (_document(_BODY, **{"WORD/document.xml": "x"}), UnsafeContentError),
        (_document(_BODY, **{"word/a.xml": "0" * 30_000_000}), LimitError),
        (_document(_BODY) + b"appended", UnsafeContentError),
        (zipped({"[Content_Types].xml": "<x/>", "a": "b"}), DamagedError),
    ],
    ids=[
        "entities", "entities in UTF-16", "cut XML", "empty XML", "bare mark", "path traversal",
        "absolute path", "backslash", "name twice but for case", "zip bomb", "bytes appended",
        "no document",
    ],
)  # fmt: skip
def test_hostile_packages_are_held_for_their_own_reason(
    content: bytes, error: type[DocumentError]
) -> None:
    with pytest.raises(error):
        HANDLER.read(content, HouseDoor())


def test_the_same_entry_twice_is_held() -> None:
    buffer = io.BytesIO(_document(_BODY))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", _BODY)
    with pytest.raises(UnsafeContentError):
        HANDLER.read(buffer.getvalue(), HouseDoor())


def test_bytes_before_or_between_the_parts_are_held() -> None:
    content = _document(_BODY)
    with pytest.raises(UnsafeContentError):
        HANDLER.read(b"hidden" * 10 + content, HouseDoor())


def test_an_encrypted_entry_is_held_as_encrypted() -> None:
    content = bytearray(_document(_BODY))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    with pytest.raises(EncryptedError):
        HANDLER.read(bytes(content), HouseDoor())


def test_too_many_parts_are_held() -> None:
    content = _document(_BODY, **{f"word/p{n}.xml": "x" for n in range(30)})
    with pytest.raises(LimitError):
        HANDLER.read(content, HouseDoor(Limits(archive_entries=20)))


def test_the_strict_variant_comes_out_as_an_ordinary_document() -> None:
    word = Word()
    PLACES["table cell"](word, SECRET)
    entries = _entries(word.build())
    strict = {
        name: re.sub(
            rb"http://schemas.openxmlformats.org/(wordprocessingml|officeDocument)/2006/(\w+)",
            rb"http://purl.oclc.org/ooxml/\1/\2",
            content,
        )
        for name, content in entries.items()
    }
    assert b"purl.oclc.org" in strict["word/document.xml"]
    produced = redact(HANDLER, zipped({**strict}), [SECRET])
    assert_clean(HANDLER, produced, [SECRET, "purl.oclc.org"])
    assert len(docx.Document(io.BytesIO(produced)).tables) == 1


def test_deep_nesting_ends_in_a_document_error() -> None:
    deep = "<w:sdt><w:sdtContent>" * 3000 + "</w:sdtContent></w:sdt>" * 3000
    with pytest.raises(DocumentError):
        HANDLER.read(_document(_BODY.format(deep)), HouseDoor())


def test_errors_name_places_and_never_text() -> None:
    word = Word()
    word.body.append(f'<w:p><x:y xmlns:x="urn:other">{SECRET}</x:y></w:p>')
    with pytest.raises(UnsafeContentError) as caught:
        HANDLER.read(word.build(), HouseDoor())
    assert "Zebulon" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    "name", ["bug56075-changeTracking_on.docx", "footnotes.docx", "SimpleMacro.docm"]
)
def test_real_documents_keep_their_text_and_open_again(name: str) -> None:
    path = REAL / name
    if not path.exists():
        pytest.skip("../shared/data is not here")
    content = path.read_bytes()
    assert sniff(content).name == "docx"
    units = HANDLER.read(content, HouseDoor())
    produced = HANDLER.rewrite(content, redactions(units, ["tracking"]), HouseDoor())
    docx.Document(io.BytesIO(produced))
    assert_clean(HANDLER, produced, ["changetracking", "Riccardo", "Trekin"])


def test_paragraph_is_a_unit_of_its_own_even_inside_a_text_box() -> None:
    word = Word()
    PLACES["text box"](word, "inside")
    word.body.append(paragraph("outside"))
    texts = [unit.text for unit in HANDLER.read(word.build(), HouseDoor())]
    assert texts.count("inside") == 2
    assert "outside" in texts


@pytest.mark.parametrize(
    "content",
    [
        paragraph(run("Zebu&#8203;lon Quarterstaff")),
        paragraph(run("Zebu&#x200B;lon Quarterstaff")),
        paragraph(run("Zebu\x7flon Quarterstaff")),
        paragraph(run("Zebu\u200blon Quarterstaff")),
    ],
    ids=["escaped", "escaped in hex", "delete", "as it is"],
)
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "UTF-16-LE", "UTF-7"])
def test_invisible_characters_go_however_they_are_written(content: str, encoding: str) -> None:
    word = Word()
    xml = wrap("hdr", content).replace('encoding="UTF-8"', f'encoding="{encoding}"')
    word.add_part("word/header9.xml", WORD + "header+xml", xml.encode(encoding), "header")
    try:
        units = HANDLER.read(word.build(), HouseDoor())
    except DamagedError:  # an encoding that libxml2 does not know
        assert encoding == "UTF-7"
        return
    assert SECRET in text_of(units)


def test_revision_ids_and_times_go_from_the_root_on_down() -> None:
    word = Word()
    word.body.append(
        '<w:p w:rsidR="00ABCDEF" w14:paraId="00000001"><w:r w:rsidRPr="00ABCDEF"/></w:p>'
    )
    word.body.append(
        '<w:p><w:ins w:author="A" w:date="2026-01-02T03:04:05Z">'
        "<w:r><w:t>x</w:t></w:r></w:ins></w:p>"
    )
    xml = wrap("hdr", paragraph(run("header"))).replace("<w:hdr ", '<w:hdr w:rsidR="00ABCDEF" ')
    word.add_part("word/header9.xml", WORD + "header+xml", xml, "header")
    seen = everything(HANDLER, redact(HANDLER, word.build(), []))
    assert "abcdef" not in seen
    assert "03:04" not in seen
    assert "author 1" in seen
