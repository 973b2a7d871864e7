"""The firm's record of original names, carried over to the numbers of another vendor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from handoff.pipeline.records import names_path, write_private
from handoff.pipeline.resealing_run import Sealer
from handoff.pipeline.switching_events import Carried
from handoff.sealing.seal import open_bytes, seal_bytes


def carry_names(
    sealer: Sealer, former_batch: str, batch_id: str, documents: Mapping[str, Carried]
) -> None:
    """Seal the names that the former numbers stand for under the new ones, to the recovery key.

    Without a record of the former batch there is none of the new one, and the person is told.

    Raises:
        IdentityMismatchError, SealedDamagedError: the former record cannot be opened.
        DiskFullError: there is no room.
    """
    run = sealer.run
    try:
        sealed = names_path(run.home.records, former_batch).read_bytes()
    except OSError:
        run.reporter.note(f"the names of batch {former_batch} are not among the records")
        return
    was: dict[str, Any] = json.loads(open_bytes(sealed, sealer.identities))
    record = was | {"batch_id": batch_id}
    for part in ("names", "sources"):
        known = was.get(part, {})
        record[part] = {
            document.control_number: known[document.former_number]
            for document in documents.values()
            if document.former_number in known
        }
    plain = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    recovery = [run.keys.public_parts().recovery_x25519]
    write_private(names_path(run.home.records, batch_id), seal_bytes(plain, recovery))
