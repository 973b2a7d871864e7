"""Lay out an evidence package, and put it into a ZIP.

Pure functions from what was gathered to bytes; the pipeline gathers and signs.
Layout: docs/formats/evidence.md.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files as resources

from handoff.custody.events import encode_event
from handoff.custody.merkle import ProofError, leaf_hash, verify_inclusion
from handoff.errors import LedgerCorruptError
from handoff.model import Checkpoint, CustodyEvent

SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.sig"
# The ZIP's own idea of time says nothing; the same evidence makes the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a package shows.

    Attributes:
        events: in order of index.
        proofs: inclusion proofs by index, in the tree of `checkpoint`.
        checkpoint: a signed checkpoint over all of `events`.
        consistency: by size, the proof that the log of that size is a prefix of the checkpoint's.
        vkey: the log's verifier key.
        allowed_signers: the firm's signing key, as `ssh-keygen -Y verify` wants it.
        manifests: manifest and signature by batch id.
        texts: policies, profiles and anchors as they were, by their names in the package.
    """

    events: Sequence[CustodyEvent]
    proofs: Mapping[int, Sequence[bytes]]
    checkpoint: Checkpoint
    consistency: Mapping[int, Sequence[bytes]]
    vkey: str
    allowed_signers: str
    manifests: Mapping[str, tuple[bytes, bytes]] = field(default_factory=dict)
    texts: Mapping[str, bytes] = field(default_factory=dict)


def lay_out(evidence: Evidence, page: str) -> dict[str, bytes]:
    """Every file of the package but the sums and their signature, by name.

    Raises:
        LedgerCorruptError: an event is not in the tree that was signed: the log was changed.
    """
    package: dict[str, bytes] = {
        "README.txt": _resource("README.txt"),
        "verify.py": _resource("verify.py"),
        "index.html": page.encode(),
        "checkpoint": evidence.checkpoint.note.encode(),
        "log.vkey": f"{evidence.vkey.strip()}\n".encode(),
        "allowed_signers": evidence.allowed_signers.encode(),
        **evidence.texts,
    }
    for batch_id, (manifest, signature) in evidence.manifests.items():
        package[f"manifests/{batch_id}.json"] = manifest
        package[f"manifests/{batch_id}.json.sig"] = signature
    entries = []
    for event in evidence.events:
        leaf, name = encode_event(event), f"events/{event.index:09d}.json"
        _require_included(evidence, event.index, leaf)
        package[name] = leaf
        proof = [step.hex() for step in evidence.proofs[event.index]]
        entries.append({"index": event.index, "leaf": name, "proof": proof})
    consistency = {
        str(size): [step.hex() for step in proof] for size, proof in evidence.consistency.items()
    }
    proofs = {"events": entries, "consistency": consistency}
    package["proofs.json"] = json.dumps(proofs, indent=1, sort_keys=True).encode()
    return package


def sums_of(package: Mapping[str, bytes]) -> bytes:
    """The list that `sha256sum -c` reads, in the order of names."""
    lines = [f"{hashlib.sha256(package[name]).hexdigest()}  {name}\n" for name in sorted(package)]
    return "".join(lines).encode()


def to_zip(package: Mapping[str, bytes]) -> bytes:
    """The package as a ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(package):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, package[name])
    return buffer.getvalue()


def _require_included(evidence: Evidence, index: int, leaf: bytes) -> None:
    checkpoint = evidence.checkpoint
    try:
        verify_inclusion(
            index=index,
            size=checkpoint.size,
            hashed_leaf=leaf_hash(leaf),
            proof=evidence.proofs[index],
            root=checkpoint.root,
        )
    except ProofError:
        raise LedgerCorruptError(f"event {index} is not in the log that was signed") from None


def _resource(name: str) -> bytes:
    return resources("handoff.custody.evidence").joinpath(name).read_bytes()
