"""WordprocessingML: what is cleaned out of a document, and how its paragraphs read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from handoff.documents.base import Door
from handoff.documents.ooxml import fields, tracked, xmlio
from handoff.documents.ooxml.names import MC, W14, W15, A, C, M, O, V, W, is_font, split
from handoff.documents.ooxml.package import Part
from handoff.documents.slots import Passage, Piece, Side, Slot
from handoff.documents.trees import Element
from handoff.errors import TrackedChangesError, UnsafeContentError
from handoff.model import DocumentOptions, UnitKind

TEXT_TAGS = (f"{W}t", f"{W}delText", f"{W}instrText", f"{W}delInstrText", f"{M}t", f"{A}t")
_CODE_TAGS = (f"{W}instrText", f"{W}delInstrText")
_VIRTUAL = {
    f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-",
    f"{A}br": "\n", f"{A}tab": "\t",
}  # fmt: skip
_PARAGRAPHS = (f"{W}p", f"{A}p")
_OLD = (f"{W}del", f"{W}moveFrom")
_NEW = (f"{W}ins", f"{W}moveTo")

# Elements that are no content: user interface, machine state, links to the firm's own systems.
_DROPPED_NAMES = """
    rsids docVars mailMerge attachedTemplate documentProtection writeProtection
    saveThroughXslt attachedSchema activeWritingStyle proofState latentStyles aliases
    permStart permEnd proofErr customXmlPr smartTagPr smartTagType customXmlInsRangeStart
    customXmlInsRangeEnd customXmlDelRangeStart customXmlDelRangeEnd
    customXmlMoveFromRangeStart customXmlMoveFromRangeEnd customXmlMoveToRangeStart
    customXmlMoveToRangeEnd dataBinding placeholder docPartObj docPartList alias tag divId
    divs webHidden entryMacro exitMacro embedRegular embedBold embedItalic embedBoldItalic
    printerSettings hdrShapeDefaults shapeDefaults captions forceUpgrade schemaLibrary
    lastRenderedPageBreak uiCompat97To2003 decimalSymbol listSeparator docGroup panose1
    altName
"""
_DROPPED = (
    *(W + name for name in _DROPPED_NAMES.split()),
    *(f"{W15}{name}" for name in ("dataBinding", "docId", "webExtensionLinked")),
    f"{W15}webExtensionCreated",
    f"{W14}docId",
)
_UNWRAPPED = (f"{W}customXml", f"{W}smartTag")
_HELD = {f"{W}subDoc": "a subdocument"}

# Every picture is kept, be it as a gray one: what refers to none refers to nothing.
PICTURES = dict.fromkeys((f"{A}blip", f"{V}imagedata", f"{V}fill", f"{V}stroke"), "attribute")
DETACH = {
    f"{W}hyperlink": "attribute",
    f"{A}hlinkClick": "element",
    f"{A}hlinkHover": "element",
    f"{A}hlinkMouseOver": "element",
    **PICTURES,
    f"{W}control": "element",
    f"{O}OLEObject": "element",
    f"{W}altChunk": "element",
    f"{W14}contentPart": f"{MC}Choice",
    f"{W}printerSettings": "element",
    f"{W}attachedTemplate": "element",
    f"{W}saveThroughXslt": "element",
    f"{C}externalData": "element",
    f"{C}userShapes": "element",
    **{f"{W}embed{style}": "element" for style in ("Regular", "Bold", "Italic", "BoldItalic")},
    **{
        f"{W}{name}": f"{W}mailMerge"
        for name in ("dataSource", "headerSource", "src", "recipientData")
    },
}

_NAMED_OBJECTS = ("docPr", "cNvPr")
_THEME_PARTS = ("theme", "clrScheme", "fontScheme", "fmtScheme", "custClr")
_BUILT_IN_STYLE = re.compile(
    r"(?:normal|title|subtitle|strong|emphasis|quote|intense quote|caption|header|footer|salutation"
    r"|heading [1-9]|toc [1-9]|index [1-9]|toc heading|index heading|toa heading|table of figures"
    r"|table of authorities|footnote (?:text|reference)|endnote (?:text|reference)|balloon text"
    r"|annotation (?:text|reference|subject)|body text(?: first)?(?: indent)?(?: [23])?|macro"
    r"|list(?: paragraph| bullet| number| continue)?(?: [2-5])?|plain text|no spacing|hyperlink"
    r"|followedhyperlink|default paragraph font|normal table|no list|table grid(?: [1-8])?"
    r"|page number|line number|closing|signature|date|note heading|block text|document map"
    r"|html [a-z]+|normal \(web\)|normal indent|envelope (?:address|return)|message header"
    r"|subtle (?:emphasis|reference)|intense (?:emphasis|reference)|book title|bibliography"
    r"|placeholder text|revision|(?:light|medium|dark|colorful|grid|list|plain|table)"
    r"(?: ?(?:shading|list|grid|table|simple|classic|colorful|columns|normal|theme|subtle|web"
    r"|3d effects|professional|elegant|contemporary|tabular))?(?: [1-8])?"
    r"(?: (?:light|dark|colorful))?(?: ?-? ?accent [1-6])?)",
    re.IGNORECASE,
)
_STYLE_REFERENCES_NAMES = """
    pStyle rStyle tblStyle basedOn next link numStyleLink styleLink clickAndTypeStyle
    defaultTableStyle
