"""From text to recipients and identities, whatever their kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, Protocol

from handoff.sealing.age.errors import IdentityError, RecipientError
from handoff.sealing.age.header import Stanza
from handoff.sealing.age.hybrid import HybridIdentity, HybridRecipient
from handoff.sealing.age.ssh import SSH_ED25519, SshIdentity, SshRecipient
from handoff.sealing.age.x25519 import X25519Identity, X25519Recipient

_SSH_BEGIN: Final = b"-----BEGIN OPENSSH PRIVATE KEY-----"
EXPECTED: Final = "expected age1..., age1pq1... or ssh-ed25519 ..."
MAX_IDENTITY_FILE: Final = 1024 * 1024


class Recipient(Protocol):
    """Whom a file is encrypted to. `kind` is x25519, hybrid, ssh-ed25519 or scrypt."""

    kind: ClassVar[str]

    def wrap(self, file_key: bytes) -> Stanza:
        """A stanza that carries `file_key` for this recipient alone."""
        ...


class Identity(Protocol):
    """Who can decrypt a file."""

    kind: ClassVar[str]

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None when no stanza is for this identity.

        Raises:
            HeaderError: when a stanza of this kind is malformed.
        """
        ...


def parse_recipient(text: str) -> X25519Recipient | HybridRecipient | SshRecipient:
    """Parse `age1...`, `age1pq1...` or an `ssh-ed25519 ...` line.

    Raises:
        RecipientError: for anything else; the message never quotes the text, which a mix-up may
            have made a secret key.
    """
    text = text.strip()
    if text.startswith("age1pq1"):
        return HybridRecipient.parse(text)
    if text.startswith("age1"):
        return X25519Recipient.parse(text)
    if text.startswith(SSH_ED25519):
        return SshRecipient.parse(text)
    raise RecipientError(EXPECTED)


def parse_identity(text: str) -> X25519Identity | HybridIdentity:
    """Parse `AGE-SECRET-KEY-1...` or `AGE-SECRET-KEY-PQ-1...`.

    Raises:
        IdentityError: for anything else; the message never quotes the text.
    """
    text = text.strip()
    if text.startswith("AGE-SECRET-KEY-PQ-1"):
        return HybridIdentity.parse(text)
    if text.startswith("AGE-SECRET-KEY-1"):
        return X25519Identity.parse(text)
    raise IdentityError("expected AGE-SECRET-KEY-1... or AGE-SECRET-KEY-PQ-1...")


def parse_identity_file(
    untrusted: bytes, passphrase: bytes | None = None
) -> tuple[X25519Identity | HybridIdentity | SshIdentity, ...]:
    """Parse an age identity file (one a line, `#` comments), or an OpenSSH private key.

    `passphrase` is only for an SSH key that is protected by one.

    Raises:
        PassphraseError: when an SSH key needs a passphrase, or another one.
        IdentityError: for anything malformed, with the number of the line, and for no identity.
    """
    if len(untrusted) > MAX_IDENTITY_FILE:
        raise IdentityError("the file is too large to be an identity file")
    if untrusted.lstrip().startswith(_SSH_BEGIN):
        return (SshIdentity.parse(untrusted, passphrase),)
    identities: list[X25519Identity | HybridIdentity] = []
    for number, line in enumerate(untrusted.splitlines(), 1):
        if line.strip() and not line.startswith(b"#"):
            identities.append(_parse_line(line, number))
    if not identities:
        raise IdentityError("no identity in the file")
    return tuple(identities)


def _parse_line(line: bytes, number: int) -> X25519Identity | HybridIdentity:
    try:
        return parse_identity(line.decode("ascii"))
    except (IdentityError, UnicodeDecodeError):
        raise IdentityError(f"malformed identity in line {number}") from None
