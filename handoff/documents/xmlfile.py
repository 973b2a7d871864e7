"""XML of any vocabulary that is data or text: every text, attribute and telling name of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from lxml import etree

from handoff.documents.base import Door
from handoff.documents.encoding import decode_declared
from handoff.documents.invisible import bare, visible
from handoff.documents.jsonfile import words
from handoff.documents.ooxml import xmlio
from handoff.documents.packed import refuse_packed
from handoff.documents.slots import Passage, Piece, SharedValue, Slot
from handoff.documents.splice import by_unit, splice
from handoff.documents.trees import Element
from handoff.documents.vocabularies import Namespace, namespaces, renamed, without_authorities
from handoff.errors import DamagedError, DocumentError, UnsupportedTypeError
from handoff.model import Redaction, TextUnit, UnitKind

MAX_ELEMENTS = 2_000_000
_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]{1,40})")
_DECLARATION = re.compile(r"\s*<\?xml\s|\s*<!DOCTYPE\s")
_COMMENTS = re.compile(r"(?:\s|<!--.*?-->)*", re.DOTALL)
_ROOT = re.compile(r"<([\w.:-]+)(?=[\s/>])")
_NOT_IN_NAMES = re.compile(r"[^\w.-]")
_NAME_PARTS = re.compile(r"[_.-]")
# Two words that begin with a capital, or a number.
_TELLING = re.compile(r"[A-Z][a-z]+[_.-][A-Z][a-z]|\d{4}")
_SEPARATOR = "\n\u241e\n"
# Vocabularies whose text is cut up or drawn in ways that only their own programs put together.
_FOREIGN = (
    ("http://www.w3.org/2000/svg", "an SVG drawing"),
    ("http://schemas.microsoft.com/office/word/2003", "a Word 2003 XML document"),
    ("http://schemas.microsoft.com/office/2006/xmlPackage", "a Word document as flat XML"),
    ("urn:schemas-microsoft-com:office:spreadsheet", "an Excel 2003 XML workbook"),
    ("urn:oasis:names:tc:opendocument", "an OpenDocument file of a kind"),
    ("http://www.w3.org/1999/XSL/Format", "an XSL formatting document"),
)


@dataclass(slots=True)
class _Name:
    """A name of elements or attributes that could be somebody's, with the elements it is on."""

    unit_id: str
    place: str
    local: str
    elements: list[Element] = field(default_factory=list)

    def units(self) -> Iterator[TextUnit]:
        """The name, with blanks for the signs that stand for them."""
        yield TextUnit(self.unit_id, UnitKind.NAME, _NAME_PARTS.sub(" ", self.local), self.place)

    def apply(self, groups: dict[str, list[Redaction]]) -> None:
        """Give the elements the redacted name, as far as a name may say it."""
        if self.unit_id not in groups:
            return
        new = "_" + _NOT_IN_NAMES.sub("_", splice(self.local, groups[self.unit_id]))
        for element in self.elements:
            namespace = etree.QName(element).namespace
            if etree.QName(element).localname == self.local:
                element.tag = etree.QName(namespace, new)
            for attribute in [a for a in element.attrib if etree.QName(a).localname == self.local]:
                element.set(etree.QName(etree.QName(attribute).namespace, new), "")
                del element.attrib[attribute]


@dataclass(slots=True)
class _Tree:
    """A parsed file with its units."""

    root: Element
    entries: list[Passage | SharedValue | _Name] = field(repr=False)
    namespaces: list[Namespace] = field(repr=False)


class XmlFormat:
    """XML files; comments, instructions and a named DOCTYPE are dropped, a written one refused."""

    name = "xml"
    media_type = "application/xml"
    extension = ".xml"
    readers = ("lxml", "expat")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the text has an XML declaration, or is one element from its first to its end."""
        if b"<" not in untrusted[:4096]:
            return False
        try:
            text = _text(untrusted)
        except DocumentError:
            return False
        if _DECLARATION.match(text):
            return True
        start = _COMMENTS.match(text)
        root = _ROOT.match(text, start.end() if start else 0)
        return root is not None and text.rstrip().endswith((f"</{root.group(1)}>", "/>"))

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Every text and attribute, the names above them as their context.

        Raises:
            UnsafeContentError: a DOCTYPE that declares, an entity, or binary data packed into text.
            DamagedError: it is not well-formed, or nested more than 256 deep.
            UnsupportedTypeError: a vocabulary that only its own program can read.
        """
        tree = door.opened.keep(untrusted, _load(untrusted))
        entries = (*tree.entries, *tree.namespaces)
        return tuple(unit for entry in entries for unit in entry.units())

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The file with `redactions` applied, in UTF-8."""
        tree = door.opened.take(untrusted, _Tree) or _load(untrusted)
        groups = by_unit(redactions)
        for entry in tree.entries:
            entry.apply(groups)
        root = renamed(tree.root, tree.namespaces, groups)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """Every element's text, joined and alone, all names and the raw bytes, by expat."""
        try:
            root = ET.fromstring(produced)  # noqa: S314 - our own output, no document type in it
            raw = produced.decode("utf-8")
        except (ET.ParseError, UnicodeDecodeError):
            raise DamagedError("the rewritten XML cannot be read again") from None
        return tuple(_reread(root, raw))


