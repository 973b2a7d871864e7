"""Where a secret can hide in a Word package: one function plants it in one place."""

# ruff: noqa: E501 - one hiding place a line reads better than wrapped XML

from __future__ import annotations

from tests.unit.documents.word_builder import WORD, Plant, Word, paragraph, run, wrap
from tests.unit.documents.word_builder import relationship as word_relationship

_SHAPE = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>'
    '<wp:docPr id="1" name="{name}" descr="{descr}" title="{title}"/>'
    '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
    "<wps:wsp><wps:txbx><w:txbxContent>{text}</w:txbxContent></wps:txbx></wps:wsp>"
    "</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>"
    '<v:shape id="{vml}" alt="{descr}" style="width:10pt"><v:textbox><w:txbxContent>{text}'
    "</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def shape(text: str = "", name: str = "", descr: str = "", title: str = "", vml: str = "s1") -> str:
    """A text box, twice as Word writes it: DrawingML, and VML as a fallback."""
    inner = paragraph(text or "box")
    return paragraph(_SHAPE.format(text=inner, name=name, descr=descr, title=title, vml=vml))


def _body(template: str) -> Plant:
    def plant(word: Word, secret: str) -> None:
        first, _, second = secret.partition(" ")
        word.body.append(
            template.replace("{S}", secret)
            .replace("{1}", first)
            .replace("{2}", second)
            .replace("{TOKEN}", secret.replace(" ", ""))
        )

    return plant


def _part(name: str, kind: str, rel: str, inner: str) -> Plant:
    def plant(word: Word, secret: str) -> None:
        root = name.rstrip("0123456789")
        tag = {"header": "hdr", "footer": "ftr"}.get(root, root)
        content = wrap(tag, inner.replace("{S}", secret))
        rel_id = word.add_part(f"word/{name}.xml", WORD + kind + "+xml", content, rel)
        if rel in ("header", "footer"):
            word.body.append(
                f'<w:p><w:pPr><w:sectPr><w:{rel}Reference w:type="default" r:id="{rel_id}"/>'
                "</w:sectPr></w:pPr></w:p>"
            )

    return plant


def _settings(inner: str) -> Plant:
    def plant(word: Word, secret: str) -> None:
        token = secret.replace(" ", "")
        word.settings += inner.replace("{S}", secret).replace("{TOKEN}", token)

    return plant


def _property(name: str, kind: str, rel: str, content: str) -> Plant:
    def plant(word: Word, secret: str) -> None:
        word.add_part(name, kind, content.replace("{S}", secret), rel, root=True)

    return plant


def _file(name: str, kind: str, rel: str) -> Plant:
    def plant(word: Word, secret: str) -> None:
        word.add_part(name.replace("{S}", secret), kind, secret.encode(), rel)

    return plant


def _external(rel: str, target: str, body: str = "") -> Plant:
    def plant(word: Word, secret: str) -> None:
        rel_id = word.external(rel, target.replace("{S}", secret.replace(" ", "%20")))
        word.body.append(body.replace("{ID}", rel_id))

    return plant


def _style(inner: str) -> Plant:
    def plant(word: Word, secret: str) -> None:
        token = secret.replace(" ", "")
        word.styles += inner.replace("{S}", secret).replace("{TOKEN}", token)
        word.body.append(f'<w:p><w:pPr><w:pStyle w:val="{token}"/></w:pPr>{run("styled")}</w:p>')

    return plant


def _object(word: Word, secret: str) -> None:
    kind = "application/vnd.openxmlformats-officedocument.oleObject"
    rel_id = word.add_part("word/embeddings/o1.bin", kind, secret.encode(), "oleObject")
    word.body.append(
        f'<w:p><w:r><w:object><o:OLEObject Type="Embed" ProgID="{secret}" r:id="{rel_id}"/>'
        "</w:object></w:r></w:p>"
    )


