"""What can go wrong with an age file, one class per outcome that the CCTV vectors distinguish.

No message ever carries key material, a passphrase or plaintext.
"""

from __future__ import annotations


class AgeError(Exception):
    """Base of everything this package raises for a cause outside its own code."""


class ArmorError(AgeError):
    """The ASCII armor is not the strict PEM that the specification asks for."""


class HeaderError(AgeError):
    """The header, or a stanza addressed to one of our identities, is malformed."""


class NoMatchError(AgeError):
    """The header is well formed, but none of the identities opens any of its stanzas."""


class MacError(AgeError):
    """The file key was found, but the header was changed after it was written."""


class PayloadError(AgeError):
    """The payload is damaged, reordered, extended or truncated."""


class RecipientError(AgeError):
    """A string is no recipient we know."""


class MixedRecipientsError(RecipientError):
    """Recipients that must not stand in one file together."""


class IdentityError(AgeError):
    """A string or file is no identity we know."""


class PassphraseError(IdentityError):
    """An SSH private key is protected by a passphrase that is missing or wrong."""
