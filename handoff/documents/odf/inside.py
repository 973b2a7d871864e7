"""What is inside an OpenDocument file: pictures go through the door, objects stay with the firm.

A picture that the door refuses, or that is not in the file, becomes a gray one; an embedded object
leaves the picture that its program drew of it, by that picture's own merits.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from handoff.documents.base import Door, Limits
from handoff.documents.odf import names
from handoff.documents.ooxml import xmlio
from handoff.documents.ooxml.placeholder import PLACEHOLDER
from handoff.documents.registry import sniff
from handoff.documents.trees import Element
from handoff.errors import DamagedError, UnsafeContentError, UnsupportedTypeError
from handoff.model import Redaction, TextUnit

_IMAGE = f"{names.DRAW}image"
_HREF = f"{names.XLINK}href"
_INLINE = f"{names.OFFICE}binary-data"


@dataclass(frozen=True, slots=True)
class Picture:
    """An element that shows a picture, and the picture's bytes, None where they lie elsewhere."""

    element: Element
    number: int
    limits: Limits
    untrusted: bytes | None = field(repr=False)

    @property
    def key(self) -> str:
        """The prefix of its units."""
        return f"picture{self.number}"

    @property
    def place(self) -> str:
        """The picture in words."""
        return f"picture {self.number}"

    def content(self) -> bytes:
        """What goes through the door; raises a DocumentError where nothing of the sort may."""
        if self.untrusted is None:
            raise UnsafeContentError("shows a picture that is not in the file")
        if not sniff(self.untrusted, self.limits).media_type.startswith("image/"):
            raise UnsupportedTypeError("this is not what a picture can be")
        return self.untrusted

    def read(self, door: Door) -> tuple[TextUnit, ...]:
        """Its units; none where it is withheld (see `Door.read_part`)."""
        return door.read_part(self.content, self.key, self.place)


def withhold_objects(roots: Sequence[Element], door: Door) -> None:
    """Take every embedded object out of the trees, and tell the door.

    Raises:
        UnsafeContentError: there is one, and the profile holds the file for it.
    """
    number = 0
    for root in roots:
        for element in list(root.iter(*names.WITHHELD)):
            number += 1
            door.read_part(_refused, f"object{number}", f"object {number}")
            xmlio.drop(element)


def _refused() -> bytes:
    raise UnsafeContentError("this is an embedded object, a chart or a film")


def take_out_pictures(roots: Sequence[Element], files: dict[str, bytes]) -> None:
    """Make of each picture that stands in the XML in Base64 (ODF 1.3-3, 10.4.5) one of `files`.

    Raises:
        DamagedError: one cannot be decoded.
    """
    for root in roots:
        for data in list(root.iterdescendants(_INLINE)):
            name = f"inline/{len(files)}"
            try:
                files[name] = base64.b64decode("".join((data.text or "").split()), validate=True)
            except (binascii.Error, ValueError):
                raise DamagedError("a picture in the file cannot be decoded") from None
            data.getparent().set(_HREF, name)
            xmlio.drop(data)


def find_pictures(
    roots: Sequence[Element], files: Mapping[str, bytes], limits: Limits
) -> list[Picture]:
    """Every place of the trees that shows a picture, with what lies in the package for it."""
    found: list[Picture] = []
    for root in roots:
        for image in root.iter(_IMAGE):
            name = image.get(_HREF, "").removeprefix("./")
            content = files.get(name)
            if content is not None:
                image.attrib.pop(_HREF, None)  # a name that a program made; else it is read
            for child in list(image):
                image.remove(child)
            found.append(Picture(image, len(found) + 1, limits, content))
    return found


def rewrite_pictures(
    pictures: Sequence[Picture], redactions: Sequence[Redaction], door: Door
) -> dict[str, bytes]:
    """What the door makes of the pictures, by the names under which the elements now show them."""
    files: dict[str, bytes] = {}
    gray: list[Element] = []
    for picture in pictures:
        made = door.rewrite_part(picture.content, picture.key, picture.place, redactions)
        if made.media_type.startswith("image/"):
            name, content = f"Pictures/{picture.number}{made.extension}", made.content
        else:
            name, content = f"Pictures/{picture.number}.png", PLACEHOLDER
            gray.append(picture.element)
        picture.element.set(_HREF, name)
        files[name] = content
    _prefer_seen(gray, files)
    return files


def _prefer_seen(gray: Sequence[Element], files: dict[str, bytes]) -> None:
    """Drop the gray picture where its frame has another one: programs show the first they can."""
    for element in gray:
        others = [o for o in element.getparent().iterchildren(_IMAGE) if o is not element]
        if others:
            del files[element.get(_HREF)]
            xmlio.drop(element)
