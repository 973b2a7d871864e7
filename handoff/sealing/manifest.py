"""The manifest of a batch: canonical JSON, signed (docs/formats.md, "The manifest").

The manifest goes to the vendor: it names control numbers and digests of what was delivered, and
nothing about the sources.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC
from typing import Any, Final

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handoff.errors import ManifestInvalidError
from handoff.model import Manifest, ManifestEntry
from handoff.sealing import sshsig
from handoff.sealing.fields import Fields, parse_date, parse_moment

TYPE: Final = "handoff-manifest"
VERSION: Final = 1
MAX_SIZE: Final = 256 * 1024 * 1024
"""Bytes of manifest we are willing to parse: some 500,000 documents."""


def encode(manifest: Manifest) -> bytes:
    """The manifest as canonical JSON (RFC 8785): equal manifests give equal bytes.

    Raises:
        ManifestInvalidError: when it holds what the schema does not allow (a naive time, a
            malformed digest, lone surrogates), so that whatever is encoded can be decoded.
    """
    try:
        data = rfc8785.dumps(_to_json(manifest))
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError):
        raise ManifestInvalidError("the manifest cannot be written as canonical JSON") from None
    decode(data)
    return data


def _to_json(manifest: Manifest) -> dict[str, Any]:
    if manifest.created.tzinfo is None:
        raise ManifestInvalidError("the manifest's time of creation has no time zone")
    created = manifest.created.astimezone(UTC).isoformat(timespec="microseconds")
    return {
        "type": TYPE,
        "version": VERSION,
        "batch_id": manifest.batch_id,
        "vendor": manifest.vendor,
        "created": created.replace("+00:00", "Z"),
        "expires": manifest.expires.isoformat(),
        "policy_sha256": manifest.policy_sha256,
        "profile_sha256": manifest.profile_sha256,
        "model_sha256": manifest.model_sha256,
        "recipients": list(manifest.recipients),
        "instructions": manifest.instructions,
        "checkpoint": manifest.checkpoint,
        "entries": [_entry_to_json(entry) for entry in manifest.entries],
    }


def _entry_to_json(entry: ManifestEntry) -> dict[str, Any]:
    return {
        "control_number": entry.control_number,
        "file_name": entry.file_name,
        "object_key": entry.object_key,
        "media_type": entry.media_type,
        "size": entry.size,
        "sha256": entry.sha256,
        "ciphertext_size": entry.ciphertext_size,
        "ciphertext_sha256": entry.ciphertext_sha256,
        "redactions": dict(entry.redactions),
    }


def encode_entries(entries: Iterable[ManifestEntry]) -> bytes:
    """The list of entries as canonical JSON: what `batch.closed` records the digest of."""
    return rfc8785.dumps([_entry_to_json(entry) for entry in entries])


def decode(untrusted: bytes) -> Manifest:
    """Parse a manifest strictly.

    A field this version does not know is refused, not skipped: the firm signed it, so it may
    restrict what the vendor may do, and every change of the schema raises `version`.

    Raises:
        ManifestInvalidError: for anything that is not a manifest of version 1 in canonical form.
    """
    fields = Fields(_parse_json(untrusted), "the manifest")
    fields.constant("type", TYPE)
    fields.constant("version", VERSION)
    manifest = Manifest(
        batch_id=fields.name("batch_id"),
        vendor=fields.name("vendor"),
        created=fields.parsed("created", parse_moment),
        expires=fields.parsed("expires", parse_date),
        policy_sha256=fields.digest("policy_sha256"),
        profile_sha256=fields.digest("profile_sha256"),
        model_sha256=fields.digest("model_sha256"),
        recipients=fields.texts("recipients"),
        instructions=fields.text("instructions", empty=True),
        checkpoint=fields.text("checkpoint", empty=True),
        entries=tuple(_entry(part) for part in fields.parts("entries")),
    )
    fields.end()
    _check_unique(manifest)
    return manifest


def _entry(fields: Fields) -> ManifestEntry:
    entry = ManifestEntry(
        control_number=fields.name("control_number"),
        file_name=fields.name("file_name"),
        object_key=fields.key("object_key"),
        media_type=fields.text("media_type"),
        size=fields.count("size"),
        sha256=fields.digest("sha256"),
        ciphertext_size=fields.count("ciphertext_size"),
        ciphertext_sha256=fields.digest("ciphertext_sha256"),
        redactions=fields.counts("redactions"),
    )
    fields.end()
    return entry


def _check_unique(manifest: Manifest) -> None:
    """No two entries may claim one control number or one object."""
    for name in ("control_number", "file_name", "object_key"):
        if len({getattr(entry, name) for entry in manifest.entries}) != len(manifest.entries):
            raise ManifestInvalidError(f"two entries of the manifest share one {name}")


def _parse_json(untrusted: bytes) -> object:
    """Parse JSON that must be canonical: that also rules out duplicate keys, NaN and such."""
    if len(untrusted) > MAX_SIZE:
        raise ManifestInvalidError("the manifest is too large")
    try:
        value = json.loads(untrusted.decode("utf-8"))
        canonical = rfc8785.dumps(value)
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise ManifestInvalidError("the manifest is not canonical JSON") from None
    if canonical != untrusted:
        raise ManifestInvalidError("the manifest is not canonical JSON")
    return value


def sign(encoded: bytes, key: Ed25519PrivateKey) -> str:
    """The armored SSH signature over an encoded manifest, namespace `handoff-manifest`."""
    return sshsig.sign(encoded, key, sshsig.MANIFEST_NAMESPACE)


def verify(untrusted: bytes, untrusted_signature: str, signers: Iterable[str]) -> Manifest:
    """Check the signature, and only then parse: the manifest of one of `signers`.

    Raises:
        SignatureInvalidError: when none of `signers` signed exactly these bytes as a manifest.
        RecipientInvalidError: when one of `signers` is no ssh-ed25519 key.
        ManifestInvalidError: when the signed bytes are no manifest of version 1.
    """
    sshsig.verify(untrusted, untrusted_signature, signers, sshsig.MANIFEST_NAMESPACE)
    return decode(untrusted)
