"""What became of a vendor's keys: who verified them, what was sealed to each, who signed for what.

From the custody log: of a key, nothing but its fingerprint stands there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from handoff.custody.reader import LedgerReader
from handoff.model import CustodyEvent, VendorPolicy
from handoff.pipeline import vendor_key_register as register
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader
from handoff.sealing.fingerprints import fingerprint
from handoff.sealing.recovery import load_recipients

_KINDS = (register.ADDED, register.VERIFIED, register.ROTATED, register.REVOKED)


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that happened with a key.

    Attributes:
        at: when; for what was sealed, the last document of the batch.
        digest: the key's fingerprint, 64 hex digits.
        what: "added", "verified", "rotated in", "rotated out", "revoked", "sealed to", "signed".
        actor: who did it.
        batch_id: the batch that was sealed to it, or that it signed for; "" for none.
        documents: how many objects were sealed to it.
    """

    at: datetime
    digest: str
    what: str
    actor: str
    batch_id: str = ""
    documents: int = 0


def history(home: Home, policy: VendorPolicy) -> list[Use]:
    """Everything that happened with the vendor's keys, oldest first; the firm's own left out.

    What was sealed before handoff recorded keys (`sealed_to`) is not in it; the kept manifests
    name the keys of those batches.
    """
    with open_reader(home) as reader:
        batches = {
            event.batch_id
            for event in reader.events(kinds=["batch.opened"])
            if event.details.get("vendor") == policy.name
        }
        found = [
            *_changes(reader, policy.name),
            *_sealed(reader, batches),
            *_signed(reader, policy, batches),
        ]
    recovery = load_recipients(home.keys)
    own = {fingerprint(recovery.x25519), fingerprint(recovery.pq)}
    return sorted((use for use in found if use.digest not in own), key=lambda use: use.at)


def _changes(reader: LedgerReader, vendor: str) -> Iterator[Use]:
    for event in reader.events(kinds=_KINDS):
        if event.details.get("vendor") != vendor:
            continue
        what = event.kind.partition(".")[2]
        if event.kind == register.ROTATED:
            what = "rotated in"
            former = str(event.details.get("former", "")).removeprefix("sha256:")
            yield Use(event.at, former, "rotated out", event.actor)
        yield Use(event.at, register.key_of(event), what, event.actor)


def _sealed(reader: LedgerReader, batches: set[str]) -> Iterator[Use]:
    found: dict[tuple[str, str], tuple[CustodyEvent, int]] = {}
    for event in reader.events(kinds=["document.sealed"]):
        listed = event.details.get("sealed_to")
        if event.batch_id not in batches or not isinstance(listed, list):
            continue
        for key in listed:
            place = (str(key).removeprefix("sha256:"), event.batch_id)
            found[place] = (event, found[place][1] + 1 if place in found else 1)
    for (digest, batch_id), (event, count) in found.items():
        yield Use(event.at, digest, "sealed to", event.actor, batch_id, count)


def _signed(reader: LedgerReader, policy: VendorPolicy, batches: set[str]) -> Iterator[Use]:
    """Receipts, whose signer stands in the log by the digest of the key's wire form."""
    known = {}
    for signer in policy.signers:
        wire = base64.b64decode(signer.key.split()[1])
        known[f"sha256:{hashlib.sha256(wire).hexdigest()}"] = fingerprint(signer.key)
    for event in reader.events(kinds=["receipt.received"]):
        signer_digest = str(event.details.get("signer", ""))
        if event.batch_id in batches:
            digest = known.get(signer_digest, signer_digest.removeprefix("sha256:"))
            yield Use(event.at, digest, "signed", event.actor, event.batch_id)
