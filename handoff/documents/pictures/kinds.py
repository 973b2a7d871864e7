"""The kinds of pictures, told by their first bytes. Imports no library of pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of picture.

    Attributes:
        name: short name for tables.
        signature: how such a file begins.
        decoders: names of the Pillow plugins that may open it, and no others.
        writes: Pillow's name of the kind in which it is written.
        media_type: of what is written.
        extension: of what is written.
    """

    name: str
    signature: re.Pattern[bytes]
    decoders: tuple[str, ...]
    writes: str
    media_type: str
    extension: str


KINDS = (
    Kind("png", re.compile(rb"\x89PNG\r\n\x1a\n"), ("PNG",), "PNG", "image/png", ".png"),
    Kind("jpeg", re.compile(rb"\xff\xd8\xff"), ("JPEG", "MPO"), "JPEG", "image/jpeg", ".jpg"),
    Kind("gif", re.compile(rb"GIF8[79]a"), ("GIF",), "GIF", "image/gif", ".gif"),
    Kind(
        "tiff",
        re.compile(rb"II\*\0|MM\0\*|II\+\0\x08\0|MM\0\+\0\x08"),
        ("TIFF",),
        "TIFF",
        "image/tiff",
        ".tif",
    ),
    Kind("webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), ("WEBP",), "WEBP", "image/webp", ".webp"),
    Kind("bmp", re.compile(rb"BM.{4}\0{4}", re.DOTALL), ("BMP",), "BMP", "image/bmp", ".bmp"),
    Kind(
        "heic",
        re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL),
        ("HEIF",),
        # What reads HEIC everywhere is rare; what reads JPEG is everywhere.
        "JPEG",
        "image/jpeg",
        ".jpg",
    ),
)


def kind_of(untrusted: bytes) -> Kind | None:
    """Which kind of picture `untrusted` begins as, or None."""
    return next((kind for kind in KINDS if kind.signature.match(untrusted)), None)
