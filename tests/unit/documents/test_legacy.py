"""RTF and the binary Office formats: through LibreOffice, then as today's formats are."""

from __future__ import annotations

import struct
from functools import cache

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.legacy import ConvertedFormat, converted_formats
from handoff.documents.libreoffice import runner
from handoff.documents.ole import OLE, main_stream, refuse_encrypted
from handoff.errors import DamagedError, DocumentError, EncryptedError
from tests.unit.documents.judge import (
    TAG,
    assert_clean,
    assert_holds_together,
    redact,
    redactions,
    text_of,
)

pytestmark = pytest.mark.skipif(runner.program() is None, reason="LibreOffice is not installed")
FORMATS = {one.name: one for one in converted_formats()}
SECRET = "Zebulon Quarterstaff"
_CSV = runner.Format("csv", "Text - txt - csv (StarCalc):59,34,76", "")
_FODP = runner.Format("fodp", "OpenDocument Presentation Flat XML", "")
_SLIDES = (
    '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' office:mimetype="application/vnd.oasis.opendocument.presentation" office:version="1.2">'
    '<office:body><office:presentation><draw:page><draw:frame svg:width="9cm" svg:height="3cm">'
    "<draw:text-box><text:p>by {s}</text:p></draw:text-box></draw:frame></draw:page>"
    "</office:presentation></office:body></office:document>"
)

# Where in an RTF file text can hide: the place, and what is put into the document there.
RTF_PLACES = {
    "body": "by {s}",
    "split over runs": "by Zebu{{\\b lon Quarter}}staff",
    "hidden text": "{{\\v {s}}}",
    "white text": "{{\\colortbl;\\red255\\green255\\blue255;}}{{\\cf1 {s}}}",
    "header": "{{\\header {s}\\par}}",
    "footer": "{{\\footer {s}\\par}}",
    "footnote": "x{{\\footnote {s}}}",
    "comment": "x{{\\*\\atnid ZQ}}{{\\*\\atnauthor {s}}}\\chatn{{\\*\\annotation {s}}}",
    "table cell": "{{\\trowd\\cellx4000\\intbl {s}\\cell\\row}}",
    "tracked deletion": "{{\\*\\revtbl {{Unknown;}}{{{s};}}}}{{\\deleted\\revauthdel1 {s}}}",
    "tracked insertion": "{{\\*\\revtbl {{Unknown;}}{{{s};}}}}{{\\revised\\revauth1 {s}}}",
    "field code": '{{\\field{{\\*\\fldinst QUOTE "{s}"}}{{\\fldrslt x}}}}',
    "link": '{{\\field{{\\*\\fldinst HYPERLINK "http://x/{s}"}}{{\\fldrslt x}}}}',
    "bookmark": "{{\\*\\bkmkstart {s}}}x{{\\*\\bkmkend {s}}}",
    "title": "{{\\info{{\\title {s}}}}}",
    "author": "{{\\info{{\\author {s}}}{{\\operator {s}}}{{\\doccomm {s}}}}}",
    "own property": "{{\\*\\userprops{{\\propname {s}}}\\proptype30{{\\staticval {s}}}}}",
    "document variable": "{{\\*\\docvar {{v}}{{{s}}}}}",
    "unknown destination": "{{\\*\\zzunknown {s}}}",
    "template": "{{\\*\\template {s}}}",
    "style name": "{{\\stylesheet{{\\s1 {s};}}}}\\s1 x",
    "font name": "{{\\fonttbl{{\\f0 {s};}}}}\\f0 x",
}


def _surname(place: str) -> str:
    return "Quarterstaff" + "".join(filter(str.isalpha, place))


def _rtf(*places: str) -> bytes:
    bodies = [RTF_PLACES[place].format(s=f"Zebulon {_surname(place)}") for place in places]
    bodies = [body.replace("Quarter}staff", f"Quarter}}{_surname('split')[7:]}") for body in bodies]
    return ("{\\rtf1\\ansi A letter.\\par " + "\\par\n".join(bodies) + "\\par}").encode()


@cache
def _redacted() -> bytes:
    """One document with a secret of its own in every place, redacted; a conversion is not cheap."""
    secrets = [_surname(place) for place in RTF_PLACES]
    return redact(FORMATS["rtf"], _rtf(*RTF_PLACES), [*secrets, _surname("split"), "Zebulon"])


@cache
def _binary(kind: str) -> bytes:
    """A small file of the old format, made by LibreOffice from text of ours."""
    if kind == "doc":
        text = f"{{\\rtf1 {{\\header {SECRET}\\par}}by {SECRET}}}".encode()
        return runner.convert(text, runner.RTF, runner.DOC)
    if kind == "xls":
        table = f"Name;Wage\n{SECRET};12\n".encode()
        return runner.convert(table, _CSV, runner.XLS)
    return runner.convert(_SLIDES.format(s=SECRET).encode(), _FODP, runner.PPT)


