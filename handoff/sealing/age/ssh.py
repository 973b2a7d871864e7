"""The ssh-ed25519 recipient type: an Ed25519 SSH key used as an X25519 key.

The age specification leaves this type out; it is the one that the `age` and `rage` programs
share (age's `agessh` package). Its tag shows which key a file is for.
"""

from __future__ import annotations

import binascii
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from handoff.sealing.age.encoding import b64encode
from handoff.sealing.age.errors import IdentityError, PassphraseError, RecipientError
from handoff.sealing.age.header import Stanza, decode_argument
from handoff.sealing.age.primitives import hkdf, unwrap_key, wrap_key, x25519, x25519_public
from handoff.sealing.age.x25519 import shared_secret

SSH_ED25519: Final = "ssh-ed25519"
_INFO: Final = b"age-encryption.org/v1/ssh-ed25519"
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_WIRE_PREFIX: Final = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
_LINE: Final = re.compile(r"ssh-ed25519[ \t]+(?P<key>[A-Za-z0-9+/]{68})(?:[ \t][^\r\n]*)?")


def _to_montgomery(public: bytes) -> bytes:
    """The X25519 share of an Ed25519 public key: u = (1 + y) / (1 - y) (RFC 7748, section 4.1).

    Raises:
        ValueError: when `public` is not the canonical encoding of a point on the curve.
    """
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if len(public) != 32 or y >= _P or pow(x_squared, (_P - 1) // 2, _P) not in (0, 1):
        raise ValueError("not a point of Ed25519")
    return ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(32, "little")


def _tweak(wire: bytes) -> bytes:
    """The scalar that binds the exchange to this SSH key."""
    return hkdf(b"", wire, _INFO)


def _tag(wire: bytes) -> bytes:
    return hashlib.sha256(wire).digest()[:4]


@dataclass(frozen=True, slots=True)
class SshRecipient:
    """A public key line, `ssh-ed25519 AAAA... comment`; the comment is dropped."""

    kind: ClassVar[str] = SSH_ED25519
    public: bytes

    @classmethod
    def parse(cls, text: str) -> SshRecipient:
        """Parse one line of an OpenSSH public key file; raises RecipientError otherwise."""
        match = _LINE.fullmatch(text)
        try:
            wire = binascii.a2b_base64(match["key"] if match else "", strict_mode=True)
            public = wire.removeprefix(_WIRE_PREFIX)
            x25519(os.urandom(32), _to_montgomery(public))
        except ValueError:
            raise RecipientError("malformed ssh-ed25519 public key") from None
        return cls(public)

    @property
    def wire(self) -> bytes:
        """The key as SSH sends it (RFC 8709, section 4)."""
        return _WIRE_PREFIX + self.public

    def wrap(self, file_key: bytes) -> Stanza:
        """Wrap `file_key` under a new ephemeral share."""
        secret = os.urandom(32)
        share = x25519_public(secret)
        public = _to_montgomery(self.public)
        shared = x25519(_tweak(self.wire), x25519(secret, public))
        key = hkdf(shared, share + public, _INFO)
        arguments = (SSH_ED25519, b64encode(_tag(self.wire)).decode(), b64encode(share).decode())
        return Stanza(arguments, wrap_key(key, file_key))

    def __str__(self) -> str:
        return f"{SSH_ED25519} {binascii.b2a_base64(self.wire, newline=False).decode()}"


@dataclass(frozen=True, slots=True)
class SshIdentity:
    """The private key behind an ssh-ed25519 recipient."""

    kind: ClassVar[str] = SSH_ED25519
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def parse(cls, untrusted: bytes, passphrase: bytes | None = None) -> SshIdentity:
        """Parse a private key file in OpenSSH's format.

        Raises:
            PassphraseError: when the key is encrypted and `passphrase` is missing or wrong.
            IdentityError: when it is no Ed25519 key in that format.
        """
        key = _load(untrusted, passphrase)
        if not isinstance(key, Ed25519PrivateKey):
            raise IdentityError("the SSH key is not an Ed25519 key")
        return cls(key)

    def recipient(self) -> SshRecipient:
        """The public key."""
        return SshRecipient(self.key.public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key if one of `stanzas` is for us; raises HeaderError for a malformed one."""
        # RFC 8032, section 5.1.5: the scalar is the first half of the seed's SHA-512.
        secret = hashlib.sha512(self.key.private_bytes_raw()).digest()[:32]
        public, wire = x25519_public(secret), self.recipient().wire
        for stanza in stanzas:
            if stanza.type != SSH_ED25519:
                continue
            share = decode_argument(stanza, 2, 3, 32)
            if decode_argument(stanza, 1, 3, 4) != _tag(wire):
                continue
            shared = x25519(_tweak(wire), shared_secret(secret, share))
            if file_key := unwrap_key(hkdf(shared, share + public, _INFO), stanza.body):
                return file_key
        return None

    def __str__(self) -> str:
        return str(self.recipient())


def _load(untrusted: bytes, passphrase: bytes | None) -> object:
    try:
        return load_ssh_private_key(untrusted, passphrase)
    except TypeError:
        raise PassphraseError("the SSH key needs its passphrase") from None
    except UnsupportedAlgorithm:
        raise IdentityError("the SSH key is of a kind that cannot be read here") from None
    except ValueError:
        if passphrase:
            raise PassphraseError("wrong passphrase, or a damaged SSH key") from None
        raise IdentityError("malformed OpenSSH private key") from None
