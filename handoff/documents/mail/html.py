"""HTML parts of mail: text by block, markup by allow-list, nothing that fetches or runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree, html

from handoff.documents.invisible import visible
from handoff.documents.mail.css import kept_css
from handoff.documents.slots import Passage, Piece, SharedValue, Slot
from handoff.documents.trees import Element
from handoff.errors import DamagedError, LimitError
from handoff.model import Redaction, TextUnit, UnitKind

# Dropped with all that is in them; whatever they hold is no text for a reader.
_DROPPED_NAMES = """
    script style noscript template iframe frame frameset object embed applet audio video
    source track canvas svg math link meta base img picture map area param xml head_other
    form_data datalist dialog portal slot
"""
_DROPPED = frozenset(_DROPPED_NAMES.split())
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd mark q rp rt ruby s samp
    small span strike strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_NAMES.split())
_BLOCK_NAMES = """
    html head title body address article aside blockquote br caption center col colgroup dd
    details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr legend li
    main nav ol p pre section summary table tbody td tfoot th thead tr ul
"""
_BLOCK = frozenset(_BLOCK_NAMES.split())
_STRUCTURAL_NAMES = """
    align bgcolor border cellpadding cellspacing color cols colspan dir height lang noshade
    nowrap rowspan rules scope size span start type valign width frame
"""
_STRUCTURAL = frozenset(_STRUCTURAL_NAMES.split())
_TEXTUAL = frozenset({"alt", "title", "summary", "abbr", "datetime", "cite", "label"})


@dataclass(slots=True)
class HtmlText:
    """A cleaned HTML document with its passages."""

    root: Element
    entries: list[Passage | SharedValue] = field(repr=False)

    def units(self) -> Iterator[TextUnit]:
        """One unit for each block of text and each attribute that people read."""
        for entry in self.entries:
            yield from entry.units()

    def rewrite(self, groups: Mapping[str, list[Redaction]]) -> str:
        """The document with its redactions applied, as ASCII with character references."""
        for entry in self.entries:
            entry.apply(groups)
        body = etree.tostring(self.root, method="html", encoding="us-ascii")
        return "<!DOCTYPE html>\n" + str(body, "ascii")


def load_html(
    untrusted: str, prefix: str, place: str, pictures: Mapping[str, str] | None = None
) -> HtmlText:
    """Parse and clean `untrusted`; raises DamagedError where lxml finds no document in it.

    `pictures` are new content ids by the old ones (RFC 2392): pictures of the message itself, whose
    places are kept.
    """
    # Without control characters: lxml cannot even delete an attribute that has one in its name.
    shown = visible(untrusted)
    if not shown.strip():
        shown = "<html></html>"
    parser = html.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        root = html.document_fromstring(shown.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        raise DamagedError(f"{place}the HTML cannot be read") from None
    _require_whole(parser, place)
    _clean(root, pictures or {})
    return HtmlText(root, [*_passages(root, prefix, place), *_attributes(root, prefix, place)])


def _require_whole(parser: html.HTMLParser, place: str) -> None:
    """Past 256 levels or 10 MB of one text libxml2 stops and gives what it has, without an error.

    So does it at what it cannot take otherwise; ordinary mistakes in HTML are no fatal errors.
    """
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise LimitError(f"{place}the HTML is nested too deep, or a text in it is too long")


def _clean(root: Element, pictures: Mapping[str, str]) -> None:
    for element in list(root.iter()):
        tag = element.tag
        if tag == "img" and (shown := pictures.get(_content_id(element))):
            _clean_attributes(element)
            element.set("src", f"cid:{shown}")
        elif not isinstance(tag, str) or tag in _DROPPED:
            if element is not root and element.getparent() is not None:
                element.drop_tree()
        elif tag not in _INLINE and tag not in _BLOCK:
            if element.getparent() is not None:
                element.drop_tag()
        else:
            _clean_attributes(element)
    for element in root.iter(etree.Element):
        for slot in (Slot(element), Slot(element, tail=True)):
            if slot.get() and visible(slot.get()) != slot.get():
                slot.set(visible(slot.get()))


def _content_id(element: Element) -> str:
    scheme, _, name = element.get("src", "").strip().partition(":")
    return unquote(name) if scheme.lower() == "cid" else ""


def _clean_attributes(element: Element) -> None:
    for name, value in list(element.attrib.items()):
        plain = len(value) <= 40 and all(char.isalnum() or char in "#%.-+, " for char in value)
        if name in _TEXTUAL and value.strip():
            element.set(name, visible(value))
        elif name == "style" and (kept := kept_css(value)):
            element.set(name, kept)
        elif not (name in _STRUCTURAL and plain and len(value.split()) <= 1):
            del element.attrib[name]


def _passages(root: Element, prefix: str, place: str) -> Iterator[Passage]:
    """Text between two block boundaries, whatever inline markup cuts it up."""
    number = 1
    current = Passage(f"{prefix}{number}", UnitKind.BODY, f"{place}HTML passage {number}")
    for event in _events(root):
        if isinstance(event, Piece):
            current.pieces.append(event)
        elif any(piece.slot and piece.text.strip() for piece in current.pieces):
            yield current
            number += 1
            current = Passage(f"{prefix}{number}", UnitKind.BODY, f"{place}HTML passage {number}")
    if any(piece.slot and piece.text.strip() for piece in current.pieces):
        yield current


def _events(root: Element) -> Iterator[Piece | None]:
    """Pieces of text in document order, None where a block begins or ends.

    No recursion, since how deep the nesting goes is the document's to choose.
    """
    for event, element in etree.iterwalk(root, events=("start", "end")):
        inline = element.tag in _INLINE
        if element.tag == "br" and event == "start":
            yield Piece("\n")
        elif not inline and element.tag != "br":
            yield None
        slot = Slot(element, tail=event == "end")
        if slot.get() and (event == "start" or element is not root):
            yield Piece(slot.get(), slot)


def _attributes(root: Element, prefix: str, place: str) -> Iterator[SharedValue]:
    groups: dict[tuple[str, str], list[Slot]] = {}
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if name in _TEXTUAL and value.strip():
                groups.setdefault((name, value), []).append(Slot(element, name))
    for number, ((name, text), slots) in enumerate(groups.items(), 1):
        yield SharedValue(
            f"{prefix}a{number}", UnitKind.HIDDEN, f"{place}attribute {name}", text, slots
        )
