"""Sealing a redacted document into the spool, and opening what was sealed."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from handoff.errors import (
    IdentityMismatchError,
    OutputExistsError,
    SealedDamagedError,
)
from handoff.model import RecheckPassed, RedactedDocument, SealedDocument
from handoff.sealing import age
from handoff.sealing.files import creating, replacing, translated
from handoff.sealing.recipients import parse_recipients

_SPOOL_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


class HashingSink:
    """Hashes and counts what goes through to a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes | memoryview, /) -> int:
        """Pass `data` on; returns how much of it was taken."""
        count = self._file.write(data)
        self._hash.update(data[:count])
        self.size += count
        return count

    def hexdigest(self) -> str:
        """SHA-256 of all that was taken."""
        return self._hash.hexdigest()


def spool_path(spool: Path, object_key: str) -> Path:
    """Where in `spool` the ciphertext for `object_key` lies: under the key's last part.

    Raises:
        ValueError: when that part could mean anything but a plain file in `spool`.
    """
    name = object_key.rpartition("/")[2]
    if not _SPOOL_NAME.fullmatch(name):
        raise ValueError("an object key must end in a plain file name")
    return spool / name


def seal(
    document: RedactedDocument, recipients: Sequence[str], spool: Path, object_key: str
) -> SealedDocument:
    """Encrypt a redacted document to `recipients` into `spool`, durably, as `spool_path` says.

    What a killed run left under the same name is replaced.

    Raises:
        RecipientInvalidError, MixedRecipientsError: for `recipients` that cannot be sealed to.
        DiskFullError, PermissionsError: when the spool cannot be written; nothing is left then.
    """
    if not isinstance(document.recheck, RecheckPassed):
        raise TypeError("only a document that passed its recheck may be sealed")
    parsed = parse_recipients(recipients)
    with (
        translated("the sealed document"),
        replacing(spool_path(spool, object_key)) as file,
    ):
        sink = HashingSink(file)
        age.encrypt(io.BytesIO(document.content), sink, parsed)
    return SealedDocument(
        doc_id=document.doc_id,
        control_number=document.control_number,
        object_key=object_key,
        ciphertext_sha256=sink.hexdigest(),
        size=sink.size,
        recipients=tuple(recipients),
    )


def seal_bytes(data: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt `data` (a manifest, a map of names) in memory.

    Raises:
        RecipientInvalidError, MixedRecipientsError: for `recipients` that cannot be sealed to.
    """
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(data), sink, parse_recipients(recipients))
    return sink.getvalue()


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except age.NoMatchError:
        raise IdentityMismatchError("no identity opens this document") from None
    except age.AgeError as error:
        raise SealedDamagedError(f"the sealed document cannot be opened: {error}") from None


def open_sealed(source: age.Source, sink: age.Sink, identities: Iterable[age.Identity]) -> int:
    """Decrypt `source` to `sink`; return the bytes written.

    Everything written is authentic, but after an error it is not everything: a caller that
    writes to a pipe must tell its reader by a non-zero exit.

    Raises:
        IdentityMismatchError: when none of `identities` fits.
        SealedDamagedError: when `source` is damaged, cut short, or no age file.
        OSError: whatever reading or writing raises.
    """
    with _opening():
        return age.decrypt(source, sink, identities)


def open_bytes(sealed: bytes, identities: Iterable[age.Identity]) -> bytes:
    """Decrypt `sealed` in memory: all of it or, with the errors of `open_sealed`, nothing."""
    sink = io.BytesIO()
    open_sealed(io.BytesIO(sealed), sink, identities)
    return sink.getvalue()


def open_to_file(source: age.Source, path: Path, identities: Iterable[age.Identity]) -> int:
    """Decrypt `source` to a new file at `path` (0600), which appears only when all went well.

    Raises:
        OutputExistsError: when `path` is there already.
        IdentityMismatchError, SealedDamagedError: as `open_sealed`.
        DiskFullError, PermissionsError: when `path` cannot be written.
    """
    try:
        with translated("the opened document"), creating(path) as file:
            return open_sealed(source, file, identities)
    except FileExistsError:
        raise OutputExistsError("the output file is already there") from None
