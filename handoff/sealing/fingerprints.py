r"""Fingerprints of public keys, to be compared over the telephone.

The fingerprint of a key is the SHA-256 of its text, for SSH keys without the comment. Whoever has
the key computes it with programs that every system has:

    printf %s age1... | sha256sum
    cut -d' ' -f1,2 key.pub | tr -d '\n' | sha256sum

Read out are its first 160 bits, in ten groups of four digits. Nobody finds a second key with the
same ones: that takes 2^160 tries.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from functools import lru_cache
from typing import Final

from handoff.errors import RecipientInvalidError
from handoff.sealing import age

SPOKEN: Final = 40
SHORTEST: Final = 8
_GROUP: Final = 4
_SEPARATORS: Final = re.compile(r"[\s:.\-]+")
_OPENSSH: Final = "SHA256:"


def canonical(text: str) -> str:
    """The key that `text` is, as the fingerprint is made of: one spelling for each key.

    Raises:
        RecipientInvalidError: it is neither an age recipient nor an SSH public key.
    """
    try:
        return str(age.parse_recipient(text))
    except age.RecipientError:
        pass
    words = text.split()
    if len(words) < 2 or _blob(words) is None:
        raise RecipientInvalidError("not an age recipient, and no SSH public key")
    return " ".join(words[:2])


def _blob(words: list[str]) -> bytes | None:
    """An SSH key's wire form, if it says the type that stands before it (RFC 4253, 6.6)."""
    try:
        blob = base64.b64decode(words[1], validate=True)
    except binascii.Error:
        return None
    kind = words[0].encode()
    return blob if blob.startswith(len(kind).to_bytes(4, "big") + kind) else None


@lru_cache(maxsize=256)
def fingerprint(text: str) -> str:
    """The whole fingerprint of a key, 64 hex digits; raises as `canonical`."""
    return hashlib.sha256(canonical(text).encode()).hexdigest()


def spoken(digest: str) -> str:
    """What is read out of a fingerprint: `3f2a 91c0 ...`, ten groups."""
    return " ".join(digest[at : at + _GROUP] for at in range(0, SPOKEN, _GROUP))


def openssh(text: str) -> str:
    """OpenSSH's own fingerprint of an SSH key, `SHA256:...`; "" for an age recipient."""
    words = canonical(text).split()
    blob = _blob(words) if len(words) == 2 else None
    if blob is None:
        return ""
    return _OPENSSH + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def matches(text: str, untrusted: str) -> bool:
    """Whether `untrusted`, as typed or pasted, is the fingerprint of the key `text`, whole.

    Spaces, colons, dots and hyphens between the digits do not count, nor does case; an SSH key's
    own fingerprint (`ssh-keygen -l`) will do too.
    """
    typed = untrusted.strip()
    if typed.startswith(_OPENSSH):
        return typed.rstrip("=") == openssh(text) != ""
    digits = _SEPARATORS.sub("", typed).lower()
    return len(digits) >= SPOKEN and digits in {
        fingerprint(text),
        fingerprint(text)[:SPOKEN],
    }
