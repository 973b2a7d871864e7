"""The payload: chunk edges, truncation anywhere, and sources and sinks that do little at a time."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import pytest

from handoff.sealing import age
from handoff.sealing.age import stream
from handoff.sealing.age.header import MAX_HEADER
from handoff.sealing.age.pipes import BufferedSource

IDENTITY = age.generate_x25519()
CHUNK = stream.CHUNK
BATCH = stream._BATCH * CHUNK
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH, 2 * BATCH + 1]


def pattern(size: int) -> bytes:
    """Bytes in which no two chunks are alike."""
    return b"".join(number.to_bytes(8, "big") for number in range(size // 8 + 1))[:size]


def seal(data: bytes, *, armored: bool = False) -> bytes:
    sink = io.BytesIO()
    size = age.encrypt(io.BytesIO(data), sink, [IDENTITY.recipient()], armored=armored)
    assert size == len(data)
    return sink.getvalue()


def unseal(sealed: bytes) -> bytes:
    sink = io.BytesIO()
    assert age.decrypt(io.BytesIO(sealed), sink, [IDENTITY]) == len(sink.getvalue())
    return sink.getvalue()


@pytest.mark.parametrize("armored", [False, True])
@pytest.mark.parametrize("size", EDGES)
def test_every_edge_of_chunk_and_batch_reads_back(size: int, armored: bool) -> None:
    assert unseal(seal(pattern(size), armored=armored)) == pattern(size)


@pytest.mark.parametrize("size", EDGES)
def test_the_ciphertext_has_exactly_the_chunks_it_must(size: int) -> None:
    overhead = len(seal(b"")) - stream.TAG
    chunks = max(1, -(-size // CHUNK))
    assert len(seal(pattern(size))) == overhead + size + chunks * stream.TAG


def test_two_files_of_the_same_text_share_nothing() -> None:
    first, second = seal(b"same" * 100), seal(b"same" * 100)
    assert first[-50:] != second[-50:]
    assert first[30:130] != second[30:130]


@pytest.mark.parametrize("size", [0, 10, CHUNK, CHUNK + 10, BATCH, BATCH + 1, BATCH + CHUNK])
def test_a_file_cut_anywhere_is_an_error_and_what_came_out_is_a_true_prefix(size: int) -> None:
    data, sealed = pattern(size), seal(pattern(size))
    start = len(sealed) - size - max(1, -(-size // CHUNK)) * stream.TAG
    edges = range(start, len(sealed), stream.SEALED)
    cuts = {
        at for edge in edges for at in (edge - 1, edge, edge + 1, edge + 15, edge + 16, edge + 17)
    }
    for cut in sorted(at for at in cuts | {0, 1, 20, len(sealed) - 1} if at < len(sealed)):
        sink = io.BytesIO()
        with pytest.raises((age.HeaderError, age.PayloadError)):
            age.decrypt(io.BytesIO(sealed[:cut]), sink, [IDENTITY])
        assert data.startswith(sink.getvalue())


@pytest.mark.parametrize("size", [0, 10, CHUNK, BATCH, BATCH + CHUNK])
@pytest.mark.parametrize("extra", [b"x", bytes(16), bytes(stream.SEALED)])
def test_a_file_that_goes_on_after_its_end_is_an_error(size: int, extra: bytes) -> None:
    sink = io.BytesIO()
    with pytest.raises(age.PayloadError):
        age.decrypt(io.BytesIO(seal(pattern(size)) + extra), sink, [IDENTITY])
    assert pattern(size).startswith(sink.getvalue())


def test_what_follows_the_final_chunk_is_called_that() -> None:
    with pytest.raises(age.PayloadError, match="after the final chunk"):
        unseal(seal(pattern(CHUNK)) + b"x")
    with pytest.raises(age.PayloadError, match="ends before its final chunk"):
        unseal(seal(pattern(2 * CHUNK))[: -stream.SEALED])


def test_chunks_in_another_order_are_an_error() -> None:
    sealed = seal(pattern(3 * CHUNK))
    start = len(sealed) - 3 * stream.SEALED
    first, second = (
        sealed[start : start + stream.SEALED],
        sealed[start + stream.SEALED :][: stream.SEALED],
    )
    swapped = sealed[:start] + second + first + sealed[start + 2 * stream.SEALED :]
    sink = io.BytesIO()
    with pytest.raises(age.PayloadError, match="damaged"):
        age.decrypt(io.BytesIO(swapped), sink, [IDENTITY])
    assert sink.getvalue() == b""


class Dribble(io.RawIOBase):
    """A raw stream that reads and writes a few bytes at a time, as pipes may."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__()
        self.data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self.data.readinto(memoryview(buffer)[:1009])

    def write(self, data: Any, /) -> int:
        return self.data.write(memoryview(data)[:1009])


