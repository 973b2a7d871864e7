"""`handoff custody anchor`: checkpoints leave the house, to where nobody here can change them.

The intent stands in the log before anything leaves; what each place said stands there after. A
copy of everything is kept beside the log, so that timestamps can be verified without a network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from handoff.custody.appending import SqlLedger
from handoff.custody.checkpoint import open_checkpoint
from handoff.custody.files import replace_file
from handoff.custody.rotation import load_verifier_keys
from handoff.custody.timestamp import check_timestamp, make_request
from handoff.errors import (
    AnchorError,
    ConfigError,
    CustodyError,
    CustodyForkError,
    HandoffError,
    ObjectExistsError,
)
from handoff.model import Checkpoint, EventDraft
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_ledger
from handoff.ports import Clock
from handoff.sealing.files import translated
from handoff.storage.anchors import AnchorBucket, Anchored
from handoff.storage.timestamps import ask

PREFIX = "custody/"
_HINT = "name a bucket with Object Lock, a timestamp authority, or both, under `anchors:`"


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one checkpoint in one place; `error` None where it is there."""

    place: str
    size: int
    detail: str = ""
    error: HandoffError | None = None


def anchors_directory(home: Home) -> Path:
    """Where copies of what left the house are kept."""
    return home.custody.parent / "anchors"


def object_key(origin: str, size: int) -> str:
    """Under which key the checkpoint over `size` events lies in the bucket."""
    log = hashlib.sha256(origin.encode()).hexdigest()[:16]
    return f"{PREFIX}{log}/{size:016d}.checkpoint"


def anchor_bucket(home: Home) -> AnchorBucket | None:
    """The bucket that config.yaml names, None where it names none."""
    bucket = home.config().anchor_bucket()
    return None if bucket is None else AnchorBucket(bucket)


def timestamp_root(home: Home) -> bytes:
    """The PEM root certificate of the timestamp authority; raises `ConfigError`."""
    timestamp = home.config().anchors.timestamp
    try:
        return b"" if timestamp is None else Path(timestamp.root).read_bytes()
    except OSError:
        raise ConfigError("`anchors.timestamp.root` in config.yaml cannot be read") from None


def anchor(home: Home, clock: Clock) -> Iterator[Placed]:
    """Put the latest checkpoint wherever config.yaml says; each place is tried.

    Nothing is done where nothing was recorded since the last time.

    Raises:
        ConfigError: no place is configured, or one of them cannot be used.
        CustodyForkError: the log does not continue what was last signed.
        HandoffError: the log cannot be written.
    """
    anchors = home.config().anchors
    if anchors.bucket is None and anchors.timestamp is None:
        raise ConfigError("config.yaml names no place for checkpoints outside", _HINT)
    root = timestamp_root(home)
    with open_ledger(home, clock) as ledger:
        if not _anything_new(ledger, anchors.bucket is not None, anchors.timestamp is not None):
            return
        checkpoint = ledger.checkpoint()
        _keep(home, checkpoint)
        ledger.append([_event("anchor.intended", checkpoint)])
        if anchors.bucket is not None:
            until = clock.now() + timedelta(days=anchors.bucket.retention_days)
            yield _settle(ledger, checkpoint, "bucket", _lock(home, checkpoint, until))
        if anchors.timestamp is not None:
            stamped = _stamp(home, checkpoint, anchors.timestamp.url, root)
            yield _settle(ledger, checkpoint, "timestamp", stamped)
        ledger.checkpoint()


def _anything_new(ledger: SqlLedger, bucket: bool, timestamp: bool) -> bool:
    """Whether anything but anchoring was recorded since every place got a checkpoint."""
    wanted = {"anchor.locked"} if bucket else set()
    wanted |= {"anchor.timestamped"} if timestamp else set()
    last: dict[str, int] = {}
    for event in ledger.events(kinds=wanted):
        size = event.details.get("size")
        last[event.kind] = size if isinstance(size, int) else 0
    since = min((last.get(kind, 0) for kind in wanted), default=0)
    # What anchoring itself leaves: an intent, and one outcome for each place.
    return ledger.size() - since > 1 + len(wanted) or not last


