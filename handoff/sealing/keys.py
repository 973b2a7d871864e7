"""The firm's keys, as files in one directory that nobody else can read.

    recovery-*.txt        the recovery keys: recovery.py
    signing_ed25519       OpenSSH private key: signs manifests; signing_ed25519.pub beside it
    batch.key             64 hex digits: keys the HMAC behind identifiers and pseudonyms

Other rooms keep their own keys beside these.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from handoff.errors import KeyFileError, PassphraseNeededError
from handoff.sealing import age, keyfiles, recovery

RECOVERY_X25519: Final = recovery.X25519
RECOVERY_PQ: Final = recovery.PQ
SIGNING: Final = "signing_ed25519"
SIGNING_PUBLIC: Final = "signing_ed25519.pub"
BATCH: Final = "batch.key"
KEY_FILES: Final = (
    *(recovery.RECIPIENTS, RECOVERY_X25519, RECOVERY_PQ),
    *(SIGNING, SIGNING_PUBLIC, BATCH),
)
_BATCH_SIZE: Final = 32
_COMMENT: Final = "handoff-manifest"


@dataclass(frozen=True, slots=True)
class PublicParts:
    """What may be shown and handed to vendors."""

    recovery_x25519: str
    recovery_pq: str
    signing: str


@dataclass(frozen=True, slots=True)
class FirmKeys:
    """The firm's keys in memory; the repr shows no secret.

    The private recovery keys are not among them: they are read when they are asked for.

    Attributes:
        recovery_x25519: the recovery recipient beside classic recipients.
        recovery_pq: the recovery recipient beside post-quantum recipients.
        signing: the key that signs manifests.
        batch: 32 bytes, key of the HMAC behind identifiers and pseudonyms.
        directory: where they lie.
    """

    recovery_x25519: str
    recovery_pq: str
    signing: Ed25519PrivateKey = field(repr=False)
    batch: bytes = field(repr=False)
    directory: Path

    @property
    def identities(self) -> tuple[age.Identity, ...]:
        """Both recovery identities: what `handoff open` tries.

        Raises:
            KeysOfflineError: they were taken away from this machine.
            KeyFileError, PermissionsError: they cannot be used.
        """
        found = recovery.load_identities(self.directory)
        return (found.x25519, found.pq)

    def public_parts(self) -> PublicParts:
        """The recovery recipients and the key that verifies manifests."""
        return PublicParts(self.recovery_x25519, self.recovery_pq, _public_line(self.signing))


def _public_line(key: Ed25519PrivateKey) -> str:
    return f"{age.SshIdentity(key)} {_COMMENT}"


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
    identities = recovery.Identities.generate()
    signing = Ed25519PrivateKey.generate()
    batch = secrets.token_bytes(_BATCH_SIZE)
    keyfiles.write_all(
        directory,
        {
            recovery.RECIPIENTS: recovery.recipients_file(identities.recipients()),
            **identities.files(),
            **_signing_files(signing),
            BATCH: batch.hex().encode("ascii") + b"\n",
        },
    )
    own = identities.recipients()
    return FirmKeys(own.x25519, own.pq, signing, batch, directory)


def generate_missing_keys(directory: Path) -> tuple[str, ...]:
    """Make those keys of the firm that `directory` lacks; return the names of their files.

    Raises:
        PermissionsError, DiskFullError: as `generate_firm_keys`.
    """
    fresh = {
        SIGNING: _signing_files(Ed25519PrivateKey.generate()),
        BATCH: {BATCH: secrets.token_bytes(_BATCH_SIZE).hex().encode("ascii") + b"\n"},
    }
    missing = recovery.missing_files(directory)
    for name, files in fresh.items():
        if not (directory / name).exists():
            missing |= files
    keyfiles.write_all(directory, missing)
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
        keyfiles.write_all(directory, _signing_files(identity.key))
        return SIGNING
    name = RECOVERY_PQ if isinstance(identity, age.HybridIdentity) else RECOVERY_X25519
    if not (directory / name).exists():
        recovery.require_ours(directory, [identity])
    keyfiles.write_all(directory, {name: recovery.identity_file(identity)})
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


def load_firm_keys(directory: Path) -> FirmKeys:
    """Read what sending needs of the firm's keys; the private recovery keys are not read.

    Raises:
        KeyFileError: when a key file is missing or malformed.
        PermissionsError: when the directory or a secret file is open to group or others.
    """
    keyfiles.require_directory(directory)
    recipients = recovery.load_recipients(directory)
    return FirmKeys(
        recovery_x25519=recipients.x25519,
        recovery_pq=recipients.pq,
        signing=_load_signing(directory),
        batch=_load_batch(directory),
        directory=directory,
    )


def _load_signing(directory: Path) -> Ed25519PrivateKey:
    try:
        identities = age.parse_identity_file(keyfiles.read(directory, SIGNING))
    except age.IdentityError as error:
        raise KeyFileError(f"the key file {SIGNING} is damaged: {error}") from None
    if len(identities) != 1 or not isinstance(identities[0], age.SshIdentity):
        raise KeyFileError(f"the key file {SIGNING} does not hold the one key it should")
    return identities[0].key


def _load_batch(directory: Path) -> bytes:
    try:
        key = bytes.fromhex(keyfiles.read(directory, BATCH).decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _BATCH_SIZE:
        raise KeyFileError(f"the key file {BATCH} is damaged: expected 64 hex digits")
    return key
