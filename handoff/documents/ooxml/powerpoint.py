"""PresentationML: what is cleaned out of a presentation; its paragraphs are DrawingML's."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from handoff.documents.base import Door
from handoff.documents.ooxml import word, xmlio
from handoff.documents.ooxml.names import MC, P14, A, C, P, split
from handoff.documents.ooxml.package import Part
from handoff.documents.trees import Element

TEXT_TAGS = (f"{A}t", f"{P}text")
_DROPPED = (
    *(P + name for name in ("modifyVerifier", "embeddedFontLst", "custDataLst", "custShowLst")),
    *(P + name for name in ("photoAlbum", "smartTags", "controls", "htmlPubPr", "tagLst")),
)

DETACH = {
    f"{A}hlinkClick": "element",
    f"{A}hlinkHover": "element",
    f"{A}hlinkMouseOver": "element",
    **word.PICTURES,
    **{A + name: "element" for name in ("audioFile", "videoFile", "quickTimeFile", "wavAudioFile")},
    **{P + name: "element" for name in ("snd", "sndAc")},
    f"{A}snd": "element",
    f"{P}contentPart": f"{MC}Choice",
    f"{P14}contentPart": f"{MC}Choice",
    f"{P}tags": "element",
    f"{P}custData": "element",
    f"{P}oleObj": "frame",
    f"{P}control": f"{P}controls",
    f"{C}externalData": "element",
    f"{C}userShapes": "element",
    **{f"{P}{name}": f"{P}embeddedFontLst" for name in ("regular", "bold", "italic", "boldItalic")},
}
_NAMED = ("cSld", "tblStyle", "custShow")
_TIMES = ("dt", "modified", "created")


def clean(parts: Sequence[Part], _door: Door) -> None:
    """Take everything that is no content out of `parts`, the same way in each."""
    numbers: dict[str, int] = {}
    for part in parts:
        for element in list(part.root.iter(*_DROPPED)):
            xmlio.drop(element)
        word.name_objects(part)
        for element in part.root.iter(etree.Element):
            _clean_attributes(element, numbers)


def settled(element: Element, attribute: str) -> bool:
    """Whether `clean` has already made the attribute's value one of ours."""
    local = split(element.tag)[1]
    name = split(attribute)[1]
    return (
        word.settled(element, attribute)
        or (element.tag == f"{P}cmAuthor" and name in ("name", "initials"))
        or (local in _NAMED and name in ("name", "styleName"))
    )


def _clean_attributes(element: Element, numbers: dict[str, int]) -> None:
    local = split(element.tag)[1]
    if element.tag == f"{P}cmAuthor":
        number = numbers.setdefault(element.get("name", "").strip(), len(numbers) + 1)
        element.set("name", f"Author {number}")
        element.set("initials", f"A{number}")
    elif local in _NAMED:
        for name in ("name", "styleName"):
            if element.get(name) is not None:
                element.set(name, "Style" if local == "tblStyle" else "Layout")
    elif element.tag == f"{P}oleObj":
        element.set("name", "Object")
    elif element.tag == f"{P}cm":
        for name in _TIMES:
            element.attrib.pop(name, None)