def _event(kind: str, checkpoint: Checkpoint, **details: str) -> EventDraft:
    digest = hashlib.sha256(checkpoint.note.encode()).hexdigest()
    return EventDraft(
        kind,
        materials={"checkpoint": f"sha256:{digest}"},
        details={"size": checkpoint.size, **details},
    )


def _keep(home: Home, checkpoint: Checkpoint) -> None:
    directory = anchors_directory(home)
    with translated("the directory of the anchors"):
        directory.mkdir(mode=0o700, exist_ok=True)
    replace_file(local_copy(home, checkpoint.size), checkpoint.note.encode())


def local_copy(home: Home, size: int) -> Path:
    """Where the note over `size` events is kept; a timestamp beside it ends in `.tsr`."""
    return anchors_directory(home) / f"{size:016d}.checkpoint"


def timestamp_of(note: Path) -> Path:
    """Where the timestamp over the note kept at `note` lies, if there is one."""
    return note.with_name(f"{note.name}.tsr")


def _settle(
    ledger: SqlLedger, checkpoint: Checkpoint, place: str, outcome: EventDraft | HandoffError
) -> Placed:
    if isinstance(outcome, HandoffError):
        failed = _event("anchor.failed", checkpoint, place=place, code=outcome.code)
        ledger.append([failed])
        return Placed(place, checkpoint.size, error=outcome)
    ledger.append([outcome])
    shown = ("object_key", "until", "time")
    detail = ", ".join(str(outcome.details[n]) for n in shown if n in outcome.details)
    return Placed(place, checkpoint.size, detail)


def _lock(home: Home, checkpoint: Checkpoint, until: datetime) -> EventDraft | HandoffError:
    """Put the note into the bucket: the event that says so, or why it is not there."""
    key = object_key(checkpoint.origin, checkpoint.size)
    try:
        bucket = anchor_bucket(home)
        if bucket is None:
            return AnchorError("no bucket is configured")
        placed = _put(home, bucket, key, checkpoint, until)
    except HandoffError as error:
        return error
    kept = f"{placed.until:%Y-%m-%d}" if placed.until else ""
    version = hashlib.sha256(placed.version_id.encode()).hexdigest()
    return _event(
        "anchor.locked", checkpoint, object_key=key, version=f"sha256:{version}", until=kept
    )


def _put(
    home: Home, bucket: AnchorBucket, key: str, checkpoint: Checkpoint, until: datetime
) -> Anchored:
    try:
        return bucket.put(key, checkpoint.note.encode(), until)
    except ObjectExistsError:
        present = next(found for found in bucket.all(key) if found.key == key)
    # The same tree under another signature, after a change of keys, is the same commitment.
    try:
        found = open_checkpoint(present.content, load_verifier_keys(home.keys))
    except CustodyError:
        found = None
    if found is None or found.root != checkpoint.root:
        raise CustodyForkError("the bucket holds another checkpoint of this size")
    return present


def _stamp(home: Home, checkpoint: Checkpoint, url: str, root: bytes) -> EventDraft | HandoffError:
    """Get a timestamp over the note: the event that says so, or why there is none."""
    note = checkpoint.note.encode()
    try:
        request = make_request(note)
        answer = ask(url, request.encoded)
        moment = check_timestamp(answer, note, root, nonce=request.nonce)
        replace_file(timestamp_of(local_copy(home, checkpoint.size)), answer)
    except HandoffError as error:
        return error
    made = _event("anchor.timestamped", checkpoint, time=f"{moment:%Y-%m-%dT%H:%M:%SZ}")
    token = f"sha256:{hashlib.sha256(answer).hexdigest()}"
    return EventDraft(
        made.kind, materials=made.materials, products={"timestamp": token}, details=made.details
    )
