"""`handoff open`: the vendor's side, and the firm's when it looks at what it sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from handoff.errors import (
    ManifestInvalidError,
    OutputExistsError,
    PackageIncompleteError,
    SealedDamagedError,
)
from handoff.model import Manifest, ManifestEntry
from handoff.pipeline import recalling_clawback as clawback
from handoff.pipeline import revisions
from handoff.sealing import age
from handoff.sealing.files import creating, translated
from handoff.sealing.manifest import MAX_SIZE, verify
from handoff.sealing.seal import open_bytes, open_to_file

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)?")


def open_file(source: Path, output: Path, identities: Sequence[age.Identity]) -> None:
    """Open one sealed file into a new file `output`.

    Raises:
        IdentityMismatchError, SealedDamagedError, OutputExistsError, DiskFullError,
        PermissionsError: as they say; then there is no `output`.
    """
    with source.open("rb") as sealed:
        open_to_file(sealed, output, identities)


def open_package(
    package: Path, output: Path, identities: Sequence[age.Identity], signers: Sequence[str]
) -> Iterator[str]:
    """Verify a package and open its documents into the directory `output`; yield their names.

    What the firm took back is not opened, whether it still lies there or not.

    Raises:
        SignatureInvalidError: the manifest is not signed by one of `signers`.
        SealedDamagedError, PackageIncompleteError: a document is not what the manifest says, or
            is missing; those before it are written.
        OutputExistsError: a file would be replaced.
        HandoffError: as `open_file`.
    """
    manifest, encoded = _manifest(package, identities, signers)
    withdrawn = taken_back(package, identities, signers)
    with _never_replacing(), translated("the output directory"):
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
    _create(output / "manifest.json", encoded)
    for entry in manifest.entries:
        if entry.object_key in withdrawn:
            continue
        if not SAFE_NAME.fullmatch(entry.file_name):
            raise ManifestInvalidError("the manifest names a file that cannot be written safely")
        _create(output / entry.file_name, _document(package, entry, identities))
        yield entry.file_name


def taken_back(
    package: Path, identities: Sequence[age.Identity], signers: Sequence[str]
) -> dict[str, str]:
    """Control numbers, by object key, of what the notices in the package say was taken back.

    Raises:
        SignatureInvalidError: a notice is not signed by one of `signers`.
        HandoffError: a notice cannot be read, opened or parsed.
    """
    found: dict[str, str] = {}
    for path in sorted(package.glob("clawback-*.json.age")):
        encoded = open_bytes(_read(path, clawback.MAX_SIZE), identities)
        signature = _read(path.with_suffix(".sig"), 100_000).decode("ascii", "replace")
        notice = clawback.verify(encoded, signature, signers)
        found |= {document.object_key: document.control_number for document in notice.documents}
    return found


def _manifest(
    package: Path, identities: Sequence[age.Identity], signers: Sequence[str]
) -> tuple[Manifest, bytes]:
    revision = _revision(package)
    encoded = open_bytes(_read(package / revisions.manifest_name(revision), MAX_SIZE), identities)
    beside = package / revisions.signature_name(revision)
    signature = _read(beside, 100_000).decode("ascii", "replace")
    return verify(encoded, signature, signers), encoded


def _revision(package: Path) -> int:
    """Sealed anew, a batch has further manifests, of which the last one holds."""
    try:
        return revisions.latest(path.name for path in package.iterdir()) or 1
    except OSError as error:
        raise PackageIncompleteError(f"{package.name}: {error.strerror}") from None


def _document(package: Path, entry: ManifestEntry, identities: Sequence[age.Identity]) -> bytes:
    sealed = _read(package / entry.object_key.rpartition("/")[2], entry.ciphertext_size)
    if hashlib.sha256(sealed).hexdigest() != entry.ciphertext_sha256:
        raise SealedDamagedError(f"{entry.control_number} is not what the manifest says")
    plain = open_bytes(sealed, identities)
    if hashlib.sha256(plain).hexdigest() != entry.sha256:
        raise SealedDamagedError(f"{entry.control_number} opens to other than the manifest says")
    return plain


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise PackageIncompleteError(f"{path.name}: {error.strerror}") from None


def _create(path: Path, content: bytes) -> None:
    with _never_replacing(), translated("the opened document"), creating(path) as file:
        file.write(content)


@contextmanager
def _never_replacing() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        message = "a file of that name is in the place of the output already"
        raise OutputExistsError(message, "name a directory that is not there yet") from None
