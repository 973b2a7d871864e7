"""OpenDocument: what is read, dropped and held, and that LibreOffice opens what is delivered."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Mapping

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.libreoffice import runner
from handoff.documents.odf.format import OdfFormat, odf_formats
from handoff.documents.ooxml.placeholder import PLACEHOLDER
from handoff.documents.registry import sniff
from handoff.errors import (
    DamagedError,
    DocumentError,
    EncryptedError,
    LimitError,
    UnsafeContentError,
)
from handoff.model import DocumentOptions
from tests.unit.documents.judge import TAG, assert_clean, redact, text_of

FORMATS = {one.name: one for one in odf_formats()}
KINDS = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
SECRET = "Zebulon Quarterstaff"
needs_office = pytest.mark.skipif(runner.program() is None, reason="LibreOffice is not installed")
_NAMES = "".join(
    f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("style", "style"), ("svg", "svg-compatible"), ("form", "form"), ("script", "script"),
        ("presentation", "presentation"), ("fo", "xsl-fo-compatible"), ("meta", "meta"),
        ("manifest", "manifest"),
    )
) + (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:x="urn:another"'
)  # fmt: skip

READ = {
    "paragraph": "<text:p>{s}</text:p>",
    "heading": '<text:h text:outline-level="1">{s}</text:h>',
    "split over spans": "<text:p>Zebu<text:span>lon Quar</text:span>terstaff</text:p>",
    "blank as an element": "<text:p>Zebulon<text:s/>Quarterstaff</text:p>",
    "split by a bookmark": '<text:p>Zebu<text:bookmark text:name="a"/>lon Quarterstaff</text:p>',
    "list": "<text:list><text:list-item><text:p>{s}</text:p></text:list-item></text:list>",
    "hidden section": '<text:section text:name="b" text:display="none"><text:p>{s}</text:p>'
    "</text:section>",
    "footnote": '<text:p>x<text:note text:note-class="footnote"><text:note-citation>1'
    "</text:note-citation><text:note-body><text:p>{s}</text:p></text:note-body></text:note></text:p>",
    "comment": "<text:p>x<office:annotation><dc:creator>{s}</dc:creator><text:p>{s}</text:p>"
    "</office:annotation></text:p>",
    "text box": "<text:p><draw:frame><draw:text-box><text:p>{s}</text:p></draw:text-box>"
    "</draw:frame></text:p>",
    "alternative text": "<text:p><draw:frame><svg:title>{s}</svg:title><svg:desc>{s}</svg:desc>"
    "<draw:text-box><text:p>x</text:p></draw:text-box></draw:frame></text:p>",
    "field": "<text:p><text:author-name>{s}</text:author-name></text:p>",
    "hidden text": '<text:p><text:hidden-text text:string-value="{s}">{s}</text:hidden-text>'
    "</text:p>",
    "link": '<text:p><text:a xlink:href="mailto:{s}">{s}</text:a></text:p>',
    "ruby": "<text:p><text:ruby><text:ruby-base>x</text:ruby-base><text:ruby-text>{s}"
    "</text:ruby-text></text:ruby></text:p>",
    "table": '<table:table table:name="t"><table:table-row><table:table-cell><text:p>{s}</text:p>'
    "</table:table-cell></table:table-row></table:table>",
    "table's name": '<table:table table:name="{s}"><table:table-row><table:table-cell/>'
    "</table:table-row></table:table>",
    "zero-width": "<text:p>Zebu&#8203;lon Quarter&#173;staff</text:p>",
    "text nowhere": "<text:list>{s}</text:list>",
}
DROPPED = {
    "tracked deletion": "<text:tracked-changes><text:changed-region><text:deletion>"
    "<office:change-info><dc:creator>{s}</dc:creator></office:change-info><text:p>{s}</text:p>"
    "</text:deletion></text:changed-region></text:tracked-changes>",
    "bookmark": '<text:p>x<text:bookmark text:name="{s}"/></text:p>',
    "shape's name": '<text:p><draw:frame draw:name="{s}"/></text:p>',
    "style's name": '<text:p text:style-name="{s}">x</text:p>',
    "identifier": '<text:p xml:id="Quarterstaff">x</text:p>',
    "variable": '<text:user-field-decls><text:user-field-decl text:name="v" '
    'office:string-value="{s}"/></text:user-field-decls>',
    "form": '<office:forms><form:form form:name="{s}"><form:text form:value="{s}"/></form:form>'
    "</office:forms>",
    "script": '<office:scripts><office:script script:language="x">{s}</office:script>'
    "</office:scripts>",
    "dde link": '<text:dde-connection-decls><text:dde-connection-decl office:dde-topic="{s}"/>'
    "</text:dde-connection-decls>",
    "link target": '<text:p><text:a xlink:href="http://x/{s}" xlink:title="{s}">x</text:a>'
    "</text:p>",
    "foreign element": "<x:data>{s}</x:data>",
    "foreign attribute": '<text:p x:name="{s}">x</text:p>',
    "comment in the XML": "<text:p>x<!-- {s} --></text:p>",
    "condition": '<text:section text:condition="{s}" text:name="c"><text:p>x</text:p>'
    "</text:section>",
}
PARTS = {
    "meta.xml": "<office:document-meta{n}><office:meta><dc:creator>{s}</dc:creator></office:meta>"
    "</office:document-meta>",
    "settings.xml": "<office:document-settings{n}>{s}</office:document-settings>",
    "Thumbnails/thumbnail.png": "{s}",
    "Basic/Standard/Module1.xml": "{s}",
    "META-INF/documentsignatures.xml": "{s}",
    "manifest.rdf": "{s}",
    "Configurations2/{s}.xml": "x",
    "layout-cache": "{s}",
}


def _file(
    body: str,
    kind: str = "odt",
    parts: Mapping[str, str | bytes] | None = None,
    template: str = "",
    *,
    first: str = "mimetype",
    version: str = " office:version='1.3'",
) -> bytes:
    content = (
        f"<office:document-content{_NAMES}{version}><office:body>"
        f"<office:{KINDS[kind]}>{body}</office:{KINDS[kind]}></office:body>"
        "</office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        mimetype = f"application/vnd.oasis.opendocument.{KINDS[kind]}{template}"
        files = {"mimetype": mimetype, "content.xml": content, **(parts or {})}
        for name in sorted(files, key=lambda name: name != first):
            archive.writestr(name, files[name])
    return buffer.getvalue()


@pytest.mark.parametrize("place", READ)
def test_a_secret_that_is_shown_is_redacted(place: str) -> None:
    content = _file("<text:p>A letter</text:p>" + READ[place].format(s=SECRET))
    produced = redact(FORMATS["odt"], content, [SECRET])
    assert_clean(FORMATS["odt"], produced, ["Zebulon", "Quarterstaff"])
    assert TAG.casefold() in text_of(FORMATS["odt"].reread(produced, HouseDoor())).casefold()


@pytest.mark.parametrize("place", DROPPED)
def test_what_is_no_content_is_dropped(place: str) -> None:
    content = _file("<text:p>A letter</text:p>" + DROPPED[place].format(s=SECRET))
    produced = FORMATS["odt"].rewrite(content, (), HouseDoor())
    assert_clean(FORMATS["odt"], produced, ["Zebulon", "Quarterstaff", "http://x"])
    assert "A letter" in text_of(FORMATS["odt"].reread(produced, HouseDoor()))


@pytest.mark.parametrize("name", PARTS)
def test_parts_that_are_no_content_are_dropped(name: str) -> None:
    part = {name.format(s=SECRET): PARTS[name].format(s=SECRET, n=_NAMES)}
    produced = FORMATS["odt"].rewrite(_file("<text:p>x</text:p>", parts=part), (), HouseDoor())
    assert_clean(FORMATS["odt"], produced, ["Zebulon", "Quarterstaff"])


def test_headers_in_the_styles_are_read() -> None:
    styles = (
        f"<office:document-styles{_NAMES}><office:master-styles><style:master-page style:name='a'>"
        f"<style:header><text:p>{SECRET}</text:p></style:header></style:master-page>"
        "</office:master-styles></office:document-styles>"
    )
    content = _file("<text:p>x</text:p>", parts={"styles.xml": styles})
    produced = redact(FORMATS["odt"], content, [SECRET])
    assert_clean(FORMATS["odt"], produced, ["Zebulon"])


def _sheet(cell: str) -> bytes:
    table = (
        f'<table:table table:name="Sheet1"><table:table-row>{cell}</table:table-row></table:table>'
    )
    return _file(table, "ods")


@pytest.mark.parametrize(
    ("cell", "secret"),
    [
        ('office:value-type="float" office:value="5551234567"><text:p>555-123-4567', "5551234567"),
        ('office:value-type="float" office:value="5551234567"><text:p>', "5551234567"),
        ('office:value-type="date" office:date-value="1980-02-01"><text:p>long ago', "1980-02-01"),
        ('office:value-type="string" office:string-value="Zebulon"><text:p>Zebulon', "Zebulon"),
        ('table:formula="of:=&quot;Zebu&quot;&amp;&quot;lon&quot;"><text:p>Zebulon', "Zebulon"),
        ('table:formula="of:=VLOOKUP(&quot;Quarterstaff&quot;)"><text:p>1', "Quarterstaff"),
    ],
)
def test_values_and_formulas_behind_cells_do_not_bring_a_secret_back(
    cell: str, secret: str
) -> None:
    content = _sheet(f"<table:table-cell {cell}</text:p></table:table-cell>")
    produced = redact(FORMATS["ods"], content, [secret])
    assert_clean(FORMATS["ods"], produced, [secret])


def test_a_cell_whose_text_was_redacted_loses_its_number() -> None:
    cell = '<table:table-cell office:value-type="float" office:value="{}"><text:p>{}</text:p>'
    cells = cell.format("5551234567", "555-123-4567") + "</table:table-cell>"
    cells += cell.format("1.5", "1,50 EUR") + "</table:table-cell>"
    produced = redact(FORMATS["ods"], _sheet(cells), ["555-123-4567"])
    assert_clean(FORMATS["ods"], produced, ["5551234567"])
    assert "1.5" in text_of(FORMATS["ods"].reread(produced, HouseDoor()))


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_and_their_templates_are_told_by_content(kind: str) -> None:
    for template in ("", "-template"):
        content = _file("", kind, template=template)
        assert sniff(content).name == kind
        produced = FORMATS[kind].rewrite(content, (), HouseDoor())
        assert sniff(produced).name == kind
        assert b"template" not in produced[:100]


@pytest.mark.parametrize(
    ("value", "read"),
    {
        "0.06pt solid #000063": False,
        "#808080 0.18cm 0.18cm": False,
        "rotate (0.142244334037538) translate (0.195cm 1.973cm)": False,
        "rect(0cm, 0cm, 0cm, 0cm)": False,
        "if(?f0 ,1,sin($1 ))": False,
        "solid Zebulon": True,
        "solid 555-123-4567": True,
    }.items(),
)
def test_how_something_is_drawn_is_no_text(value: str, read: bool) -> None:
    content = _file(f'<draw:frame fo:border="{value}" draw:transform="{value}"/>')
    assert bool(text_of(FORMATS["odt"].read(content, HouseDoor()))) is read


def test_new_sheets_durations_and_the_field_of_a_sheets_name_stay_as_they_are() -> None:
    cell = '<table:table-cell office:value-type="time" office:time-value="PT288H00M00S"/>'
    table = (
        f'<table:table table:name="{{}}"><table:table-row>{cell}</table:table-row></table:table>'
    )
    field = "<text:p><text:sheet-name>???</text:sheet-name></text:p>"
    content = _file(table.format("Sheet2") + table.format("Feuil 3 of Zebulon") + field, "ods")
    assert text_of(FORMATS["ods"].read(content, HouseDoor())).split("\n") == [
        "???",
        "Feuil 3 of Zebulon",
    ]
    produced = zipfile.ZipFile(io.BytesIO(redact(FORMATS["ods"], content, [])))
    assert b"<text:sheet-name>" in produced.read("content.xml")


def test_the_media_type_may_stand_behind_other_files() -> None:
    content = _file("<text:p>x</text:p>", first="content.xml")
    produced = sniff(content).rewrite(content, (), HouseDoor())
    assert produced[30:38] == b"mimetype"


_VERSIONS = {  # as a file says it: as the result says it
    "": set(),
    " office:version='1.1'": {"1.1"},
    " office:version='1.2'": {"1.2"},
    " office:version='1.3'": {"1.3"},
    " office:version='1.4'": {"1.4"},
    " office:version='1.5'": {"1.5"},
    f" office:version='{SECRET}'": set(),
    " office:version='1.3 of Quarterstaff'": set(),
}


def _of_version(version: str) -> bytes:
    styles = f"<office:document-styles{_NAMES} office:version='1.2'><office:styles/>"
    parts = {"styles.xml": styles + "</office:document-styles>"}
    return _file("<text:p>kept text</text:p>", parts=parts, version=version)


@pytest.mark.parametrize("version", _VERSIONS)
def test_all_parts_say_the_version_that_the_content_says(version: str) -> None:
    produced = redact(FORMATS["odt"], _of_version(version), [])
    with zipfile.ZipFile(io.BytesIO(produced)) as archive:
        for name in ("content.xml", "styles.xml", "META-INF/manifest.xml"):
            found = re.findall(
                r'(?:office|manifest):version="([^"]*)"', archive.read(name).decode()
            )
            assert set(found) == _VERSIONS[version], name
    assert_clean(FORMATS["odt"], produced, ["Quarterstaff"])


@needs_office
@pytest.mark.parametrize("version", _VERSIONS)
def test_libreoffice_opens_every_version(version: str) -> None:
    produced = redact(FORMATS["odt"], _of_version(version), [])
    assert b"kept text" in runner.convert(produced, runner.ODT, runner.WRITER_TEXT)


_HELD: dict[str, tuple[bytes, type[DocumentError]]] = {
    "encrypted": (
        _file("", parts={"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        EncryptedError,
    ),
    "encrypted whole": (_file("", parts={"encrypted-package": "x"}), EncryptedError),
    "document type": (
        _file("", parts={"styles.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}),
        UnsafeContentError,
    ),
    "picture that is none": (
        _file("<draw:image><office:binary-data>!</office:binary-data></draw:image>"),
        DamagedError,
    ),
    "broken XML": (_file("<text:p>"), DamagedError),
    "nesting": (_file("<text:list>" * 300 + "</text:list>" * 300), DamagedError),
    "cut off": (_file("<text:p>x</text:p>")[:-30], DamagedError),
    "bomb": (b"", LimitError),
}


@pytest.mark.parametrize("case", _HELD)
def test_what_cannot_be_read_whole_is_held(case: str) -> None:
    content, error = _HELD[case]
    if case == "bomb":
        buffer = io.BytesIO(_file(""))
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", bytes(5_000_000))
        content = buffer.getvalue()
    with pytest.raises(error):
        FORMATS["odt"].read(content, HouseDoor())


_PNG = base64.b64encode(PLACEHOLDER).decode()
_SHOWN = '<draw:image xlink:href="{}"/>'.format
_WITHHELD = {
    "embedded object": (
        '<draw:object xlink:href="./Object 1"/>' + _SHOWN("Pictures/a.png"),
        {"object 1"},
    ),
    "a formula of MathML": ("<draw:object><x:math>{s}</x:math></draw:object>", {"object 1"}),
    "plug-in": ('<draw:plugin xlink:href="{s}"/>', {"object 1"}),
    "picture from elsewhere": (_SHOWN("http://x/{s}.png"), {"picture 1"}),
    "drawing": (_SHOWN("Pictures/a.wmf"), {"picture 1"}),
    "document as a picture": (_SHOWN("Pictures/a.txt"), {"picture 1"}),
    "two ways to show it": (_SHOWN("Pictures/a.wmf") + _SHOWN("Pictures/a.png"), {"picture 1"}),
    "a picture in the XML": (
        f"<draw:image><office:binary-data>{_PNG}</office:binary-data></draw:image>",
        set(),
    ),
}
_INSIDE: dict[str, str | bytes] = {
    "Object 1/content.xml": SECRET,
    "Pictures/a.png": PLACEHOLDER,
    "Pictures/a.wmf": f"\xd7\xcd\xc6\x9a{SECRET}",
    "Pictures/a.txt": f"this is what {SECRET} wrote",
}


@pytest.mark.parametrize("case", _WITHHELD)
def test_what_is_inside_and_cannot_be_read_stays_here_and_the_rest_goes(case: str) -> None:
    inner, places = _WITHHELD[case]
    body = f"<text:p>kept text<draw:frame>{inner.format(s=SECRET)}</draw:frame></text:p>"
    content = _file(body, parts=_INSIDE)
    produced = redact(FORMATS["odt"], content, [SECRET])
    assert_clean(FORMATS["odt"], produced, [SECRET, "Quarterstaff"])
    door = HouseDoor()
    assert text_of(FORMATS["odt"].read(content, door)).startswith("kept text")
    assert {place for place, _ in door.withheld} == places
    names = zipfile.ZipFile(io.BytesIO(produced)).namelist()
    assert len([name for name in names if name.startswith("Pictures/")]) == ("image" in inner)
    if places:
        with pytest.raises(DocumentError):
            FORMATS["odt"].read(content, HouseDoor(options=DocumentOptions(attachments="hold")))


def test_tracked_changes_are_held_where_the_profile_says_so() -> None:
    content = _file(DROPPED["tracked deletion"].format(s=SECRET))
    with pytest.raises(UnsafeContentError, match="tracked"):
        FORMATS["odt"].read(content, HouseDoor(options=DocumentOptions(tracked_changes="hold")))


@needs_office
@pytest.mark.parametrize("kind", ["odt", "ods"])
def test_libreoffice_opens_what_is_delivered(kind: str) -> None:
    handler: OdfFormat = FORMATS[kind]
    made, text = {
        "odt": (runner.ODT, runner.WRITER_TEXT),
        "ods": (runner.ODS, runner.CALC_TEXT),
    }[kind]
    table = runner.Format("csv", "Text - txt - csv (StarCalc):59,34,76", "")
    source = (
        runner.convert(b"{\\rtf1 by {\\b Zebulon} Quarterstaff\\par kept text}", runner.RTF, made)
        if kind == "odt"
        else runner.convert(f"Name;x\n{SECRET};kept text\n".encode(), table, made)
    )
    produced = redact(handler, source, [SECRET])
    shown = runner.convert(produced, made, text).decode()
    assert TAG in shown
    assert "kept text" in shown
    assert "Quarterstaff" not in shown
