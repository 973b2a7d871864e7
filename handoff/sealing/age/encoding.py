"""The two text encodings of age: unpadded canonical base64, and Bech32 without a length limit."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from typing import Final

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]*")
_CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES: Final = {character: value for value, character in enumerate(_CHARSET)}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def b64encode(data: bytes) -> bytes:
    """Encode `data` in base64 without padding (age specification, "Conventions")."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=")


def b64decode(text: bytes) -> bytes:
    """Decode unpadded canonical base64.

    Raises:
        ValueError: for padding, foreign characters, or bits that an encoder would not have set.
    """
    if not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not unpadded base64")
    data = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    if b64encode(data) != text:
        raise ValueError("not canonical base64")
    return data


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _regroup(values: Iterable[int], width: int, new_width: int) -> tuple[list[int], int, int]:
    """Regroup bits; return the full groups, the bits left over, and how many they are."""
    accumulator = bits = 0
    groups: list[int] = []
    for value in values:
        accumulator = accumulator << width | value
        bits += width
        while bits >= new_width:
            bits -= new_width
            groups.append(accumulator >> bits)
            accumulator &= (1 << bits) - 1
    return groups, accumulator, bits


def bech32_encode(prefix: str, data: bytes) -> str:
    """Encode `data` under `prefix`, all in the prefix's case (BIP 173, no length limit)."""
    groups, rest, bits = _regroup(data, 8, 5)
    if bits:
        groups.append(rest << (5 - bits))
    checksum = _polymod([*_expand(prefix.lower()), *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups.extend(checksum >> 5 * (5 - place) & 31 for place in range(6))
    encoded = "1" + "".join(_CHARSET[value] for value in groups)
    return prefix + (encoded if prefix.islower() else encoded.upper())


def bech32_decode(prefix: str, text: str) -> bytes:
    """Decode Bech32 text that must carry `prefix` and be all in its case.

    Raises:
        ValueError: for another prefix or case, foreign characters, a wrong checksum or stray
            bits. The message never quotes the text, which may be a secret key.
    """
    encoded = text.removeprefix(prefix + "1")
    if prefix.isupper():
        prefix, encoded = prefix.lower(), encoded.swapcase()
    if encoded == text or len(encoded) < 6 or not all(c in _VALUES for c in encoded):
        raise ValueError("not Bech32 with this prefix")
    values = [_VALUES[c] for c in encoded]
    if _polymod(_expand(prefix) + values) != 1:
        raise ValueError("the checksum is wrong")
    groups, rest, bits = _regroup(values[:-6], 5, 8)
    if bits > 4 or rest:
        raise ValueError("stray bits at the end")
    return bytes(groups)
