"""The scrypt recipient type: a passphrase (specification, "The scrypt recipient type")."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from handoff.sealing.age.encoding import b64encode
from handoff.sealing.age.errors import HeaderError
from handoff.sealing.age.header import Stanza, decode_argument
from handoff.sealing.age.primitives import unwrap_key, wrap_key

SCRYPT: Final = "scrypt"
_LABEL: Final = b"age-encryption.org/v1/scrypt"
_WORK_FACTOR: Final = re.compile(r"[1-9][0-9]{0,2}")

DEFAULT_WORK_FACTOR: Final = 18
"""log2 of N when encrypting, as the age program does: 256 MiB and about a second."""
MAX_WORK_FACTOR: Final = 20
"""log2 of N that we are willing to compute for a stranger's file: 1 GiB and some seconds."""


def _wrapping_key(passphrase: bytes, salt: bytes, work_factor: int) -> bytes:
    return Scrypt(_LABEL + salt, 32, 1 << work_factor, 8, 1).derive(passphrase)


@dataclass(frozen=True, slots=True)
class ScryptRecipient:
    """Encrypt to a passphrase; stands alone in a file. `work_factor` is log2 of scrypt's N."""

    kind: ClassVar[str] = SCRYPT
    passphrase: bytes = field(repr=False)
    work_factor: int = DEFAULT_WORK_FACTOR

    def wrap(self, file_key: bytes) -> Stanza:
        """Wrap `file_key` under a new salt."""
        salt = os.urandom(16)
        key = _wrapping_key(self.passphrase, salt, self.work_factor)
        arguments = (SCRYPT, b64encode(salt).decode(), str(self.work_factor))
        return Stanza(arguments, wrap_key(key, file_key))

    def __str__(self) -> str:
        return "passphrase"


@dataclass(frozen=True, slots=True)
class ScryptIdentity:
    """Decrypt with a passphrase, doing at most 2^`max_work_factor` rounds for it."""

    kind: ClassVar[str] = SCRYPT
    passphrase: bytes = field(repr=False)
    max_work_factor: int = MAX_WORK_FACTOR

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key, or None for another passphrase.

        Raises:
            HeaderError: for a malformed stanza, or one that asks for too much work.
        """
        if stanzas[0].type != SCRYPT:
            return None
        salt = decode_argument(stanzas[0], 1, 3, 16)
        work_factor = stanzas[0].arguments[2]
        if not _WORK_FACTOR.fullmatch(work_factor) or int(work_factor) > self.max_work_factor:
            raise HeaderError("the scrypt work factor is malformed or too high")
        return unwrap_key(_wrapping_key(self.passphrase, salt, int(work_factor)), stanzas[0].body)
