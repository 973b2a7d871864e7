"""The age v1 file encryption format (https://c2sp.org/age) on `cryptography`.

A library of its own: it imports nothing of handoff outside this package. Streams in constant
memory; recipients are X25519, ML-KEM-768-X25519, ssh-ed25519 and scrypt.

    identity = generate_x25519()
    encrypt(source, sink, [identity.recipient()])
    decrypt(source, sink, [identity])
"""

from __future__ import annotations

from handoff.sealing.age.errors import (
    AgeError,
    ArmorError,
    HeaderError,
    IdentityError,
    MacError,
    MixedRecipientsError,
    NoMatchError,
    PassphraseError,
    PayloadError,
    RecipientError,
)
from handoff.sealing.age.format import check_recipients, decrypt, encrypt
from handoff.sealing.age.header import Stanza
from handoff.sealing.age.hybrid import HybridIdentity, HybridRecipient
from handoff.sealing.age.parsing import (
    Identity,
    Recipient,
    parse_identity,
    parse_identity_file,
    parse_recipient,
)
from handoff.sealing.age.pipes import Sink, Source
from handoff.sealing.age.scrypt import ScryptIdentity, ScryptRecipient
from handoff.sealing.age.ssh import SshIdentity, SshRecipient
from handoff.sealing.age.x25519 import X25519Identity, X25519Recipient

generate_x25519 = X25519Identity.generate
generate_hybrid = HybridIdentity.generate

__all__ = [
    "AgeError",
    "ArmorError",
    "HeaderError",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "IdentityError",
    "MacError",
    "MixedRecipientsError",
    "NoMatchError",
    "PassphraseError",
    "PayloadError",
    "Recipient",
    "RecipientError",
    "ScryptIdentity",
    "ScryptRecipient",
    "Sink",
    "Source",
    "SshIdentity",
    "SshRecipient",
    "Stanza",
    "X25519Identity",
    "X25519Recipient",
    "check_recipients",
    "decrypt",
    "encrypt",
    "generate_hybrid",
    "generate_x25519",
    "parse_identity",
    "parse_identity_file",
    "parse_recipient",
]
