"""The independent second reading of a message: split by hand, decoded by base64 and quopri.

Shares nothing with the email package, by which messages are read the first time.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from handoff.documents.base import Door
from handoff.documents.invisible import bare
from handoff.documents.mail.css import without_fonts
from handoff.errors import DamagedError, LimitError
from handoff.model import TextUnit, UnitKind

_WORD = re.compile(r"=\?([^?]+)\?([bBqQ])\?([^?]*)\?=(?:\s+(?==\?))?")
_BOUNDARY = re.compile(r'boundary="?([^";\s]+)', re.IGNORECASE)
_SEPARATOR = "\n\u241e\n"
_MAX_DEPTH = 30
_READ = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc", "subject"})
_BLOCKS_NAMES = """
    address article aside blockquote body br caption center dd div dl dt h1 h2 h3 h4 h5 h6
    head hr html li ol p pre section table tbody td tfoot th thead title tr ul
"""
_BLOCKS = frozenset(_BLOCKS_NAMES.split())


def reread_message(produced: bytes, door: Door) -> Iterator[TextUnit]:
    """Units of every header, text part and attachment of `produced`, and its raw text.

    Raises:
        DamagedError: `produced` cannot be split or decoded again.
    """
    flat = produced.replace(b"\r\n", b"\n")
    yield from _entity_units(flat, "1", door, 0)
    raw = without_fonts(flat.decode("utf-8", "replace"))
    yield TextUnit("raw/message", UnitKind.RAW, raw, "raw message")


def _entity_units(entity: bytes, path: str, door: Door, depth: int) -> Iterator[TextUnit]:
    if depth > _MAX_DEPTH:
        raise LimitError("the rewritten message is nested too deep")
    head, _, body = entity.partition(b"\n\n")
    headers = _headers(head)
    for number, (name, value) in enumerate(headers, 1):
        if name.lower() in _READ:
            text = _decode_words(value)
            yield TextUnit(f"h{path}.{number}", UnitKind.MAIL_HEADER, text, name)
        yield TextUnit(f"raw/h{path}.{number}", UnitKind.RAW, name + ": " + value, "raw header")
    lookup = {name.lower(): value for name, value in headers}
    media_type = lookup.get("content-type", "text/plain").partition(";")[0].strip().lower()
    if media_type.startswith("multipart/"):
        for number, part in enumerate(_split(body, lookup["content-type"]), 1):
            yield from _entity_units(part, f"{path}.{number}", door, depth + 1)
        return
    content = _decode_body(body, lookup.get("content-transfer-encoding", "").strip().lower())
    if "content-disposition" in lookup:
        yield from door.reread(content, f"a{path}", f"attachment in part {path}")
    else:
        yield from _text_units(content, media_type, path)


def _headers(head: bytes) -> list[tuple[str, str]]:
    unfolded = re.sub(r"\n(?=[ \t])", "", head.decode("utf-8", "replace"))
    pairs = [line.partition(":") for line in unfolded.split("\n") if line]
    if any(not colon for _, colon, _ in pairs):
        raise DamagedError("the rewritten message has a header without a name")
    return [(name, value.strip()) for name, _, value in pairs]


def _decode_words(value: str) -> str:
    """Encoded words per RFC 2047; runs of them are joined as the RFC asks."""

    def word(match: re.Match[str]) -> str:
        charset, encoding, text = match.groups()
        try:
            if encoding in "bB":
                raw = base64.b64decode(text + "=" * (-len(text) % 4))
            else:
                raw = quopri.decodestring(text.encode(), header=True)
            return raw.decode(charset)
        except (binascii.Error, UnicodeError, LookupError, ValueError):
            raise DamagedError("a header of the rewritten message cannot be decoded") from None

    return _WORD.sub(word, value)


def _split(body: bytes, content_type: str) -> list[bytes]:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise DamagedError("the rewritten message has parts without a boundary")
    mark = b"--" + match.group(1).encode()
    pieces = re.split(rb"(?:^|\n)" + re.escape(mark) + rb"(?:--)?[ \t]*(?:\n|$)", body)
    if len(pieces) < 2 or pieces[0].strip() or pieces[-1].strip():
        raise DamagedError("the rewritten message has text between its parts")
    return pieces[1:-1]


def _decode_body(body: bytes, encoding: str) -> bytes:
    try:
        if encoding == "base64":
            return base64.b64decode(b"".join(body.split()), validate=True)
        if encoding == "quoted-printable":
            return quopri.decodestring(body)
    except (binascii.Error, ValueError):
        raise DamagedError("a part of the rewritten message cannot be decoded") from None
    return body


def _text_units(content: bytes, media_type: str, path: str) -> Iterator[TextUnit]:
    text = content.decode("utf-8", "replace")
    place = f"part {path}"
    if media_type != "text/html":
        yield from _blocks(text, path)
        return
    collector = _Collector()
    collector.feed(text)
    collector.close()
    yield from _blocks("".join(collector.text), path)
    strings = _SEPARATOR.join(
        [*map(without_fonts, collector.strings), bare("".join(collector.text))]
    )
    yield TextUnit(f"raw/t{path}", UnitKind.RAW, strings, place)


def _blocks(text: str, path: str) -> Iterator[TextUnit]:
    for number, block in enumerate(re.split(r"\n\s*\n", text.strip()), 1):
        yield TextUnit(f"t{path}.{number}", UnitKind.BODY, block, f"part {path}, block {number}")


class _Collector(HTMLParser):
    """Text with a line end at every block, and every attribute, comment and declaration."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.strings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.strings += [value for _, value in attrs if value]
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.strings.append(data)

    def handle_decl(self, decl: str) -> None:
        self.strings.append(decl)