def _text(untrusted: bytes) -> str:
    named = _ENCODING.search(untrusted[:200])
    return decode_declared(untrusted, named.group(1).decode("ascii") if named else "").text


def _load(untrusted: bytes) -> _Tree:
    root = xmlio.parse(untrusted, "the file", doctype=True)
    namespace = etree.QName(root).namespace or ""
    for known, kind in _FOREIGN:
        if namespace.startswith(known):
            raise UnsupportedTypeError(f"this is {kind}, which handoff does not read")
    _clean(root)
    entries: list[Passage | SharedValue | _Name] = [
        *_passages(root),
        *_attributes(root),
        *_names(root),
    ]
    return _Tree(root, entries, namespaces(root))


def _clean(root: Element) -> None:
    for element in root.iter(etree.Element):
        slots = (
            Slot(element),
            Slot(element, tail=True),
            *(Slot(element, a) for a in element.attrib),
        )
        for slot in slots:
            text = slot.get()
            if text and visible(text) != text:
                slot.set(visible(text))


def _passages(root: Element) -> Iterator[Passage]:
    """One for each element with text of its own; text mixed with elements is read as one."""
    mixed: Element | None = None
    number = 0
    for element in root.iter(etree.Element):
        if mixed is not None and mixed in element.iterancestors():
            continue
        mixed = element if _is_mixed(element) else None
        pieces = (
            list(_pieces(element))
            if mixed is not None
            else [Piece(element.text or "", Slot(element))]
        )
        if not "".join(piece.text for piece in pieces).strip():
            continue
        number += 1
        place = f"text {number}"
        for piece in pieces:
            refuse_packed(piece.text, place)
        context = words(etree.QName(element).localname)
        yield Passage(f"t{number}", UnitKind.TABLE, place, pieces, context)


def _is_mixed(element: Element) -> bool:
    return any((child.tail or "").strip() for child in element) or (
        len(element) > 0 and bool((element.text or "").strip())
    )


def _pieces(element: Element) -> Iterator[Piece]:
    """The text of a mixed element and all that is in it, in order."""
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "end" and inner is element:
            continue
        slot = Slot(inner, tail=event == "end")
        if slot.get():
            yield Piece(slot.get(), slot)


def _attributes(root: Element) -> Iterator[SharedValue]:
    groups: dict[tuple[str, str], list[Slot]] = {}
    for element in root.iter(etree.Element):
        for name, value in element.items():
            if value.strip():
                groups.setdefault((str(name), value), []).append(Slot(element, str(name)))
    for number, ((name, text), slots) in enumerate(groups.items(), 1):
        place = f"attribute value {number}"
        refuse_packed(text, place)
        context = words(etree.QName(name).localname)
        yield SharedValue(f"a{number}", UnitKind.TABLE, place, text, slots, context)


def _names(root: Element) -> Iterator[_Name]:
    """Names that could be a person's or hold a number; others are those of a vocabulary.

    What was found elsewhere is looked for in all of them by the recheck.
    """
    named: dict[str, _Name] = {}
    for element in root.iter(etree.Element):
        for name in (element.tag, *element.attrib):
            local = etree.QName(name).localname
            if _TELLING.search(local):
                number = len(named) + 1
                entry = named.setdefault(local, _Name(f"n{number}", f"name {number}", local))
                entry.elements.append(element)
    yield from named.values()


def _reread(root: ET.Element, raw: str) -> Iterator[TextUnit]:
    strings: dict[str, None] = {}
    number = 0
    for element in root.iter():
        own = [element.text or "", *(child.tail or "" for child in element)]
        for string in (element.tag, *element.attrib, *element.attrib.values(), *own):
            strings[string] = None
        joined = (
            "".join(element.itertext()) if len(element) and any(map(str.strip, own)) else own[0]
        )
        if joined.strip():
            number += 1
            context = words(element.tag.rpartition("}")[2])
            yield TextUnit(f"e{number}", UnitKind.TABLE, joined, f"element {number}", context)
    everything = _SEPARATOR.join(filter(str.strip, strings))
    texts = (
        raw,
        everything,
        bare(everything),
        _NAME_PARTS.sub(" ", without_authorities(everything)),
    )
    for index, text in enumerate((*texts, " ".join(" ".join(root.itertext()).split())), 1):
        yield TextUnit(f"raw{index}", UnitKind.RAW, without_authorities(text), "file")
