"""After the passages are taken: every other string in a part becomes a unit, or was structure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from handoff.documents.invisible import visible
from handoff.documents.ooxml import names
from handoff.documents.slots import Passage, SharedValue, Slot
from handoff.documents.trees import Element
from handoff.model import UnitKind

# Attributes whose type is xsd:string in the schemas, so that anything may stand in them; `val` is
# one only on the elements of the second set.
_FREE_ATTRIBUTES = frozenset(
    {
        "alt", "caption", "descr", "displayText", "lastValue", "string", "text", "title", "tooltip",
        "value", "docLocation", "author", "initials", "userId", "providerId", "href", "src",
    }
)  # fmt: skip
_FREE_VAL = frozenset(
    {
        "lvlText", "default", "statusText", "helpText", "tblCaption", "tblDescription", "format",
        "dateFormat", "title", "desc", "chr",
    }
)  # fmt: skip
_TOKEN_TEXT = (names.WP, "{http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing}")


def clean_slots(root: Element, tags: Iterable[str]) -> None:
    """Drop invisible characters from the text of the elements `tags` and from every attribute."""
    for element in root.iter(*tags):
        if element.text:
            element.text = visible(element.text)
    for element in root.iter(etree.Element):
        for key, value in element.attrib.items():
            if visible(value) != value:
                element.set(key, visible(value))


def sweep(
    root: Element,
    key: str,
    place: str,
    taken: Iterable[Passage],
    settled: Callable[[Element, str], bool],
) -> Iterator[SharedValue]:
    """Units for every text, tail and attribute of `root` that is neither taken nor structure."""
    claimed = {
        (piece.slot.element, piece.slot.tail)
        for passage in taken
        for piece in passage.pieces
        if piece.slot is not None
    }
    groups: dict[tuple[str, str], list[Slot]] = {}
    for element in root.iter(etree.Element):
        for label, slot in _strings(element, settled):
            if slot.attribute or (element, slot.tail) not in claimed:
                groups.setdefault((label, slot.get()), []).append(slot)
    for number, ((label, text), slots) in enumerate(groups.items(), 1):
        kind = UnitKind.METADATA if label.startswith("@") else UnitKind.HIDDEN
        yield SharedValue(f"{key}.s{number}", kind, f"{place}, {_words(label)}", text, slots)


def _strings(
    element: Element, settled: Callable[[Element, str], bool]
) -> Iterator[tuple[str, Slot]]:
    local = etree.QName(element).localname
    for attribute, value in element.attrib.items():
        name = etree.QName(attribute).localname
        if not (_is_structure(local, attribute, name, value) or settled(element, attribute)):
            yield f"@{name}", Slot(element, attribute)
    if _has_word(element.text) and not _is_token_text(element):
        yield local, Slot(element)
    if _has_word(element.tail):
        yield "stray text", Slot(element, tail=True)


def _is_structure(local: str, attribute: str, name: str, value: str) -> bool:
    if not _has_word(value) or attribute.startswith((names.R, names.MC, names.XML)):
        return True
    if name in _FREE_ATTRIBUTES or (name == "val" and local in _FREE_VAL):
        return names.is_levels(value)
    checks: tuple[Callable[[str], bool], ...] = (names.is_measure, names.is_token)
    if any(check(value) for check in checks) or names.is_font(name, value):
        return True
    if local == "font" and name == "name":
        return names.is_font("font", value)
    return name == "style" and names.is_css(value)


def _is_token_text(element: Element) -> bool:
    text = (element.text or "").strip()
    return str(element.tag).startswith(_TOKEN_TEXT) and (
        names.is_measure(text) or names.is_token(text)
    )


def _has_word(text: str | None) -> bool:
    return bool(text) and any(map(str.isalnum, text or ""))


def _words(label: str) -> str:
    """A label for people; made of schema names, or of nothing where the name is not plain."""
    return f"attribute {label[1:]}" if label.startswith("@") else label
