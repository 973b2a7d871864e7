"""A file about to be sent: what its bytes must hash to, whole and in parts."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from handoff.errors import IntegrityError, ObjectKeyError, SpoolError
from handoff.storage.client import Transfer

# Of S3's limit of 10,000 parts.
MAX_PARTS = 9_000
# What every server keeps as it is: SeaweedFS, for one, silently turns `a//b` into `a/b`.
_SEGMENT = r"(?!\.{1,2}(?:/|$))[^/\x00-\x1f\x7f\\]+"
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")


@dataclass(frozen=True, slots=True)
class Payload:
    """A file, hashed once before anything is sent.

    Attributes:
        part_size: bytes of each part but the last, 0 if the file goes in one request.
        digests: SHA-256 of each part, in order; of the whole file if it goes in one request.
    """

    key: str
    source: Path
    size: int
    sha256: str
    part_size: int
    digests: tuple[bytes, ...]

    @property
    def checksum(self) -> str:
        """What S3 reports as `ChecksumSHA256`; for parts the hash of their hashes, with a count.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
        """
        if not self.part_size:
            return encoded(self.digests[0])
        whole = hashlib.sha256(b"".join(self.digests)).digest()
        return f"{encoded(whole)}-{len(self.digests)}"

    def part(self, number: int) -> bytes:
        """The bytes of part `number`, counted from 0.

        Raises:
            IntegrityError: they are no longer what was hashed.
            SpoolError: the file cannot be read.
        """
        length = self.part_size or self.size
        try:
            with self.source.open("rb") as file:
                file.seek(number * length)
                content = file.read(length)
        except OSError:
            raise SpoolError("a sealed file could not be read while it was sent") from None
        if hashlib.sha256(content).digest() != self.digests[number]:
            raise IntegrityError("a sealed file changed while it was sent")
        return content


def encoded(digest: bytes) -> str:
    """A digest as S3 writes it."""
    return base64.b64encode(digest).decode()


def prepare(key: str, source: Path, sha256: str, transfer: Transfer) -> Payload:
    """Hash the file at `source` and decide in which parts it goes.

    Raises:
        ObjectKeyError: `key` is not one that every store keeps as it is.
        IntegrityError: the file does not hash to `sha256` (hex).
        SpoolError: the file cannot be read.
    """
    check_key(key)
    try:
        size = source.stat().st_size
        part_size = _part_size(size, transfer)
        whole, digests = _hash(source, part_size or max(size, 1))
    except OSError:
        raise SpoolError("a sealed file cannot be read") from None
    if whole != sha256.lower():
        raise IntegrityError("a sealed file does not have the digest it was sealed with")
    return Payload(key, source, size, whole, part_size, digests)


def check_key(key: str) -> None:
    """Raise `ObjectKeyError` unless every store keeps `key` as it is."""
    if not _KEY.fullmatch(key) or len(key.encode()) > 1024:
        raise ObjectKeyError("an object key is not one that every store keeps as it is")


def _part_size(size: int, transfer: Transfer) -> int:
    if size <= transfer.threshold:
        return 0
    return max(transfer.part_size, -(-size // MAX_PARTS))


def _hash(source: Path, part_size: int) -> tuple[str, tuple[bytes, ...]]:
    whole = hashlib.sha256()
    digests = []
    with source.open("rb") as file:
        while content := file.read(part_size):
            whole.update(content)
            digests.append(hashlib.sha256(content).digest())
    return whole.hexdigest(), tuple(digests) or (whole.digest(),)
