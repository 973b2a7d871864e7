"""Workbooks: every hiding place is redacted or gone; numbers, dates and formulas are understood."""
# ruff: noqa: E501 - one hiding place a line reads better than wrapped XML

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.documents.xlsx import XlsxFormat
from handoff.errors import DamagedError, TrackedChangesError, UnsafeContentError
from handoff.model import DocumentOptions, UnitKind
from tests.unit.documents.judge import (
    TAG,
    assert_clean,
    assert_holds_together,
    everything,
    redact,
    text_of,
)
from tests.unit.documents.word_builder import relationship, zipped

SECRET = "Zebulon Quarterstaff"
HANDLER = XlsxFormat()
REAL = Path("../shared/data/docs/office")
NS = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
STYLES = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>'


def _rels(*relationships: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(relationships)
        + "</Relationships>"
    )


def build(
    rows: str = "",
    *,
    strings: str = "",
    after: str = "",
    book: str = "",
    name: str = "Sheet1",
    styles: str = "",
    comments: str = "",
    rels: str = "",
    revisions: str = "",
) -> bytes:
    """A workbook of one sheet."""
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{KIND}{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("styles", "styles"),
            ("sharedStrings", "sharedStrings"), ("comments1", "comments"),
            ("revisions/revisionHeaders", "revisionHeaders"),
        )
    )  # fmt: skip
    ordinary = '<row r="9"><c r="A9" t="inlineStr"><is><t>ordinary</t></is></c></row>'
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="png" ContentType="image/png"/>{types}</Types>',
            "_rels/.rels": _rels(relationship("rId1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook {NS}><sheets><sheet name="{name}" sheetId="1" '
            f'state="veryHidden" r:id="rId1"/></sheets>{book}</workbook>',
            "xl/_rels/workbook.xml.rels": _rels(
                relationship("rId1", "worksheet", "worksheets/sheet1.xml"),
                relationship("rId2", "styles", "styles.xml"),
                relationship("rId3", "sharedStrings", "sharedStrings.xml"),
            ),
            "xl/worksheets/sheet1.xml": f"<worksheet {NS}><sheetData>{rows}{ordinary}</sheetData>{after}</worksheet>",
            "xl/worksheets/_rels/sheet1.xml.rels": _rels(
                relationship("rId1", "comments", "../comments1.xml"), rels
            ),
            "xl/styles.xml": f"<styleSheet {NS}>{styles}{STYLES}</styleSheet>",
            "xl/sharedStrings.xml": f"<sst {NS}>{strings}</sst>",
            "xl/comments1.xml": f"<comments {NS}>{comments}</comments>",
            **({"xl/revisions/revisionHeaders.xml": revisions} if revisions else {}),
        }
    )


def _cell(inner: str, kind: str = "", at: str = "A1") -> str:
    return f'<row r="1"><c r="{at}"{kind}>{inner}</c></row>'


def _external(kind: str, after: str) -> Callable[[str], bytes]:
    return lambda s: build(
        after=after,
        rels=relationship(
            "rId9", kind, f"https://example.com/{s.replace(' ', '_')}", external=True
        ),
    )


