"""What outside of the log vouches for it: bucket, timestamps, receipts, manifests; each verified.

Gathering raises nothing that an attacker can cause: what is missing, damaged or forged becomes a
discrepancy that names it. That a place cannot be reached is raised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from handoff.custody.checkpoint import open_checkpoint
from handoff.custody.findings import Discrepancy
from handoff.custody.note import VerifierKey
from handoff.custody.timestamp import check_timestamp
from handoff.errors import (
    AnchorError,
    CustodyError,
    HandoffError,
    ManifestInvalidError,
    RecordMissingError,
    UnknownVendorError,
)
from handoff.model import CustodyEvent
from handoff.pipeline.anchoring import PREFIX, anchor_bucket, anchors_directory, timestamp_root
from handoff.pipeline.home import Home
from handoff.pipeline.receipts import (
    NAMESPACE,
    read_manifest,
    receipt_path,
    signers_of,
)
from handoff.sealing import manifest as manifests
from handoff.sealing import sshsig


class Source(StrEnum):
    """Who keeps a checkpoint that the firm does not keep alone."""

    BUCKET = "bucket"
    TIMESTAMP = "timestamp"
    RECEIPT = "receipt"
    GIVEN = "given"
    MANIFEST = "manifest"
    """The firm's own copy of what it sent: an administrator of the firm can change it."""


OUTSIDE = frozenset({Source.BUCKET, Source.TIMESTAMP, Source.RECEIPT, Source.GIVEN})
"""Those that an administrator of the firm cannot rewrite."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One checkpoint kept elsewhere.

    Attributes:
        source: who keeps it.
        where: the place, in words; unique.
        note: the signed note.
        size: how many events it covers; 0 where it cannot be read.
        at: when it was there at the latest, by a clock that is not the firm's; None: unknown.
        fits: whether the log is what it says; set by verification.
    """

    source: Source
    where: str
    note: str
    size: int = 0
    at: datetime | None = None
    fits: bool = True


@dataclass(slots=True)
class Gathered:
    """All witnesses, what was wrong with the others, and what the log says there must be."""

    witnesses: list[Witness] = field(default_factory=list)
    wrong: list[Discrepancy] = field(default_factory=list)
    objects: dict[str, set[str]] = field(default_factory=dict)
    """Keys in the bucket, with the digests of what lies under each."""
    tokens: dict[str, datetime] = field(default_factory=dict)
    """Digests of the timestamp tokens that verified, with their times."""

    def add(self, witness: Witness, keys: Sequence[VerifierKey]) -> None:
        """Take a witness; one whose note nobody known signed stays, and will contradict."""
        try:
            size = open_checkpoint(witness.note, keys).size
        except CustodyError:
            size = 0
        self.witnesses.append(replace(witness, size=size))

    def miss(self, message: str, index: int | None = None) -> None:
        """Something that must be there is not, or is not what it was."""
        self.wrong.append(Discrepancy("anchor", message, index))


def from_bucket(home: Home, keys: Sequence[VerifierKey], gathered: Gathered) -> None:
    """Read every checkpoint of this log in the anchors' bucket; nothing where none is configured.

    Raises:
        StorageError: the bucket cannot be read.
    """
    bucket = anchor_bucket(home)
    if bucket is None:
        return
    log = hashlib.sha256(keys[0].name.encode()).hexdigest()[:16]
    for found in bucket.all(f"{PREFIX}{log}/"):
        digest = f"sha256:{hashlib.sha256(found.content).hexdigest()}"
        gathered.objects.setdefault(found.key, set()).add(digest)
        until = f"locked until {found.until:%Y-%m-%d}" if found.until else "NOT LOCKED"
        where = f"the object {found.key} in the bucket ({until}, version {found.version_id[:12]})"
        note = found.content.decode("utf-8", "replace")
        gathered.add(Witness(Source.BUCKET, where, note, at=found.modified), keys)


