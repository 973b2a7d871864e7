"""An Office document opened for redaction: cleaned first, then cut into units.

Cleaning is a function of the bytes alone and happens in `read` and in `rewrite` alike, so the
units of both are the same and lie in what will be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handoff.documents.base import Door
from handoff.documents.ooxml import names, nested, references
from handoff.documents.ooxml.nested import Nested
from handoff.documents.ooxml.package import (
    Package,
    Part,
    Relationship,
    read_package,
    write_package,
)
from handoff.documents.ooxml.partxml import parse_part
from handoff.documents.ooxml.properties import removed_units
from handoff.documents.ooxml.sweep import clean_slots, sweep
from handoff.documents.slots import Passage, SharedValue
from handoff.documents.splice import by_unit
from handoff.documents.trees import Element
from handoff.errors import DamagedError, TrackedChangesError, UnsupportedTypeError
from handoff.model import DocumentOptions, Redaction, TextUnit, UnitKind

# Of changes and comments in Word, comments in PowerPoint, comments in Excel.
_AUTHORS = (
    "//@*[local-name()='author'] | //*[local-name()='cmAuthor']/@name"
    " | //*[local-name()='authors']/*[local-name()='author']/text()"
)
_UNPLAIN = re.compile(rb"&#|[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Keep:
    """How a kind of part is kept: its name in the package, and in words."""

    pattern: str
    words: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """What Word, Excel and PowerPoint do differently.

    Attributes:
        folder: the folder of the package in which its parts lie.
        main: content types of the main part, each with the one it is written as.
        kept: other content types that are kept; all else is dropped.
        text_tags: elements whose text people read.
        clean: takes out of all kept parts, in place, what is no content or what the profile does
            not want.
        passages: the passages of one part, in order, given its name, its words and all parts.
        settled: whether `clean` left an attribute (of an element) a value that is no text.
        detach: what to do with an element that refers to a dropped part (`references.renumber`).
    """

    folder: str
    main: Mapping[str, str]
    main_keep: Keep
    kept: Mapping[str, Keep]
    text_tags: tuple[str, ...]
    clean: Callable[[Sequence[Part], Door], None]
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
    nested: list[Nested] = field(repr=False)
    rules: Mapping[str, str] = field(repr=False)

    def units(self) -> Iterator[TextUnit]:
        """Units that can be redacted, those whose place is removed, those of nested documents."""
        for entry in self.entries:
            yield from entry.units()
        yield from self.removed

    def rewrite(self, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The document with `redactions` applied, inside of its nested documents as well.

        Raises:
            DocumentError: see `nested.rewrite`.
        """
        groups = by_unit(redactions)
        for entry in self.entries:
            entry.apply(groups)
        inner = nested.rewrite(self.package, self.nested, redactions, door, self.rules)
        return write_package(self.package, {**self.names, **inner})


def load(untrusted: bytes, door: Door, dialect: Dialect) -> OfficeDocument:
    """Open and clean the document in `untrusted`.

    Raises:
        DocumentError: whatever is wrong with it (see archive, package, xmlio), or with a document
            inside it that must not be withheld.
        UnsafeContentError: it holds something that can be neither read nor safely removed.
        UnsupportedTypeError: another kind of document.
    """
    package = read_package(untrusted, door.limits)
    main = package.main_part()
    if main.content_type not in dialect.main:
        raise UnsupportedTypeError("this Office format is not one that handoff reads")
    main.content_type = dialect.main[main.content_type]
    removed = list(removed_units(package))
    _refuse_revisions(package, door.options)
    _narrow(package, main)
    roles = {
        name: role
        for name, role in nested.roles(package).items()
        if name != main.name and package.parts[name].content_type not in dialect.kept
    }
    package.keep(
        lambda part: part is main or part.content_type in dialect.kept or part.name in roles
    )
    inner = nested.collect(package, roles, dialect.folder, door.limits)
    parts = [part for part in package.parts.values() if part.name not in roles]
    words = _name_parts(parts, main, dialect)
    removed += references.outward_units(parts)
    for part in parts:
        parse_part(part, words[part.name][1])
        references.renumber(package, part, words[part.name][1], dialect.detach)
    removed += _authors(parts)
    dialect.clean(parts, door)
    entries = [entry for part in parts for entry in _entries(part, parts, words, dialect)]
    for one in inner:
        removed += one.read(door)
    return OfficeDocument(package, _final_names(words), entries, removed, inner, dialect.detach)


def _refuse_revisions(package: Package, options: DocumentOptions) -> None:
    """The log of changes in a shared workbook is dropped, unless the profile holds changes."""
    if options.tracked_changes == "hold" and any(
        part.content_type.endswith("revisionHeaders+xml") for part in package.parts.values()
    ):
        raise TrackedChangesError("the workbook has a log of changes")


def _narrow(package: Package, main: Part) -> None:
    """Only the document itself stays of what the package refers to: no thumbnail, no signature."""
    package.relationships = [
        Relationship("rId1", names.relationship_kind("officeDocument"), main.name)
    ]


def read_document(untrusted: bytes, door: Door, dialect: Dialect) -> OfficeDocument:
    """What `load` gives, left with the door for `rewritable`."""
    return door.opened.keep(untrusted, load(untrusted, door, dialect))


def rewritable(untrusted: bytes, door: Door, dialect: Dialect) -> OfficeDocument:
    """What `read_document` gave for the same bytes, or what `load` gives."""
    return door.opened.take(untrusted, OfficeDocument) or load(untrusted, door, dialect)


def _name_parts(parts: Sequence[Part], main: Part, dialect: Dialect) -> dict[str, tuple[str, str]]:
    """For each part its new name and its words; names of our own can hold no text."""
    named: dict[str, tuple[str, str]] = {}
    counts: dict[str, int] = {}
    for part in parts:
        keep = dialect.main_keep if part is main else dialect.kept[part.content_type]
        counts[keep.pattern] = number = counts.get(keep.pattern, 0) + 1
        if number > 1 and "{}" not in keep.pattern:
            raise DamagedError(f"the package has more than one part for {keep.words}")
        words = keep.words if number == 1 else f"{keep.words} {number}"
        named[part.name] = (keep.pattern.format(number), words)
    return named


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
