"""The XML of a part that is kept, without anything of a namespace that is not Office's own."""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from handoff.documents.ooxml import names, xmlio
from handoff.documents.ooxml.package import Part
from handoff.documents.trees import Element
from handoff.errors import UnsafeContentError, UnsupportedTypeError

_VML_ROOT = "xml"
_DROPPED_ANYWHERE = (f"{names.W}fldData", f"{names.W}binData")


def parse_part(part: Part, words: str) -> None:
    """Set the root, the tags and the attributes of `part`, called `words` in errors.

    Raises:
        DamagedError, UnsafeContentError: see `xmlio.parse`; text of an unknown namespace.
        UnsupportedTypeError: a Strict document that could not be made an ordinary one.
    """
    root = xmlio.parse(names.transitional(part.content), words)
    if names.STRICT in root.tag:
        raise UnsupportedTypeError(
            "this is a Strict Open XML document in an unusual encoding",
            "save it as an ordinary .docx, .xlsx or .pptx",
        )
    kept: dict[str, bool] = {}
    attributes: set[str] = set()
    unwanted = []
    for element in root.iter(etree.Element):
        tag = element.tag
        if tag not in kept:
            kept[tag] = _is_kept_element(tag)
        if kept[tag]:
            attributes.update(element.keys())
        else:
            unwanted.append(element)
    for element in unwanted:
        _drop_unwanted(element, words)
    etree.strip_attributes(root, *(name for name in attributes if not _is_kept(name)))
    _mend_ignorable(root)
    _refuse_odd_prefixes(root, words)
    part.root, part.tags, part.attributes = root, frozenset(kept), frozenset(attributes)


def _is_dropped(tag: str) -> bool:
    """Whether an element is dropped with all its text, as every program that knows it does."""
    return names.split(tag)[1] == "extLst" or tag in _DROPPED_ANYWHERE


def _is_kept_element(tag: str) -> bool:
    known = names.is_known_namespace(names.split(tag)[0]) or tag == _VML_ROOT
    return known and not _is_dropped(tag)


def _drop_unwanted(element: Element, words: str) -> None:
    """Programs skip elements of unknown namespaces; with text inside, that is no sure guess."""
    if _is_dropped(element.tag):
        xmlio.drop(element)
        return
    if "".join(element.itertext()).strip():
        raise UnsafeContentError(f"{words}: contains text of an unknown kind")
    if element.getparent() is None:
        raise UnsafeContentError(f"{words}: is of an unknown kind")
    xmlio.drop(element)


@lru_cache(maxsize=4096)
def _is_kept(attribute: str) -> bool:
    """Whether the attribute is Office's own, and neither a revision id nor packed drawing data."""
    namespace, local = names.split(attribute)
    known = not namespace or names.is_known_namespace(namespace)
    return known and local not in ("gfxdata", "conformance") and not local.startswith("rsid")


def _refuse_odd_prefixes(root: Element, words: str) -> None:
    """Hold prefixes that could be somebody's name: they are written again as they came.

    Those that nothing uses are not; Google declares "x3Unk" in every drawing.
    """
    if all(map(names.is_plain_prefix, _prefixes(root))):
        return
    xmlio.drop_unused_namespaces(root)
    if not all(map(names.is_plain_prefix, _prefixes(root))):
        raise UnsafeContentError(f"{words}: its XML uses unusual namespace prefixes")


def _prefixes(root: Element) -> set[str]:
    declared = etree.iterwalk(root, events=("start-ns",))
    return {prefix for _, (prefix, _) in declared if prefix}


def _mend_ignorable(root: Element) -> None:
    """Leave in mc:Ignorable only the prefixes of Office's own namespaces."""
    for element in root.xpath("//*[@mc:*]", namespaces={"mc": names.MC[1:-1]}):
        listed = element.attrib.pop(f"{names.MC}Ignorable", None)
        for attribute in ("ProcessContent", "PreserveElements", "PreserveAttributes"):
            element.attrib.pop(f"{names.MC}{attribute}", None)
        if listed is not None:
            known = [
                prefix
                for prefix in listed.split()
                if names.is_known_namespace(element.nsmap.get(prefix) or "")
            ]
            element.set(f"{names.MC}Ignorable", " ".join(known))
