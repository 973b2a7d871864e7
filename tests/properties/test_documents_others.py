"""Whatever happens to HTML, JSON, XML, OpenDocument and legacy files: read whole or held.

The seeds are made here; `made` ones by LibreOffice, from text of ours.
"""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.documents.base import DocumentFormat
from handoff.documents.door import HouseDoor
from handoff.documents.jsonfile import JsonFormat
from handoff.documents.jsontext import tokens
from handoff.documents.legacy import converted_formats
from handoff.documents.libreoffice import runner
from handoff.documents.odf.format import odf_formats
from handoff.documents.ole import main_stream, refuse_encrypted
from handoff.documents.webpage import HtmlFormat
from handoff.documents.xmlfile import XmlFormat
from handoff.errors import DocumentError
from tests import watchdog

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
EDITS = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 40), st.binary(max_size=12)), max_size=5
)
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
SEEDS = {
    "html": b"<!DOCTYPE html><html><head><meta charset=utf-8><title>A</title><body><p title='x'>b"
    b"<b>c</b>d<!-- e --><table><tr><td>f</table><svg><text>g</text></svg>&auml;",
    "json": b'{"a": [1, -2.5e3, {"b": "x\\u00e9"}], "c": null, "d": true}\n[]\n"e"',
    "xml": b"<?xml version='1.0'?><r xmlns:x='urn:x'><a_b x:c='d'>e<f/>g</a_b><![CDATA[h]]></r>",
    "content": (
        f"<o:document-content xmlns:o='{_OFFICE}' xmlns:t='{_TEXT}'><o:body><o:text><t:p>a<t:s/>b"
        "<t:note><t:note-body><t:p>c</t:p></t:note-body></t:note></t:p></o:text></o:body>"
        "</o:document-content>"
    ).encode(),
    "rtf": b"{\\rtf1\\ansi{\\header a\\par}b {\\b c}{\\footnote d}\\par"
    b"\\trowd\\cellx900 e\\cell\\row}",
}


def _mutated(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for where, length, piece in edits:
        at = where % (len(content) + 1)
        content = content[:at] + piece + content[at + length :]
    return content


@watchdog.ends()
def _survives(handler: DocumentFormat, content: bytes) -> None:
    try:
        handler.recognizes(content)
        units = handler.read(content, HouseDoor())
        assert len({unit.unit_id for unit in units}) == len(units)
        handler.reread(handler.rewrite(content, (), HouseDoor()), HouseDoor())
    except DocumentError:
        pass  # held, with a reason of its own


@pytest.mark.parametrize("handler", [HtmlFormat(), JsonFormat(), XmlFormat()], ids=lambda f: f.name)
def test_damaged_markup(handler: DocumentFormat) -> None:
    @FEW
    @given(EDITS)
    def check(edits: list[tuple[int, int, bytes]]) -> None:
        _survives(handler, _mutated(SEEDS[handler.name], edits))

    check()


@FEW
@given(EDITS, st.booleans())
def test_damaged_opendocument(edits: list[tuple[int, int, bytes]], whole: bool) -> None:
    content = SEEDS["content"] if whole else _mutated(SEEDS["content"], edits)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
    packed = buffer.getvalue()
    _survives(odf_formats()[0], _mutated(packed, edits) if whole else packed)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@FEW
@given(_VALUES, st.sampled_from([None, 1]))
def test_every_json_text_is_read_and_kept(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    list(tokens(text))
    content = text.encode()
    assert json.loads(JsonFormat().rewrite(content, (), HouseDoor())) == _seen(value)


def _seen(value: object) -> object:
    """`value` without what nobody sees and with halves of surrogate pairs replaced."""
    from handoff.documents.invisible import visible

    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_seen(item) for item in value]
    if isinstance(value, dict):
        return {visible(key): _seen(item) for key, item in value.items()}
    return value


@cache
def _made() -> bytes:
    return runner.convert(SEEDS["rtf"], runner.RTF, runner.DOC)


@pytest.mark.skipif(runner.program() is None, reason="LibreOffice is not installed")
def test_damaged_compound_files_are_told_or_held() -> None:
    @FEW
    @given(EDITS)
    def check(edits: list[tuple[int, int, bytes]]) -> None:
        content = _mutated(_made(), edits)
        try:
            kind = main_stream(content)
            if kind is not None:
                refuse_encrypted(content, kind)
        except DocumentError:
            pass

    check()


@pytest.mark.skipif(runner.program() is None, reason="LibreOffice is not installed")
def test_damaged_rtf() -> None:
    @settings(FEW, max_examples=3)
    @given(EDITS)
    def check(edits: list[tuple[int, int, bytes]]) -> None:
        _survives(converted_formats()[3], _mutated(SEEDS["rtf"], edits))

    check()