@pytest.mark.parametrize("place", RTF_PLACES)
def test_a_secret_in_rtf_is_redacted_or_dropped(place: str) -> None:
    assert_clean(FORMATS["rtf"], _redacted(), [f"Zebulon {_surname(place)}", _surname(place)])


def test_what_became_of_rtf_is_a_whole_package_with_its_text() -> None:
    assert_holds_together(_redacted())
    assert_clean(FORMATS["rtf"], _redacted(), ["Quarterstaff"])
    assert text_of(FORMATS["rtf"].reread(_redacted(), HouseDoor())).count(TAG) > 8


def test_what_stands_after_the_end_of_rtf_goes() -> None:
    content = _rtf("body") + SECRET.encode()
    assert_clean(FORMATS["rtf"], redact(FORMATS["rtf"], content, ["Zebulon"]), [SECRET])


def test_an_object_in_rtf_is_held_or_dropped() -> None:
    inner = SECRET.encode().hex()
    content = (
        _rtf("body")[:-1]
        + (
            "{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata 01050000020000000800"
            f"00005061636b616765000000000000000000{len(SECRET):02x}000000{inner}}}"
            "{\\result x}}}"
        ).encode()
    )
    try:
        produced = redact(FORMATS["rtf"], content, [SECRET])
    except DocumentError:
        return
    assert_clean(FORMATS["rtf"], produced, ["Zebulon", inner])


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt"])
def test_the_old_formats_are_redacted_and_delivered_as_the_new_ones(kind: str) -> None:
    handler = FORMATS[kind]
    content = _binary(kind)
    assert [one.name for one in FORMATS.values() if one.recognizes(content)] == [kind]
    door = HouseDoor()
    units = handler.read(content, door)
    assert SECRET in text_of(units)
    produced = handler.rewrite(content, redactions(units, [SECRET]), door)
    # LibreOffice gives fields in slides an identifier by chance; the units must not depend on it.
    assert handler.read(content, HouseDoor()) == units
    assert_clean(handler, produced, ["Zebulon", "Quarterstaff"])
    assert TAG in text_of(handler.reread(produced, HouseDoor()))
    assert handler.extension == f".{kind}x"
    assert_holds_together(produced)


def test_a_document_is_converted_once_for_both_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    convert = ConvertedFormat._convert

    def counted(self: ConvertedFormat, content: bytes, door: HouseDoor) -> bytes:
        calls.append(1)
        return convert(self, content, door)

    monkeypatch.setattr(ConvertedFormat, "_convert", counted)
    door = HouseDoor()
    FORMATS["rtf"].read(_rtf("body"), door)
    FORMATS["rtf"].rewrite(_rtf("body"), (), door)
    assert len(calls) == 1


def _locked(kind: str) -> bytes:
    """A file that says that it is encrypted, each kind in its own way."""
    content = _binary(kind)
    if kind == "doc":
        flags = content.index(b"\xec\xa5") + 0x0B
        return content[:flags] + b"\x03" + content[flags + 1 :]
    if kind == "ppt":
        return content.replace(b"\x5f\xc0\x91\xe3", b"\xdf\xc4\xd1\xf3")
    return _locked_excel()


def _locked_excel() -> bytes:
    """A workbook whose first record after the BOF calls itself FILEPASS."""
    content = _binary("xls")
    at = content.index(b"\x09\x08\x10\x00")
    following = at + 4 + struct.unpack_from("<H", content, at + 2)[0]
    return content[:following] + b"\x2f\x00" + content[following + 2 :]


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt"])
def test_what_needs_a_password_is_held_before_libreoffice_sees_it(kind: str) -> None:
    with pytest.raises(EncryptedError):
        FORMATS[kind].read(_locked(kind), HouseDoor())
    refuse_encrypted(_binary(kind), kind)


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt"])
@pytest.mark.parametrize("kept", [0.1, 0.6])
def test_a_cut_off_file_is_held_or_read_as_what_is_left(kind: str, kept: float) -> None:
    content = _binary(kind)
    cut = content[: int(len(content) * kept)]
    try:
        produced = redact(FORMATS[kind], cut, [SECRET])
    except DocumentError:
        return
    assert_clean(FORMATS[kind], produced, ["Quarterstaff"])


def test_a_compound_file_that_cannot_be_opened_is_damaged() -> None:
    with pytest.raises(DamagedError):
        main_stream(OLE + bytes(600))
