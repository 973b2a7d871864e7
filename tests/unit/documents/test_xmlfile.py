"""XML: every text, attribute and name; no document type, nothing packed."""

from __future__ import annotations

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.documents.xmlfile import XmlFormat
from handoff.errors import DamagedError, DocumentError, UnsafeContentError, UnsupportedTypeError
from tests.unit.documents.judge import TAG, assert_clean, redact

HANDLER = XmlFormat()
SECRET = "Zebulon Quarterstaff"
READ = {
    "text": "<a>{s}</a>",
    "mixed content": "<a>by Zebu<b>lon Quarter</b>staff</a>",
    "tail": "<a><b/>{s}</a>",
    "CDATA": "<a><![CDATA[{s}]]></a>",
    "character references": "<a>&#90;ebulon &#x51;uarterstaff</a>",
    "attribute": '<a n="{s}"/>',
    "attribute of a namespace": '<a xmlns:x="urn:x" x:n="{s}"/>',
    "element name": "<Zebulon_Quarterstaff>x</Zebulon_Quarterstaff>",
    "attribute name": '<a Zebulon.Quarterstaff="x"/>',
    "over two lines": "<a>Zebulon\n  Quarterstaff</a>",
    "zero-width": "<a>Zebu&#8203;lon Quarter&#173;staff</a>",
    "markup in CDATA": "<a><![CDATA[<p>{s}</p>]]></a>",
    "space preserved": '<a xml:space="preserve"> {s} </a>',
}
DROPPED = {
    "comment": "<a>x<!-- {s} --></a>",
    "instruction": "<a>x<?z {s}?></a>",
    "comment in a word": "<a>x<!--{s}-->y</a>",
}


def _file(inner: str) -> bytes:
    return f'<?xml version="1.0"?>\n<root>\n  {inner.format(s=SECRET)}\n</root>\n'.encode()


@pytest.mark.parametrize("place", READ)
def test_a_secret_is_redacted_wherever_it_stands(place: str) -> None:
    produced = redact(HANDLER, _file(READ[place]), [SECRET])
    assert_clean(HANDLER, produced, ["Zebulon", "Quarterstaff"])
    assert TAG[1:-1].encode() in produced


@pytest.mark.parametrize("place", DROPPED)
def test_what_is_no_content_is_dropped(place: str) -> None:
    before = b"<!-- Zebulon --><?xml-stylesheet href='Quarterstaff'?>"
    content = _file(DROPPED[place]).replace(b"\n<root>", before + b"<root>")
    produced = HANDLER.rewrite(content, (), HouseDoor())
    assert_clean(HANDLER, produced, ["Zebulon", "Quarterstaff"])


def test_a_namespace_with_a_secret_gets_another_name() -> None:
    content = _declaring("http://x/Quarterstaff", "urn:y")
    produced = redact(HANDLER, content, ["Quarterstaff"])
    assert_clean(HANDLER, produced, ["Quarterstaff"])
    assert produced.endswith(
        b'<a xmlns="urn:redacted:1" xmlns:q="urn:y"><b q:c="1">x<q:d/>y</b>z</a>'
    )


@pytest.mark.parametrize(
    ("uri", "read"),
    {
        "http://www.w3.org/2001/XMLSchema-instance": "/2001/XMLSchema-instance",
        "https://schemas.openxmlformats.org/officeDocument": "/officeDocument",
        "http://xbrl.sec.gov/dei/2024": "/dei/2024",
        "http://www.w3.org": "",
        "http://www.w3.org/Quarterstaff": "/Quarterstaff",
        "http://quarterstaff.com/ns": "http://quarterstaff.com/ns",
        "http://www.w3.org.quarterstaff.com/ns": "http://www.w3.org.quarterstaff.com/ns",
        "http://quarterstaffw3.org/ns": "http://quarterstaffw3.org/ns",
        "http://zebulon@www.w3.org/ns": "http://zebulon@www.w3.org/ns",
        "urn:iso:std:iso:20022:tech:xsd": "urn:iso:std:iso:20022:tech:xsd",
    }.items(),
)
def test_of_a_namespace_only_the_host_of_a_public_vocabulary_is_not_read(
    uri: str, read: str
) -> None:
    content = _declaring("urn:y", uri)
    units = [u.text for u in HANDLER.read(content, HouseDoor()) if u.place.startswith("namespace")]
    assert units == list(filter(None, sorted([read, "urn:y"])))


