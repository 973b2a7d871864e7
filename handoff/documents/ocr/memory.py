"""What was read in pictures on a first visit, so that a second need not read them again.

A picture is known by a digest of its very pixels: any other pixel, and it is read anew. Readings
are document text. They stay in memory, in the process that reads and in the one that waits for it.
"""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

from PIL import Image

from handoff.documents.ocr.page import OcrPage

MOST_BYTES = 1_000_000
"""What one document may hand on, compressed: a hundred pages of print or more."""


class Readings:
    """The pages that were read while one document was open.

    Args:
        packed: what `pack` of an earlier visit gave.
    """

    def __init__(self, packed: bytes = b"") -> None:
        self._pages = _unpacked(packed)

    def page(self, image: Image.Image, read: Callable[[], OcrPage]) -> OcrPage:
        """What was read in a picture of these very pixels, else what `read` gives."""
        key = _digest(image)
        if key not in self._pages:
            self._pages[key] = read()
        return self._pages[key]

    def pack(self) -> bytes:
        """All of them, compressed; nothing if they are more than `MOST_BYTES`."""
        packed = zlib.compress(pickle.dumps(self._pages), 1) if self._pages else b""
        return packed if len(packed) <= MOST_BYTES else b""


_current: ContextVar[Readings | None] = ContextVar("readings", default=None)


@contextmanager
def remembering(packed: bytes = b"") -> Iterator[Readings]:
    """Within it, pictures that were read before, here or when `packed` was made, are known."""
    readings = Readings(packed)
    token = _current.set(readings)
    try:
        yield readings
    finally:
        _current.reset(token)


def once(image: Image.Image, read: Callable[[], OcrPage]) -> OcrPage:
    """`read()`, unless this picture is known."""
    readings = _current.get()
    return read() if readings is None else readings.page(image, read)


def _digest(image: Image.Image) -> bytes:
    digest = hashlib.blake2b(repr((image.mode, image.size)).encode(), digest_size=32)
    if image.mode == "P":
        digest.update(repr(image.getpalette()).encode())
    digest.update(repr(image.info.get("transparency")).encode())
    digest.update(image.tobytes())
    return digest.digest()


def _unpacked(packed: bytes) -> dict[bytes, OcrPage]:
    """Only ever given what came through a pipe from a process of ours."""
    if not packed:
        return {}
    return cast("dict[bytes, OcrPage]", pickle.loads(zlib.decompress(packed)))  # noqa: S301
