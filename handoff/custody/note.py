"""C2SP signed notes with Ed25519 keys: read, verify, sign.

A note is text, an empty line, and signature lines `— NAME base64(key id || signature)`. Lines of
keys we do not know are ignored; a known key whose signature is wrong rejects the whole note.
Source: https://c2sp.org/signed-note, type 0x01. The text of an unverified note is never returned.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from handoff.errors import CustodyKeyError, NoteError, NoteSignatureError

ED25519 = 0x01
MAX_NOTE_SIZE = 1 << 20
MAX_SIGNATURES = 100
_DASH = "\u2014 "
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f]")


def check_key_name(name: str) -> None:
    """Raise `CustodyKeyError` unless `name` may name a key: no spaces, no plus, not empty."""
    bad = not name or "+" in name or any(c.isspace() or not c.isprintable() for c in name)
    if bad:
        raise CustodyKeyError("a key name must be non-empty, without spaces and without '+'")


def key_id(name: str, public: bytes) -> int:
    """The first four bytes of SHA-256(name || 0x0A || 0x01 || public key), big-endian."""
    hashed = sha256(name.encode() + b"\n" + bytes([ED25519]) + public)
    return int.from_bytes(hashed.digest()[:4], "big")


def decode_base64(untrusted_text: str) -> bytes | None:
    """Standard base64 in its one canonical spelling, or None."""
    try:
        data = base64.b64decode(untrusted_text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Trailing bits that decode to nothing would let one signature have many spellings.
    return data if base64.b64encode(data).decode() == untrusted_text else None


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: what a verifier of the log must be given."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, untrusted_text: str) -> VerifierKey:
        """Read `NAME+HEXID+BASE64`; raises `CustodyKeyError`."""
        name, plus, rest = untrusted_text.strip().partition("+")
        hexid, plus2, encoded = rest.partition("+")
        data = decode_base64(encoded)
        if not plus or not plus2 or data is None or len(data) != 33 or data[0] != ED25519:
            raise CustodyKeyError("this is no Ed25519 verifier key of the form NAME+ID+KEY")
        check_key_name(name)
        key = cls(name, data[1:])
        if hexid != f"{key.id:08x}":
            raise CustodyKeyError("the verifier key's id does not belong to its name and key")
        return key

    @property
    def id(self) -> int:
        """The key id that stands in signature lines."""
        return key_id(self.name, self.public)

    def __str__(self) -> str:
        """The form that `parse` reads."""
        encoded = base64.b64encode(bytes([ED25519]) + self.public).decode()
        return f"{self.name}+{self.id:08x}+{encoded}"

    def verifies(self, text: bytes, untrusted_signature: bytes) -> bool:
        """Whether `untrusted_signature` is this key's signature over `text`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(untrusted_signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


class NoteSigner(Protocol):
    """Something that signs notes."""

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over `message`."""
        ...


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """The text of a note, and which of the known keys signed it."""

    text: str
    signers: tuple[VerifierKey, ...]


def sign_note(text: str, signers: Sequence[NoteSigner]) -> str:
    """`text` with a signature line of each signer; raises `NoteError` if the text cannot be one."""
    if not text.endswith("\n") or text == "\n" or _FORBIDDEN.search(text):
        raise NoteError("the text of a note must end in a newline and hold no control characters")
    lines = [_signature_line(signer, text.encode()) for signer in signers]
    return f"{text}\n{''.join(lines)}"


def _signature_line(signer: NoteSigner, message: bytes) -> str:
    key = signer.verifier
    signed = key.id.to_bytes(4, "big") + signer.sign(message)
    return f"{_DASH}{key.name} {base64.b64encode(signed).decode()}\n"


def open_note(untrusted_note: bytes | str, keys: Sequence[VerifierKey]) -> VerifiedNote:
    """Verify a note against the `keys` known.

    Raises:
        NoteError: it is no signed note.
        NoteSignatureError: no known key signed it, or a known key's signature is wrong.
    """
    text, signatures = _split_note(untrusted_note)
    known = {(key.name, key.id): key for key in keys}
    signers: list[VerifierKey] = []
    for name, identifier, signature in signatures:
        key = known.get((name, identifier))
        if key is None or key in signers:
            continue
        if not key.verifies(text.encode(), signature):
            raise NoteSignatureError("the note's signature by a known key is wrong")
        signers.append(key)
    if not signers:
        raise NoteSignatureError("no known key signed the note")
    return VerifiedNote(text, tuple(signers))


def _split_note(untrusted_note: bytes | str) -> tuple[str, list[tuple[str, int, bytes]]]:
    """The note's text and its signature lines; raises `NoteError`."""
    if len(untrusted_note) > MAX_NOTE_SIZE:
        raise NoteError("the note is too large")
    note = _decode(untrusted_note)
    # The last empty line separates: the text itself may hold empty lines.
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not text or not lines.endswith("\n"):
        raise NoteError("the note has no signatures, or does not end in a newline")
    entries = lines[:-1].split("\n")
    if len(entries) > MAX_SIGNATURES:
        raise NoteError("the note has too many signatures")
    return text + "\n", [_parse_line(line) for line in entries]


def _decode(untrusted_note: bytes | str) -> str:
    try:
        raw = untrusted_note.encode() if isinstance(untrusted_note, str) else untrusted_note
        note = raw.decode()
    except UnicodeError:
        raise NoteError("the note is no valid UTF-8") from None
    if _FORBIDDEN.search(note):
        raise NoteError("the note holds control characters")
    return note


def _parse_line(line: str) -> tuple[str, int, bytes]:
    """Key name, key id and signature of one signature line; raises `NoteError`."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    data = decode_base64(encoded)
    well_formed = line.startswith(_DASH) and space and name and "+" not in name
    if not well_formed or any(c.isspace() for c in name) or data is None or len(data) < 5:
        raise NoteError("a signature line of the note is malformed")
    return name, int.from_bytes(data[:4], "big"), data[4:]
