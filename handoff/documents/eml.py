"""E-mail messages (.eml): headers, text and HTML; attachments go through the door."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from handoff.documents import paragraphs
from handoff.documents.base import Door
from handoff.documents.mail.headers import header_units, rewrite_headers
from handoff.documents.mail.html import load_html
from handoff.documents.mail.parts import MimePart, Role, file_name, parse
from handoff.documents.mail.render import (
    Entity,
    attachment_entity,
    multipart_entity,
    text_entity,
)
from handoff.documents.mail.reread import reread_message
from handoff.documents.splice import by_unit
from handoff.errors import DamagedError
from handoff.model import Redaction, TextUnit, UnitKind

_HEADER = re.compile(rb"([!-9;-~]{1,76}):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|\r|$)")
_TRANSPORT = frozenset(
    {b"mime-version", b"message-id", b"received", b"return-path", b"content-type",
     b"delivered-to", b"x-mailer"}
)  # fmt: skip
_MIME = frozenset({b"mime-version", b"content-type"})
_PEOPLE = frozenset({b"from", b"to", b"subject", b"date", b"cc", b"sender"})
_UNSIGNED = "the digital signature was removed by the sender: it holds for the original only\n"


class EmlFormat:
    """Messages as RFC 5322 and MIME define them, rebuilt part by part."""

    name = "eml"
    media_type = "message/rfc822"
    extension = ".eml"
    readers = ("email", "handoff")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes begin with a block of mail headers that mail programs wrote.

        A memorandum with "From:" and "To:" lines has none of the transport's headers: it is text.
        """
        seen = set(_header_names(untrusted.removeprefix(b"\xef\xbb\xbf")))
        return bool(seen & _TRANSPORT) and bool(seen & _PEOPLE or seen >= _MIME)

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Units of the headers, the text parts and, through `door`, of every attachment.

        A message without its last boundary is read to its end, and that is told: it may be cut.
        """
        root = parse(untrusted)
        units = list(header_units(root.message, "h.", ""))
        pictures = _pictures(root)
        for part in root.walk():
            if part.is_cut:
                _tell_cut(part, door)
            units += _part_units(part, pictures, door)
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """The message rebuilt: headers by allow-list, parts redacted, attachments renamed."""
        root = parse(untrusted)
        groups = by_unit(redactions)
        entity = _Rewriting(redactions, groups, _pictures(root), door).entity(root)
        headers = [*rewrite_headers(root.message, "h.", groups), ("MIME-Version", "1.0")]
        if not {name.lower().encode() for name, _ in headers} & _PEOPLE:
            # Without one of them the message would be taken for text when it is read again.
            headers.append(("Subject", ""))
        content = entity.to_bytes(headers)
        crlf = b"\r\n" in untrusted[:4096]
        return content.replace(b"\n", b"\r\n") if crlf else content

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """All headers and parts by our own splitter, base64, quopri and html.parser."""
        return tuple(reread_message(produced, door))


def _header_names(untrusted: bytes) -> Iterator[bytes]:
    position = 0
    while match := _HEADER.match(untrusted, position):
        yield match.group(1).lower()
        position = match.end()
        if position >= len(untrusted):
            return


def _tell_cut(part: MimePart, door: Door) -> None:
    cause = DamagedError("the message ends without saying so: something may be missing from it")
    door.withhold(f"end of {part.place}", cause)


def _pictures(root: MimePart) -> dict[str, str]:
    """New content ids by the old ones, which often hold the name of a machine or a person."""
    return {
        part.content_id: f"part-{part.number}@redacted.invalid"
        for part in root.walk()
        if part.role is Role.ATTACHMENT and part.content_id
    }


def _part_units(part: MimePart, pictures: Mapping[str, str], door: Door) -> Iterator[TextUnit]:
    if part.role is Role.TEXT:
        yield from paragraphs.units(part.text(), f"t{part.path}.", f"{part.place}, ")
    elif part.role is Role.HTML:
        place = f"{part.place}, "
        yield from load_html(part.text(), f"t{part.path}.", place, pictures).units()
    elif part.role is Role.ATTACHMENT:
        name = file_name(part.message)
        if name.strip():
            place = f"name of {part.place}"
            yield TextUnit(f"n{part.path}", UnitKind.NAME, name, place)
        yield from door.read_part(part.payload, f"a{part.path}", part.place)


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """One message on its way to its new form; original file names are replaced by neutral ones."""

    redactions: Sequence[Redaction]
    groups: Mapping[str, list[Redaction]]
    pictures: Mapping[str, str]
    door: Door

    def entity(self, part: MimePart) -> Entity:
        """The part as it will be written."""
        match part.role:
            case Role.CONTAINER:
                children = [self.entity(child) for child in part.children]
                return multipart_entity(part.subtype, children)
            case Role.SIGNATURE:
                return text_entity(_UNSIGNED, "plain")
            case Role.EMPTY:
                return text_entity("", "plain")
            case Role.TEXT:
                flowed = '; format="flowed"' if part.message.get_param("format") == "flowed" else ""
                text = paragraphs.rewritten(part.text(), f"t{part.path}.", self.groups)
                return text_entity(text, "plain", flowed)
            case Role.HTML:
                html = load_html(part.text(), f"t{part.path}.", "", self.pictures)
                return text_entity(html.rewrite(self.groups), "html")
            case Role.ATTACHMENT:
                return self._attachment(part)

    def _attachment(self, part: MimePart) -> Entity:
        key = f"a{part.path}"
        inner = self.door.rewrite_part(part.payload, key, part.place, self.redactions)
        shown = inner.media_type.startswith("image/")
        content_id = self.pictures.get(part.content_id, "") if shown else ""
        return attachment_entity(
            inner.content, inner.media_type, part.number, inner.extension, content_id
        )
