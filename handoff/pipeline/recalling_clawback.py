"""The notice that a document was taken back (FRE 502(b)): canonical JSON, signed, sealed.

Its format stands in docs/formats/sealing.md, "The notice of a clawback".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handoff.errors import ManifestInvalidError
from handoff.sealing import sshsig
from handoff.sealing.fields import Fields, parse_date, parse_moment

TYPE: Final = "handoff-clawback"
VERSION: Final = 1
NAMESPACE: Final = "handoff-clawback"
MAX_SIZE: Final = 64 * 1024 * 1024
"""Bytes of notice we are willing to parse: some 200,000 documents."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One document that was taken back, as the manifest named it."""

    control_number: str
    object_key: str
    sha256: str
    ciphertext_sha256: str


@dataclass(frozen=True, slots=True)
class Clawback:
    """A notice to the vendor: what was taken back, when, why, and what the vendor must do.

    Attributes:
        respond_by: last day (UTC) for the vendor's answer.
        demands: what the vendor must do, in words.
    """

    batch_id: str
    vendor: str
    created: datetime
    reason: str
    respond_by: date
    demands: str
    documents: tuple[Withdrawn, ...]


def encode(notice: Clawback) -> bytes:
    """The notice as canonical JSON (RFC 8785); what is encoded can be decoded.

    Raises:
        ManifestInvalidError: it holds what the format does not allow.
    """
    created = notice.created.astimezone(UTC).isoformat(timespec="microseconds")
    data = rfc8785.dumps(
        {
            "type": TYPE,
            "version": VERSION,
            "batch_id": notice.batch_id,
            "vendor": notice.vendor,
            "created": created.replace("+00:00", "Z"),
            "reason": notice.reason,
            "respond_by": notice.respond_by.isoformat(),
            "demands": notice.demands,
            "documents": [
                {
                    "control_number": document.control_number,
                    "object_key": document.object_key,
                    "sha256": document.sha256,
                    "ciphertext_sha256": document.ciphertext_sha256,
                }
                for document in notice.documents
            ],
        }
    )
    decode(data)
    return data


def decode(untrusted: bytes) -> Clawback:
    """Parse a notice strictly; raises `ManifestInvalidError` for anything else."""
    fields = Fields(_canonical(untrusted), "the notice")
    fields.constant("type", TYPE)
    fields.constant("version", VERSION)
    notice = Clawback(
        batch_id=fields.name("batch_id"),
        vendor=fields.name("vendor"),
        created=fields.parsed("created", parse_moment),
        reason=fields.name("reason"),
        respond_by=fields.parsed("respond_by", parse_date),
        demands=fields.text("demands"),
        documents=tuple(_document(part) for part in fields.parts("documents")),
    )
    fields.end()
    if not notice.documents:
        raise ManifestInvalidError("the notice names no document")
    return notice


def _canonical(untrusted: bytes) -> object:
    if len(untrusted) > MAX_SIZE:
        raise ManifestInvalidError("the notice is too large")
    try:
        value: object = json.loads(untrusted.decode("utf-8"))
        canonical = rfc8785.dumps(value)  # type: ignore[arg-type]
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise ManifestInvalidError("the notice is not canonical JSON") from None
    if canonical != untrusted:
        raise ManifestInvalidError("the notice is not canonical JSON")
    return value


def _document(fields: Fields) -> Withdrawn:
    document = Withdrawn(
        control_number=fields.name("control_number"),
        object_key=fields.key("object_key"),
        sha256=fields.digest("sha256"),
        ciphertext_sha256=fields.digest("ciphertext_sha256"),
    )
    fields.end()
    return document


def sign(encoded: bytes, key: Ed25519PrivateKey) -> str:
    """The armored SSH signature over an encoded notice, namespace `handoff-clawback`."""
    return sshsig.sign(encoded, key, NAMESPACE)


def verify(untrusted: bytes, untrusted_signature: str, signers: Iterable[str]) -> Clawback:
    """Check the signature, and only then parse.

    Raises:
        SignatureInvalidError: none of `signers` signed exactly these bytes as a notice.
        ManifestInvalidError: the signed bytes are no notice of version 1.
    """
    sshsig.verify(untrusted, untrusted_signature, signers, NAMESPACE)
    return decode(untrusted)
