"""The firm's record of what was redacted in each delivered document, provable by its digest.

`records/redactions/BATCH/CONTROL.jsonl`, written before the event that names its digest, which is
itself durable before the upload: the log never names a record that nobody can show.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from handoff.errors import RecordChangedError, RecordMissingError
from handoff.model import CustodyEvent
from handoff.pipeline.home import Home
from handoff.pipeline.records import write_private
from handoff.pipeline.tasks import Redacted
from handoff.sealing.files import translated

PRODUCT = "redaction_log"


def path_of(home: Home, batch_id: str, control_number: str) -> Path:
    """Where the record of a document lies."""
    return home.records / "redactions" / batch_id / f"{control_number}.jsonl"


def keep(home: Home, batch_id: str, result: Redacted) -> str:
    """Write the record of `result` durably, in place of one of an earlier attempt; its digest.

    Raises:
        DiskFullError, PermissionsError: it cannot be written.
    """
    content = zlib.decompress(result.record)
    path = path_of(home, batch_id, result.control_number)
    with translated("a record of the batch"):
        for directory in (path.parents[1], path.parent):
            directory.mkdir(mode=0o700, exist_ok=True)
    write_private(path, content)
    return hashlib.sha256(content).hexdigest()


def read(home: Home, events: Iterable[CustodyEvent]) -> dict[str, bytes]:
    """The records of the documents that `events` redacted, by control number.

    Raises:
        RecordMissingError: a record is gone, or none was kept (by an older version).
        RecordChangedError: a record is not the one whose digest stands in the log.
    """
    found: dict[str, bytes] = {}
    for event in _latest(events).values():
        number = str(event.details["control_number"])
        content = _read(path_of(home, event.batch_id, number))
        if content is None or PRODUCT not in event.products:
            raise RecordMissingError(f"there is no record of the redactions of {number}")
        if not _matches(event, content):
            raise RecordChangedError(f"the record of the redactions of {number} was changed")
        found[number] = content
    return found


def logs_seen(home: Home, events: Iterable[CustodyEvent]) -> dict[str, bytes]:
    """Records that `events` name, by `redactions/BATCH/CONTROL.jsonl`; what is gone is missing.

    A record is believed only if it hashes to the digest in the log.
    """
    found: dict[str, bytes] = {}
    for event in _latest(events).values():
        number = str(event.details["control_number"])
        content = _read(path_of(home, event.batch_id, number))
        if content is not None and _matches(event, content):
            found[f"redactions/{event.batch_id}/{number}.jsonl"] = content
    return found


def _latest(events: Iterable[CustodyEvent]) -> Mapping[tuple[str, str], CustodyEvent]:
    """The last `document.redacted` of each document of each batch."""
    return {
        (event.batch_id, event.doc_id): event
        for event in events
        if event.kind == "document.redacted"
    }


def _matches(event: CustodyEvent, content: bytes) -> bool:
    return event.products.get(PRODUCT) == f"sha256:{hashlib.sha256(content).hexdigest()}"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