PLACES: dict[str, Callable[[str], bytes]] = {
    "shared string": lambda s: build(_cell("<v>0</v>", ' t="s"'), strings=f"<si><t>{s}</t></si>"),
    "shared string in runs": lambda s: build(
        _cell("<v>0</v>", ' t="s"'), strings=f"<si><r><t>{s[:4]}</t></r><r><t>{s[4:]}</t></r></si>"
    ),
    "string that no cell shows": lambda s: build(strings=f"<si><t>{s}</t></si>"),
    "phonetic guide": lambda s: build(
        _cell("<v>0</v>", ' t="s"'), strings=f'<si><t>x</t><rPh sb="0" eb="1"><t>{s}</t></rPh></si>'
    ),
    "inline string": lambda s: build(_cell(f"<is><t>{s}</t></is>", ' t="inlineStr"')),
    "cached result": lambda s: build(_cell(f"<f>A2</f><v>{s}</v>", ' t="str"')),
    "formula": lambda s: build(_cell(f'<f>IF(A2="{s}",1,2)</f><v>1</v>')),
    "formula that joins": lambda s: build(_cell('<f>"Zebulon "&amp;"Quarterstaff"</f><v>1</v>')),
    "formula that fetches": lambda s: build(_cell(f'<f>WEBSERVICE("{s}")</f><v>1</v>')),
    "sheet name": lambda s: build(name=s),
    "formula with the sheet's name": lambda s: build(_cell(f"<f>'{s}'!A2</f><v>1</v>")),
    "defined name": lambda s: build(
        book=f'<definedNames><definedName name="n">"{s}"</definedName></definedNames>'
    ),
    "sharing user": lambda s: build(book=f'<fileSharing userName="{s}"/>'),
    "comment": lambda s: build(
        comments=f'<authors><author>x</author></authors><commentList><comment ref="A1" authorId="0"><text><r><t>{s}</t></r></text></comment></commentList>'
    ),
    "comment author": lambda s: build(comments=f"<authors><author>{s}</author></authors>"),
    "validation": lambda s: build(
        after=f'<dataValidations><dataValidation sqref="A1" prompt="{s}" errorTitle="{s}"><formula1>"{s},x"</formula1></dataValidation></dataValidations>'
    ),
    "conditional format": lambda s: build(
        after=f'<conditionalFormatting sqref="A1"><cfRule text="{s}"><formula>A1="{s}"</formula></cfRule></conditionalFormatting>'
    ),
    "literals joined by a conditional format": lambda s: build(
        after='<conditionalFormatting sqref="A1"><cfRule type="expression"><formula>A1="{}"&amp;" {}"</formula></cfRule></conditionalFormatting>'.format(*s.split())
    ),
    "literals joined by a validation": lambda s: build(
        after='<dataValidations count="1"><dataValidation sqref="A1"><formula1>A1="{}"&amp;" {}"</formula1></dataValidation></dataValidations>'.format(*s.split())
    ),
    "array formula": lambda s: build(_cell(f'<f t="array" ref="A1">"{s}"&amp;B1:B2</f><v>1</v>')),
    "shared formula": lambda s: build(_cell(f'<f t="shared" si="0" ref="A1:A2">"{s}"</f><v>1</v>')),
    "data table": lambda s: build(_cell(f'<f t="dataTable" ref="A1" r1="{s}"/><v>1</v>')),
    "literal of a formula never calculated": lambda s: build(_cell(f'<f>IF(B1=1,"{s}",0)</f>')),
    "sheet's name in a formula never calculated": lambda s: build(_cell(f"<f>SUM('{s}'!A1:A9)</f>")),
    "link's tip": lambda s: build(after=f'<hyperlinks><hyperlink ref="A1" location="A9" display="{s}" tooltip="{s}"/></hyperlinks>'),
    "link's place": lambda s: build(after=f"<hyperlinks><hyperlink ref=\"A1\" location=\"'{s}'!A9\"/></hyperlinks>"),
    "name of a table style": lambda s: build(styles=f'<tableStyles><tableStyle name="{s.split()[1]}"/></tableStyles>'),
    "prompt of one word": lambda s: build(
        after=f'<dataValidations><dataValidation sqref="A1" prompt="{s.split()[1]}" promptTitle="{s.split()[1]}" error="{s.split()[1]}"/></dataValidations>'
    ),
    "filter": lambda s: build(after=f'<autoFilter ref="A1:A9"><filters><filter val="{s}"/></filters></autoFilter>'),
    "page header": lambda s: build(after=f"<headerFooter><oddHeader>&amp;C{s}</oddHeader></headerFooter>"),
    "scenario": lambda s: build(after=f'<scenarios><scenario name="{s}" user="{s}"/></scenarios>'),
    "protection": lambda s: build(after=f'<protectedRanges><protectedRange name="{s}"/></protectedRanges>'),
    "link": _external("hyperlink", '<hyperlinks><hyperlink ref="A1" r:id="rId9" tooltip="x"/></hyperlinks>'),
    "external workbook": _external("externalLinkPath", ""),
    "number format": lambda s: build(
        styles=f'<numFmts><numFmt numFmtId="164" formatCode="&quot;{s}&quot;0"/></numFmts>'
    ),
    "cell style": lambda s: build(styles=f'<cellStyles><cellStyle name="{s}" xfId="0"/></cellStyles>'),
    "code name": lambda s: build(after=f'<sheetPr codeName="{s}"/>'),
}  # fmt: skip


@pytest.mark.parametrize(("name", "read"), [("Sheet12", False), ("Zebulon 2", True)])
def test_the_name_that_a_program_gave_a_new_sheet_is_no_text(name: str, read: bool) -> None:
    units = HANDLER.read(build(name=name), HouseDoor())
    assert any(unit.kind is UnitKind.NAME for unit in units) is read


def test_the_names_of_common_fonts_are_no_text() -> None:
    fonts = '<fonts><font><name val="{}"/></font><font><name val="Zebulon"/></font></fonts>'
    content = build(styles=fonts.format("Calibri"))
    units = text_of(HANDLER.read(content, HouseDoor()))
    assert "Calibri" not in units
    assert "Zebulon" in units


