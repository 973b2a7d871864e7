"""The vendor's receipt: an SSH signature over the manifest, which holds a checkpoint of the log.

`ssh-keygen -Y sign -n handoff-receipt -f KEY manifest.json` makes one. So the vendor vouches for
the log up to the batch it received, and a log rewritten later contradicts a paper that the firm
cannot make.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from handoff.errors import (
    RecordMissingError,
    SignatureInvalidError,
    UnknownReferenceError,
    UsageError,
)
from handoff.model import CustodyEvent, EventDraft
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_ledger, open_reader
from handoff.pipeline.records import write_private
from handoff.policy.vendors import load_vendor
from handoff.ports import Clock
from handoff.sealing import sshsig

NAMESPACE = "handoff-receipt"
_MAX_FILE = 1 << 16


def manifest_path(home: Home, batch_id: str) -> Path:
    """The firm's copy of a batch's manifest."""
    return home.records / f"{batch_id}.manifest.json"


def receipt_path(home: Home, batch_id: str, sha256: str) -> Path:
    """A signature of the vendor over it, by the hex digest of the signature's file."""
    return home.records / f"{batch_id}.{sha256[:16]}.receipt"


def read_manifest(home: Home, batch_id: str, sha256: str = "") -> bytes:
    """The bytes that the vendor signed; raises `RecordMissingError`.

    A batch that was sealed anew has several manifests: `sha256` (hex) says which, the first one
    is meant without.
    """
    for manifest in kept_manifests(home, batch_id):
        if sha256 in {"", hashlib.sha256(manifest).hexdigest()}:
            return manifest
    raise RecordMissingError("the manifest of the batch is not among the records")


def kept_manifests(home: Home, batch_id: str) -> list[bytes]:
    """Every manifest of the batch that is among the firm's records, the first one first."""
    try:
        return [path.read_bytes() for path in manifest_paths(home, batch_id).values()]
    except OSError:
        raise RecordMissingError("the manifest of the batch cannot be read") from None


def manifest_paths(home: Home, batch_id: str) -> dict[int, Path]:
    """Where the manifests of the batch lie that are there, by revision, the first one first."""
    first = manifest_path(home, batch_id)
    found = {1: first} if first.exists() else {}
    for path in first.parent.glob(f"{first.name}.*"):
        number = path.suffix.removeprefix(".")
        if number.isdigit():
            found[int(number)] = path
    return dict(sorted(found.items()))


def signers_of(home: Home, vendor: str) -> tuple[str, ...]:
    """The SSH keys of the vendor's people, out of its policy, the revoked ones too.

    A receipt that was good when it was given stays one.
    """
    policy = load_vendor(home.vendors, vendor, home.config().storage)
    return tuple(key.key for key in policy.signers)


def read_allowed_signers(path: Path) -> tuple[str, ...]:
    """The keys of a file in ssh-keygen's ALLOWED SIGNERS format; raises `UsageError`."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError("the file of allowed signers cannot be read") from None
    keys = (line.partition("ssh-ed25519 ")[2].split() for line in lines if line[:1] != "#")
    return tuple(f"ssh-ed25519 {words[0]}" for words in keys if words)


def take_receipt(
    home: Home, clock: Clock, reference: str, signature: Path, signers: Sequence[str] = ()
) -> str:
    """Verify and record the vendor's receipt for a batch; the same again does nothing.

    Args:
        home: where the log lies.
        clock: gives the time of the event.
        reference: the batch, or the beginning of its id.
        signature: the file that `ssh-keygen -Y sign` made.
        signers: keys that may sign; without any, those in the vendor's policy.

    Returns the batch's id.

    Raises:
        UnknownReferenceError: there is no such batch.
        RecordMissingError: its manifest is not among the firm's records.
        SignatureInvalidError: the signature is not one of the vendor's over this manifest.
    """
    with open_reader(home) as reader:
        batch_id, vendor = _batch(reader.events(kinds=["batch.opened"]), reference)
    with signature.open("rb") as file:
        text = file.read(_MAX_FILE).decode("utf-8", "replace")
    manifest, signer = _signed(home, batch_id, text, signers or signers_of(home, vendor))
    receipt = text.encode()
    path = receipt_path(home, batch_id, hashlib.sha256(receipt).hexdigest())
    if not path.exists():
        write_private(path, receipt)
    draft = _event(batch_id, vendor, manifest, receipt, signer)
    with open_ledger(home, clock) as ledger:
        known = ledger.events(batch_id=batch_id, kinds=["receipt.received"])
        if all(event.products != draft.products for event in known):
            ledger.append([draft])
            ledger.checkpoint()
    return batch_id


def _signed(home: Home, batch_id: str, text: str, signers: Sequence[str]) -> tuple[bytes, str]:
    """The manifest that the signature is over, the last one first, and the key that made it."""
    kept = kept_manifests(home, batch_id)
    for manifest in reversed(kept[1:]):
        with suppress(SignatureInvalidError):
            return manifest, sshsig.verify(manifest, text, signers, NAMESPACE)
    first = read_manifest(home, batch_id)
    return first, sshsig.verify(first, text, signers, NAMESPACE)


def _batch(opened: Iterable[CustodyEvent], reference: str) -> tuple[str, str]:
    """Id and vendor of the one batch that `reference` begins the id of."""
    found = {e.batch_id: str(e.details.get("vendor", "")) for e in opened}
    matching = [b for b in found if b == reference] or [b for b in found if b.startswith(reference)]
    if len(matching) != 1 or not reference:
        raise UnknownReferenceError("no batch, or more than one, answers to the reference")
    return matching[0], found[matching[0]]


def _event(batch_id: str, vendor: str, manifest: bytes, receipt: bytes, signer: str) -> EventDraft:
    fingerprint = hashlib.sha256(base64.b64decode(signer.split()[1])).hexdigest()
    return EventDraft(
        "receipt.received",
        batch_id,
        materials={"manifest": f"sha256:{hashlib.sha256(manifest).hexdigest()}"},
        products={"receipt": f"sha256:{hashlib.sha256(receipt).hexdigest()}"},
        details={"vendor": vendor, "signer": f"sha256:{fingerprint}"},
    )