def from_timestamps(home: Home, keys: Sequence[VerifierKey], gathered: Gathered) -> None:
    """Verify every timestamp kept beside the log; nothing where no authority is configured.

    Raises:
        ConfigError: the authority's root certificate cannot be read.
    """
    root = timestamp_root(home)
    for path in sorted(anchors_directory(home).glob("*.checkpoint.tsr")) if root else ():
        name = path.name.removesuffix(".tsr")
        try:
            note, token = path.with_name(name).read_bytes(), path.read_bytes()
            moment = check_timestamp(token, note, root)
        except OSError:
            gathered.miss(f"the checkpoint of the timestamp {path.name} is missing")
        except AnchorError as error:
            gathered.miss(f"{path.name}: {error.message}")
        else:
            gathered.tokens[f"sha256:{hashlib.sha256(token).hexdigest()}"] = moment
            where = f"the timestamp of {moment:%Y-%m-%d %H:%M:%S} UTC ({path.name})"
            text = note.decode("utf-8", "replace")
            gathered.add(Witness(Source.TIMESTAMP, where, text, at=moment), keys)


def from_manifests(home: Home, keys: Sequence[VerifierKey], gathered: Gathered) -> None:
    """The checkpoint in each manifest among the firm's records."""
    for path in sorted(home.records.glob("*.manifest.json")):
        batch_id = path.name.removesuffix(".manifest.json")
        where = f"the manifest of batch {batch_id} among the records"
        note = _checkpoint_of(path.read_bytes())
        if note is None:
            gathered.miss(f"{where} is damaged")
        else:
            gathered.add(Witness(Source.MANIFEST, where, note), keys)


def _checkpoint_of(untrusted_manifest: bytes) -> str | None:
    try:
        return manifests.decode(untrusted_manifest).checkpoint
    except ManifestInvalidError:
        return None


def from_receipts(
    home: Home,
    received: Iterable[CustodyEvent],
    keys: Sequence[VerifierKey],
    gathered: Gathered,
    signers: Sequence[str] = (),
) -> None:
    """Verify every receipt that the log says was received.

    Args:
        home: where the records lie.
        received: the log's `receipt.received` events.
        keys: the log's verifier keys.
        gathered: takes what was found.
        signers: keys of the vendors' people kept elsewhere; without any, the policies' are used.
    """
    known: dict[str, tuple[str, ...]] = {}
    for event in received:
        vendor = str(event.details.get("vendor", ""))
        where = f"the receipt of vendor {vendor} for batch {event.batch_id}"
        if vendor not in known:
            known[vendor] = tuple(signers) or _signers(home, vendor)
        try:
            note = _receipt(home, event, known[vendor])
        except HandoffError as error:
            gathered.miss(f"{where}: {error.message}", event.index)
        else:
            gathered.add(Witness(Source.RECEIPT, where, note), keys)


def _signers(home: Home, vendor: str) -> tuple[str, ...]:
    try:
        return signers_of(home, vendor)
    except UnknownVendorError:
        return ()


def _receipt(home: Home, event: CustodyEvent, signers: Sequence[str]) -> str:
    """The note inside the manifest that was signed for."""
    signed = event.materials.get("manifest", "").removeprefix("sha256:")
    manifest = read_manifest(home, event.batch_id, signed)
    digest = event.products.get("receipt", "").removeprefix("sha256:")
    try:
        signature = receipt_path(home, event.batch_id, digest).read_bytes()
    except OSError:
        raise RecordMissingError("it is not among the records") from None
    if hashlib.sha256(signature).hexdigest() != digest:
        raise AnchorError("it is not the one that was received")
    sshsig.verify(manifest, signature.decode("utf-8", "replace"), signers, NAMESPACE)
    return manifests.decode(manifest).checkpoint


def missing(
    events: Iterable[CustodyEvent], gathered: Gathered, *, bucket: bool
) -> Iterator[Discrepancy]:
    """What the log says was anchored, and is not to be found.

    Args:
        events: the log's `anchor.locked` and `anchor.timestamped`.
        gathered: what was found.
        bucket: whether the bucket was read.
    """
    for event in events:
        size = event.details.get("size")
        if event.kind == "anchor.timestamped":
            if event.products.get("timestamp") not in gathered.tokens:
                message = f"the timestamp over the first {size} events is missing or damaged"
                yield Discrepancy("anchor.missing", message, event.index)
        elif bucket and not _is_there(event, gathered.objects):
            message = f"the bucket has lost the checkpoint over the first {size} events"
            yield Discrepancy("anchor.missing", message, event.index)


def _is_there(event: CustodyEvent, objects: Mapping[str, set[str]]) -> bool:
    return bool(objects.get(str(event.details.get("object_key"))))
