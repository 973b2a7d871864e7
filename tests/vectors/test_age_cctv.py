"""Every C2SP/CCTV age vector ends with exactly the outcome, and the payload, that it names."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from handoff.sealing import age

VECTORS = Path(__file__).parents[2].parent / "shared/data/vectors/cctv-age/testdata"
NAMES = sorted(path.name for path in VECTORS.glob("*")) if VECTORS.is_dir() else []

OUTCOMES: dict[str, type[age.AgeError] | None] = {
    "success": None,
    "no match": age.NoMatchError,
    "HMAC failure": age.MacError,
    "header failure": age.HeaderError,
    "payload failure": age.PayloadError,
    "armor failure": age.ArmorError,
}


@dataclass(frozen=True)
class Vector:
    expect: str
    payload: str
    identities: tuple[age.Identity, ...]
    armored: bool
    file: bytes


def load(name: str) -> Vector:
    lines, _, file = (VECTORS / name).read_bytes().partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in lines.decode().splitlines():
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    identities: list[age.Identity] = [
        age.parse_identity(text) for text in fields.get("identity", [])
    ]
    identities += [age.ScryptIdentity(text.encode()) for text in fields.get("passphrase", [])]
    if fields.get("compressed") == ["zlib"]:
        file = zlib.decompress(file)
    payload = fields.get("payload", [hashlib.sha256().hexdigest()])[0]
    armored = fields.get("armored") == ["yes"]
    return Vector(fields["expect"][0], payload, tuple(identities), armored, file)


def outcome(vector: Vector, source: age.Source) -> tuple[type[BaseException] | None, str]:
    sink = io.BytesIO()
    raised: type[BaseException] | None = None
    try:
        age.decrypt(source, sink, vector.identities, armored=vector.armored)
    except age.AgeError as error:
        raised = type(error)
    return raised, hashlib.sha256(sink.getvalue()).hexdigest()


class OneByteAtATime:
    """A source as unhelpful as a pipe may be: no readinto, a byte at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._data.read(min(size, 1))


@pytest.mark.skipif(not NAMES, reason="the CCTV vectors are not on this machine")
def test_all_143_vectors_are_there() -> None:
    assert len(NAMES) == 143


@pytest.mark.parametrize("name", NAMES)
def test_vector_ends_as_it_says(name: str) -> None:
    vector = load(name)
    assert outcome(vector, io.BytesIO(vector.file)) == (OUTCOMES[vector.expect], vector.payload)


# The vectors of 257 chunks and more are too large for single bytes.
@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith("stream_25")])
def test_vector_ends_the_same_when_read_byte_by_byte(name: str) -> None:
    vector = load(name)
    expected = (OUTCOMES[vector.expect], vector.payload)
    assert outcome(vector, OneByteAtATime(vector.file)) == expected


GOOD_ARMOR = [n for n in NAMES if n.startswith("armor_") and load(n).expect == "success"]


@pytest.mark.parametrize("name", GOOD_ARMOR)
def test_armor_is_recognised_without_being_told(name: str) -> None:
    vector = load(name)
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(vector.file), sink, vector.identities)
    assert hashlib.sha256(sink.getvalue()).hexdigest() == vector.payload
