"""Plain text and Markdown, in whatever encoding they came."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from itertools import groupby

from handoff.documents import paragraphs
from handoff.documents.base import Door
from handoff.documents.encoding import decode
from handoff.documents.invisible import bare, visible
from handoff.documents.packed import refuse_packed_lines
from handoff.documents.splice import by_unit
from handoff.errors import DamagedError, DocumentError
from handoff.model import Redaction, TextUnit, UnitKind

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_ESCAPES = re.compile(rb"\x1b[$()*+,\-./]")
_LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r",
    "mac_roman", "cp437", "cp850", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "latin-1",
)  # fmt: skip


class TextFormat:
    """Text files: one unit a paragraph; same encoding, mark and line ends on the way out."""

    name = "txt"
    media_type = "text/plain"
    extension = ".txt"
    readers = ("charset-normalizer", "codecs")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes are text in an encoding that can be told for certain."""
        try:
            decode(untrusted)
        except DocumentError:
            return False
        return True

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """One unit for each paragraph; raises what `decode` raises, and for packed binary data."""
        text = visible(decode(untrusted).text)
        refuse_packed_lines(text, "the text")
        return tuple(paragraphs.units(text, "p", ""))

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:  # noqa: ARG002
        """The same text with `redactions` applied and invisible characters dropped."""
        decoded = decode(untrusted)
        return decoded.encode(paragraphs.rewritten(visible(decoded.text), "p", by_unit(redactions)))

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:  # noqa: ARG002
        """The text by Python's own codecs, and once more without any invisible character."""
        return tuple(raw_units(produced))


def raw_units(produced: bytes) -> list[TextUnit]:
    """All of `produced` as text by Python's codecs, by block, and bare of invisible characters.

    Bytes that are neither marked nor UTF-8 are given in every legacy encoding that takes them,
    so that the search does not depend on which of them the reader believed in.
    """
    views = plain_views(produced)
    units = [
        TextUnit(f"text{number}", UnitKind.BODY, block, f"block {number}")
        for number, block in enumerate(blocks(views[0]), 1)
    ]
    for number, view in enumerate(views[1:], 1):
        units.append(TextUnit(f"raw/view{number}", UnitKind.RAW, view, "text"))
    if bare(views[0]) != views[0]:
        units.append(TextUnit("raw/bare", UnitKind.RAW, bare(views[0]), "text"))
    return units


def blocks(text: str) -> list[str]:
    """`text` cut where a line is blank, by other means than `paragraphs`."""
    lines = text.splitlines()
    grouped = groupby(lines, key=lambda line: bool(line.strip()))
    return ["\n".join(group) for filled, group in grouped if filled]


def plain_views(produced: bytes) -> list[str]:
    """`produced` by each of Python's codecs that may be meant, at least one; or DamagedError."""
    views = _views(produced)
    if not views:
        raise DamagedError("the rewritten text cannot be read again")
    return views


def _views(produced: bytes) -> list[str]:
    codec = next((codec for mark, codec in _MARKS if produced.startswith(mark)), None)
    if codec is None and _ESCAPES.search(produced):
        codec = "iso2022_jp_2"
    if codec is None and produced.count(0) > len(produced) * 5 // 8:
        codec = "utf-32-le" if produced[1:4] == b"\x00\x00\x00" else "utf-32-be"
    if codec is None and produced.count(0) > len(produced) // 4:
        codec = "utf-16-le" if produced[1:2] == b"\x00" else "utf-16-be"
    for certain in (codec,) if codec else ("utf-8",):
        text = _try(produced, certain)
        if text is not None or codec:
            return [] if text is None else [text]
    return [text for legacy in _LEGACY if (text := _try(produced, legacy)) is not None]


def _try(produced: bytes, codec: str) -> str | None:
    try:
        return produced.decode(codec)
    except UnicodeDecodeError:
        return None