"""
_STYLE_REFERENCES = tuple(W + name for name in _STYLE_REFERENCES_NAMES.split())
_ANONYMISED = ("date", "dateUtc", "initials", "userId", "providerId")
_PLAIN_BOOKMARK = re.compile(r"_(?:Toc|Ref|Hlk|GoBack|Hlt|Toa|Pctr)\d{0,12}")


def clean(parts: Sequence[Part], door: Door) -> None:
    """Take everything that is no content out of `parts`, the same way in each.

    Raises:
        TrackedChangesError: there are tracked changes, and the profile holds them.
        UnsafeContentError: a subdocument.
    """
    bookmarks = _rename_bookmarks(parts)
    for part in parts:
        for element in part.root.iter(*_HELD):
            raise UnsafeContentError(f"contains {_HELD[element.tag]} that cannot be read yet")
        _settle_changes(part, door.options)
        for element in list(part.root.iter(*_DROPPED)):
            xmlio.drop(element)
        for element in list(part.root.iter(*_UNWRAPPED)):
            xmlio.unwrap(element)
        fields.tame(part.root, bookmarks)
        name_objects(part)
    _rename_styles(parts)
    _anonymise(parts)


def _settle_changes(part: Part, options: DocumentOptions) -> None:
    if options.tracked_changes == "accept":
        tracked.accept(part)
    elif options.tracked_changes == "hold" and tracked.first(part) is not None:
        kind = _kind(part)
        raise TrackedChangesError(f"the {kind.value} contains tracked changes")


def passages(part: Part, key: str, words: str, _parts: Sequence[Part]) -> Iterator[Passage]:
    """One passage for each paragraph, and one more for the field codes in it."""
    kind = _kind(part)
    for number, paragraph in enumerate(part.root.iter(*_PARAGRAPHS), 1):
        pieces: list[Piece] = []
        codes: list[Piece] = []
        for element, side in _own(paragraph, Side.BOTH):
            text = element.text or ""
            if element.tag in _CODE_TAGS:
                codes.append(Piece(text, Slot(element), side))
            elif element.tag in _VIRTUAL:
                pieces.append(Piece(_VIRTUAL[element.tag], None, side))
            elif element.tag in TEXT_TAGS:
                pieces.append(Piece(text, Slot(element), side))
        place = f"{words}, paragraph {number}"
        own_kind = UnitKind.TABLE if kind is UnitKind.BODY and _in_table(paragraph) else kind
        yield Passage(f"{key}.p{number}", own_kind, place, pieces)
        if codes:
            yield Passage(f"{key}.p{number}.code", UnitKind.HIDDEN, f"{place}, field code", codes)


def settled(element: Element, attribute: str) -> bool:
    """Whether `clean` has already made the attribute's value one of ours or of Word's own."""
    if not attribute:
        return False
    if element.tag == f"{W}name":
        return bool(element.getparent().tag == f"{W}style")
    local = split(attribute)[1]
    if element.tag == f"{W}bookmarkStart" and attribute == f"{W}name":
        return True
    if element.tag == f"{M}mathFont":
        return is_font("font", element.get(attribute))
    return attribute in (f"{W}author", f"{W}initials") or (
        local == "name" and split(element.tag)[1] in _NAMED_OBJECTS
    )


def _own(element: Element, side: Side) -> Iterator[tuple[Element, Side]]:
    """The descendants of a paragraph, without those of paragraphs inside it (text boxes)."""
    for child in element:
        if child.tag in _PARAGRAPHS:
            continue
        inner = Side.OLD if child.tag in _OLD else Side.NEW if child.tag in _NEW else side
        if inner is not side and side is not Side.BOTH:
            # Inserted by one author, deleted by another: in neither reading, so search it in both.
            inner = Side.BOTH
        yield child, inner
        yield from _own(child, inner)


def _kind(part: Part) -> UnitKind:
    kinds = {
        "header": UnitKind.HEADER, "footer": UnitKind.FOOTER, "footnotes": UnitKind.FOOTNOTE,
        "endnotes": UnitKind.FOOTNOTE, "comments": UnitKind.COMMENT,
        "notesSlide": UnitKind.FOOTNOTE,
    }  # fmt: skip
    name = part.content_type.rpartition(".")[2].removesuffix("+xml")
    return kinds.get(name, UnitKind.BODY)


def _in_table(paragraph: Element) -> bool:
    return next(paragraph.iterancestors(f"{W}tc", f"{A}tc"), None) is not None


def _rename_bookmarks(parts: Sequence[Part]) -> dict[str, str]:
    """Give bookmarks that people named names of ours, at the mark and at every jump to it."""
    renamed: dict[str, str] = {}
    for part in parts:
        for element in part.root.iter(f"{W}bookmarkStart"):
            name = element.get(f"{W}name", "")
            if not _PLAIN_BOOKMARK.fullmatch(name):
                element.set(f"{W}name", renamed.setdefault(name, f"_mark{len(renamed) + 1}"))
    moves: dict[str, str] = {}
    for part in parts:
        for element in part.root.iter(f"{W}moveFromRangeStart", f"{W}moveToRangeStart"):
            name = element.get(f"{W}name", "")
            element.set(f"{W}name", moves.setdefault(name, f"move{len(moves) + 1}"))
        for element in part.root.iter(f"{W}hyperlink"):
            name = element.get(f"{W}anchor")
            if name is not None and not _PLAIN_BOOKMARK.fullmatch(name):
                element.set(f"{W}anchor", renamed.get(name, "_top"))
            for attribute in ("tooltip", "docLocation", "tgtFrame"):
                element.attrib.pop(W + attribute, None)
    return renamed


def name_objects(part: Part) -> None:
    """Names of drawings, list templates and themes are for the author's eyes only."""
    for element in _elements(part, part.tags_named(*_NAMED_OBJECTS)):
        if element.get("name") is not None:
            element.set("name", f"Object {element.get('id', '')[:9]}".strip())
    for element in _elements(part, part.tags_named(*_THEME_PARTS)):
        element.set("name", "Theme")
    for element in list(part.root.iter(f"{W}abstractNum", f"{W}ffData")):
        for name in element.findall(f"{W}name"):
            xmlio.drop(name)


