"""The firm's own record of a batch: which original got which control number, sealed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from handoff.errors import CustodyForkError, RecordMissingError
from handoff.model import CustodyEvent
from handoff.pipeline.batch import Document
from handoff.pipeline.run import Run
from handoff.sealing import age
from handoff.sealing.files import replacing, translated
from handoff.sealing.seal import open_bytes, seal_bytes


def names_path(records: Path, batch_id: str) -> Path:
    """Where the sealed names of a batch lie."""
    return records / f"{batch_id}.names.json.age"


def write_names(run: Run, batch_id: str, documents: Sequence[Document]) -> None:
    """Seal control number -> original name, and where it lies, to the firm's recovery key.

    Raises:
        DiskFullError: there is no room for it.
    """
    names = {document.control_number: document.item.display_name() for document in documents}
    # A path is bytes and need not be text; Latin-1 takes any bytes and gives them back.
    sources = {
        document.control_number: os.fsencode(document.item.path.absolute()).decode("latin-1")
        for document in documents
        if document.item.sha256
    }
    record = {
        "type": "handoff-names",
        "version": 1,
        "batch_id": batch_id,
        "names": names,
        "sources": sources,
    }
    plain = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    recovery = [run.keys.public_parts().recovery_x25519]
    write_private(names_path(run.home.records, batch_id), seal_bytes(plain, recovery))


def write_private(path: Path, data: bytes) -> None:
    """Write `path` whole or not at all: 0600, fsynced, renamed into place.

    Raises:
        DiskFullError: there is no room for it.
        PermissionsError: it cannot be written for another reason.
    """
    with translated("a record of the batch"), replacing(path) as file:
        file.write(data)


def require_known(records: Path, closed: Iterable[CustodyEvent]) -> None:
    """Do nothing, or raise: a manifest is recorded only after `batch.closed` stands in the log.

    A log that lacks one of these batches was replaced by an older copy of itself, and would give
    its control numbers to other documents.

    Raises:
        CustodyForkError: a recorded manifest is of no batch that `closed` closes.
    """
    known = {event.batch_id for event in closed}
    made = {path.name.partition(".")[0] for path in records.glob("*.manifest.json")}
    if lost := sorted(made - known):
        raise CustodyForkError(
            f"the custody log does not know batch {lost[0]}, whose manifest is among the records",
            "the log is an older copy: restore the newest one (docs/operations.md, Backup)",
        )


def read_names(records: Path, batch_id: str, identities: Iterable[age.Identity]) -> dict[str, str]:
    """Original names by control number, opened with the firm's recovery identity.

    Raises:
        IdentityMismatchError, SealedDamagedError: the record cannot be opened.
        RecordMissingError: there is no record of this batch.
    """
    names: dict[str, str] = _opened(records, batch_id, identities)["names"]
    return names


def read_sources(
    records: Path, batch_id: str, identities: Iterable[age.Identity]
) -> dict[str, Path]:
    """Where the originals lay, by control number; errors as `read_names`.

    None of a batch that an older version sent.
    """
    sources = _opened(records, batch_id, identities).get("sources", {})
    return {number: Path(os.fsdecode(path.encode("latin-1"))) for number, path in sources.items()}


def _opened(records: Path, batch_id: str, identities: Iterable[age.Identity]) -> dict[str, Any]:
    try:
        sealed = names_path(records, batch_id).read_bytes()
    except OSError:
        raise RecordMissingError("the names of this batch are not among the records") from None
    record: dict[str, Any] = json.loads(open_bytes(sealed, identities))
    return record
