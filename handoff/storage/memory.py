"""A store in memory, for tests: it keeps every promise of a real one, and fails when told to."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from handoff.errors import (
    BucketForeignError,
    BucketMissingError,
    CredentialsError,
    IntegrityError,
    ObjectExistsError,
    ObjectMissingError,
    StoreBusyError,
    StoreUnreachableError,
)
from handoff.model import StoreReceipt
from handoff.storage.client import Transfer
from handoff.storage.payload import check_key, prepare

_TRANSFER = Transfer()


class Fault(StrEnum):
    """What can go wrong with one operation."""

    THROTTLE = "throttle"
    """503 through every retry; nothing happened."""
    UNREACHABLE = "unreachable"
    """The connection failed before anything happened."""
    LOST = "lost"
    """The connection failed after the object was stored."""
    TRUNCATE = "truncate"
    """Half of the bytes arrive: in the store, or from it."""
    LIE = "lie"
    """The store reports another checksum than the bytes have."""


class MemoryStore:
    """`ports.Store` in memory; `fail` scripts what goes wrong next.

    Args:
        exists: whether there is a bucket.
        ours: whether it carries our tag.
        credentials: whether the store accepts ours.
    """

    def __init__(self, *, exists: bool = True, ours: bool = True, credentials: bool = True) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts = 0
        self._exists = exists
        self._ours = ours
        self._credentials = credentials
        self._faults: deque[Fault | None] = deque()
        self._lock = threading.Lock()

    def fail(self, fault: Fault, times: int = 1, *, after: int = 0) -> None:
        """Let `after` puts and gets pass, then make the next `times` ones end with `fault`."""
        with self._lock:
            self._faults.extend([None] * after + [fault] * times)

    def check(self) -> None:
        """Raise unless the bucket is there, ours, and usable."""
        self._admit()
        if not self._ours:
            raise BucketForeignError("the bucket does not carry handoff's tag")

    def put(self, key: str, source: Path, sha256: str) -> StoreReceipt:
        """Store the file's bytes under `key`; see `ports.Store.put`."""
        payload = prepare(key, source, sha256, _TRANSFER)
        content = source.read_bytes()
        fault = self._next()
        if fault is Fault.TRUNCATE:
            content = content[: len(content) // 2]
        with self._lock:
            self.puts += 1
            present = self.objects.setdefault(key, content)
        if fault is Fault.LOST:
            raise StoreUnreachableError("put: the connection was lost")
        if fault in {Fault.TRUNCATE, Fault.LIE}:
            raise IntegrityError("what was stored is not what was sent")
        if hashlib.sha256(present).hexdigest() != payload.sha256:
            raise ObjectExistsError("another object lies under the key")
        return _receipt(key, present)

    def head(self, key: str) -> StoreReceipt | None:
        """What lies under `key`, or None."""
        check_key(key)
        self._admit()
        with self._lock:
            present = self.objects.get(key)
        return None if present is None else _receipt(key, present)

    def get(self, key: str, sink: BinaryIO) -> StoreReceipt:
        """Write the object's bytes to `sink`."""
        check_key(key)
        fault = self._next()
        with self._lock:
            present = self.objects.get(key)
        if present is None:
            raise ObjectMissingError("there is no such object in the bucket")
        if fault is Fault.TRUNCATE:
            sink.write(present[: len(present) // 2])
        if fault in {Fault.TRUNCATE, Fault.LOST}:
            raise StoreUnreachableError("get: the connection broke at every retry")
        sink.write(present)
        if fault is Fault.LIE:
            raise IntegrityError("get: the bytes received have another checksum")
        return _receipt(key, present)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under `prefix`, in order."""
        self._admit()
        with self._lock:
            return iter(sorted(key for key in self.objects if key.startswith(prefix)))

    def _admit(self) -> None:
        if not self._credentials:
            raise CredentialsError("the store does not accept the credentials")
        if not self._exists:
            raise BucketMissingError("the bucket does not exist")

    def _next(self) -> Fault | None:
        """Admit one put or get, and say what shall go wrong with it."""
        self._admit()
        with self._lock:
            fault = self._faults.popleft() if self._faults else None
        if fault is Fault.THROTTLE:
            raise StoreBusyError("the store stayed busy through every retry")
        if fault is Fault.UNREACHABLE:
            raise StoreUnreachableError("the connection failed through every retry")
        return fault


def _receipt(key: str, content: bytes) -> StoreReceipt:
    digest = hashlib.sha256(content).hexdigest()
    # Real stores give MD5 here, which nobody may rely on.
    return StoreReceipt(key, len(content), digest, version_id="1", etag=digest[:32])
