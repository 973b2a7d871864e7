"""The MLKEM768-X25519 recipient type, secure against quantum computers (same specification)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from handoff.sealing.age.encoding import b64encode, bech32_decode, bech32_encode
from handoff.sealing.age.errors import IdentityError, RecipientError
from handoff.sealing.age.header import Stanza, decode_argument
from handoff.sealing.age.primitives import x25519, x25519_public
from handoff.sealing.age.x25519 import shared_secret

_TYPE: Final = "mlkem768x25519"
_INFO: Final = b"age-encryption.org/mlkem768x25519"
_RECIPIENT_PREFIX: Final = "age1pq"
_IDENTITY_PREFIX: Final = "AGE-SECRET-KEY-PQ-"
_SEED: Final = 32
_MLKEM_PUBLIC: Final = 1184
_MLKEM_CIPHERTEXT: Final = 1088
_ENC: Final = _MLKEM_CIPHERTEXT + 32


def _suite() -> Suite:
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """A public key, `age1pq1...`: an ML-KEM-768 encapsulation key and an X25519 share."""

    kind: ClassVar[str] = "hybrid"
    public: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> HybridRecipient:
        """Parse `age1pq1...`; raises RecipientError for anything else, low-order shares too."""
        try:
            recipient = cls(bech32_decode(_RECIPIENT_PREFIX, text))
            recipient._key()
            x25519(os.urandom(32), recipient.public[_MLKEM_PUBLIC:])
        except ValueError:
            raise RecipientError("malformed age1pq1... recipient") from None
        return recipient

    def _key(self) -> MLKEM768X25519PublicKey:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.public[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(self.public[_MLKEM_PUBLIC:]),
        )

    def wrap(self, file_key: bytes) -> Stanza:
        """Wrap `file_key` with HPKE SealBase under a new encapsulation."""
        sealed = _suite().encrypt(file_key, self._key(), _INFO)
        return Stanza((_TYPE, b64encode(sealed[:_ENC]).decode()), sealed[_ENC:])

    def __str__(self) -> str:
        return bech32_encode(_RECIPIENT_PREFIX, self.public)


@dataclass(frozen=True, slots=True)
class HybridIdentity:
    """A secret key, `AGE-SECRET-KEY-PQ-1...`: the 32-byte seed of both keys."""

    kind: ClassVar[str] = "hybrid"
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> HybridIdentity:
        """Make a new identity from the system's randomness."""
        return cls(os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> HybridIdentity:
        """Parse `AGE-SECRET-KEY-PQ-1...`; raises IdentityError for anything else."""
        try:
            data = bech32_decode(_IDENTITY_PREFIX, text)
        except ValueError:
            raise IdentityError("malformed AGE-SECRET-KEY-PQ-1... identity") from None
        if len(data) != _SEED:
            raise IdentityError("malformed AGE-SECRET-KEY-PQ-1... identity")
        return cls(data)

    def encode(self) -> str:
        """The secret text; it belongs into an identity file and nowhere else."""
        return bech32_encode(_IDENTITY_PREFIX, self.seed)

    def _expand(self) -> tuple[bytes, bytes]:
        """The ML-KEM seed and the X25519 secret (X-Wing: SHAKE-256 of the seed)."""
        expanded = hashlib.shake_256(self.seed).digest(96)
        return expanded[:64], expanded[64:]

    def recipient(self) -> HybridRecipient:
        """The public key."""
        mlkem, secret = self._expand()
        public = MLKEM768PrivateKey.from_seed_bytes(mlkem).public_key().public_bytes_raw()
        return HybridRecipient(public + x25519_public(secret))

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key if one of `stanzas` is for us; raises HeaderError for a malformed one."""
        ours = [stanza for stanza in stanzas if stanza.type == _TYPE]
        if not ours:
            return None
        mlkem, secret = self._expand()
        key = MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(mlkem), X25519PrivateKey.from_private_bytes(secret)
        )
        for stanza in ours:
            enc = decode_argument(stanza, 1, 2, _ENC)
            # The library reports a low-order share like a wrong key; the format tells them apart.
            shared_secret(secret, enc[_MLKEM_CIPHERTEXT:])
            try:
                return _suite().decrypt(enc + stanza.body, key, _INFO)
            except InvalidTag:
                continue
        return None

    def __str__(self) -> str:
        return str(self.recipient())
