"""XML of untrusted origin: parsed without entities, network or documents type definitions."""

from __future__ import annotations

import re

from lxml import etree

from handoff.documents.trees import Element
from handoff.errors import DamagedError, UnsafeContentError

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# A document type that is only named (XML 1.0, 2.8): nothing is declared in the file itself.
_NAMED_ONLY = re.compile(
    rb"""<!DOCTYPE\s+[^\s<>\[\]"']{1,200}(?:\s+(?:SYSTEM|PUBLIC\s+(?:"[^"<>]*"|'[^'<>]*'))"""
    rb"""\s+(?:"[^"<>]*"|'[^'<>]*'))?\s*>"""
)
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|apos|quot);|#)")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


def parse(untrusted: bytes, place: str, *, doctype: bool = False) -> Element:
    """The root element; comments and processing instructions are dropped at once.

    Args:
        untrusted: the XML.
        place: names it in errors.
        doctype: drop a document type that is only named. Its declarations lie elsewhere and are
            never fetched; a reference to an entity of them holds the file.

    Raises:
        UnsafeContentError: a document type definition or an entity.
        DamagedError: the XML is not well-formed.
    """
    narrow = _narrow(untrusted)
    named = _NAMED_ONLY.search(narrow) if doctype else None
    if _DOCTYPE.search(narrow, named.end() if named else 0):
        raise UnsafeContentError(f"{place}: the XML defines entities or a document type")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, strip_cdata=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(untrusted, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise DamagedError(f"{place}: the XML is not well-formed") from None
    if root is None or (root.getroottree().docinfo.doctype and not named):
        raise UnsafeContentError(f"{place}: the XML defines entities or a document type")
    # In an attribute libxml2 leaves out without a word what it does not know.
    if named and _ENTITY.search(narrow, named.end()):
        raise UnsafeContentError(f"{place}: the XML refers to text that lies elsewhere")
    return root


def serialize(root: Element) -> bytes:
    """`root` as a standalone UTF-8 document."""
    drop_unused_namespaces(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def drop_unused_namespaces(root: Element) -> None:
    """Take out every declaration of a prefix that neither a name nor mc:Ignorable uses."""
    etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(_ignorable(root)))


def drop(element: Element) -> None:
    """Take `element` out of its tree, keeping the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    _hand_over(parent, element.getprevious(), element.tail)
    parent.remove(element)


def unwrap(element: Element) -> None:
    """Put the children of `element` in its place."""
    parent = element.getparent()
    index = parent.index(element)
    _hand_over(parent, element.getprevious(), element.text)
    children = list(element)
    for offset, child in enumerate(children):
        parent.insert(index + offset, child)
    drop(element)


def _hand_over(parent: Element, previous: Element, text: str | None) -> None:
    if text and text.strip():
        if previous is not None:
            previous.tail = (previous.tail or "") + text
        else:
            parent.text = (parent.text or "") + text


def _narrow(untrusted: bytes) -> bytes:
    """UTF-16 with its zero bytes taken out, so that one search finds markup in either width."""
    return untrusted.replace(b"\0", b"") if untrusted.startswith(_UTF16_MARKS) else untrusted


def _ignorable(root: Element) -> set[str]:
    name = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"
    return set(str(root.get(name, "")).split())
