"""The X25519 recipient type (specification, "The X25519 recipient type")."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from handoff.sealing.age.encoding import b64encode, bech32_decode, bech32_encode
from handoff.sealing.age.errors import HeaderError, IdentityError, RecipientError
from handoff.sealing.age.header import Stanza, decode_argument
from handoff.sealing.age.primitives import hkdf, unwrap_key, wrap_key, x25519, x25519_public

_TYPE: Final = "X25519"
_INFO: Final = b"age-encryption.org/v1/X25519"
_RECIPIENT_PREFIX: Final = "age"
_IDENTITY_PREFIX: Final = "AGE-SECRET-KEY-"


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """A public key, `age1...`."""

    kind: ClassVar[str] = "x25519"
    public: bytes

    @classmethod
    def parse(cls, text: str) -> X25519Recipient:
        """Parse `age1...`; raises RecipientError for anything else, low-order points included."""
        try:
            data = bech32_decode(_RECIPIENT_PREFIX, text)
            x25519(os.urandom(32), data)
        except ValueError:
            raise RecipientError("malformed age1... recipient") from None
        return cls(data)

    def wrap(self, file_key: bytes) -> Stanza:
        """Wrap `file_key` under a new ephemeral share."""
        secret = os.urandom(32)
        share = x25519_public(secret)
        key = hkdf(x25519(secret, self.public), share + self.public, _INFO)
        return Stanza((_TYPE, b64encode(share).decode()), wrap_key(key, file_key))

    def __str__(self) -> str:
        return bech32_encode(_RECIPIENT_PREFIX, self.public)


@dataclass(frozen=True, slots=True)
class X25519Identity:
    """A secret key, `AGE-SECRET-KEY-1...`; its `str` is the recipient, so that none leaks it."""

    kind: ClassVar[str] = "x25519"
    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> X25519Identity:
        """Make a new identity from the system's randomness."""
        return cls(os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> X25519Identity:
        """Parse `AGE-SECRET-KEY-1...`; raises IdentityError for anything else."""
        try:
            data = bech32_decode(_IDENTITY_PREFIX, text)
            x25519_public(data)
        except ValueError:
            raise IdentityError("malformed AGE-SECRET-KEY-1... identity") from None
        return cls(data)

    def encode(self) -> str:
        """The secret text; it belongs into an identity file and nowhere else."""
        return bech32_encode(_IDENTITY_PREFIX, self.secret)

    def recipient(self) -> X25519Recipient:
        """The public key."""
        return X25519Recipient(x25519_public(self.secret))

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key if one of `stanzas` is for us; raises HeaderError for a malformed one."""
        public = x25519_public(self.secret)
        for stanza in stanzas:
            if stanza.type == _TYPE:
                share = decode_argument(stanza, 1, 2, 32)
                key = hkdf(shared_secret(self.secret, share), share + public, _INFO)
                if file_key := unwrap_key(key, stanza.body):
                    return file_key
        return None

    def __str__(self) -> str:
        return str(self.recipient())


def shared_secret(secret: bytes, share: bytes) -> bytes:
    """X25519 with a share from a header: one of low order is a HeaderError (a MUST)."""
    try:
        return x25519(secret, share)
    except ValueError:
        raise HeaderError("the ephemeral share is of low order") from None
