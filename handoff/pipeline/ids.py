"""Identifiers that say nothing: keyed hashes, so that a guess at a document cannot be confirmed.

All keys are derived from the firm's batch key with HKDF (RFC 5869), one per purpose, so that no
output of one can be used as another's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

OBJECT_KEY_BYTES = 20


def derive(batch_key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose."""
    return HKDF(SHA256(), 32, salt=None, info=f"handoff/{purpose}".encode()).derive(batch_key)


def _digest(key: bytes, parts: Iterable[str]) -> str:
    # Each part is length-prefixed, so that no two lists of parts read as the same bytes. A part may
    # be a file name, and those need not be UTF-8 (PEP 383).
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def source_digest(batch_key: bytes, sha256: str) -> str:
    """The keyed digest under which the custody log knows an original."""
    return "hmac-sha256:" + _digest(derive(batch_key, "source"), [sha256])


def document_id(batch_key: bytes, vendor: str, profile: str, sha256: str, copy: int) -> str:
    """One document for one vendor under one profile: the same in every batch.

    `copy` tells files of the same bytes apart that lie in one batch.
    """
    key = derive(batch_key, "document")
    return "d" + _digest(key, [vendor, profile, sha256, str(copy)])[:24]


def batch_id(
    batch_key: bytes, vendor: str, policy_sha256: str, doc_ids: Iterable[str], attempt: int
) -> str:
    """The batch that these documents make for this vendor under this policy.

    `attempt` is 0 but for documents that are deliberately sent once more.
    """
    key = derive(batch_key, "batch")
    return "b" + _digest(key, [vendor, policy_sha256, str(attempt), *sorted(doc_ids)])[:24]


def object_key(batch: str) -> str:
    """A fresh opaque key for one object of the batch."""
    return f"{batch}/{secrets.token_hex(OBJECT_KEY_BYTES)}.age"
