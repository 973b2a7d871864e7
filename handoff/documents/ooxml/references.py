"""References from the XML of a part to other parts: renumbered, or taken out with what refers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote

from handoff.documents.invisible import visible
from handoff.documents.ooxml import names, xmlio
from handoff.documents.ooxml.package import Package, Part, Relationship
from handoff.documents.trees import Element
from handoff.errors import UnsafeContentError
from handoff.model import TextUnit, UnitKind

_LINKS = ("link", "href")
_RELID = f"{names.O}relid"
_EMBEDS = (f"{names.O}OLEObject", f"{names.W}control")
_LISTS = tuple(names.X + name for name in ("hyperlinks", "oleObjects"))


def renumber(package: Package, part: Part, words: str, rules: Mapping[str, str]) -> None:
    """Drop the part's relationships that lead out or to dropped parts, and what refers to them.

    What stays gets new ids and Office's own name for its kind. `rules` say, for each element that
    may refer to a part that is not kept, what to take out: the "attribute", the "element", or the
    element around it that is named; "link" takes out the attribute of what was linked, not
    embedded; "frame" leaves of a frame in a presentation the picture.
    `words` name the part in errors.

    Raises:
        UnsafeContentError: an element without a rule refers to a part that is not kept.
    """
    ids: dict[str, str] = {}
    kept = []
    for rel in part.relationships:
        kind = names.relationship_kind(rel.kind)
        if not rel.external and rel.target in package.parts and kind:
            ids[rel.rel_id] = f"rId{len(ids) + 1}"
            kept.append(Relationship(ids[rel.rel_id], kind, rel.target))
    part.relationships = kept
    for element, attribute in list(_referring(part.root)):
        value = element.get(attribute)
        if value in ids:
            element.set(attribute, ids[value])
        else:
            _take_out(element, attribute, words, rules)
    _settle_containers(part.root)


def detach(package: Package, gone: Part, words: str, rules: Mapping[str, str]) -> None:
    """Drop the part `gone`, every relationship to it, and what refers to it (see `renumber`)."""
    package.parts.pop(gone.name, None)
    for part in package.parts.values():
        ids = {rel.rel_id for rel in part.relationships if rel.target == gone.name}
        if not ids or part.root is None:
            continue
        part.relationships = [rel for rel in part.relationships if rel.rel_id not in ids]
        for element, attribute in list(_referring(part.root)):
            if element.get(attribute) in ids:
                _take_out(element, attribute, words, rules)
        _settle_containers(part.root)


def outward_units(parts: Collection[Part]) -> Iterator[TextUnit]:
    """The targets outside of the document: never written, read so that names in them are sought."""
    targets = dict.fromkeys(
        visible(unquote(rel.target)) for part in parts for rel in part.relationships if rel.external
    )
    for number, target in enumerate(targets, 1):
        if any(map(str.isalnum, target)):
            yield TextUnit(f"link.{number}", UnitKind.LINK, target, f"link {number}")


def _referring(root: Element) -> Iterator[tuple[Element, str]]:
    spaces = {"r": names.R[1:-1], "o": names.O[1:-1]}
    for element in root.xpath("//*[@r:* or @o:relid]", namespaces=spaces):
        for attribute in list(element.attrib):
            if attribute.startswith(names.R) or attribute == _RELID:
                yield element, attribute


def _take_out(element: Element, attribute: str, words: str, rules: Mapping[str, str]) -> None:
    rule = rules.get(element.tag)
    if rule == "attribute" or (rule == "link" and names.split(attribute)[1] in _LINKS):
        element.attrib.pop(attribute, None)
    elif rule == "element":
        xmlio.drop(element)
    elif rule == "frame":
        _leave_picture(element)
    elif rule is None and not element.get(attribute, "").strip():
        # Office writes attributes that refer to nothing: r:blip="" on every shape of a diagram.
        element.attrib.pop(attribute, None)
    elif rule is not None and rule != "link":
        owner = next((above for above in element.iterancestors(rule)), None)
        xmlio.drop(element if owner is None else owner)
    else:
        raise UnsafeContentError(f"{words}: refers to content that handoff cannot read")


def _leave_picture(element: Element) -> None:
    """Put the picture of an embedded object in place of the frame around both."""
    frame = next(element.iterancestors(f"{names.P}graphicFrame"), None)
    if frame is None:
        xmlio.drop(element)
    elif frame.getparent() is not None:
        picture = frame.find(f".//{names.P}pic")
        if picture is not None:
            frame.addprevious(picture)
        xmlio.drop(frame)


def _settle_containers(root: Element) -> None:
    """Leave nothing that lacks what it is there for: a choice, an entry, an embedded object.

    ECMA-376 part 3, 7.5: there is at least one choice; part 1, 18.3: lists are not empty.
    """
    for alternative in list(root.iter(f"{names.MC}AlternateContent")):
        if not any(len(branch) for branch in alternative):
            xmlio.drop(alternative)
        elif alternative.find(f"{names.MC}Choice") is None:
            for fallback in alternative.findall(f"{names.MC}Fallback"):
                xmlio.unwrap(fallback)
            xmlio.unwrap(alternative)
    for element in root.iter(f"{names.W}object"):
        # Without what it embeds it is a picture (part 1, 17.3.3.19 and 17.3.3.21).
        if not any(element.find(tag) is not None for tag in _EMBEDS):
            element.tag = f"{names.W}pict"
            element.attrib.clear()
    for container in list(root.iter(*_LISTS)):
        if not len(container):
            xmlio.drop(container)