def test_an_address_that_is_redacted_may_be_the_name_of_a_public_vocabulary() -> None:
    uri = "http://www.w3.org/2000/09/xmldsig#"
    content = f'<s xmlns="{uri}"><m Algorithm="{uri}rsa"/>see {uri}</s>'.encode()
    produced = redact(HANDLER, content, [uri])
    assert not any(uri in unit.text for unit in HANDLER.reread(produced, HouseDoor()))
    assert f'<s xmlns="{uri}">'.encode() in produced
    assert produced.count(uri.encode()) == 1


def _declaring(uri: str, other: str) -> bytes:
    inner = '<b q:c="1">x<q:d/>y</b>z'
    return f'<?xml version="1.0"?><a xmlns="{uri}" xmlns:q="{other}">{inner}</a>'.encode()


def test_layout_and_what_is_not_redacted_stay() -> None:
    content = (
        b"<?xml version='1.0' encoding='UTF-8'?>\n"
        b'<r xmlns:x="urn:x">\n\t<x:p a="1"> text </x:p>\n  <q/>\n</r>'
    )
    assert HANDLER.rewrite(content, (), HouseDoor()) == content


@pytest.mark.parametrize(
    "doctype", ["a", 'a SYSTEM "Quarterstaff.dtd"', "a PUBLIC '-//Z//Quarterstaff' 'a.dtd' "]
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_document_type_that_declares_nothing_here_is_dropped(doctype: str, codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{codec}"?>\n<!DOCTYPE {doctype}><a>x &amp; &#121;</a>'
    produced = redact(HANDLER, text.encode(codec), [])
    assert produced == b"<?xml version='1.0' encoding='UTF-8'?>\n<a>x &amp; y</a>"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1252", "koi8-r", "shift_jis"])
def test_files_are_read_in_the_encoding_they_name(codec: str) -> None:
    name = {"koi8-r": "Жуков", "shift_jis": "山田"}.get(codec, "Müller")
    declared = codec.replace("cp1252", "windows-1252")
    content = f'<?xml version="1.0" encoding="{declared}"?><a>{name}</a>'.encode(codec)
    assert sniff(content).name == "xml"
    assert [unit.text for unit in HANDLER.read(content, HouseDoor())] == [name]


def test_the_name_above_a_value_is_its_context() -> None:
    units = HANDLER.read(_file('<lastName>Q</lastName><p birthDate="1.2.1980"/>'), HouseDoor())
    assert [(u.text, u.context) for u in units if u.text in ("Q", "1.2.1980")] == [
        ("Q", "last name"),
        ("1.2.1980", "birth date"),
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', UnsafeContentError),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>&b;</a>', UnsafeContentError),
        ('<!DOCTYPE a SYSTEM "a.dtd"><a b="&b;"/>', UnsafeContentError),
        ('<!DOCTYPE a SYSTEM "a.dtd" [ ]><a/>', UnsafeContentError),
        ('<!DOCTYPE a SYSTEM "a.dtd"><!DOCTYPE a [<!ENTITY b "c">]><a/>', UnsafeContentError),
        ('<!DOCTYPE a PUBLIC "x><!ENTITY b \'c\'>" "y"><a/>', UnsafeContentError),
        ("<?xml version='1.0'?><a>&b;</a>", DamagedError),
        ("<?xml version='1.0'?><a>", DamagedError),
        ("<?xml version='1.0'?>" + "<a>" * 5000 + "</a>" * 5000, DamagedError),
        ("<r>" + "QUJD" * 100 + "</r>", UnsafeContentError),
        ('<r b="' + "QUJD" * 100 + '"/>', UnsafeContentError),
        ('<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>', UnsupportedTypeError),
    ],
)
def test_tricks_damage_and_drawings_are_held(content: str, error: type[DocumentError]) -> None:
    with pytest.raises(error):
        sniff(content.encode()).read(content.encode(), HouseDoor())


@pytest.mark.parametrize("text", ["<me@x.org> wrote: a <b>\n", "<no> end\n"])
def test_prose_is_no_xml(text: str) -> None:
    assert sniff(text.encode()).name == "txt"