def _chart(word: Word, secret: str) -> None:
    content = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><c:chart>'
        f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{secret}</a:t></a:r></a:p></c:rich></c:tx></c:title>"
        f"<c:plotArea><c:ser><c:cat><c:strRef><c:f>'{secret}'!A1</c:f><c:strCache><c:pt idx='0'>"
        f"<c:v>{secret}</c:v></c:pt></c:strCache></c:strRef></c:cat></c:ser></c:plotArea></c:chart>"
        "</c:chartSpace>"
    )
    kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    rel_id = word.add_part("word/charts/chart7.xml", kind, content, "chart")
    word.body.append(
        "<w:p><w:r><w:drawing><wp:inline><a:graphic><a:graphicData "
        'uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{rel_id}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    )


def _chart_with(word: Word, kind: str, rel: str, content: str | bytes, element: str) -> None:
    _chart(word, "chart")
    chart = word.parts["word/charts/chart7.xml"]
    assert isinstance(chart, str)
    word.parts["word/charts/chart7.xml"] = chart.replace(
        "</c:chartSpace>", f'<c:{element} r:id="rId1"/></c:chartSpace>'
    )
    word.types["word/charts/inner.bin"] = kind
    word.parts["word/charts/inner.bin"] = content
    word.parts["word/charts/_rels/chart7.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + word_relationship("rId1", rel, "inner.bin")
        + "</Relationships>"
    )


def _chart_with_shapes(word: Word, secret: str) -> None:
    kind = "application/vnd.openxmlformats-officedocument.drawingml.chartshapes+xml"
    content = (
        '<c:userShapes xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        f"<a:p><a:r><a:t>{secret}</a:t></a:r></a:p></c:userShapes>"
    )
    _chart_with(word, kind, "chartUserShapes", content, "userShapes")


def _chart_with_workbook(word: Word, secret: str) -> None:
    # A Word document will do: what goes through the door is told by its content.
    inside = Word()
    inside.body.append(paragraph(secret))
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    _chart_with(word, kind, "package", inside.build(), "externalData")


def _newer_chart(word: Word, secret: str) -> None:
    content = (
        '<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex">'
        f"<cx:strDim><cx:f>{secret}!A1</cx:f><cx:lvl><cx:pt>{secret}</cx:pt></cx:lvl></cx:strDim>"
        "</cx:chartSpace>"
    )
    kind = "http://schemas.microsoft.com/office/2014/relationships/chartEx"
    rel_id = word.add_part(
        "word/charts/ex.xml", "application/vnd.ms-office.chartex+xml", content, kind
    )
    word.body.append(
        '<w:p><w:r><mc:AlternateContent xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/'
        'chartex"><mc:Choice Requires="cx"><w:drawing><wp:inline><a:graphic><a:graphicData '
        f'uri="x"><cx:chart r:id="{rel_id}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
        "</mc:Choice></mc:AlternateContent></w:r></w:p>"
    )


_COMMENT = '<w:comment w:id="0" w:author="{A}" w:initials="{A}" w:date="2026-01-01T00:00:00Z">{T}'
_FLD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
_PROPERTIES = "application/vnd.openxmlformats-"
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">{}</cp:coreProperties>'
)

