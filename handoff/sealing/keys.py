"""The firm's keys, as files in one directory that nobody else can read.

    recovery-x25519.txt   age identity: opens what was sealed to classic recipients
    recovery-pq.txt       age identity: opens what was sealed to post-quantum recipients
    signing_ed25519       OpenSSH private key: signs manifests; signing_ed25519.pub beside it
    batch.key             64 hex digits: keys the HMAC behind identifiers and pseudonyms

Other rooms keep their own keys beside these.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from handoff.errors import KeyExistsError, KeyFileError, PassphraseNeededError, PermissionsError
from handoff.sealing import age
from handoff.sealing.files import creating, translated

RECOVERY_X25519: Final = "recovery-x25519.txt"
RECOVERY_PQ: Final = "recovery-pq.txt"
SIGNING: Final = "signing_ed25519"
SIGNING_PUBLIC: Final = "signing_ed25519.pub"
BATCH: Final = "batch.key"
KEY_FILES: Final = (RECOVERY_X25519, RECOVERY_PQ, SIGNING, SIGNING_PUBLIC, BATCH)
_BATCH_SIZE: Final = 32
_MAX_KEY_FILE: Final = 64 * 1024
_COMMENT: Final = "handoff-manifest"
_Key = TypeVar("_Key", age.X25519Identity, age.HybridIdentity, age.SshIdentity)


@dataclass(frozen=True, slots=True)
class PublicParts:
    """What may be shown and handed to vendors."""

    recovery_x25519: str
    recovery_pq: str
    signing: str


@dataclass(frozen=True, slots=True)
class FirmKeys:
    """The firm's keys in memory; the repr shows none of them.

    Attributes:
        recovery_x25519: the recovery identity for classic recipients.
        recovery_pq: the recovery identity for post-quantum recipients.
        signing: the key that signs manifests.
        batch: 32 bytes, key of the HMAC behind identifiers and pseudonyms.
    """

    recovery_x25519: age.X25519Identity = field(repr=False)
    recovery_pq: age.HybridIdentity = field(repr=False)
    signing: Ed25519PrivateKey = field(repr=False)
    batch: bytes = field(repr=False)

    @property
    def identities(self) -> tuple[age.Identity, ...]:
        """Both recovery identities: what `handoff open` tries."""
        return (self.recovery_x25519, self.recovery_pq)

    def public_parts(self) -> PublicParts:
        """The recovery recipients and the key that verifies manifests."""
        return PublicParts(
            recovery_x25519=str(self.recovery_x25519.recipient()),
            recovery_pq=str(self.recovery_pq.recipient()),
            signing=_public_line(self.signing),
        )


def _public_line(key: Ed25519PrivateKey) -> str:
    return f"{age.SshIdentity(key)} {_COMMENT}"


def _identity_text(identity: age.X25519Identity | age.HybridIdentity) -> bytes:
    """An identity file as age-keygen writes it."""
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (f"# created: {created}", f"# public key: {identity}", identity.encode(), "")
    return "\n".join(lines).encode("ascii")


def _signing_files(key: Ed25519PrivateKey) -> dict[str, bytes]:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return {SIGNING: private, SIGNING_PUBLIC: f"{_public_line(key)}\n".encode("ascii")}


def generate_firm_keys(directory: Path) -> FirmKeys:
    """Make every key of the firm in `directory`, which is made (0700) where it is missing.

    Raises:
        KeyExistsError: when any key file is there already; then none is written.
        PermissionsError: when `directory` is open to others or cannot be written.
        DiskFullError: when there is no room.
    """
    x25519, hybrid = age.generate_x25519(), age.generate_hybrid()
    signing = Ed25519PrivateKey.generate()
    batch = secrets.token_bytes(_BATCH_SIZE)
    files = {
        RECOVERY_X25519: _identity_text(x25519),
        RECOVERY_PQ: _identity_text(hybrid),
        **_signing_files(signing),
        BATCH: batch.hex().encode("ascii") + b"\n",
    }
    _write(directory, files)
    return FirmKeys(x25519, hybrid, signing, batch)


def generate_missing_keys(directory: Path) -> tuple[str, ...]:
    """Make those keys of the firm that `directory` lacks; return the names of their files.

    Raises:
        PermissionsError, DiskFullError: as `generate_firm_keys`.
    """
    signing = Ed25519PrivateKey.generate()
    fresh = {
        RECOVERY_X25519: {RECOVERY_X25519: _identity_text(age.generate_x25519())},
        RECOVERY_PQ: {RECOVERY_PQ: _identity_text(age.generate_hybrid())},
        SIGNING: _signing_files(signing),
        BATCH: {BATCH: secrets.token_bytes(_BATCH_SIZE).hex().encode("ascii") + b"\n"},
    }
    missing = {name: files for name, files in fresh.items() if not (directory / name).exists()}
    _write(directory, {name: data for files in missing.values() for name, data in files.items()})
    return tuple(missing)


def import_key(directory: Path, untrusted: bytes, passphrase: bytes | None = None) -> str:
    """Take an existing key as one of the firm's: an age identity file or an OpenSSH private key.

    Its kind says which key it becomes; it is stored without a passphrase, since batches run
    unattended. Returns the name of the key file.

    Raises:
        KeyFileError: when it is not exactly one key that handoff can use.
        PassphraseNeededError: when it is protected and `passphrase` is missing or wrong.
        KeyExistsError, PermissionsError, DiskFullError: as `generate_firm_keys`.
    """
    identities = parse_identities(untrusted, passphrase)
    if len(identities) != 1:
        raise KeyFileError("the file holds several identities", "import them one at a time")
    identity = identities[0]
    if isinstance(identity, age.SshIdentity):
        _write(directory, _signing_files(identity.key))
        return SIGNING
    name = RECOVERY_PQ if isinstance(identity, age.HybridIdentity) else RECOVERY_X25519
    _write(directory, {name: _identity_text(identity)})
    return name


def parse_identities(
    untrusted: bytes, passphrase: bytes | None = None
) -> tuple[age.X25519Identity | age.HybridIdentity | age.SshIdentity, ...]:
    """Parse an age identity file or an OpenSSH private key.

    Raises:
        KeyFileError: when it is neither.
        PassphraseNeededError: when it is protected and `passphrase` is missing or wrong.
    """
    try:
        return age.parse_identity_file(untrusted, passphrase)
    except age.PassphraseError as error:
        raise PassphraseNeededError(str(error)) from None
    except age.IdentityError as error:
        raise KeyFileError(
            f"no usable identity: {error}",
            "give an age identity file (AGE-SECRET-KEY-...) or an OpenSSH Ed25519 private key",
        ) from None


def _write(directory: Path, files: dict[str, bytes]) -> None:
    with translated("the key directory"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_private(directory.stat(), "the key directory")
    for name in files:
        if (directory / name).exists() or (directory / name).is_symlink():
            raise KeyExistsError(f"the key file {name} is already there")
    written: list[Path] = []
    try:
        for name, content in files.items():
            _write_one(directory / name, content)
            written.append(directory / name)
    except BaseException:
        # Half a set of keys would only stand in the way of the next try.
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _write_one(path: Path, content: bytes) -> None:
    try:
        with translated(f"the key file {path.name}"), creating(path) as file:
            file.write(content)
    except FileExistsError:
        raise KeyExistsError(f"the key file {path.name} is already there") from None


def load_firm_keys(directory: Path) -> FirmKeys:
    """Read the firm's keys.

    Raises:
        KeyFileError: when a key file is missing or malformed.
        PermissionsError: when the directory or a secret file is open to group or others.
    """
    if not directory.is_dir():
        raise KeyFileError("there is no key directory", "run `handoff init`")
    _check_private(directory.stat(), "the key directory")
    return FirmKeys(
        recovery_x25519=_load_one(directory, RECOVERY_X25519, age.X25519Identity),
        recovery_pq=_load_one(directory, RECOVERY_PQ, age.HybridIdentity),
        signing=_load_one(directory, SIGNING, age.SshIdentity).key,
        batch=_load_batch(directory),
    )


def _load_one(directory: Path, name: str, kind: type[_Key]) -> _Key:
    try:
        identities = age.parse_identity_file(_read(directory, name))
    except age.IdentityError as error:
        raise KeyFileError(f"the key file {name} is damaged: {error}") from None
    if len(identities) != 1 or not isinstance(identities[0], kind):
        raise KeyFileError(f"the key file {name} does not hold the one key it should")
    return identities[0]


def _load_batch(directory: Path) -> bytes:
    try:
        key = bytes.fromhex(_read(directory, BATCH).decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _BATCH_SIZE:
        raise KeyFileError(f"the key file {BATCH} is damaged: expected 64 hex digits")
    return key


def _read(directory: Path, name: str) -> bytes:
    """A key file's content; its mode is checked on the file that is read, not on its name."""
    try:
        with (directory / name).open("rb") as file:
            _check_private(os.fstat(file.fileno()), f"the key file {name}")
            return file.read(_MAX_KEY_FILE)
    except FileNotFoundError:
        raise KeyFileError(f"the key file {name} is missing") from None
    except OSError:
        raise PermissionsError(f"the key file {name} cannot be read") from None


def _check_private(status: os.stat_result, what: str) -> None:
    if stat.S_IMODE(status.st_mode) & 0o077:
        mode = "0700" if stat.S_ISDIR(status.st_mode) else "0600"
        raise PermissionsError(
            f"{what} is open to other users of this machine", f"set its mode to {mode}"
        )
