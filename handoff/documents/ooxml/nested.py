"""Documents inside an Office package: pictures, embedded documents, chunks of other formats.

Each goes through the door like a document of its own. What the door refuses stays with the firm,
if the profile delivers the rest: a gray picture stands where a picture was, a note where a chunk
was, and an embedded document leaves only its picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from handoff.documents.base import Door, Limits, RewrittenPart
from handoff.documents.ooxml import references
from handoff.documents.ooxml.names import O, P, X, split
from handoff.documents.ooxml.ole import unwrapped
from handoff.documents.ooxml.package import Package, Part
from handoff.documents.ooxml.placeholder import PLACEHOLDER
from handoff.documents.registry import sniff
from handoff.documents.trees import Element
from handoff.errors import UnsupportedTypeError
from handoff.model import Redaction, TextUnit


class Role(Enum):
    """As what a document refers to a part that is no XML of its own; the value is its words."""

    PICTURE = "picture"
    OBJECT = "embedded document"
    CHUNK = "inserted document"
    RECORDING = "sound or film"


_ROLES = {
    "image": Role.PICTURE, "package": Role.OBJECT, "oleObject": Role.OBJECT,
    "aFChunk": Role.CHUNK, "audio": Role.RECORDING, "video": Role.RECORDING,
    "media": Role.RECORDING,
}  # fmt: skip
_FOLDERS = {
    Role.PICTURE: "media/image", Role.OBJECT: "embeddings/object", Role.CHUNK: "chunks/chunk",
    Role.RECORDING: "media/recording",
}  # fmt: skip
NESTED_FOLDERS = ("media", "embeddings", "chunks")
"""The folders in which `rewrite` puts the parts that are documents of their own."""

_PROGRAMS = {
    ".docx": "Word.Document.12", ".xlsx": "Excel.Sheet.12", ".pptx": "PowerPoint.Show.12",
}  # fmt: skip
_CHUNKS = (".html", ".htm", ".txt", ".docx", ".rtf", ".eml")
_PACKAGE_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"


@dataclass(slots=True)
class Nested:
    """One part that goes through the door."""

    part: Part
    role: Role
    stem: str
    place: str
    limits: Limits
    opened: tuple[bytes, object] | None = None

    def content(self) -> bytes:
        """What goes through the door; raises a DocumentError where nothing of the sort may.

        Only what will have a type that can stand in its place again is let through.
        """
        if self.role is Role.RECORDING:
            raise UnsupportedTypeError("this is a sound or video recording")
        untrusted = self.part.content
        if self.role is Role.OBJECT:
            untrusted = unwrapped(untrusted)
        handler = sniff(untrusted, self.limits)
        if not _fits(self.role, handler.media_type, handler.extension):
            raise UnsupportedTypeError(f"this is not what a {self.role.value} can be")
        return untrusted

    def read(self, door: Door) -> tuple[TextUnit, ...]:
        """Its units; none where it is withheld (see `Door.read_part`)."""
        units = door.read_part(self.content, self.stem, self.place)
        self.opened = door.opened.hand_over()
        return units

    def rewrite(self, door: Door, redactions: Sequence[Redaction]) -> RewrittenPart:
        """What the door makes of it, from what it opened when it read (see `Door.rewrite_part`)."""
        door.opened.hand_back(self.opened)
        return door.rewrite_part(self.content, self.stem, self.place, redactions)


def roles(package: Package) -> dict[str, Role]:
    """What each part is to the parts that refer to it, for those that are no XML of ours."""
    found: dict[str, Role] = {}
    for part in package.parts.values():
        for rel in part.relationships:
            role = _ROLES.get(rel.kind.rpartition("/")[2])
            if role is not None and not rel.external and rel.target in package.parts:
                found.setdefault(rel.target, role)
    return found


def collect(
    package: Package, known: Mapping[str, Role], folder: str, limits: Limits
) -> list[Nested]:
    """The nested parts of `package`, each once: parts of the same bytes are made one.

    `known` has the roles of the parts (see `roles`); `folder` is the package's own, "word".
    """
    nested: list[Nested] = []
    first: dict[tuple[Role, bytes], str] = {}
    same: dict[str, str] = {}
    for part in list(package.parts.values()):
        role = known.get(part.name)
        if role is None:
            continue
        original = first.setdefault((role, part.content), part.name)
        if original != part.name:
            same[part.name] = original
            del package.parts[part.name]
            continue
        number = 1 + sum(other.role is role for other in nested)
        stem = f"{folder}/{_FOLDERS[role]}{number}"
        nested.append(Nested(part, role, stem, f"{role.value} {number}", limits))
    _redirect(package, same)
    return nested


def rewrite(
    package: Package,
    nested: Sequence[Nested],
    redactions: Sequence[Redaction],
    door: Door,
    rules: Mapping[str, str],
) -> dict[str, str]:
    """Put what the door gives back in place of each nested part; their new names by the old.

    Raises:
        DocumentError: whatever the door raises; a part that is withheld cannot be taken out.
    """
    named: dict[str, str] = {}
    for one in nested:
        made = one.rewrite(door, redactions)
        extension, part = made.extension, one.part
        part.content, part.content_type = made.content, made.media_type
        if not _fits(one.role, made.media_type, made.extension):
            if one.role is not Role.PICTURE:
                references.detach(package, part, one.place, rules)
                continue
            part.content, part.content_type, extension = PLACEHOLDER, "image/png", ".png"
        if one.role is Role.OBJECT:
            _mark_program(package, part, _PROGRAMS[extension])
        named[part.name] = one.stem + extension
    return named


def _fits(role: Role, media_type: str, extension: str) -> bool:
    if role is Role.PICTURE:
        return media_type.startswith("image/")
    return extension in (_PROGRAMS if role is Role.OBJECT else _CHUNKS)


def _redirect(package: Package, same: Mapping[str, str]) -> None:
    for part in package.parts.values():
        part.relationships = [
            type(rel)(rel.rel_id, rel.kind, same.get(rel.target, rel.target), rel.external)
            for rel in part.relationships
        ]


def _mark_program(package: Package, part: Part, program: str) -> None:
    """An object that came in an OLE container goes back as a package: say so where it is shown."""
    for owner in package.parts.values():
        ids = {rel.rel_id for rel in owner.relationships if rel.target == part.name}
        if not ids or owner.root is None:
            continue
        owner.relationships = [
            type(rel)(rel.rel_id, _PACKAGE_KIND, rel.target) if rel.rel_id in ids else rel
            for rel in owner.relationships
        ]
        for element in _objects(owner):
            if ids & set(element.attrib.values()):
                key = "ProgID" if split(element.tag)[1] == "OLEObject" else "progId"
                element.set(key, program)


def _objects(owner: Part) -> Iterator[Element]:
    yield from owner.root.iter(f"{O}OLEObject", f"{P}oleObj", f"{X}oleObject")
