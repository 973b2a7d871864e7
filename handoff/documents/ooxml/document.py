"""An Office document opened for redaction: cleaned first, then cut into units.

Cleaning is a function of the bytes alone and happens in `read` and in `rewrite` alike, so the
units of both are the same and lie in what will be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from handoff.documents.base import Door, Limits
from handoff.documents.ooxml import names, xmlio
from handoff.documents.ooxml.package import Package, Part, read_package, write_package
from handoff.documents.ooxml.properties import removed_units
from handoff.documents.ooxml.sweep import clean_slots, sweep
from handoff.documents.slots import Passage, SharedValue
from handoff.documents.splice import by_unit
from handoff.documents.trees import Element
from handoff.errors import DamagedError, UnsafeContentError, UnsupportedTypeError
from handoff.model import Redaction, TextUnit, UnitKind

_MEDIA = ("image/", "audio/", "video/")
_PREFIX = re.compile(rb"\sxmlns:([^\s=]+)")
# Of changes and comments in Word, comments in PowerPoint, comments in Excel.
_AUTHORS = (
    "//@*[local-name()='author'] | //*[local-name()='cmAuthor']/@name"
    " | //*[local-name()='authors']/*[local-name()='author']/text()"
)
_UNPLAIN = re.compile(rb"&#|[\x00-\x08\x0e-\x1f\x7f]")
_VML_ROOT = "xml"
_LINKS = ("link", "href")
_DROPPED_ANYWHERE = (f"{names.W}fldData", f"{names.W}binData")


@dataclass(frozen=True, slots=True)
class Keep:
    """How a kind of part is kept: its name in the package, and in words."""

    pattern: str
    words: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Word, Excel and PowerPoint do differently.

    Attributes:
        main: content types of the main part, each with the one it is written as.
        kept: other content types that are kept; all else is dropped.
        text_tags: elements whose text people read.
        clean: takes out of all kept parts, in place, what is no content.
        passages: the passages of one part, in order, given its name, its words and all parts.
        settled: whether `clean` left an attribute (of an element) a value that is no text.
        detach: what to do with an element that refers to a dropped part: drop the "attribute",
            the "element" or the element around it that is named; "link" drops the attribute of
            what was linked, not embedded. Without a rule the document is held.
    """

    main: Mapping[str, str]
    main_keep: Keep
    kept: Mapping[str, Keep]
    text_tags: tuple[str, ...]
    clean: Callable[[Sequence[Part]], None]
    passages: Callable[[Part, str, str, Sequence[Part]], Iterator[Passage]]
    settled: Callable[[Element, str], bool]
    detach: Mapping[str, str]


@dataclass(slots=True)
class OfficeDocument:
    """A cleaned package with its units."""

    package: Package
    names: dict[str, str]
    entries: list[Passage | SharedValue]
    removed: list[TextUnit] = field(repr=False)

    def units(self) -> Iterator[TextUnit]:
        """Units that can be redacted, then those whose place is removed altogether."""
        for entry in self.entries:
            yield from entry.units()
        yield from self.removed

    def rewrite(self, redactions: Iterable[Redaction]) -> bytes:
        """The document with `redactions` applied."""
        groups = by_unit(redactions)
        for entry in self.entries:
            entry.apply(groups)
        return write_package(self.package, self.names)


def load(untrusted: bytes, limits: Limits, dialect: Dialect) -> OfficeDocument:
    """Open and clean the document in `untrusted`.

    Raises:
        DocumentError: whatever is wrong with it (see archive, package, xmlio).
        UnsafeContentError: it holds something that can be neither read nor safely removed.
        UnsupportedTypeError: another kind of document, or the strict variant.
    """
    package = read_package(untrusted, limits)
    main = package.main_part()
    if main.content_type not in dialect.main:
        raise UnsupportedTypeError("this Office format is not one that handoff reads")
    main.content_type = dialect.main[main.content_type]
    removed = list(removed_units(package))
    package.keep(lambda part: part is main or part.content_type in dialect.kept or _is_media(part))
    _refuse_media(package)
    words = _name_parts(package, main, dialect)
    for part in package.parts.values():
        _parse(part, words[part.name])
        _detach(package, part, words[part.name], dialect.detach)
    package.relationships = [rel for rel in package.relationships if rel.target in package.parts]
    parts = list(package.parts.values())
    removed += list(_authors(parts))
    dialect.clean(parts)
    entries = [entry for part in parts for entry in _entries(part, parts, words, dialect)]
    return OfficeDocument(package, _final_names(words), entries, removed)


def read_document(untrusted: bytes, door: Door, dialect: Dialect) -> OfficeDocument:
    """What `load` gives, left with the door for `rewritable`."""
    return door.opened.keep(untrusted, load(untrusted, door.limits, dialect))


def rewritable(untrusted: bytes, door: Door, dialect: Dialect) -> OfficeDocument:
    """What `read_document` gave for the same bytes, or what `load` gives."""
    return door.opened.take(untrusted, OfficeDocument) or load(untrusted, door.limits, dialect)


def _is_media(part: Part) -> bool:
    return part.content_type.startswith(_MEDIA)