def _rename_styles(parts: Sequence[Part]) -> None:
    """Style ids become s1, s2, ...; names that are not Word's own become Style 1, Style 2, ..."""
    ids: dict[str, str] = {}
    for part in parts:
        for number, style in enumerate(part.root.iter(f"{W}style"), 1):
            old = style.get(f"{W}styleId", "")
            style.set(f"{W}styleId", ids.setdefault(old, f"s{len(ids) + 1}"))
            for name in style.findall(f"{W}name"):
                text = name.get(f"{W}val", "")
                if not _BUILT_IN_STYLE.fullmatch(text.removesuffix(" Char")):
                    name.set(f"{W}val", f"Style {number}")
    for part in parts:
        for element in list(part.root.iter(*_STYLE_REFERENCES)):
            new = ids.get(element.get(f"{W}val", ""))
            if new is None:
                xmlio.drop(element)
            else:
                element.set(f"{W}val", new)


def _anonymise(parts: Sequence[Part]) -> None:
    """Authors become Author 1, Author 2, ... over the whole document; times go."""
    numbers: dict[str, int] = {}
    for part in parts:
        for element in part.root.xpath("//*[@w:author]", namespaces={"w": W[1:-1]}):
            author = element.get(f"{W}author").strip()
            number = numbers.setdefault(author, len(numbers) + 1)
            element.set(f"{W}author", f"Author {number}")
        etree.strip_attributes(part.root, *part.attributes_named(*_ANONYMISED))


def _elements(part: Part, tags: Sequence[str]) -> Iterator[Element]:
    """The elements of `part` that have one of `tags`; none for no tags."""
    return part.root.iter(*tags) if tags else iter(())
