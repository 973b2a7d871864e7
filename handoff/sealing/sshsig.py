"""SSH signatures: Ed25519 in OpenSSH's SSHSIG format (PROTOCOL.sshsig), as `ssh-keygen -Y` makes.

A signature binds content to a key and to a namespace, so that one made for a manifest can never
pass for one of another kind.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from handoff.errors import RecipientInvalidError, SignatureInvalidError
from handoff.sealing import age

MANIFEST_NAMESPACE: Final = "handoff-manifest"
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = (1).to_bytes(4, "big")
_KEY_TYPE: Final = b"ssh-ed25519"
_HASHES: Final = {b"sha512": hashlib.sha512, b"sha256": hashlib.sha256}
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_ARMOR: Final = re.compile(rf"{_BEGIN}\r?\n([A-Za-z0-9+/=\r\n]+){_END}(?:\r?\n)?")
_COLUMNS: Final = 70
_MAX_ARMOR: Final = 8192
_PRINCIPAL: Final = re.compile(r"[A-Za-z0-9._@+-]+")


def _string(data: bytes) -> bytes:
    """A length-prefixed string (RFC 4251, section 5)."""
    return len(data).to_bytes(4, "big") + data


def _signed(content: bytes, namespace: bytes, hash_name: bytes) -> bytes:
    """What the signature is really over (PROTOCOL.sshsig, section 3)."""
    digest = _HASHES[hash_name](content).digest()
    return _MAGIC + _string(namespace) + _string(b"") + _string(hash_name) + _string(digest)


def sign(content: bytes, key: Ed25519PrivateKey, namespace: str = MANIFEST_NAMESPACE) -> str:
    """An armored signature over `content`, for `ssh-keygen -Y verify -n namespace`."""
    name = namespace.encode("ascii")
    signature = key.sign(_signed(content, name, b"sha512"))
    blob = b"".join(
        (
            _MAGIC,
            _VERSION,
            _string(age.SshRecipient(key.public_key().public_bytes_raw()).wire),
            _string(name),
            _string(b""),
            _string(b"sha512"),
            _string(_string(_KEY_TYPE) + _string(signature)),
        )
    )
    text = binascii.b2a_base64(blob, newline=False).decode()
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return "\n".join([_BEGIN, *lines, _END, ""])


@dataclass(frozen=True, slots=True)
class _Parsed:
    public: bytes
    namespace: bytes
    hash_name: bytes
    signature: bytes


def verify(
    content: bytes,
    untrusted_signature: str,
    signers: Iterable[str],
    namespace: str = MANIFEST_NAMESPACE,
) -> str:
    """See that one of `signers` (`ssh-ed25519 ...` lines) signed `content` for `namespace`.

    Returns the signer's key without its comment.

    Raises:
        SignatureInvalidError: when the signature is malformed, of another namespace, by another
            key, or not over this content.
        RecipientInvalidError: when one of `signers` is no ssh-ed25519 key.
    """
    parsed = _parse(untrusted_signature)
    trusted = {signer.public: signer for signer in map(parse_signer, signers)}
    if parsed.namespace != namespace.encode("ascii"):
        raise SignatureInvalidError("the signature was made for another purpose")
    signer = trusted.get(parsed.public)
    if signer is None:
        raise SignatureInvalidError("the signature was made by a key that is not trusted here")
    try:
        Ed25519PublicKey.from_public_bytes(signer.public).verify(
            parsed.signature, _signed(content, parsed.namespace, parsed.hash_name)
        )
    except InvalidSignature:
        raise SignatureInvalidError("the content is not what was signed") from None
    return str(signer)


def _parse(untrusted: str) -> _Parsed:
    """Parse an armored signature; whatever is not exactly one Ed25519 SSHSIG is refused."""
    match = _ARMOR.fullmatch(untrusted) if len(untrusted) <= _MAX_ARMOR else None
    try:
        encoded = "".join((match[1] if match else "").split())
        return _parse_blob(_Reader(binascii.a2b_base64(encoded, strict_mode=True)))
    except ValueError:
        raise SignatureInvalidError("this is no SSH signature by an Ed25519 key") from None


def _parse_blob(reader: _Reader) -> _Parsed:
    reader.expect(_MAGIC + _VERSION)
    key = _Reader(reader.string())
    namespace = reader.string()
    reader.string()  # reserved: PROTOCOL.sshsig has implementations ignore it
    hash_name = reader.string()
    signature = _Reader(reader.string())
    for part in (key, signature):
        part.expect(_string(_KEY_TYPE))
    parsed = _Parsed(key.string(), namespace, hash_name, signature.string())
    for part in (reader, key, signature):
        part.end()
    if hash_name not in _HASHES:
        raise ValueError("unknown hash")
    return parsed


class _Reader:
    """Takes a blob apart; every mismatch is a ValueError."""

    def __init__(self, data: bytes) -> None:
        self._rest = data

    def expect(self, data: bytes) -> None:
        if not self._rest.startswith(data):
            raise ValueError("unexpected bytes")
        self._rest = self._rest[len(data) :]

    def string(self) -> bytes:
        size = int.from_bytes(self._rest[:4], "big")
        if len(self._rest) < 4 + size:
            raise ValueError("cut short")
        data, self._rest = self._rest[4 : 4 + size], self._rest[4 + size :]
        return data

    def end(self) -> None:
        if self._rest:
            raise ValueError("bytes left over")


def parse_signer(text: str) -> age.SshRecipient:
    """Parse an `ssh-ed25519 ...` public key line; raises RecipientInvalidError otherwise."""
    try:
        return age.SshRecipient.parse(text.strip())
    except age.RecipientError:
        raise RecipientInvalidError(
            "a signer's key is malformed", "expected ssh-ed25519 ..., as in the file ending in .pub"
        ) from None


def allowed_signers_line(principal: str, signer: str, namespace: str = MANIFEST_NAMESPACE) -> str:
    """A line for the file that `ssh-keygen -Y verify -f` reads (ssh-keygen(1), ALLOWED SIGNERS).

    Raises:
        RecipientInvalidError: when `signer` is no ssh-ed25519 key.
        ValueError: when `principal` has characters that mean something in that file.
    """
    if not _PRINCIPAL.fullmatch(principal):
        raise ValueError("a principal may hold letters, digits and . _ @ + - only")
    return f'{principal} namespaces="{namespace}" {parse_signer(signer)}\n'
