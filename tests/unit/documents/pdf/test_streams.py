"""The length of a decoded stream is known before anybody decodes it."""

from __future__ import annotations

import base64
import binascii
import zlib

import pikepdf
import pytest

from handoff.documents.pdf.streams import require_bounded
from handoff.errors import LimitError, UnsafeContentError

PLAIN = bytes(1_000_000)


def lzw(content: bytes, early: int = 1) -> bytes:
    """A plain LZW encoder (ISO 32000-1, 7.4.4), for what the reader must follow."""
    table = {bytes([i]): i for i in range(256)}
    bits, width, following = [(256, 9)], 9, 258
    word = b""
    for byte in content:
        longer = word + bytes([byte])
        if longer in table:
            word = longer
            continue
        bits.append((table[word], width))
        table[longer], following, word = following, following + 1, bytes([byte])
        if following + early > 1 << width:
            width += 1
        if following == 4094:
            bits.append((256, width))
            table = {bytes([i]): i for i in range(256)}
            width, following = 9, 258
    bits += [(table[word], width), (257, width)]
    text = "".join(f"{code:0{size}b}" for code, size in bits)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


PACKED = {
    "flate": (zlib.compress(PLAIN), ("FlateDecode",)),
    "flate twice": (zlib.compress(zlib.compress(PLAIN)), ("FlateDecode", "FlateDecode")),
    "hex, flate": (
        binascii.hexlify(zlib.compress(PLAIN)) + b">",
        ("ASCIIHexDecode", "FlateDecode"),
    ),
    "base 85, flate": (
        base64.a85encode(zlib.compress(PLAIN)) + b"~>",
        ("ASCII85Decode", "FlateDecode"),
    ),
    "base 85": (b"z" * 250_000 + b"~>", ("ASCII85Decode",)),
    "run length": (b"\x81\x00" * (1_000_000 // 128) + b"\x81\x00\x80", ("RunLengthDecode",)),
    "lzw": (lzw(PLAIN), ("LZWDecode",)),
    "damaged at the end": (zlib.compress(PLAIN)[:-4] + b"junk", ("FlateDecode",)),
}
"""Each decodes to about a million bytes."""


@pytest.mark.parametrize("name", sorted(PACKED))
def test_what_fits_passes_and_what_does_not_is_refused(name: str) -> None:
    content, filters = PACKED[name]
    pdf = pikepdf.new()
    item = pdf.make_stream(b"")
    item.write(content, filter=pikepdf.Array([pikepdf.Name("/" + f) for f in filters]))
    require_bounded(item, 1_100_000)
    with pytest.raises(LimitError):
        require_bounded(item, 900_000)


@pytest.mark.parametrize("early", [0, 1])
def test_lzw_is_followed_with_either_change_of_width(early: int) -> None:
    text = b"".join(b"%d, " % (i * i) for i in range(20_000))
    pdf = pikepdf.new()
    item = pdf.make_stream(b"")
    item.write(
        lzw(text, early),
        filter=pikepdf.Name.LZWDecode,
        decode_parms=pikepdf.Dictionary(EarlyChange=early),
    )
    assert item.read_bytes() == text
    require_bounded(item, len(text))
    with pytest.raises(LimitError):
        require_bounded(item, len(text) - 1)


def test_too_many_filters_are_refused() -> None:
    pdf = pikepdf.new()
    item = pdf.make_stream(b"")
    item.write(b"", filter=pikepdf.Array([pikepdf.Name.FlateDecode] * 5))
    with pytest.raises(LimitError):
        require_bounded(item, 100)


def test_a_filter_nobody_knows_is_refused() -> None:
    pdf = pikepdf.new()
    item = pdf.make_stream(b"")
    item.write(b"abc", filter=pikepdf.Name("/Crypt"))
    with pytest.raises(UnsafeContentError):
        require_bounded(item, 100)