@pytest.mark.parametrize(
    "header",
    [
        "&CZebulon Quarterstaff",
        '&L&"Arial,Bold"&12Zebulon Quarterstaff&RPage &P',
        "&KFF0000Zeb&Bulon &IQuarter&Istaff",
        "&Pzebulon quarterstaff &&",
    ],
)
def test_a_name_in_a_page_header_is_read_without_the_codes_that_stick_to_it(header: str) -> None:
    escaped = header.replace("&", "&amp;").replace('"', "&quot;")
    content = build(after=f"<headerFooter><oddHeader>{escaped}</oddHeader></headerFooter>")
    words = text_of(HANDLER.read(content, HouseDoor())).casefold().split()
    assert words.index("zebulon") + 1 == words.index("quarterstaff"), "two words of their own"


def test_the_codes_of_a_page_header_stay_and_are_no_words() -> None:
    header = (
        "&amp;LMarlowe &amp;&amp; Finch&amp;CFor Zebulon Quarterstaff&amp;RPage &amp;P of &amp;N"
    )
    content = build(after=f"<headerFooter><oddFooter>{header}</oddFooter></headerFooter>")
    [read] = [u for u in HANDLER.read(content, HouseDoor()) if u.kind is UnitKind.FOOTER]
    assert read.text.split() == [
        "Marlowe",
        "&",
        "Finch",
        "For",
        "Zebulon",
        "Quarterstaff",
        "Page",
        "of",
    ]
    produced = redact(HANDLER, content, [SECRET, "Marlowe & Finch"])
    with zipfile.ZipFile(io.BytesIO(produced)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    left = "&amp;L [X-1] &amp;C For [X-1] &amp;R Page  &amp;P  of  &amp;N "
    assert left in sheet


ONE_WORD = ("name of a table style", "prompt of one word")


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    content = PLACES[place](SECRET)
    assert sniff(content).name == "xlsx"
    known = SECRET if place not in ONE_WORD else "Quarterstaff"
    produced = redact(HANDLER, content, [known])
    assert_clean(HANDLER, produced, [SECRET, "Quarterstaff"])
    assert_holds_together(produced)
    assert "ordinary" in text_of(HANDLER.read(produced, HouseDoor()))


@pytest.mark.parametrize("number", ["5551234567", "5.551234567E9", "5551234567.0"])
def test_a_number_is_read_in_full_and_can_be_redacted(number: str) -> None:
    content = build(_cell(f"<f>A2+0</f><v>{number}</v>"))
    assert "5551234567" in text_of(HANDLER.read(content, HouseDoor()))
    produced = redact(HANDLER, content, ["5551234567"])
    assert_clean(HANDLER, produced, ["5551234567", number])
    assert TAG in text_of(HANDLER.read(produced, HouseDoor()))


@pytest.mark.parametrize(
    ("style", "custom", "shown"),
    [
        ("1", "", "1980-02-01"),
        ("2", "dd.mm.yyyy", "1980-02-01"),
        ("2", "0.00", "29252"),
        ("0", "", "29252"),
    ],
)
def test_dates_are_read_as_dates(style: str, custom: str, shown: str) -> None:
    styles = f'<numFmts><numFmt numFmtId="164" formatCode="{custom}"/></numFmts>' if custom else ""
    content = build(_cell("<v>29252</v>", f' s="{style}"'), styles=styles)
    assert shown in [unit.text for unit in HANDLER.read(content, HouseDoor())]


def test_a_cell_has_its_column_heading_as_context() -> None:
    rows = '<row r="1"><c r="B1" t="inlineStr"><is><t>Surname</t></is></c></row><row r="2"><c r="B2" t="inlineStr"><is><t>Fox</t></is></c></row>'
    unit = next(u for u in HANDLER.read(build(rows), HouseDoor()) if u.text == "Fox")
    assert (unit.context, unit.place) == ("Surname", "sheet, cell B2")


def test_the_same_string_in_two_cells_is_two_units() -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>0</v></c></row>'
    units = HANDLER.read(build(rows, strings="<si><t>Fox</t></si>"), HouseDoor())
    assert [unit.text for unit in units].count("Fox") == 2


def test_plain_formulas_stay_and_others_become_their_last_value() -> None:
    rows = (
        '<row r="1"><c r="A1"><f>SUM(B1:B9)*2</f><v>7</v></c>'
        '<c r="B1"><f>VLOOKUP(A1,C1:D9,2)</f><v>8</v></c></row>'
    )
    seen = everything(HANDLER, HANDLER.rewrite(build(rows), (), HouseDoor()))
    assert "sum(b1:b9)*2" in seen
    assert "vlookup" not in seen
    assert "<v>8</v>" in seen


@pytest.mark.parametrize("value", ["", "<v></v>", "<v/>"])
def test_a_formula_that_could_make_text_and_was_never_calculated_is_a_note(value: str) -> None:
    content = build(_cell(f'<f>B1&amp;" "&amp;C1</f>{value}'))
    door = HouseDoor()
    assert "[not calculated]" in text_of(HANDLER.read(content, door))
    assert [type(cause) for _, cause in door.withheld] == [UnsafeContentError]
    assert_clean(HANDLER, HANDLER.rewrite(content, (), HouseDoor()), ["b1&"])


def test_it_holds_the_workbook_where_the_profile_delivers_only_what_is_whole() -> None:
    door = HouseDoor(options=DocumentOptions(attachments="hold"))
    with pytest.raises(UnsafeContentError, match="never calculated"):
        HANDLER.read(build(_cell('<f>B1&amp;" "&amp;C1</f>')), door)


@pytest.mark.parametrize(
    ("formula", "stays"),
    [
        ("VLOOKUP(A1,C1:D9,2)", True),
        ("SUM(B:B)", True),
        ('IF(B1>5,"high","low")', True),
        ("INDEX(Sheet1!A1:A9,MATCH(7,'Sheet1'!B1:B9,0))", True),
        ("CONCATENATE(B1,C1)", False),
        ("TEXTJOIN(1,1,B1:C1)", False),
        ('HYPERLINK("http://x.example/"&amp;A1)', False),
        ("VLOOKUP(A1,[1]Sheet1!C1:D9,2)", False),
        ("VLOOKUP(A1,'[book.xlsx]S'!C1:D9,2)", False),
        ("LET(x,B1,x&amp;C1)", False),
        ("LAMBDA(x,x)(B1)", False),
        ("SomeName", False),
        ("INDIRECT(B1)", False),
        ('"Zebu""lon"', False),
        ("MID(B1,1,3)", False),
        ("TEXT(B1,0)", False),
        ("CHAR(65)", False),
        ("_xlfn.CONCAT(B1:C1)", False),
    ],
)
def test_of_uncalculated_formulas_those_stay_that_cannot_make_text(
    formula: str, *, stays: bool
) -> None:
    produced = HANDLER.rewrite(build(_cell(f"<f>{formula}</f>")), (), HouseDoor())
    assert ("[not calculated]" in everything(HANDLER, produced)) is not stays


def test_a_redacted_literal_makes_its_formula_a_text() -> None:
    content = build(_cell(f'<f>IF(B1=1,"{SECRET}",0)</f>'))
    produced = redact(HANDLER, content, [SECRET])
    assert_clean(HANDLER, produced, [SECRET])
    assert f'IF(B1=1,"{TAG}",0)' in text_of(HANDLER.read(produced, HouseDoor()))


def test_a_number_within_a_formula_that_stays_is_read() -> None:
    content = build(_cell("<f>IF(B1=5551234567,1,0)</f><v>1</v>"))
    assert_clean(HANDLER, redact(HANDLER, content, ["5551234567"]), ["5551234567"])


def test_links_within_the_workbook_stay() -> None:
    after = '<hyperlinks><hyperlink ref="A1" location="Sheet1!A9"/></hyperlinks>'
    seen = everything(HANDLER, HANDLER.rewrite(build(after=after), (), HouseDoor()))
    assert 'location="sheet1!a9"' in seen


def test_the_log_of_changes_is_dropped_or_a_reason_to_hold() -> None:
    content = build(revisions=SECRET)
    assert_clean(HANDLER, redact(HANDLER, content, []), [SECRET])
    with pytest.raises(TrackedChangesError):
        HANDLER.read(content, HouseDoor(options=DocumentOptions(tracked_changes="hold")))


def test_a_redacted_sheet_name_is_one_that_excel_accepts() -> None:
    produced = redact(HANDLER, build(name=SECRET), [SECRET])
    assert 'name="(x-1)"' in everything(HANDLER, produced)


def test_a_cell_that_shows_a_missing_string_is_damaged() -> None:
    with pytest.raises(DamagedError):
        HANDLER.read(build(_cell("<v>5</v>", ' t="s"')), HouseDoor())


@pytest.mark.parametrize("name", ["TwoSheetsOneHidden.xlsx", "comments.xlsx"])
def test_real_workbooks_keep_their_text(name: str) -> None:
    if not (REAL / name).exists():
        pytest.skip("../shared/data is not here")
    content = (REAL / name).read_bytes()
    produced = HANDLER.rewrite(content, (), HouseDoor())
    assert_holds_together(produced)
    kept = [u.text for u in HANDLER.read(content, HouseDoor()) if u.unit_id.startswith("xl/")]
    assert [
        u.text for u in HANDLER.read(produced, HouseDoor()) if u.unit_id.startswith("xl/")
    ] == kept
