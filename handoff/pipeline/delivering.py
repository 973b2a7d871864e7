"""Move ciphertext from the spool into the vendor's bucket, each upload announced before it starts.

Order of writes (architecture.md): `delivery.intended` is durable before the PUT, and
`delivery.confirmed` is durable before the spooled ciphertext goes. A run that dies between leaves
an intent; `settle` asks the store what became of it.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from handoff.errors import DiskFullError, StorageError
from handoff.model import StoreReceipt
from handoff.pipeline.batch import Intent
from handoff.ports import Store

THREADS = 4
BACKLOG = 32


@dataclass(frozen=True, slots=True)
class Upload:
    """One announced upload."""

    doc_id: str
    intent: Intent
    source: Path


@dataclass(frozen=True, slots=True)
class Landed:
    """How an upload ended: a receipt, or the error that stopped it."""

    upload: Upload
    result: StoreReceipt | StorageError | DiskFullError


def _put(store: Store, upload: Upload) -> StoreReceipt:
    intent = upload.intent
    return store.put(intent.object_key, upload.source, intent.ciphertext_sha256)


@dataclass(slots=True)
class Uploads:
    """Uploads in threads beside the workers; only ciphertext passes here."""

    store: Store
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS))
    _flying: dict[Future[StoreReceipt], Upload] = field(default_factory=dict)

    def submit(self, upload: Upload) -> list[Landed]:
        """Start an upload; give back those that have ended, waiting while the backlog is long."""
        self._flying[self._pool.submit(_put, self.store, upload)] = upload
        if len(self._flying) >= BACKLOG:
            wait(self._flying, return_when=FIRST_COMPLETED)
        return self._collect()

    def finish(self) -> list[Landed]:
        """Wait for the first of what is under way to end; an empty list when nothing is."""
        wait(self._flying, return_when=FIRST_COMPLETED)
        return self._collect()

    def close(self) -> None:
        """Wait for uploads already begun; those not begun are forgotten, their intents stand."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _collect(self) -> list[Landed]:
        done = [future for future in self._flying if future.done()]
        return [_landed(self._flying.pop(future), future) for future in done]


def _landed(upload: Upload, future: Future[StoreReceipt]) -> Landed:
    error = future.exception()
    if error is None:
        return Landed(upload, future.result())
    if isinstance(error, StorageError | DiskFullError):
        return Landed(upload, error)
    raise error
