"""The picture that stands where a picture stays with the firm."""

from __future__ import annotations

import struct
import zlib

_SIDE = 64
_FRAME, _FILL = b"\x80", b"\xd9"


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _png() -> bytes:
    """A gray square in a darker frame, as 8-bit grayscale PNG without ancillary chunks."""
    edge = _FRAME * _SIDE
    middle = _FRAME + _FILL * (_SIDE - 2) + _FRAME
    rows = [edge, *[middle] * (_SIDE - 2), edge]
    header = struct.pack(">2I5B", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", pixels)
        + _chunk(b"IEND", b"")
    )


PLACEHOLDER = _png()
"""It has no size of its own to speak of: the document stretches it to the size of the original."""