def _refuse_media(package: Package) -> None:
    """Hold pictures that a kept part shows; thumbnails belong to the package and are dropped."""
    for part in list(package.parts.values()):
        for relationship in part.relationships:
            target = package.parts.get(relationship.target)
            if not relationship.external and target is not None and _is_media(target):
                raise UnsafeContentError(
                    "contains a picture that cannot be read yet",
                    "remove the pictures, or print the document to a text PDF without them",
                )
    package.parts = {name: part for name, part in package.parts.items() if not _is_media(part)}


def _name_parts(package: Package, main: Part, dialect: Dialect) -> dict[str, tuple[str, str]]:
    """For each part its new name and its words; names of our own can hold no text."""
    named: dict[str, tuple[str, str]] = {}
    counts: dict[str, int] = {}
    for part in package.parts.values():
        keep = dialect.main_keep if part is main else dialect.kept[part.content_type]
        counts[keep.pattern] = number = counts.get(keep.pattern, 0) + 1
        if number > 1 and "{}" not in keep.pattern:
            raise DamagedError(f"the package has more than one part for {keep.words}")
        words = keep.words if number == 1 else f"{keep.words} {number}"
        named[part.name] = (keep.pattern.format(number), words)
    return named


def _parse(part: Part, named: tuple[str, str]) -> None:
    """Give the part its XML without anything of a namespace that is not Office's own."""
    root = xmlio.parse(part.content, named[1])
    if names.STRICT in root.tag:
        raise UnsupportedTypeError(
            "this is a Strict Open XML document", "save it as an ordinary .docx, .xlsx or .pptx"
        )
    _refuse_odd_prefixes(part.content, named[1])
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
        _drop_unwanted(element, named[1])
    etree.strip_attributes(root, *(name for name in attributes if not _is_kept(name)))
    _mend_ignorable(root)
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
    return known and local != "gfxdata" and not local.startswith("rsid")


def _refuse_odd_prefixes(untrusted: bytes, words: str) -> None:
    """Hold prefixes that could be somebody's name: they are written again as they came."""
    for prefix in set(_PREFIX.findall(untrusted.replace(b"\0", b""))):
        if not names.is_plain_prefix(prefix.decode("utf-8", "replace")):
            raise UnsafeContentError(f"{words}: its XML uses unusual namespace prefixes")


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


def _detach(package: Package, part: Part, named: tuple[str, str], rules: Mapping[str, str]) -> None:
    """Drop the part's relationships that lead out or to dropped parts, and what refers to them.

    What stays gets new ids.
    """
    ids: dict[str, str] = {}
    kept = []
    for rel in part.relationships:
        if not rel.external and rel.target in package.parts:
            ids[rel.rel_id] = f"rId{len(ids) + 1}"
            kept.append(type(rel)(ids[rel.rel_id], rel.kind, rel.target))
    part.relationships = kept
    for element in part.root.xpath("//*[@r:*]", namespaces={"r": names.R[1:-1]}):
        for attribute in [name for name in element.attrib if name.startswith(names.R)]:
            value = element.get(attribute)
            if value in ids:
                element.set(attribute, ids[value])
            else:
                _detach_one(element, attribute, named[1], rules)


def _detach_one(element: Element, attribute: str, words: str, rules: Mapping[str, str]) -> None:
    rule = rules.get(element.tag)
    if rule == "attribute" or (rule == "link" and names.split(attribute)[1] in _LINKS):
        del element.attrib[attribute]
    elif rule == "element":
        xmlio.drop(element)
    elif rule is not None and rule != "link":
        owner = next((above for above in element.iterancestors(rule)), None)
        xmlio.drop(element if owner is None else owner)
    else:
        raise UnsafeContentError(f"{words}: refers to content that handoff cannot read")


def _authors(parts: Sequence[Part]) -> Iterator[TextUnit]:
    """Names of authors of comments and changes, sought everywhere, then made anonymous."""
    seen: dict[str, None] = {}
    for part in parts:
        if not (part.attributes_named("author") or part.tags_named("cmAuthor", "authors")):
            continue
        for value in part.root.xpath(_AUTHORS):
            if value.strip():
                seen[str(value).strip()] = None
    for number, author in enumerate(seen, 1):
        yield TextUnit(f"author.{number}", UnitKind.METADATA, author, f"author {number}")


def _entries(
    part: Part, parts: Sequence[Part], named: Mapping[str, tuple[str, str]], dialect: Dialect
) -> list[Passage | SharedValue]:
    key, words = named[part.name]
    if not _is_plain(part):
        clean_slots(part.root, dialect.text_tags)
    passages = list(dialect.passages(part, key, words, parts))
    return [*passages, *sweep(part.root, key, words, passages, dialect.settled)]


def _is_plain(part: Part) -> bool:
    """Whether no invisible character can be in the part, by its bytes: all ASCII, none escaped."""
    encoding = part.root.getroottree().docinfo.encoding or "UTF-8"
    return (
        encoding.upper() in {"UTF-8", "US-ASCII"}
        and part.content.isascii()
        and _UNPLAIN.search(part.content) is None
    )


def _final_names(named: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return {old: new for old, (new, _) in named.items()}
