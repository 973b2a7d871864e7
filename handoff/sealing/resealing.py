"""From one set of recipients to another without plaintext on disk, in constant memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from handoff.sealing import age
from handoff.sealing.files import replacing, translated
from handoff.sealing.recipients import parse_recipients
from handoff.sealing.seal import HashingSink, open_sealed


@dataclass(frozen=True, slots=True)
class Resealed:
    """What re-sealing made: digests (hex) and sizes of the new ciphertext and of what is in it."""

    ciphertext_sha256: str
    ciphertext_size: int
    sha256: str
    size: int


class _Hashing:
    """Passes on what is read, and hashes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def reseal(
    source: Path, target: Path, identities: Iterable[age.Identity], recipients: Sequence[str]
) -> Resealed:
    """Open the sealed file at `source` and seal what is in it to `recipients` at `target`.

    Between the two, plaintext passes through a pipe of the kernel, which no swap holds. Nothing
    stays at `target` after an error, and what was there before is replaced.

    Raises:
        IdentityMismatchError, SealedDamagedError: `source` does not open, or not whole.
        RecipientInvalidError, MixedRecipientsError: for `recipients` that cannot be sealed to.
        DiskFullError, PermissionsError: `source` cannot be read, `target` cannot be written.
    """
    parsed = parse_recipients(recipients)
    with translated("the sealed document"), source.open("rb") as sealed, replacing(target) as file:
        sink = HashingSink(file)
        plain, size = _through_a_pipe(sealed, sink, identities, parsed)
    return Resealed(sink.hexdigest(), sink.size, plain, size)


def _through_a_pipe(
    sealed: BinaryIO,
    sink: HashingSink,
    identities: Iterable[age.Identity],
    recipients: Sequence[age.Recipient],
) -> tuple[str, int]:
    """SHA-256 and size of what went through; raises what either end raises."""
    reading, writing = os.pipe()
    with (
        ThreadPoolExecutor(1) as opener,
        os.fdopen(reading, "rb", buffering=0) as readable,
    ):
        opened = opener.submit(_open_into, writing, sealed, identities)
        try:
            source = _Hashing(readable)
            size = age.encrypt(source, sink, recipients)
        finally:
            # Without a reader the opener ends with EPIPE, instead of waiting for one forever.
            readable.close()
        # The sealing ends well when the pipe ends, also where the opening broke off.
        opened.result()
    return source.digest.hexdigest(), size


def _open_into(descriptor: int, sealed: BinaryIO, identities: Iterable[age.Identity]) -> None:
    with os.fdopen(descriptor, "wb", buffering=0) as writable:
        open_sealed(sealed, writable, identities)
