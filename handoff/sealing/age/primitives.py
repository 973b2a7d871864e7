"""The cryptographic pieces that every kind of recipient uses."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE_KEY_SIZE: Final = 16
WRAPPED_SIZE: Final = FILE_KEY_SIZE + 16
_ZERO_NONCE: Final = bytes(12)


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) with 32 bytes of output, as everywhere in age."""
    return HKDF(SHA256(), 32, salt or None, info).derive(key)


def wrap_key(key: bytes, file_key: bytes) -> bytes:
    """Encrypt a file key under a key used only once; that is why the nonce may be zero."""
    return ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None)


def unwrap_key(key: bytes, body: bytes) -> bytes | None:
    """The file key in `body`, or None when `key` is not the right one."""
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag:
        return None


def x25519(secret: bytes, share: bytes) -> bytes:
    """The X25519 function (RFC 7748, section 5).

    Raises:
        ValueError: when the result is all zero, that is when `share` is of low order.
    """
    private = X25519PrivateKey.from_private_bytes(secret)
    return private.exchange(X25519PublicKey.from_public_bytes(share))


def x25519_public(secret: bytes) -> bytes:
    """The public share of an X25519 secret."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
