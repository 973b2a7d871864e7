"""How long a stream would be once decoded, found out without decoding more than a limit.

pikepdf inflates a 4.8 KB stream to 2 GB without a word. So before anything decodes a stream, its
length is measured here, filter by filter, and decoding stops at the limit.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

import pikepdf

from handoff.errors import DamagedError, LimitError, UnsafeContentError

_CHUNK = 1 << 16
_MAX_FILTERS = 4
_IMAGE_FILTERS = frozenset({"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode"})
"""Compressed pictures; nothing of ours or of pikepdf's decodes them outside the sandbox."""
_ABBREVIATIONS = {
    "/Fl": "/FlateDecode",
    "/LZW": "/LZWDecode",
    "/A85": "/ASCII85Decode",
    "/AHx": "/ASCIIHexDecode",
    "/RL": "/RunLengthDecode",
    "/DCT": "/DCTDecode",
    "/CCF": "/CCITTFaxDecode",
}
_WHITE = re.compile(rb"[\x00\t\n\f\r ]")


def filters_of(stream: pikepdf.Stream) -> list[str]:
    """The stream's filters by their full names, in order of decoding."""
    found: Any = stream.get("/Filter", [])
    if isinstance(found, pikepdf.Name):
        found = [found]
    if not isinstance(found, list | pikepdf.Array):
        raise DamagedError("a stream names no proper filter")
    return [_ABBREVIATIONS.get(str(name), str(name)) for name in found]


def require_bounded(stream: pikepdf.Stream, limit: int) -> None:
    """Raise LimitError if decoding `stream` would give more than `limit` bytes.

    Raises:
        LimitError: too long, at any of its filters.
        UnsafeContentError: a filter that nobody here can decode.
    """
    names = filters_of(stream)
    if len(names) > _MAX_FILTERS:
        raise LimitError("a stream is compressed more often than the limit allows")
    if not names or names[0] in _IMAGE_FILTERS:
        return
    content = stream.read_raw_bytes()
    for position, name in enumerate(names):
        if name in _IMAGE_FILTERS:
            return
        if position == len(names) - 1 and name == "/LZWDecode":
            _require_lzw_bounded(content, limit, _early_change(stream))
            return
        content = _decode(name, content, limit)


def _decode(name: str, content: bytes, limit: int) -> bytes:
    """One filter undone, within the limit."""
    if name == "/FlateDecode":
        return _inflate(content, limit)
    if name == "/ASCIIHexDecode":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", content.split(b">", 1)[0])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    if name == "/ASCII85Decode":
        # Five characters are at most four bytes, but a single "z" is four: measured, not decoded.
        body = _WHITE.sub(b"", content.split(b"~>", 1)[0])
        return _ascii85(body, limit)
    if name == "/RunLengthDecode":
        return _run_length(content, limit)
    raise UnsafeContentError("a stream is packed in a way that cannot be read here")


def _inflate(content: bytes, limit: int) -> bytes:
    """Inflate; damage ends the data, as it does in every PDF reader."""
    inflater = zlib.decompressobj()
    try:
        result = inflater.decompress(content, limit + 1)
    except zlib.error:
        return _inflate_damaged(content, limit)
    if len(result) > limit:
        raise LimitError("a stream unpacks to more than the limit allows")
    return result


def _inflate_damaged(content: bytes, limit: int) -> bytes:
    """As much as can be inflated before the damage."""
    inflater = zlib.decompressobj()
    result = bytearray()
    for start in range(0, len(content), _CHUNK):
        try:
            result += inflater.decompress(content[start : start + _CHUNK], limit + 1 - len(result))
        except zlib.error:
            break
        if len(result) > limit:
            raise LimitError("a stream unpacks to more than the limit allows")
    return bytes(result)


def _ascii85(body: bytes, limit: int) -> bytes:
    result = bytearray()
    group: list[int] = []
    for byte in body:
        if byte == 0x7A and not group:
            result += bytes(4)
        elif 0x21 <= byte <= 0x75:
            group.append(byte - 0x21)
        if len(group) == 5:
            result += (_base85(group) & 0xFFFF_FFFF).to_bytes(4, "big")
            group = []
        if len(result) > limit:
            raise LimitError("a stream unpacks to more than the limit allows")
    if len(group) > 1:
        tail = _base85(group + [84] * (5 - len(group))) & 0xFFFF_FFFF
        result += tail.to_bytes(4, "big")[: len(group) - 1]
    return bytes(result)


def _base85(digits: list[int]) -> int:
    value = 0
    for digit in digits:
        value = value * 85 + digit
    return value


def _run_length(content: bytes, limit: int) -> bytes:
    result = bytearray()
    position = 0
    while position < len(content) and content[position] != 128:
        length = content[position]
        if length < 128:
            result += content[position + 1 : position + 2 + length]
            position += length + 2
        else:
            result += content[position + 1 : position + 2] * (257 - length)
            position += 2
        if len(result) > limit:
            raise LimitError("a stream unpacks to more than the limit allows")
    return bytes(result)


def _require_lzw_bounded(content: bytes, limit: int, early: int) -> None:
    """Follow an LZW stream (ISO 32000-1, 7.4.4) by the lengths of its entries alone."""
    lengths: list[int] = []
    total, width, previous = 0, 9, 0
    bits = filled = 0
    for byte in content:
        bits, filled = (bits << 8) | byte, filled + 8
        if filled < width:
            continue
        filled -= width
        code = bits >> filled
        bits &= (1 << filled) - 1
        if code == 257:
            return
        if code == 256:
            lengths, width, previous = [], 9, 0
            continue
        length = 1 if code < 256 else _entry_length(lengths, code - 258, previous)
        if previous and len(lengths) < 3838:
            lengths.append(previous + 1)
        total, previous = total + length, length
        if total > limit:
            raise LimitError("a stream unpacks to more than the limit allows")
        width = min(12, max(9, (258 + len(lengths) + early).bit_length()))


def _entry_length(lengths: list[int], index: int, previous: int) -> int:
    return lengths[index] if index < len(lengths) else previous + 1


def _early_change(stream: pikepdf.Stream) -> int:
    """1, the default, when codes grow one entry early; 0 when the last filter says otherwise."""
    parameters: Any = stream.get("/DecodeParms")
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[-1] if len(parameters) else None
    if not isinstance(parameters, pikepdf.Dictionary):
        return 1
    return 0 if parameters.get("/EarlyChange", 1) == 0 else 1
