"""A network that fails between the store and a real server: nothing lost, nothing twice."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from urllib3.util import connection

from handoff.errors import (
    HandoffError,
    ObjectExistsError,
    StorageError,
    StoreBusyError,
    StoreUnreachableError,
)
from handoff.storage.ownership import QUICK
from tests.faults.conftest import ATTEMPTS
from tests.steps import noting

pytestmark = pytest.mark.real
MIB = 1024 * 1024
FOREVER = 3_600
"""Seconds: who waited for this answer would not come back while the tests run."""
SMALL = 200_000
LARGE = 20 * MIB


@pytest.fixture(params=[SMALL, LARGE], ids=["small", "large"])
def content(request: pytest.FixtureRequest) -> bytes:
    return os.urandom(request.param)


@pytest.fixture
def file(content: bytes, tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "sealed"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


def assert_stored_once(scene: Any, content: bytes) -> None:
    assert scene.versions() == [("b/k", len(content))]
    assert scene.content("b/k") == content
    assert scene.uploads() == []


@pytest.mark.parametrize(
    "trouble",
    [
        ("delay", " /", 3, 0.4),
        ("reset", "PUT", 1, 100_000),
        ("reset", "PUT", 2, 0),
        ("lose", "PUT", 1),
        ("lose", "PUT", 2),
        ("busy", "PUT", 2),
        ("busy", " /", 3),
        ("truncate", "PUT", 1),
        ("hang", "PUT", 1, 3.5),
    ],
    ids=lambda trouble: "-".join(map(str, trouble)),
)
def test_a_passing_trouble_is_survived(
    scene: Any, proxy: Any, file: tuple[Path, str], content: bytes, trouble: tuple[Any, ...]
) -> None:
    proxy.spoil(*trouble)
    receipt = scene.via().put("b/k", *file)
    assert receipt.sha256 == file[1]
    assert_stored_once(scene, content)


@pytest.mark.parametrize(
    "trouble",
    [
        ("lose", r"POST .*\?uploads"),
        ("busy", r"POST .*\?uploads"),
        ("lose", r"POST .*uploadId="),
        ("busy", r"POST .*uploadId="),
    ],
    ids=["lose-start", "busy-start", "lose-end", "busy-end"],
)
@pytest.mark.parametrize("content", [LARGE], indirect=True, ids=["large"])
def test_trouble_at_either_end_of_a_multipart_upload_is_survived(
    scene: Any, proxy: Any, file: tuple[Path, str], content: bytes, trouble: tuple[str, str]
) -> None:
    proxy.spoil(*trouble, 2)
    assert scene.via().put("b/k", *file).size == LARGE
    assert_stored_once(scene, content)


@pytest.mark.parametrize(
    "trouble",
    [
        ("busy", None, StoreBusyError),
        ("reset", 1000, StoreUnreachableError),
        ("hang", FOREVER, StoreUnreachableError),
    ],
    ids=["busy", "reset", "hang"],
)
def test_a_lasting_trouble_ends_after_so_many_tries_with_nothing_stored(
    scene: Any, proxy: Any, file: tuple[Path, str], trouble: tuple[str, Any, type[StorageError]]
) -> None:
    kind, value, error = trouble
    proxy.spoil(kind, "PUT", 1000, value)
    with pytest.raises(error) as caught:
        scene.via(attempts=2, read_timeout=1).put("b/k", *file)
    tries = Counter(line for line in proxy.requests if line.startswith("PUT"))
    assert max(tries.values()) == 2
    assert scene.versions() == []
    assert scene.uploads() == []
    assert "planted" not in f"{caught.value}"
    assert "retry" in str(caught.value)


def test_after_a_lasting_trouble_the_same_put_succeeds(
    scene: Any, proxy: Any, file: tuple[Path, str], content: bytes
) -> None:
    """The object was stored every time, but no answer ever came back."""
    proxy.spoil("lose", "PUT", 2)
    with pytest.raises(StoreUnreachableError):
        scene.via(attempts=1).put("b/k", *file)
    proxy.spoil("lose", "PUT", 0)
    assert scene.via().put("b/k", *file).sha256 == file[1]
    assert_stored_once(scene, content)


def test_a_second_writer_of_other_bytes_is_left_alone(
    scene: Any, proxy: Any, file: tuple[Path, str]
) -> None:
    def write() -> None:
        scene.direct.put_object(Bucket=scene.bucket, Key="b/k", Body=b"theirs")

    proxy.spoil("first", "PUT", 1, write)
    with pytest.raises(ObjectExistsError):
        scene.via().put("b/k", *file)
    assert scene.content("b/k") == b"theirs"
    assert scene.versions() == [("b/k", 6)]
    assert scene.uploads() == []


def test_a_second_writer_of_the_same_bytes_counts_as_success(
    scene: Any, proxy: Any, file: tuple[Path, str], content: bytes
) -> None:
    def write() -> None:
        scene.direct.put_object(Bucket=scene.bucket, Key="b/k", Body=content)

    proxy.spoil("first", "PUT", 1, write)
    assert scene.via().put("b/k", *file).sha256 == file[1]
    assert_stored_once(scene, content)


def test_of_many_writers_at_once_exactly_one_wins(scene: Any, tmp_path: Path) -> None:
    store = scene.via()

    def write(number: int) -> str:
        path = tmp_path / str(number)
        path.write_bytes(f"writer {number}".encode())
        try:
            store.put("b/k", path, hashlib.sha256(path.read_bytes()).hexdigest())
        except ObjectExistsError:
            return ""
        return f"writer {number}"

    with ThreadPoolExecutor(8) as pool:
        winners = [w for w in pool.map(write, range(8)) if w]
    assert len(winners) == 1
    assert scene.content("b/k").decode() == winners[0]
    assert len(scene.versions()) == 1


@pytest.mark.parametrize("times", [1, 3])
def test_a_truncated_download_goes_on_where_it_stopped(
    scene: Any, proxy: Any, file: tuple[Path, str], content: bytes, times: int
) -> None:
    store = scene.via()
    store.put("b/k", *file)
    proxy.spoil("truncate", "GET", times)
    sink = io.BytesIO()
    assert store.get("b/k", sink).sha256 == file[1]
    assert sink.getvalue() == content


def test_a_download_always_truncated_is_an_error_after_so_many_tries(
    scene: Any, proxy: Any, file: tuple[Path, str]
) -> None:
    store = scene.via()
    store.put("b/k", *file)
    proxy.spoil("truncate", "GET", 1000)
    with pytest.raises(StoreUnreachableError):
        store.get("b/k", io.BytesIO())
    assert len([line for line in proxy.requests if line.startswith("GET")]) == ATTEMPTS


def test_a_server_that_does_not_speak_s3_is_named_as_such(scene: Any, proxy: Any) -> None:
    proxy.spoil("garbage", " /", 1000)
    store = scene.via()
    for ask in (store.check, lambda: list(store.keys("")), lambda: store.head("b/k")):
        with pytest.raises(StoreUnreachableError) as caught:
            ask()
        assert "planted" not in str(caught.value)


def test_nobody_listening_is_said_at_the_second_try(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}"
    tried: list[object] = []
    connect = noting(connection.create_connection, tried)
    monkeypatch.setattr(connection, "create_connection", connect)
    with pytest.raises(StoreUnreachableError):
        scene.via(closed).check()
    assert len(tried) == QUICK.attempts


def test_no_secret_reaches_the_log_even_at_debug(
    scene: Any,
    seaweedfs: Any,
    proxy: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "sealed"
    path.write_bytes(b"sealed")
    proxy.spoil("busy", "PUT", 1)
    scene.via().put("b/k", path, hashlib.sha256(b"sealed").hexdigest())
    secrets = (seaweedfs.directory / "credentials").read_text().split()
    keys = [word for word in secrets if len(word) > 15 and word.islower() is False]
    assert keys
    for word in [*keys, "Signature", "AWS4-HMAC", "SlowDown"]:
        assert word not in caplog.text


def test_every_storage_error_has_a_hint_and_a_code_in_range() -> None:
    for cls in StorageError.__subclasses__():
        assert issubclass(cls, HandoffError)
        assert 40 <= cls.exit_code <= 49
        assert cls.hint
