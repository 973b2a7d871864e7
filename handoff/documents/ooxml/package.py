"""Open Packaging Conventions (ECMA-376 part 2): parts, content types and relationships.

A package is rebuilt rather than patched: only parts that are kept are written, under names of our
own, with content types and relationships made anew, so that nothing travels along unseen.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from handoff.documents.base import Limits
from handoff.documents.ooxml import names, xmlio
from handoff.documents.ooxml.archive import read_entries, write_entries
from handoff.documents.trees import Element
from handoff.errors import DamagedError

TYPES_NAME = "[Content_Types].xml"
TYPES_NS = "http://schemas.openxmlformats.org/package/2006/content-types"
RELS_NS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship: `target` is a part's name, or a URI where `external`."""

    rel_id: str
    kind: str
    target: str = field(repr=False)
    external: bool = False


@dataclass(slots=True)
class Part:
    """A part of the package with its relationships; `root` is parsed by whoever keeps it.

    Attributes:
        tags, attributes: at least the names of all elements and of all attributes below `root`:
            the styles of Word alone are 10,000 elements, so that it pays not to look for what
            cannot be there.
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)
    relationships: list[Relationship] = field(default_factory=list, repr=False)
    root: Element = field(default=None, repr=False)
    tags: frozenset[str] = field(default=frozenset(), repr=False)
    attributes: frozenset[str] = field(default=frozenset(), repr=False)

    def tags_named(self, *local: str) -> list[str]:
        """Those of `tags` that are called so, in whatever namespace."""
        return [tag for tag in self.tags if names.split(tag)[1] in local]

    def attributes_named(self, *local: str) -> list[str]:
        """Those of `attributes` that are called so, in whatever namespace."""
        return [name for name in self.attributes if names.split(name)[1] in local]


@dataclass(slots=True)
class Package:
    """All parts by name, and the package's own relationships."""

    parts: dict[str, Part]
    relationships: list[Relationship]

    def main_part(self) -> Part:
        """The part that the package is about, or DamagedError."""
        for relationship in self.relationships:
            if relationship.kind.endswith("/officeDocument") and relationship.target in self.parts:
                return self.parts[relationship.target]
        raise DamagedError("the package does not say which part is its document")

    def keep(self, wanted: Callable[[Part], bool]) -> list[Part]:
        """Drop the parts that are not `wanted`, and those no kept part leads to; return them."""
        reached = self._reached(wanted)
        dropped = [part for name, part in self.parts.items() if name not in reached]
        self.parts = {name: self.parts[name] for name in reached}
        return dropped

    def _reached(self, wanted: Callable[[Part], bool]) -> list[str]:
        pending = [rel.target for rel in self.relationships if not rel.external]
        reached: list[str] = []
        while pending:
            part = self.parts.get(pending.pop(0))
            if part is None or part.name in reached or not wanted(part):
                continue
            reached.append(part.name)
            pending += [rel.target for rel in part.relationships if not rel.external]
        return reached


def read_package(untrusted: bytes, limits: Limits) -> Package:
    """The package in `untrusted`; raises what `read_entries` and `xmlio.parse` raise."""
    entries = read_entries(untrusted, limits)
    content_type = _content_types(entries)
    parts = {
        name: Part(name, content_type(name), content)
        for name, content in entries.items()
        if name != TYPES_NAME and not name.endswith(".rels")
    }
    # Part names are equal without regard to case (part 2, 6.2.2.3).
    known = {name.casefold(): name for name in parts}
    for part in parts.values():
        folder, leaf = posixpath.split(part.name)
        rels = entries.get(posixpath.join(folder, "_rels", leaf + ".rels"))
        part.relationships = _relationships(rels, folder, known)
    return Package(parts, _relationships(entries.get("_rels/.rels"), "", known))


def write_package(package: Package, names: Mapping[str, str]) -> bytes:
    """The package as bytes, each part under the name that `names` gives for its own."""
    entries: dict[str, bytes] = {TYPES_NAME: b""}
    entries["_rels/.rels"] = _render_relationships(package.relationships, "", names)
    types: dict[str, str] = {}
    for part in package.parts.values():
        name = names[part.name]
        types[name] = part.content_type
        entries[name] = part.content if part.root is None else xmlio.serialize(part.root)
        if part.relationships:
            folder, leaf = posixpath.split(name)
            rels = _render_relationships(part.relationships, folder, names)
            entries[posixpath.join(folder, "_rels", leaf + ".rels")] = rels
    entries[TYPES_NAME] = _render_types(types)
    return write_entries(entries)


def _content_types(entries: Mapping[str, bytes]) -> Callable[[str], str]:
    if TYPES_NAME not in entries:
        raise DamagedError("the package has no list of content types")
    root = xmlio.parse(entries[TYPES_NAME], "content types")
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for element in root:
        kind = element.get("ContentType", "").strip()
        if element.tag == f"{{{TYPES_NS}}}Default":
            defaults[element.get("Extension", "").lower()] = kind
        elif element.tag == f"{{{TYPES_NS}}}Override":
            overrides[element.get("PartName", "").lstrip("/").lower()] = kind

    def content_type(name: str) -> str:
        extension = name.rpartition(".")[2].lower()
        return overrides.get(name.lower()) or defaults.get(extension, "")

    return content_type


def _relationships(
    untrusted: bytes | None, folder: str, known: Mapping[str, str]
) -> list[Relationship]:
    if untrusted is None:
        return []
    found: list[Relationship] = []
    for element in xmlio.parse(untrusted, "relationships"):
        external = element.get("TargetMode", "").lower() == "external"
        target = element.get("Target", "")
        if not external:
            path = unquote(target.partition("#")[0])
            target = posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
            target = known.get(target.casefold(), target)
        found.append(Relationship(element.get("Id", ""), element.get("Type", ""), target, external))
    ids = [relationship.rel_id for relationship in found]
    if len(set(ids)) != len(ids):
        raise DamagedError("two relationships have the same name")
    return found


def _render_relationships(
    relationships: list[Relationship], folder: str, names: Mapping[str, str]
) -> bytes:
    root = etree.Element(f"{{{RELS_NS}}}Relationships", nsmap={None: RELS_NS})
    for relationship in relationships:
        target = posixpath.relpath(names[relationship.target], folder or ".")
        etree.SubElement(
            root, f"{{{RELS_NS}}}Relationship",
            Id=relationship.rel_id, Type=relationship.kind, Target=target,
        )  # fmt: skip
    return _HEAD + bytes(etree.tostring(root))


def _render_types(types: Mapping[str, str]) -> bytes:
    root = etree.Element(f"{{{TYPES_NS}}}Types", nsmap={None: TYPES_NS})
    for extension, kind in (("rels", RELS_TYPE), ("xml", "application/xml")):
        etree.SubElement(root, f"{{{TYPES_NS}}}Default", Extension=extension, ContentType=kind)
    for name, kind in types.items():
        etree.SubElement(root, f"{{{TYPES_NS}}}Override", PartName="/" + name, ContentType=kind)
    return _HEAD + bytes(etree.tostring(root))
