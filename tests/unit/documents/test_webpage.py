"""HTML: what is read, what is dropped, and in which encodings."""

from __future__ import annotations

import pytest
from lxml import html

from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.documents.webpage import HtmlFormat
from handoff.errors import LimitError, UnsafeContentError
from tests.unit.documents.judge import TAG, assert_clean, redact, text_of

HANDLER = HtmlFormat()
SECRET = "Zebulon Quarterstaff"

READ = {
    "paragraph": "<p>{s}</p>",
    "split by markup": "<p>Zebu<b>lon Quar</b>ter<span>staff</span></p>",
    "over two lines": "<p>Zebulon\n   Quarterstaff</p>",
    "character references": "<p>&#90;ebulon &#x51;uarterstaff</p>",
    "non-breaking space": "<p>Zebulon&nbsp;Quarterstaff</p>",
    "zero-width space": "<p>Zeb&#8203;ulon Quar&shy;terstaff</p>",
    "title": "<title>{s}</title>",
    "title attribute": '<p title="{s}">x</p>',
    "table": "<table><caption>{s}</caption><tr><td>{s}</td></tr></table>",
    "hidden by style": '<p style="display:none">{s}</p>',
    "hidden by attribute": "<div hidden>{s}</div>",
    "details": "<details><summary>x</summary>{s}</details>",
    "option": "<select><option>{s}</option></select>",
    "text area": "<textarea>{s}</textarea>",
    "button": "<button>{s}</button>",
    "unknown element": "<x-name>{s}</x-name>",
    "preformatted": "<pre>{s}</pre>",
    "deleted": "<del>{s}</del><ins>{s}</ins>",
    "ruby": "<ruby>{s}<rt>x</rt></ruby>",
    "after the end": "</body></html>{s}",
    "link text": '<a href="mailto:x@y">{s}</a>',
    "time": '<time datetime="{s}">x</time>',
}
DROPPED = {
    "comment": "<!-- {s} -->",
    "conditional comment": "<!--[if IE]><p>{s}</p><![endif]-->",
    "bogus comment": "<!{s}><?php {s} ?></{s}>",
    "cdata": "<![CDATA[{s}]]>",
    "script": "<script>var a = '{s}'</script>",
    "data block": '<script type="application/ld+json">{{"name": "{s}"}}</script>',
    "style": "<style>p:after {{content: '{s}'}}</style>",
    "inline style": "<p style=\"content: '{s}'\">x</p>",
    "meta": '<meta name="author" content="{s}">',
    "base": '<base href="http://x/{s}/">',
    "link element": '<link rel="author" href="http://x/{s}">',
    "href": '<a href="http://x/?n={s}">x</a>',
    "mailto": '<a href="mailto:{s}">x</a>',
    "data attribute": '<p data-name="{s}">x</p>',
    "aria label": '<p aria-label="{s}">x</p>',
    "class and id": '<p class="{s}" id="{s}">x</p>',
    "event handler": "<p onclick=\"a('{s}')\">x</p>",
    "alternative text": '<img src="http://x/a.png" alt="{s}">',
    "picture in the page": '<img src="data:image/png;base64,AAAA" title="{s}">',
    "picture map": '<map name="{s}"><area alt="{s}"></map>',
    "frame": '<iframe src="http://x/" srcdoc="{s}">{s}</iframe>',
    "object": '<object data="http://x/{s}"><param value="{s}">{s}</object>',
    "drawing": "<svg><title>{s}</title><text>{s}</text></svg>",
    "formula": "<math><mi>{s}</mi></math>",
    "template": "<template>{s}</template>",
    "without script": "<noscript>{s}</noscript>",
    "input": '<input value="{s}" placeholder="{s}" name="{s}">',
    "form": '<form action="http://x/{s}"><p>x</p></form>',
    "video": '<video poster="{s}"><track label="{s}">{s}</video>',
    "namespace": '<p xmlns:z="{s}">x</p>',
    "attribute name": "<p zebulon-quarterstaff='1' Quarterstaff>x</p>",
    "element name": "<quarterstaff>x</quarterstaff>",
    "document type": "",
}


def _page(inner: str) -> bytes:
    text = inner.format(s=SECRET) if "{s}" in inner else inner
    return f"<!DOCTYPE html>\n<html><body><h1>A page</h1>{text}<p>end</p></body></html>".encode()


@pytest.mark.parametrize("place", READ)
def test_a_secret_that_is_shown_is_redacted(place: str) -> None:
    content = _page(READ[place])
    produced = redact(HANDLER, content, [SECRET, "Quarterstaff"])
    assert_clean(HANDLER, produced, ["Zebulon", "Quarterstaff"])
    assert TAG.encode() in produced