PLACES: dict[str, Plant] = {
    "body": _body(paragraph("before {S} after")),
    "runs split in mid-word": _body(
        paragraph(run("x {1} ")[:-6] + "</w:r>", run("{2}"), run(" after"))
    ),
    "runs split letter by letter": lambda word, secret: word.body.append(
        paragraph(*(run(letter) for letter in secret))
    ),
    "across a line break": _body(paragraph(run("{1}"), "<w:r><w:br/></w:r>", run("{2}"))),
    "across a tab": _body(paragraph(run("{1}"), "<w:r><w:tab/></w:r>", run("{2}"))),
    "upper case": lambda word, secret: word.body.append(paragraph(secret.upper())),
    "with a soft hyphen inside": lambda word, secret: word.body.append(
        paragraph(secret[:3] + "\u00ad" + secret[3:])
    ),
    "with a zero-width space inside": lambda word, secret: word.body.append(
        paragraph(secret[:3] + "\u200b" + secret[3:])
    ),
    "table cell": _body(f"<w:tbl><w:tr><w:tc>{paragraph('{S}')}</w:tc></w:tr></w:tbl>"),
    "hidden run": _body("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{S}</w:t></w:r></w:p>"),
    "inserted": _body(
        f'<w:p><w:ins w:id="1" w:author="x" w:date="2026-01-01T00:00:00Z">{run("{S}")}</w:ins></w:p>'
    ),
    "deleted": _body(f'<w:p><w:del w:id="1" w:author="x">{run("{S}", "delText")}</w:del></w:p>'),
    "half deleted, half inserted": _body(
        f'<w:p>{run("{1} ")}<w:del w:id="1" w:author="x">{run("{2}", "delText")}</w:del>'
        f'<w:ins w:id="2" w:author="x">{run("{2}")}</w:ins></w:p>'
    ),
    "moved": _body(
        f'<w:p><w:moveFrom w:id="1" w:author="x">{run("{S}")}</w:moveFrom></w:p>'
        f'<w:p><w:moveTo w:id="2" w:author="x">{run("{S}")}</w:moveTo></w:p>'
    ),
    "author of a change": _body(f'<w:p><w:ins w:id="1" w:author="{{S}}">{run("x")}</w:ins></w:p>'),
    "deleted field code": _body(paragraph(run(" PAGEREF {S} ", "delInstrText"))),
    "field code": _body(
        paragraph(_FLD.format("begin"), run(' IF "{S}" = "a" "b" ', "instrText"), _FLD.format("end"))
    ),
    "field code split over runs": _body(
        paragraph(
            _FLD.format("begin"), run(' IF "{1} ', "instrText"), run('{2}" = "a" ', "instrText"),
            _FLD.format("end"),
        )
    ),
    "field that links out": _body(
        paragraph(
            _FLD.format("begin"), run(' HYPERLINK "mailto:{S}" ', "instrText"),
            _FLD.format("separate"), run("shown"), _FLD.format("end"),
        )
    ),
    "simple field": _body(f'<w:p><w:fldSimple w:instr=" AUTHOR {{S}} ">{run("x")}</w:fldSimple></w:p>'),
    "dynamic data exchange": _body(
        paragraph(_FLD.format("begin"), run(" DDEAUTO {S} ", "instrText"), _FLD.format("end"))
    ),
    "field data": _body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:fldData>{S}</w:fldData></w:fldChar></w:r></w:p>'
    ),
    "hyperlink target": _external(
        "hyperlink", "https://example.com/{S}", paragraph('<w:hyperlink r:id="{ID}"><w:r><w:t>l</w:t></w:r></w:hyperlink>')
    ),
    "hyperlink tooltip": _body(f'<w:p><w:hyperlink w:anchor="a" w:tooltip="{{S}}">{run("l")}</w:hyperlink></w:p>'),
    "bookmark name": _body(
        '<w:p><w:bookmarkStart w:id="1" w:name="{TOKEN}"/><w:bookmarkEnd w:id="1"/></w:p>'
        + paragraph(_FLD.format("begin"), run(" REF {TOKEN} ", "instrText"), _FLD.format("end"))
    ),
    "text box": lambda word, secret: word.body.append(shape(text=secret)),
    "alt text": lambda word, secret: word.body.append(shape(descr=f"A portrait of {secret}")),
    "drawing title": lambda word, secret: word.body.append(shape(title=secret)),
    "drawing name": lambda word, secret: word.body.append(shape(name=secret)),
    "VML id": lambda word, secret: word.body.append(shape(vml=secret)),
    "word art": _body('<w:p><w:r><w:pict><v:shape><v:textpath string="{S}"/></v:shape></w:pict></w:r></w:p>'),
    "VML drawing data": _body('<w:p><w:r><w:pict><v:shape o:gfxdata="{TOKEN}"/></w:pict></w:r></w:p>'),
    "content control title": _body(
        f'<w:sdt><w:sdtPr><w:alias w:val="{{S}}"/><w:tag w:val="{{TOKEN}}"/></w:sdtPr>'
        f"<w:sdtContent>{paragraph('x')}</w:sdtContent></w:sdt>"
    ),
    "content control text": _body(f"<w:sdt><w:sdtContent>{paragraph('{S}')}</w:sdtContent></w:sdt>"),
    "content control choices": _body(
        '<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="{S}" w:value="{S}"/>'
        f"</w:dropDownList></w:sdtPr><w:sdtContent>{paragraph('x')}</w:sdtContent></w:sdt>"
    ),
    "data binding": _body(
        '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/{S}" w:storeItemID="{S}"/></w:sdtPr>'
        f"<w:sdtContent>{paragraph('x')}</w:sdtContent></w:sdt>"
    ),
    "form field": _body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{TOKEN}"/>'
        '<w:helpText w:type="text" w:val="{S}"/><w:textInput><w:default w:val="{S}"/></w:textInput>'
        "</w:ffData></w:fldChar></w:r></w:p>"
    ),
    "custom XML element": _body(f'<w:customXml w:uri="{{S}}" w:element="{{TOKEN}}">{paragraph("x")}</w:customXml>'),
    "smart tag": _body(f'<w:p><w:smartTag w:uri="{{S}}" w:element="{{TOKEN}}">{run("{S}")}</w:smartTag></w:p>'),
    "editing permission": _body('<w:p><w:permStart w:id="1" w:ed="{S}"/><w:permEnd w:id="1"/></w:p>'),
    "equation": _body("<w:p><m:oMath><m:r><m:t>{S}</m:t></m:r></m:oMath></w:p>"),
    "table caption": _body(f'<w:tbl><w:tblPr><w:tblCaption w:val="{{S}}"/></w:tblPr><w:tr><w:tc>{paragraph("x")}</w:tc></w:tr></w:tbl>'),
    "font of a run": _body('<w:p><w:r><w:rPr><w:rFonts w:ascii="{S}"/></w:rPr><w:t>x</w:t></w:r></w:p>'),
    "stray text in the XML": _body("<w:p>{S}<w:r><w:t>x</w:t></w:r>{S}</w:p>"),
    "XML comment": _body("<!-- {S} --><w:p/>"),
    "processing instruction": _body("<?note {S}?><w:p/>"),
    "unknown attribute": _body('<w:p w:unheard="{S}"/>'),
    "attribute of a foreign namespace": _body('<w:p xmlns:x="urn:{TOKEN}" x:a="{S}"/>'),
    "revision id": _body('<w:p w:rsidR="{TOKEN}"/>'),
    "header": _part("header1", "header", "header", paragraph("{S}")),
    "footer": _part("footer1", "footer", "footer", paragraph("{S}")),
    "footnote": _part("footnotes", "footnotes", "footnotes", f'<w:footnote w:id="2">{paragraph("{S}")}</w:footnote>'),
    "endnote": _part("endnotes", "endnotes", "endnotes", f'<w:endnote w:id="2">{paragraph("{S}")}</w:endnote>'),
    "comment": _part("comments", "comments", "comments", _COMMENT.format(A="x", T=paragraph("{S}")) + "</w:comment>"),
    "comment author": _part("comments", "comments", "comments", _COMMENT.format(A="{S}", T=paragraph("t")) + "</w:comment>"),
    "people": _part("people", "people", "http://schemas.microsoft.com/office/2011/relationships/people", '<w15:person w15:author="{S}"/>'),
    "style name and id": _style('<w:style w:type="paragraph" w:customStyle="1" w:styleId="{TOKEN}"><w:name w:val="{S}"/><w:aliases w:val="{S}"/></w:style>'),
    "numbering text": _part("numbering", "numbering", "numbering", '<w:abstractNum w:abstractNumId="0"><w:name w:val="{S}"/><w:lvl w:ilvl="0"><w:lvlText w:val="{S} %1"/></w:lvl></w:abstractNum>'),
    "document variable": _settings('<w:docVars><w:docVar w:name="{TOKEN}" w:val="{S}"/></w:docVars>'),
    "mail merge": _settings('<w:mailMerge><w:query w:val="SELECT {S}"/></w:mailMerge>'),
    "settings of an add-in": _settings('<w:compat><w:compatSetting w:name="{S}" w:uri="{S}" w:val="1"/></w:compat>'),
    "font table": _part("fontTable", "fontTable", "fontTable", '<w:font w:name="{S}"><w:altName w:val="{S}"/></w:font>'),
    "core properties": _property("docProps/core.xml", _PROPERTIES + "package.core-properties+xml", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", _CORE.format("<dc:creator>{S}</dc:creator><dc:title>{S}</dc:title>")),
    "app properties": _property("docProps/app.xml", _PROPERTIES + "officedocument.extended-properties+xml", "extended-properties", '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Company>{S}</Company><Template>{S}</Template></Properties>'),
    "custom properties": _property("docProps/custom.xml", _PROPERTIES + "officedocument.custom-properties+xml", "custom-properties", '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"><property name="{S}"><vt:lpwstr xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{S}</vt:lpwstr></property></Properties>'),
    "thumbnail": _property("docProps/thumbnail.png", "image/png", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail", "{S}"),
    "custom XML part": _file("customXml/item1.xml", "application/xml", "customXml"),
    "part name": _file("word/{S}.xml", "application/xml", "unheardOf"),
    "macros": _file("word/vbaProject.bin", "application/vnd.ms-office.vbaProject", "http://schemas.microsoft.com/office/2006/relationships/vbaProject"),
    "embedded font": _file("word/fonts/font1.odttf", "application/vnd.openxmlformats-officedocument.obfuscatedFont", "font"),
    "glossary": _file("word/glossary/document.xml", WORD + "document.glossary+xml", "glossaryDocument"),
    "printer settings": _file("word/printerSettings1.bin", WORD + "printerSettings", "printerSettings"),
    "unreferenced part": lambda word, secret: word.parts.update({"word/lost.xml": secret}),
    "attached template": _external("attachedTemplate", "file:///C:/{S}.dotx"),
    "kind of a relationship": lambda word, s: word.rels.append(
        word_relationship("rId99", f"urn:x:{s.replace(' ', '-')}/header", "/word/styles.xml")
    ),
    "name of a move": _body('<w:p><w:moveFromRangeStart w:id="7" w:name="{2}" w:author="x"/></w:p>'),
    "drawing on a chart": _chart_with_shapes,
    "workbook behind a chart": _chart_with_workbook,
    "chart of the newer kind": _newer_chart,
    "embedded object": _object,
    "chart": _chart,
}  # fmt: skip
