"""Tracked changes of WordprocessingML (ECMA-376 part 1, 17.13.5): found, or accepted."""

from __future__ import annotations

from collections.abc import Iterator

from handoff.documents.ooxml import xmlio
from handoff.documents.ooxml.names import W
from handoff.documents.ooxml.package import Part
from handoff.documents.trees import Element

_DELETED = (f"{W}del", f"{W}moveFrom")
_INSERTED = (f"{W}ins", f"{W}moveTo")
# A mark in the properties of what was inserted or deleted as a whole, and not around it.
_PROPERTIES = (f"{W}rPr", f"{W}trPr", f"{W}tcPr", f"{W}numPr")
_RECORDS_NAMES = """
    rPrChange pPrChange sectPrChange tblPrChange tblPrExChange trPrChange tcPrChange tblGridChange
    numberingChange cellIns cellMerge moveFromRangeStart moveFromRangeEnd moveToRangeStart
    moveToRangeEnd
"""
_RECORDS = tuple(W + name for name in _RECORDS_NAMES.split())
_ALL = (*_DELETED, *_INSERTED, *_RECORDS, f"{W}cellDel")


def first(part: Part) -> Element | None:
    """The first tracked change in `part`, None if there is none."""
    if not part.tags_named(*(tag.removeprefix(W) for tag in _ALL)):
        return None
    return next(part.root.iter(*_ALL), None)


def accept(part: Part) -> None:
    """Make `part` read as if all its changes had been accepted; no trace of the old side stays."""
    if first(part) is None:
        return
    root = part.root
    _drop_rows_and_cells(root)
    _merge_paragraphs(root)
    for element in list(root.iter(*_DELETED, *_RECORDS)):
        xmlio.drop(element)
    for element in list(root.iter(*_INSERTED)):
        if element.getparent().tag in _PROPERTIES:
            xmlio.drop(element)
        else:
            xmlio.unwrap(element)


def _drop_rows_and_cells(root: Element) -> None:
    for mark in list(root.iter(f"{W}cellDel")):
        _drop_around(mark, f"{W}tc")
    for mark in list(root.iter(f"{W}del")):
        if mark.getparent() is not None and mark.getparent().tag == f"{W}trPr":
            _drop_around(mark, f"{W}tr")
    for row in list(root.iter(f"{W}tr")):
        if row.find(f".//{W}tc") is None:
            xmlio.drop(row)
    for table in list(root.iter(f"{W}tbl")):
        if table.find(f".//{W}tr") is None:
            _replace_by_paragraph(table)


def _drop_around(mark: Element, tag: str) -> None:
    owner = next(mark.iterancestors(tag), None)
    if owner is not None:
        xmlio.drop(owner)


def _replace_by_paragraph(table: Element) -> None:
    """A cell or a body must end with a paragraph (17.4.66), so that no table goes without one."""
    paragraph = table.makeelement(f"{W}p")
    table.addnext(paragraph)
    xmlio.drop(table)


def _merge_paragraphs(root: Element) -> None:
    """A paragraph whose mark was deleted runs on into the next one, from the last to the first."""
    for paragraph in reversed(list(_without_mark(root))):
        following = paragraph.getnext()
        while following is not None and following.tag in _RECORDS:
            following = following.getnext()
        if following is None or following.tag != f"{W}p":
            continue
        at = 1 if following.find(f"{W}pPr") is not None else 0
        content = [child for child in paragraph if child.tag != f"{W}pPr"]
        for offset, child in enumerate(content):
            following.insert(at + offset, child)
        xmlio.drop(paragraph)


def _without_mark(root: Element) -> Iterator[Element]:
    for paragraph in root.iter(f"{W}p"):
        if any(paragraph.find(f"{W}pPr/{W}rPr/{tag}") is not None for tag in _DELETED):
            yield paragraph