@pytest.mark.parametrize("place", DROPPED)
def test_a_secret_that_nobody_reads_is_dropped(place: str) -> None:
    content = _page(DROPPED[place])
    if place == "document type":
        content = f'<!DOCTYPE html PUBLIC "{SECRET}"><html><p>A page'.encode()
    produced = HANDLER.rewrite(content, (), HouseDoor())
    assert_clean(HANDLER, produced, ["Zebulon", "Quarterstaff", "http"])
    assert b"A page" in produced


@pytest.mark.parametrize(
    ("codec", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("cp1252", "windows-1252"),
        ("latin-1", "ISO-8859-1"),
        ("koi8-r", "koi8-r"),
        ("shift_jis", "Shift_JIS"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "utf-7"),
    ],
)
def test_pages_are_read_in_the_encoding_they_name(codec: str, declared: str) -> None:
    name = {"koi8-r": "Жуков", "shift_jis": "山田"}.get(codec, "Müller-Lüdenscheidt")
    meta = f'<meta charset="{declared}">' if declared else ""
    content = f"<html><head>{meta}</head><body><p>Sehr geehrter {name},</p>".encode(codec)
    assert sniff(content).name == "html"
    assert name in text_of(HANDLER.read(content, HouseDoor()))
    produced = redact(HANDLER, content, [name])
    assert_clean(HANDLER, produced, [name])
    assert produced.isascii()


@pytest.mark.parametrize(
    "start",
    [
        "<html>",
        "<!doctype HTML>\n<p>",
        "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'>\n<html>",
        "<!-- a comment --> <HTML lang=en>",
        "\n\n<div class='x'>",
        "<h2>",
        "<b>",
    ],
)
def test_pages_and_pieces_of_them_are_told_by_their_first_tag(start: str) -> None:
    assert sniff(f"{start}text in it".encode()).name == "html"


@pytest.mark.parametrize("start", ["<a@b.c> wrote:", "< 5 of them", "a <b>c</b>", "<Smith> x"])
def test_prose_with_angle_brackets_is_text(start: str) -> None:
    assert sniff(f"{start} and more of it\n".encode()).name == "txt"


@pytest.mark.parametrize(
    "content",
    ["<html>" + "<div>" * 300 + SECRET, "<html><p>" + "x" * 11_000_000 + "<p>" + SECRET],
    ids=["nesting", "one long text"],
)
def test_what_the_parser_would_cut_off_is_held(content: str) -> None:
    with pytest.raises(LimitError):
        HANDLER.read(content.encode(), HouseDoor())


def test_a_control_character_in_an_attribute_s_name_is_no_bug() -> None:
    produced = redact(HANDLER, b"<p a\x01b='1' title='Quarterstaff'>x</p>", ["Quarterstaff"])
    assert_clean(HANDLER, produced, ["Quarterstaff"])


def test_a_page_that_is_also_a_pdf_is_held() -> None:
    with pytest.raises(UnsafeContentError):
        sniff(b"<html><!-- %PDF-1.7 startxref -->")


def test_the_rereader_sees_attributes_comments_and_split_words() -> None:
    seen = text_of(HANDLER.reread(b'<p title="T1">a<b>b</b>c<!--C1--></p><!D1>', HouseDoor()))
    for text in ("T1", "abc", "C1"):
        assert text in seen


@pytest.mark.parametrize(
    ("style", "kept"),
    {
        "color: #ff0000; margin:0 auto": "color: #ff0000; margin: 0 auto",
        "font-family: 'Times New Roman', serif": "font-family: Times New Roman, serif",
        "font-family: Zebulon, Arial": "font-family: Arial",
        "font-family: 'zebulon quarterstaff'": None,
        "color: rgb(1, 2, 3)": "color: rgb(1, 2, 3)",
        "mso-style-name: 'Zebulon'; width: 1.5em": "width: 1.5em",
        "color: Zebulon": None,
        "width: 5551234567px": None,
        "background: url(x)": None,
    }.items(),
)
def test_of_a_style_stays_what_names_nobody(style: str, kept: str | None) -> None:
    content = f'<html><p style="{style}">x</p></html>'.encode()
    made = html.document_fromstring(HANDLER.rewrite(content, (), HouseDoor()))
    assert made.find(".//p").get("style") == kept


def test_the_name_of_a_font_in_a_text_is_redacted_there_and_stays_in_styles() -> None:
    content = b"<html><p style='font-family: Times New Roman'>set in Times New Roman</p></html>"
    produced = redact(HANDLER, content, ["Times New Roman"])
    assert b"set in [X-1]" in produced
    seen = text_of(HANDLER.reread(produced, HouseDoor()))
    assert "Times New Roman" not in seen