@pytest.mark.parametrize("armored", [False, True])
def test_streams_that_take_little_at_a_time_lose_nothing(armored: bool) -> None:
    data = pattern(CHUNK * 2 + 5)
    sealed, opened = Dribble(), Dribble()
    age.encrypt(Dribble(data), sealed, [IDENTITY.recipient()], armored=armored)
    age.decrypt(Dribble(sealed.data.getvalue()), opened, [IDENTITY])
    assert opened.data.getvalue() == data


class Blocking(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> None:
        return None

    def write(self, data: Any, /) -> None:
        return None


def test_a_non_blocking_sink_that_takes_nothing_is_an_error() -> None:
    with pytest.raises(BlockingIOError):
        age.encrypt(io.BytesIO(b"x"), Blocking(), [IDENTITY.recipient()])


def test_a_non_blocking_source_with_nothing_to_read_is_an_error_not_an_end() -> None:
    with pytest.raises(BlockingIOError):
        age.encrypt(Blocking(), io.BytesIO(), [IDENTITY.recipient()])
    with pytest.raises(BlockingIOError):
        age.decrypt(Blocking(), io.BytesIO(), [IDENTITY])


class Endless:
    """A source of as many zeros as wanted, held nowhere."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int, /) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


class Nowhere:
    def write(self, data: Any, /) -> int:
        return len(data)


@pytest.mark.parametrize("armored", [False, True])
def test_memory_does_not_grow_with_the_file(armored: bool) -> None:
    peaks = []
    for size in (2 * BATCH, 16 * BATCH):
        tracemalloc.start()
        age.encrypt(Endless(size), Nowhere(), [IDENTITY.recipient()], armored=armored)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000


class EndlessHeader:
    """A header that begins well and then goes on for ever; counts what is read of it."""

    def __init__(self, begin: bytes, again: bytes) -> None:
        self.next, self.again = b"age-encryption.org/v1\n" + begin, again
        self.count = 0

    def read(self, size: int, /) -> bytes:
        data, self.next = self.next, self.again
        self.count += len(data)
        return data


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        pytest.param(b"", b"-> grease x\n\n" * 1000, id="stanzas"),
        pytest.param(b"-> grease ", b"x" * 10_000, id="a line"),
        pytest.param(b"-> x\n", (b"A" * 64 + b"\n") * 1000, id="a body"),
    ],
)
def test_a_header_without_end_is_given_up_after_a_megabyte(begin: bytes, again: bytes) -> None:
    source = EndlessHeader(begin, again)
    with pytest.raises(age.HeaderError, match="too long"):
        age.decrypt(source, io.BytesIO(), [IDENTITY])
    assert source.count < MAX_HEADER + 100_000


def test_a_line_longer_than_the_limit_is_refused_and_a_shorter_one_is_not() -> None:
    assert BufferedSource(io.BytesIO(b"x" * 9 + b"\nrest")).readline(10) == b"x" * 9 + b"\n"
    assert BufferedSource(io.BytesIO(b"x" * 9)).readline(10) == b"x" * 9
    with pytest.raises(ValueError, match="too long"):
        BufferedSource(io.BytesIO(b"x" * 10 + b"\n")).readline(10)
