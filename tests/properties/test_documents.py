"""Whatever happens to the bytes of a document, it is read whole or held: nothing else escapes."""

from __future__ import annotations

import io
import zipfile
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.documents import paragraphs
from handoff.documents.base import DocumentFormat
from handoff.documents.delimited import DelimitedFormat
from handoff.documents.docx import DocxFormat
from handoff.documents.door import HouseDoor
from handoff.documents.eml import EmlFormat
from handoff.documents.pptx import PptxFormat
from handoff.documents.registry import sniff
from handoff.documents.slots import Passage, Piece, Side, Slot
from handoff.documents.txt import TextFormat
from handoff.documents.xlsx import XlsxFormat
from handoff.errors import DocumentError
from handoff.model import Finding, Operator, Redaction, UnitKind
from tests import watchdog
from tests.unit.documents import test_eml, test_pptx, test_xlsx, word_places
from tests.unit.documents.word_builder import Word, zipped

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@cache
def _seed(name: str) -> bytes:
    if name == "docx":
        word = Word()
        for place in (
            "comment",
            "text box",
            "field code",
            "table cell",
            "half deleted, half inserted",
        ):
            word_places.PLACES[place](word, "Zebulon Quarterstaff")
        return word.build()
    if name == "eml":
        return test_eml.PLACES["attached Word document"]()
    if name == "csv":
        return b'a,"b ""x""",c\r\n1,2,3\r\n"4\n",5,6\r\n'
    return "Grüße\r\n\r\nund \u200b mehr\n\n".encode()


def _with_part(content: bytes, name: str, edits: list[tuple[int, int, bytes]]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    return zipped({**parts, name: _mutated(parts[name], edits)})


def _mutated(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for where, length, piece in edits:
        at = where % (len(content) + 1)
        content = content[:at] + piece + content[at + length :]
    return content


EDITS = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 40), st.binary(max_size=12)), max_size=5
)


@watchdog.ends()
def _survives(handler: DocumentFormat, content: bytes) -> None:
    try:
        units = handler.read(content, HouseDoor())
        assert len({unit.unit_id for unit in units}) == len(units)
        handler.reread(handler.rewrite(content, (), HouseDoor()), HouseDoor())
    except DocumentError:
        pass  # held, with a reason of its own


@FEW
@given(EDITS)
def test_damaged_word_documents(edits: list[tuple[int, int, bytes]]) -> None:
    _survives(DocxFormat(), _mutated(_seed("docx"), edits))


@FEW
@given(st.sampled_from(["word/document.xml", "word/comments.xml", "[Content_Types].xml",
                        "word/_rels/document.xml.rels", "_rels/.rels"]), EDITS)  # fmt: skip
def test_damaged_parts_of_word_documents(name: str, edits: list[tuple[int, int, bytes]]) -> None:
    _survives(DocxFormat(), _with_part(_seed("docx"), name, edits))


@FEW
@given(EDITS)
def test_damaged_workbooks(edits: list[tuple[int, int, bytes]]) -> None:
    content = test_xlsx.PLACES["shared string in runs"]("Zebulon Quarterstaff")
    _survives(XlsxFormat(), _with_part(content, "xl/worksheets/sheet1.xml", edits))
    _survives(XlsxFormat(), _with_part(content, "xl/sharedStrings.xml", edits))


@FEW
@given(EDITS)
def test_damaged_presentations(edits: list[tuple[int, int, bytes]]) -> None:
    content = test_pptx.PLACES["comment"]("Zebulon Quarterstaff")
    _survives(PptxFormat(), _with_part(content, "ppt/slides/slide1.xml", edits))


@FEW
@given(EDITS)
def test_damaged_messages(edits: list[tuple[int, int, bytes]]) -> None:
    _survives(EmlFormat(), _mutated(_seed("eml"), edits))


@FEW
@given(EDITS)
def test_damaged_tables(edits: list[tuple[int, int, bytes]]) -> None:
    _survives(DelimitedFormat(), _mutated(_seed("csv"), edits))


@FEW
@given(EDITS)
def test_damaged_texts(edits: list[tuple[int, int, bytes]]) -> None:
    _survives(TextFormat(), _mutated(_seed("txt"), edits))


@FEW
@given(st.binary(max_size=300))
def test_any_bytes_at_the_front_door(content: bytes) -> None:
    try:
        handler = sniff(content)
    except DocumentError:
        return
    if handler.name != "pdf":
        _survives(handler, content)


@FEW
@given(st.text(max_size=400))
def test_paragraphs_join_to_the_text(text: str) -> None:
    cut = list(paragraphs.paragraphs(text))
    assert "".join(item.text + item.separator for item in cut) == text


@FEW
@given(st.text(max_size=60), st.data())
def test_a_text_redacted_nowhere_is_the_text_and_everywhere_is_gone(
    text: str, data: st.DataObject
) -> None:
    content = text.encode()
    try:
        units = TextFormat().read(content, HouseDoor())
    except DocumentError:
        return
    whole = [
        Redaction(Finding(u.unit_id, 0, len(u.text), "X", 1, "t"), Operator.REMOVE, "")
        for u in units
    ]
    assert not TextFormat().rewrite(content, whole, HouseDoor()).strip()


class _Node:
    """An element with nothing but text."""

    tag = "t"
    text = ""


@FEW
@given(
    st.lists(
        st.tuples(st.text("abcdef", max_size=6), st.sampled_from([Side.OLD, Side.NEW, Side.BOTH])),
        min_size=1, max_size=6,
    ),
    st.data(),
)  # fmt: skip
def test_what_is_redacted_in_either_reading_is_gone_from_both(
    runs: list[tuple[str, Side]], data: st.DataObject
) -> None:
    nodes = [_Node() for _ in runs]
    pieces = [Piece(text, Slot(node), side) for node, (text, side) in zip(nodes, runs, strict=True)]
    for node, (text, _) in zip(nodes, runs, strict=True):
        node.text = text
    passage = Passage("p", UnitKind.BODY, "", pieces)
    groups = {}
    for unit in passage.units():
        start = data.draw(st.integers(0, len(unit.text)))
        end = data.draw(st.integers(start, len(unit.text)))
        finding = Finding(unit.unit_id, start, end, "X", 1, "t")
        groups[unit.unit_id] = [Redaction(finding, Operator.REMOVE, "#")]
    removed = [group[0].finding.end - group[0].finding.start for group in groups.values()]
    passage.apply(groups)
    kept = sum(len(node.text.replace("#", "")) for node in nodes)
    total = sum(len(text) for text, _ in runs)
    assert total - kept <= sum(removed)
    assert total - kept >= max(removed, default=0)
