"""A receipt is given only for bytes known to be right, whatever the server says of them."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from handoff.errors import (
    IntegrityError,
    ObjectExistsError,
    ObjectMissingError,
    SpoolError,
    StoreBusyError,
    StoreTlsError,
    StoreUnreachableError,
)
from handoff.model import Bucket
from handoff.storage import s3
from handoff.storage.client import Transfer
from handoff.storage.s3 import S3Store
from handoff.storage.translate import ConflictError, PreconditionFailedError

SEALED = b"sealed" * 10
SHA256 = hashlib.sha256(SEALED).hexdigest()


class FakeApi:
    """A server in a few lines, that forgets or spoils what the test names."""

    def __init__(self) -> None:
        self.bucket = Bucket("acme")
        self.transfer = Transfer(attempts=2)
        self.objects: dict[str, bytes] = {}
        self.checksum: str | None = None
        self.spoil: Callable[[bytes], bytes] = lambda content: content
        self.conflicts = 0
        self.conditional = True
        self.calls: list[str] = []

    def call(self, operation: str, **parameters: Any) -> Mapping[str, Any]:
        self.calls.append(operation)
        found: Mapping[str, Any] = getattr(self, operation)(**parameters)
        return found

    def _described(self, content: bytes) -> dict[str, Any]:
        described = {"ContentLength": len(content), "ETag": '"e"', "VersionId": "v1"}
        return described | ({} if self.checksum is None else {"ChecksumSHA256": self.checksum})

    def head_object(self, Key: str, **_: Any) -> Mapping[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise ObjectMissingError("none")
        return self._described(self.objects[Key])

    def put_object(self, Key: str, Body: bytes, **_: Any) -> Mapping[str, Any]:  # noqa: N803
        if self.conflicts:
            self.conflicts -= 1
            raise ConflictError("busy")
        if self.conditional and Key in self.objects:
            raise PreconditionFailedError("taken")
        self.objects[Key] = self.spoil(Body)
        return self._described(self.objects[Key])

    def get_object(self, Key: str, **_: Any) -> Mapping[str, Any]:  # noqa: N803
        content = self.objects[Key]
        return self._described(content) | {"Body": io.BytesIO(content)}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def store(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    monkeypatch.setattr(s3, "BucketApi", lambda *_, **__: api)
    monkeypatch.setattr(s3, "CONFLICT_PAUSES", (0.0, 0.0, 0.0))
    return S3Store(api.bucket)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sealed"
    path.write_bytes(SEALED)
    return path


def base64_of(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_a_confirmed_checksum_needs_no_second_request(
    api: FakeApi, store: S3Store, path: Path
) -> None:
    api.checksum = base64_of(SEALED)
    assert store.put("k", path, SHA256).sha256 == SHA256
    assert api.calls == ["put_object"]


@pytest.mark.parametrize("checksum", [None, "", "composite=-3", base64_of(b"other"), "no base64"])
def test_without_a_confirmed_checksum_the_object_is_read_back(
    api: FakeApi, store: S3Store, path: Path, checksum: str | None
) -> None:
    api.checksum = checksum
    assert store.put("k", path, SHA256).sha256 == SHA256
    assert api.calls == ["put_object", "head_object", "get_object"]


@pytest.mark.parametrize("checksum", [None, "composite=-3"])
@pytest.mark.parametrize("spoilt", [b"sealeX" * 10, b"sealed", b""])
def test_spoilt_bytes_are_found_on_a_server_that_ignores_checksums(
    api: FakeApi, store: S3Store, path: Path, spoilt: bytes, checksum: str | None
) -> None:
    api.checksum = checksum
    api.spoil = lambda _: spoilt
    with pytest.raises(IntegrityError):
        store.put("k", path, SHA256)


def test_a_taken_key_is_compared_by_its_bytes(api: FakeApi, store: S3Store, path: Path) -> None:
    api.objects["k"] = SEALED
    assert store.put("k", path, SHA256).sha256 == SHA256
    api.objects["k"] = b"s" * len(SEALED)
    with pytest.raises(ObjectExistsError):
        store.put("k", path, SHA256)


def test_a_server_that_may_ignore_conditions_is_looked_at_first(
    api: FakeApi, store: S3Store, path: Path
) -> None:
    api.bucket = Bucket("acme", checksums="when_required")
    api.conditional = False
    api.objects["k"] = b"theirs"
    with pytest.raises(ObjectExistsError):
        store.put("k", path, SHA256)
    assert api.objects["k"] == b"theirs"


def test_a_conflict_is_tried_again_and_not_for_ever(
    api: FakeApi, store: S3Store, path: Path
) -> None:
    api.conflicts = 3
    store.put("k", path, SHA256)
    api.conflicts = 100
    with pytest.raises(StoreBusyError):
        store.put("l", path, SHA256)
    assert api.calls.count("put_object") == 8


def test_a_download_that_only_ever_breaks_ends(
    api: FakeApi, store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.objects["k"] = SEALED
    monkeypatch.setattr(api, "get_object", lambda **_: api._described(SEALED) | {"Body": Cut()})
    with pytest.raises(StoreUnreachableError):
        store.get("k", io.BytesIO())
    assert api.calls == ["get_object", "get_object"]


class Cut(io.BytesIO):
    """A body that ends before it began."""


def test_a_full_disk_is_an_error_of_the_spool(api: FakeApi, store: S3Store) -> None:
    api.objects["k"] = SEALED

    class Full(io.BytesIO):
        def write(self, content: Any, /) -> int:
            raise OSError(28, "planted")

    with pytest.raises(SpoolError):
        store.get("k", Full())


def test_head_gives_a_digest_only_where_it_is_one_of_the_whole(
    api: FakeApi, store: S3Store
) -> None:
    api.objects["k"] = SEALED
    for checksum, expected in ((base64_of(SEALED), SHA256), ("x-2", ""), (None, ""), ("é", "")):
        api.checksum = checksum
        receipt = store.head("k")
        assert receipt is not None
        assert receipt.sha256 == expected


def test_keys_of_many_pages_come_in_order(
    api: FakeApi, store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {None: ["c", "b"], "more": ["é", "a"], "most": []}
    following = {None: "more", "more": "most"}

    def page(**asked: Any) -> dict[str, Any]:
        token = asked.get("ContinuationToken")
        content = [{"Key": key} for key in pages[token]]
        if token not in following:
            return {"IsTruncated": False}
        return {"IsTruncated": True, "NextContinuationToken": following[token], "Contents": content}

    monkeypatch.setattr(api, "list_objects_v2", page, raising=False)
    assert list(store.keys("")) == ["a", "b", "c", "é"]


def test_a_ca_file_that_is_not_there_is_named_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(StoreTlsError):
        S3Store(Bucket("acme", "https://127.0.0.1:1", ca=str(tmp_path / "none.pem")))
