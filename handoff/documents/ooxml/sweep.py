"""After the passages are taken: every other string in a part becomes a unit, or was structure."""

from __future__ import annotations

from collections import defaultdict
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
        "display", "prompt", "promptTitle", "error", "errorTitle", "macro", "textlink", "tgtFrame",
        "invalidUrl", "phldrT", "location",
    }
)  # fmt: skip
_FREE_VAL = frozenset(
    {
        "lvlText", "default", "statusText", "helpText", "tblCaption", "tblDescription", "format",
        "dateFormat", "title", "desc", "chr", "listEntry",
    }
)  # fmt: skip
_TOKEN_TEXT = (
    names.WP,
    "{urn:schemas-microsoft-com:office:excel}",
    "{http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing}",
)


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
    for label, slot in (*_attributes(root, settled), *_texts(root, claimed, settled)):
        groups.setdefault((label, slot.get()), []).append(slot)
    for number, ((label, text), slots) in enumerate(groups.items(), 1):
        kind = UnitKind.METADATA if label.startswith("attribute") else UnitKind.HIDDEN
        yield SharedValue(f"{key}.s{number}", kind, f"{place}, {label}", text, slots)


def _attributes(
    root: Element, settled: Callable[[Element, str], bool]
) -> Iterator[tuple[str, Slot]]:
    """Attributes that are text; equal ones are judged once, since parts repeat them endlessly."""
    alike: dict[tuple[str, str, str], list[Element]] = defaultdict(list)
    for element in root.iter(etree.Element):
        if found := element.items():
            tag = element.tag
            for attribute, value in found:
                alike[tag, attribute, value].append(element)
    for (tag, attribute, value), elements in alike.items():
        if not _is_structure(tag, attribute, value):
            for element in elements:
                if not settled(element, attribute):
                    yield f"attribute {names.split(attribute)[1]}", Slot(element, attribute)


def _texts(
    root: Element,
    claimed: set[tuple[Element, bool]],
    settled: Callable[[Element, str], bool],
) -> Iterator[tuple[str, Slot]]:
    """Texts and tails that are in no passage; `settled` is asked with "" for the attribute."""
    for element in root.iter(etree.Element):
        if (
            _has_word(element.text)
            and (element, False) not in claimed
            and not _is_token_text(element)
            and not settled(element, "")
        ):
            yield f"text of {names.split(element.tag)[1]}", Slot(element)
        if _has_word(element.tail):
            yield "stray text", Slot(element, tail=True)


def _is_structure(tag: str, attribute: str, value: str) -> bool:
    local, name = names.split(tag)[1], names.split(attribute)[1]
    if not _has_word(value) or attribute.startswith((names.R, names.MC, names.XML)):
        return True
    if name in _FREE_ATTRIBUTES or (name == "val" and local in _FREE_VAL):
        return names.is_levels(value)
    if names.is_measure(value) or names.is_token(value) or names.is_font(name, value):
        return True
    if names.is_script(name, value):
        return True
    if local == "font" and name == "name":
        return names.is_font("font", value)
    return name == "style" and names.is_css(value)


def _is_token_text(element: Element) -> bool:
    text = (element.text or "").strip()
    return names.is_guid(text) or (
        str(element.tag).startswith(_TOKEN_TEXT)
        and (names.is_measure(text) or names.is_token(text))
    )


def _has_word(text: str | None) -> bool:
    return bool(text) and any(map(str.isalnum, text or ""))
