"""Reading and writing of byte streams: whatever reads or writes bytes will do, seekable or not."""

from __future__ import annotations

import io
from typing import Any, Final, Protocol

READ_SIZE: Final = 64 * 1024


class Source(Protocol):
    """Anything bytes can be read from: a file, a pipe, a `BytesIO`, an HTTP body."""

    def read(self, size: int, /) -> bytes | None:
        """Up to `size` bytes; empty only at the end; None where none are there yet."""
        ...


class Sink(Protocol):
    """Anything bytes can be written to.

    It is given views of buffers that are used again: a sink that keeps what it gets must copy it.
    """

    def write(self, data: Any, /) -> int | None:  # noqa: ANN401 - BinaryIO and io.* disagree here
        """Take some or all of `data` and return how much; None means all of it.

        From an `io.RawIOBase` None means that it would block, which is not supported.
        """
        ...


def fill(source: Source, view: memoryview) -> int:
    """Read until `view` is full or `source` ends; return the number of bytes read.

    Raises:
        BlockingIOError: when `source` is non-blocking and has nothing at the moment.
        OSError: whatever reading raises.
    """
    readinto = getattr(source, "readinto", None)
    done = 0
    while done < len(view):
        count = readinto(view[done:]) if readinto else _read_into(source, view[done:])
        if count is None:
            raise BlockingIOError("the source is non-blocking")
        if not count:
            break
        done += count
    return done


def _read_into(source: Source, view: memoryview) -> int | None:
    data = source.read(len(view))
    if data is None:
        return None
    view[: len(data)] = data
    return len(data)


def write_all(sink: Sink, data: bytes | memoryview) -> None:
    """Write all of `data`, however little the sink takes at a time.

    Raises:
        BlockingIOError: when `sink` is a raw non-blocking stream and takes nothing.
        OSError: whatever writing raises.
    """
    view = memoryview(data)
    while view:
        count = sink.write(view)
        if count is None and isinstance(sink, io.RawIOBase):
            raise BlockingIOError("the sink is non-blocking")
        view = view[len(view) if count is None else count :]


class BufferedSource:
    """A source that can be looked into before it is read; never holds more than asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._buffer = b""
        self._at = 0
        self._ended = False

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, or fewer at the end, without taking them."""
        while len(self._buffer) - self._at < size and not self._ended:
            data = self._source.read(READ_SIZE)
            if data is None:
                raise BlockingIOError("the source is non-blocking")
            self._ended = not data
            self._buffer, self._at = self._buffer[self._at :] + data, 0
        return self._buffer[self._at : self._at + size]

    def skip(self, size: int) -> None:
        """Take `size` bytes that `peek` has shown."""
        self._at += size
        if self._at == len(self._buffer):
            self._buffer, self._at = b"", 0

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, empty only at the end."""
        if not self._buffer:
            self.peek(1)
        data = self._buffer[self._at : self._at + size]
        self.skip(len(data))
        return data

    def readinto(self, view: memoryview, /) -> int:
        """Like `read`, into `view`; once the buffer is empty nothing is copied twice."""
        if self._buffer:
            data = self.read(len(view))
            view[: len(data)] = data
            return len(data)
        return fill(self._source, view)

    def readline(self, limit: int) -> bytes:
        """The next line with its line feed, without one at the end of the source.

        Raises:
            ValueError: when no line feed comes within `limit` bytes.
        """
        size = 0
        while True:
            # A line is almost always short: look at little first, then at more.
            size = min(max(2 * size, 128), limit)
            data = self.peek(size)
            end = data.find(b"\n") + 1
            if end or len(data) < size:
                line = data[:end] if end else data
                self.skip(len(line))
                return line
            if size == limit:
                raise ValueError("line too long")
