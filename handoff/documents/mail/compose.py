"""Messages of other programs as internet messages, to be read and rewritten like all mail.

What is composed here is read again by the EML format and never delivered as it stands.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from handoff.documents.mail.render import Entity, multipart_entity, text_entity

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]+@[^\s<>@,;:\"()]+")
_IMPORTANCE = {0: "low", 2: "high"}


@dataclass(frozen=True, slots=True)
class Attached:
    """Something attached: its name, its content, and the id by which the HTML may show it."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    media_type: str = ""
    content_id: str = field(default="", repr=False)


@dataclass(slots=True)
class Letter:
    """A message in parts. `people` are (header, name, address)."""

    subject: str = field(default="", repr=False)
    people: list[tuple[str, str, str]] = field(default_factory=list, repr=False)
    sent: datetime | None = None
    importance: int = 1
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    attached: list[Attached] = field(default_factory=list, repr=False)

    def to_bytes(self) -> bytes:
        """The message as RFC 5322 and MIME have it."""
        bodies = list(self._bodies())
        body = bodies[0] if len(bodies) == 1 else multipart_entity("alternative", bodies)
        if self.attached:
            parts = [body, *(_entity(attached) for attached in self.attached)]
            body = multipart_entity("mixed", parts)
        return body.to_bytes(self._headers())

    def _bodies(self) -> Iterator[Entity]:
        if self.text or not self.html:
            yield text_entity(_plain(self.text), "plain")
        if self.html:
            yield text_entity(_plain(self.html), "html")

    def _headers(self) -> Iterator[tuple[str, str]]:
        for header in ("From", "Sender", "Reply-To", "To", "Cc", "Bcc"):
            boxes = [_mailbox(name, box) for kind, name, box in self.people if kind == header]
            if boxes := list(filter(None, boxes)):
                yield header, ",\n ".join(boxes)
        yield "Subject", _encoded(self.subject)
        if self.sent:
            yield "Date", format_datetime(self.sent)
        if self.importance in _IMPORTANCE:
            yield "Importance", _IMPORTANCE[self.importance]
        yield "MIME-Version", "1.0"


def _entity(attached: Attached) -> Entity:
    media_type = attached.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("multipart", "message")):
        media_type = "application/octet-stream"
    name = quote(_clean(attached.name), safe="")
    headers = [
        ("Content-Type", media_type),
        ("Content-Disposition", f"attachment; filename*=utf-8''{name or 'unnamed'}"),
        ("Content-Transfer-Encoding", "base64"),
    ]
    if re.fullmatch(r"[!-;=?-~]{1,200}", attached.content_id):
        headers.append(("Content-ID", f"<{attached.content_id}>"))
    return Entity(tuple(headers), base64.encodebytes(attached.content))


def _mailbox(name: str, address: str) -> str:
    """A mailbox; an address that is none (a directory path of Exchange) is dropped."""
    kept = address if _ADDRESS.fullmatch(address) and address.isascii() else ""
    if not kept:
        return _encoded(" ".join(filter(None, (name, address if "@" in address else ""))))
    return f"{_encoded(name)} <{kept}>" if name.strip() and name != kept else kept


def _encoded(text: str) -> str:
    """Always as encoded words, so that no character of a name is taken for syntax."""
    clean = _clean(text)
    return Header(clean, "utf-8").encode() if clean else ""


def _clean(text: str) -> str:
    return _plain(_CONTROL.sub(" ", text)).strip()


def _plain(text: str) -> str:
    """`text` without what UTF-8 cannot say (halves of surrogate pairs) and with plain line ends."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
