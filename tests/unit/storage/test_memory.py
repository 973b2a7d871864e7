"""The store for tests fails exactly as it is told to."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from handoff.errors import (
    IntegrityError,
    ObjectExistsError,
    StorageError,
    StoreBusyError,
    StoreUnreachableError,
)
from handoff.storage.memory import Fault, MemoryStore


@pytest.fixture
def file(tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "sealed"
    path.write_bytes(b"sealed")
    return path, hashlib.sha256(b"sealed").hexdigest()


@pytest.mark.parametrize(
    ("fault", "error", "left"),
    [
        (Fault.THROTTLE, StoreBusyError, None),
        (Fault.UNREACHABLE, StoreUnreachableError, None),
        (Fault.LOST, StoreUnreachableError, b"sealed"),
        (Fault.TRUNCATE, IntegrityError, b"sea"),
        (Fault.LIE, IntegrityError, b"sealed"),
    ],
)
def test_a_put_fails_and_leaves_what_a_real_store_would_leave(
    file: tuple[Path, str], fault: Fault, error: type[StorageError], left: bytes | None
) -> None:
    store = MemoryStore()
    store.fail(fault)
    with pytest.raises(error):
        store.put("k", *file)
    assert store.objects.get("k") == left
    if left == b"sea":
        with pytest.raises(ObjectExistsError):
            store.put("k", *file)
    else:
        assert store.put("k", *file).sha256 == file[1]


@pytest.mark.parametrize(
    ("fault", "error", "written"),
    [
        (Fault.THROTTLE, StoreBusyError, b""),
        (Fault.LOST, StoreUnreachableError, b""),
        (Fault.TRUNCATE, StoreUnreachableError, b"sea"),
        (Fault.LIE, IntegrityError, b"sealed"),
    ],
)
def test_a_get_fails_as_told(
    file: tuple[Path, str], fault: Fault, error: type[StorageError], written: bytes
) -> None:
    store = MemoryStore()
    store.put("k", *file)
    store.fail(fault)
    sink = io.BytesIO()
    with pytest.raises(error):
        store.get("k", sink)
    assert sink.getvalue() == written


def test_faults_come_in_order_after_what_shall_pass(file: tuple[Path, str]) -> None:
    store = MemoryStore()
    store.fail(Fault.THROTTLE, times=2, after=1)
    store.put("a", *file)
    for _ in range(2):
        with pytest.raises(StoreBusyError):
            store.put("b", *file)
    store.put("b", *file)
    assert list(store.keys("")) == ["a", "b"]
