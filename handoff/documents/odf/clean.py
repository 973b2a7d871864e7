"""Cleaning of OpenDocument's XML: a function of the bytes alone, alike in `read` and `rewrite`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from handoff.documents.invisible import visible
from handoff.documents.odf import names
from handoff.documents.ooxml import names as shared
from handoff.documents.ooxml import xmlio
from handoff.documents.slots import Slot
from handoff.documents.trees import Element

# Values that a program computes again or shows from elsewhere; the text in the cell is the last.
_DROPPED_ATTRIBUTES = frozenset(
    {
        f"{names.TABLE}formula", f"{names.OFFICE}string-value", f"{names.TEXT}formula",
        f"{names.STYLE}display-name", f"{names.TABLE}content-validation-name",
        f"{names.TABLE}protection-key", f"{names.TEXT}protection-key", f"{names.TABLE}print-ranges",
        f"{names.TEXT}condition", f"{names.TABLE}condition", f"{names.DRAW}caption-id",
    }
)  # fmt: skip
_REFERENCES = frozenset(
    {"id", "idref", "change-id", "ref-name", "class-names", "style-override", "marker-start",
     "marker-end", "stroke-dash"}
)  # fmt: skip
_VERSION = f"{names.OFFICE}version"
_KNOWN_VERSION = re.compile(r"[1-9]\.\d")
_FONTS = ("font-family", "font-name-asian", "font-name-complex")


def clean(roots: Sequence[Element]) -> None:
    """Take out of the trees what is no content, and rename what is only named to be referred to."""
    for root in roots:
        _drop(root)
        _flatten(root)
        for element in root.iter(etree.Element):
            _clean_attributes(element)
    _rename(roots)
    for root in roots:
        _show(root)
    _agree(roots)


def version(root: Element) -> str:
    """The version of OpenDocument that a cleaned part says it is written in, "" for none."""
    return str(root.get(_VERSION, ""))


def _agree(roots: Sequence[Element]) -> None:
    """All parts are of the first one's version, or of none where that says what is no version.

    The manifest is to say the same one, and LibreOffice refuses a file where it does not.
    """
    said = version(roots[0])
    for root in roots:
        root.attrib.pop(_VERSION, None)
        if _KNOWN_VERSION.fullmatch(said):
            root.set(_VERSION, said)


def _drop(root: Element) -> None:
    for element in list(root.iter(etree.Element)):
        namespace = etree.QName(element).namespace or ""
        if element.tag in names.DROPPED or namespace not in names.KEPT_NAMESPACES:
            xmlio.drop(element)


def _flatten(root: Element) -> None:
    """Fields, links and references become their text: nothing in a paragraph changes by itself."""
    for paragraph in root.iter(*names.PARAGRAPHS):
        for element in list(paragraph.iterdescendants(etree.Element)):
            tag = str(element.tag)
            if tag.startswith((names.TEXT, names.OFFICE)) and tag not in names.INLINE:
                _unwrap(element)


def _unwrap(element: Element) -> None:
    """As `xmlio.unwrap`, blanks included: between words they are text."""
    parent, previous = element.getparent(), element.getprevious()
    if parent is None:
        return
    index = parent.index(element)
    text, tail, children = element.text or "", element.tail or "", list(element)
    _append(parent, previous, text)
    for offset, child in enumerate(children):
        parent.insert(index + offset, child)
    _append(parent, children[-1] if children else previous, tail)
    element.tail = None
    parent.remove(element)


def _append(parent: Element, previous: Element | None, text: str) -> None:
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _clean_attributes(element: Element) -> None:
    for name in list(element.attrib):
        qualified = etree.QName(name)
        foreign = (qualified.namespace or "") not in names.KEPT_NAMESPACES
        linked = qualified.namespace == names.XLINK[1:-1] and element.tag != f"{names.DRAW}image"
        fetched = name == f"{names.XLINK}href" and element.tag != f"{names.DRAW}image"
        font = is_font_list(str(name)) and not _is_font(element.get(name))
        if foreign or linked or fetched or font or name in _DROPPED_ATTRIBUTES:
            del element.attrib[name]


def is_font_list(attribute: str) -> bool:
    """Whether the attribute names fonts; `clean` leaves only those of common programs in it."""
    return shared.split(attribute)[1].startswith(_FONTS)


def _is_font(family: str) -> bool:
    return all(
        shared.is_font("font", part.strip(" '\"")) or shared.is_token(part.strip())
        for part in family.split(",")
    )


def _rename(roots: Sequence[Element]) -> None:
    """Equal names stay equal and say nothing: styles, bookmarks, shapes, identifiers."""
    new: dict[str, str] = {}
    for root in roots:
        for element in root.iter(etree.Element):
            for attribute, value in element.attrib.items():
                if only_refers(element, attribute) and not names.is_own_name(value):
                    element.set(attribute, new.setdefault(value, f"N{len(new) + 1}x"))


def only_refers(element: Element, attribute: str) -> bool:
    """Whether the attribute holds a name by which other places refer to it, and no text."""
    namespace, local = shared.split(attribute)
    if is_font_list(attribute) and local != "font-name":
        return False
    if local == "name" or local.endswith("-name"):
        return not (namespace == names.TABLE[1:-1] and local == "name" and _is_sheet(element))
    return local in _REFERENCES


def _is_sheet(element: Element) -> bool:
    return str(element.tag) == f"{names.TABLE}table"


def _show(root: Element) -> None:
    """Drop invisible characters from every text and attribute."""
    for element in root.iter(etree.Element):
        slots = [Slot(element), Slot(element, tail=True)]
        for slot in (*slots, *(Slot(element, str(name)) for name in element.attrib)):
            text = slot.get()
            if text and visible(text) != text:
                slot.set(visible(text))
