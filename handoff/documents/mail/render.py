"""Messages written by hand from clean pieces, so that nothing of the original slips through."""

from __future__ import annotations

import base64
import hashlib
import quopri
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_MAX_LINE = 998  # RFC 5322, 2.1.1


@dataclass(frozen=True, slots=True)
class Entity:
    """A MIME entity ready to be written: its headers and its encoded body, with plain line ends."""

    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def to_bytes(self, more: Iterable[tuple[str, str]] = ()) -> bytes:
        """The entity with the headers `more` before its own."""
        lines = [f"{name}: {value}\n".encode("ascii") for name, value in (*more, *self.headers)]
        return b"".join(lines) + b"\n" + self.body


def text_entity(text: str, subtype: str, parameters: str = "") -> Entity:
    """A text part, as US-ASCII where it can be and UTF-8 where not."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    content = text.encode("utf-8")
    kind = ("Content-Type", f'text/{subtype}; charset="{charset}"{parameters}')
    if charset == "us-ascii" and all(len(line) <= _MAX_LINE for line in content.split(b"\n")):
        return Entity((kind, ("Content-Transfer-Encoding", "7bit")), content)
    encoding = ("Content-Transfer-Encoding", "quoted-printable")
    return Entity((kind, encoding), quopri.encodestring(content))


def attachment_entity(
    content: bytes, media_type: str, number: int, extension: str, content_id: str = ""
) -> Entity:
    """An attachment under a neutral name; a message stays a message (RFC 2046, 5.2.1).

    With a `content_id` it is a picture that the HTML shows (RFC 2392).
    """
    name = f"attachment-{number}{extension}"
    shown = "inline" if content_id else "attachment"
    disposition = ("Content-Disposition", f'{shown}; filename="{name}"')
    if media_type == "message/rfc822":
        return Entity((("Content-Type", media_type), disposition), content.replace(b"\r\n", b"\n"))
    headers = [
        ("Content-Type", media_type),
        disposition,
        ("Content-Transfer-Encoding", "base64"),
    ]
    if content_id:
        headers.append(("Content-ID", f"<{content_id}>"))
    return Entity(tuple(headers), base64.encodebytes(content))


def multipart_entity(subtype: str, entities: Sequence[Entity]) -> Entity:
    """A container of `entities`; its boundary is derived from them and occurs in none."""
    contents = [entity.to_bytes() for entity in entities]
    boundary = "handoff-" + hashlib.sha256(b"\0".join(contents)).hexdigest()[:32]
    pieces = [b"--%s\n%s\n" % (boundary.encode(), content) for content in contents]
    body = b"".join((*pieces, b"--%s--\n" % boundary.encode()))
    return Entity((("Content-Type", f'multipart/{subtype}; boundary="{boundary}"'),), body)
