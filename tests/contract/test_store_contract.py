"""What every store promises, tried on each: in memory, moto, and SeaweedFS by http and https."""

from __future__ import annotations

import hashlib
import io
import os
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from handoff.errors import (
    AccessDeniedError,
    BucketForeignError,
    BucketMissingError,
    CredentialsError,
    IntegrityError,
    ObjectExistsError,
    ObjectKeyError,
    ObjectMissingError,
    SpoolError,
)
from handoff.ports import Store

MIB = 1024 * 1024


class Spool:
    """Files to be sent."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def file(self, content: bytes) -> tuple[Path, str]:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._directory / sha256
        path.write_bytes(content)
        return path, sha256


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


def fetched(store: Store, key: str) -> bytes:
    sink = io.BytesIO()
    receipt = store.get(key, sink)
    content = sink.getvalue()
    assert receipt.size == len(content)
    assert receipt.sha256 == hashlib.sha256(content).hexdigest()
    return content


def test_a_provisioned_bucket_passes_the_check(store: Store) -> None:
    store.check()


def test_what_was_put_is_what_is_got(store: Store, spool: Spool) -> None:
    content = os.urandom(70_000)
    path, sha256 = spool.file(content)
    receipt = store.put("batch/one.age", path, sha256)
    assert (receipt.object_key, receipt.size, receipt.sha256) == ("batch/one.age", 70_000, sha256)
    assert fetched(store, "batch/one.age") == content


def test_head_tells_size_and_never_a_wrong_digest(store: Store, spool: Spool) -> None:
    path, sha256 = spool.file(b"sealed")
    store.put("k", path, sha256)
    receipt = store.head("k")
    assert receipt is not None
    assert receipt.size == 6
    assert receipt.sha256 in {"", sha256}


def test_head_of_nothing_is_none(store: Store) -> None:
    assert store.head("nothing") is None


def test_get_of_nothing_is_an_error_of_its_own(store: Store) -> None:
    with pytest.raises(ObjectMissingError):
        store.get("nothing", io.BytesIO())


def test_the_same_bytes_again_are_the_same_success(store: Store, spool: Spool) -> None:
    path, sha256 = spool.file(b"sealed")
    first = store.put("k", path, sha256)
    again = store.put("k", path, sha256)
    assert (again.sha256, again.size, again.version_id) == (first.sha256, 6, first.version_id)


@pytest.mark.parametrize("other", [b"SEALED", b"sealed and longer", b""])
def test_other_bytes_never_replace_what_is_there(store: Store, spool: Spool, other: bytes) -> None:
    store.put("k", *spool.file(b"sealed"))
    with pytest.raises(ObjectExistsError):
        store.put("k", *spool.file(other))
    assert fetched(store, "k") == b"sealed"


def test_an_empty_object_is_an_object(store: Store, spool: Spool) -> None:
    receipt = store.put("empty", *spool.file(b""))
    assert receipt.size == 0
    assert fetched(store, "empty") == b""
    assert list(store.keys("")) == ["empty"]


def test_forty_megabytes_arrive_whole_and_are_not_replaced(store: Store, spool: Spool) -> None:
    content = os.urandom(MIB) * 40
    path, sha256 = spool.file(content)
    assert store.put("large", path, sha256).sha256 == sha256
    assert fetched(store, "large") == content
    assert store.put("large", path, sha256).size == 40 * MIB
    with pytest.raises(ObjectExistsError):
        store.put("large", *spool.file(os.urandom(MIB) * 40))


def test_keys_come_in_order_and_only_under_the_prefix(store: Store, spool: Spool) -> None:
    path, sha256 = spool.file(b"x")
    for key in ("b/2", "a/1", "b/10", "b.1", "b/1/deep"):
        store.put(key, path, sha256)
    assert list(store.keys("b/")) == ["b/1/deep", "b/10", "b/2"]
    assert list(store.keys("")) == sorted(["b/2", "a/1", "b/10", "b.1", "b/1/deep"])
    assert list(store.keys("c")) == []


def test_odd_keys_come_in_the_order_of_their_code_points(store: Store, spool: Spool) -> None:
    """SeaweedFS lists directories first, moto and AWS by bytes."""
    keys = ["ü/ñ", "a%20b", "a+b", "a b", "日本", "a/b", "Z", "b"]
    for key in keys:
        store.put(key, *spool.file(b"x"))
    assert list(store.keys("")) == sorted(keys)


@pytest.mark.parametrize(
    "key",
    ["a b", "ü/ñ", "日本", "a+b", "a%20b", "q?r#s", "a&b='\"<>", "...", "-rf", "~", "a" * 200],
)
def test_an_odd_key_is_kept_as_it_is(store: Store, spool: Spool, key: str) -> None:
    store.put(key, *spool.file(b"odd"))
    assert list(store.keys("")) == [key]
    assert fetched(store, key) == b"odd"


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", "./a", "a/../b", "..", "a\nb", "a\x00b", "a\\b", "k" * 1025]
)
def test_a_key_that_some_server_would_change_is_refused(
    store: Store, spool: Spool, key: str
) -> None:
    with pytest.raises(ObjectKeyError):
        store.put(key, *spool.file(b"odd"))
    with pytest.raises(ObjectKeyError):
        store.head(key)
    with pytest.raises(ObjectKeyError):
        store.get(key, io.BytesIO())
    assert list(store.keys("")) == []


def test_a_missing_bucket_is_named_as_such(harness: Any, spool: Spool) -> None:
    missing = harness.missing()
    with pytest.raises(BucketMissingError):
        missing.check()
    with pytest.raises(BucketMissingError):
        missing.put("k", *spool.file(b"x"))


def test_a_bucket_without_our_tag_is_foreign(harness: Any) -> None:
    with pytest.raises(BucketForeignError):
        harness.untagged().check()


def test_wrong_credentials_are_named_as_such(harness: Any, spool: Spool) -> None:
    if harness.wrong_credentials is None:
        pytest.skip("moto accepts any credentials")
    stranger = harness.wrong_credentials()
    with pytest.raises(CredentialsError):
        stranger.check()
    # Where the store is looked at first, a HEAD's refusal has no body that says why.
    with pytest.raises((CredentialsError, AccessDeniedError)):
        stranger.put("k", *spool.file(b"x"))


def test_a_hundred_at_once_all_arrive(store: Store, spool: Spool) -> None:
    files = [spool.file(f"document {number}".encode()) for number in range(100)]
    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(lambda n: store.put(f"many/{n:03}", *files[n]), range(100)))
    assert [r.sha256 for r in receipts] == [sha256 for _, sha256 in files]
    assert list(store.keys("many/")) == [f"many/{n:03}" for n in range(100)]


@pytest.mark.parametrize("size", [6, 20 * MIB])
def test_a_wrong_digest_leaves_nothing(store: Store, spool: Spool, size: int) -> None:
    path, _ = spool.file(os.urandom(size))
    with pytest.raises(IntegrityError):
        store.put("k", path, hashlib.sha256(b"other").hexdigest())
    assert store.head("k") is None


def test_a_source_that_is_gone_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SpoolError):
        store.put("k", tmp_path / "gone", hashlib.sha256(b"").hexdigest())
    assert store.head("k") is None


def test_error_texts_hold_neither_file_names_nor_keys(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SpoolError) as caught:
        store.put("planted-key", tmp_path / "planted-name", "00")
    shown = "".join(traceback.format_exception_only(caught.value)) + caught.value.hint
    assert caught.value.__suppress_context__
    assert "planted" not in shown
