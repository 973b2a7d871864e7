"""Ceph's RADOS gateway for the access tests: one monitor, one OSD in memory, one gateway, loopback.

It needs root and Debian's `radosgw ceph-mon ceph-osd`; without them its tests are skipped.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import boto3

from handoff.storage.certificate import write_certificate

PROGRAMS = (
    "ceph",
    "ceph-mon",
    "ceph-osd",
    "radosgw",
    "radosgw-admin",
    "ceph-authtool",
    "monmaptool",
)
USERS = ("owner", "acme", "beta")
# For a machine that others load too: a calm one takes twelve.
START_SECONDS = 300
STATE = "state.json"
# Lines of each log to show when the gateway does not start.
LAST = 15
_CONF = """\
[global]
fsid = {fsid}
mon_host = [v2:127.0.0.1:{mon2},v1:127.0.0.1:{mon1}]
keyring = {dir}/keyring
auth_allow_insecure_global_id_reclaim = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
run_dir = {dir}/run
admin_socket = {dir}/run/$name.asok
pid_file = {dir}/run/$name.pid
log_file = {dir}/log/$name.log
log_to_stderr = false
err_to_stderr = true
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[mon]
mon_data = {dir}/mon
mon_cluster_log_file = {dir}/log/cluster.log
[osd]
osd_data = {dir}/osd
osd_objectstore = memstore
memstore_device_bytes = 1073741824
osd_max_object_name_len = 460
osd_max_object_namespace_len = 64
osd_class_load_list = *
osd_class_default_list = *
[client.rgw]
rgw_data = {dir}/rgw
rgw_frontends = {beast}
rgw_crypt_require_ssl = false
"""
_KEY_SERVICE = """\
rgw_crypt_sse_s3_backend = vault
rgw_crypt_sse_s3_vault_auth = agent
rgw_crypt_sse_s3_vault_addr = http://127.0.0.1:{keys}
rgw_crypt_sse_s3_vault_prefix = /v1/transit
rgw_crypt_sse_s3_vault_secret_engine = transit
"""


def missing() -> str:
    """Why there can be no gateway here, "" if there can."""
    if os.geteuid() != 0:
        return "Ceph's gateway is only started as root"
    lacking = [name for name in PROGRAMS if not shutil.which(name)]
    return f"not installed: {' '.join(lacking)} (radosgw ceph-mon ceph-osd)" if lacking else ""


@dataclass
class Ceph:
    """A running gateway, with the users owner, acme and beta.

    `max_buckets = -1` for the vendors: on Ceph every user may make buckets unless told otherwise.

    Attributes:
        directory: where it lives.
        has_keys: whether it has a key service, without which it cannot encrypt at rest.
    """

    directory: Path
    has_keys: bool = True
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, tuple[str, str]] = field(default_factory=dict)
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['http']}"

    @property
    def https_endpoint(self) -> str:
        return f"https://127.0.0.1:{self.ports['https']}"

    @property
    def ca(self) -> str:
        return str(self.directory / "cert.pem")

    def principal(self, user: str) -> str:
        """The ARN under which a bucket policy knows the user: Ceph's own account has no number."""
        return f"arn:aws:iam:::user/{user}"

    def session(self, user: str) -> boto3.session.Session:
        key, secret = self.secrets[user]
        return boto3.session.Session(key, secret, region_name="us-east-1")

    def start(self) -> None:
        for name in ("mon", "osd", "rgw", "log", "run"):
            (self.directory / name).mkdir()
        self.ports = dict(zip(("mon2", "mon1", "http", "https"), _free_ports(4), strict=True))
        write_certificate(self.directory)
        pem = [(self.directory / name).read_text() for name in ("cert.pem", "key.pem")]
        (self.directory / "rgw.pem").write_text("".join(pem))
        fsid = str(uuid.uuid4())
        beast = (
            f"beast endpoint=127.0.0.1:{self.ports['http']} "
            f"ssl_endpoint=127.0.0.1:{self.ports['https']} "
            f"ssl_certificate={self.directory}/rgw.pem"
        )
        conf = _CONF.format(dir=self.directory, fsid=fsid, beast=beast, **self.ports)
        if self.has_keys:
            [keys] = _free_ports(1)
            service = [sys.executable, str(Path(__file__).with_name("keyservice.py")), str(keys)]
            self.daemons.append(subprocess.Popen(service, stdin=subprocess.DEVNULL))
            conf += _KEY_SERVICE.format(keys=keys)
        (self.directory / "ceph.conf").write_text(conf)
        self._keyring()
        self._monitor(fsid)
        self._osd()
        self._daemon("radosgw", "-n", "client.rgw", "-f")
        self._await()
        for user in USERS:
            self._user(user)

    def version(self) -> int:
        """The major one: 16 for Pacific."""
        said = subprocess.run(["radosgw", "--version"], check=True, capture_output=True, text=True)
        return int(said.stdout.split()[2].partition(".")[0])

    def stop(self) -> None:
        for daemon in reversed(self.daemons):
            daemon.kill()
        for daemon in self.daemons:
            daemon.wait()

    def _keyring(self) -> None:
        keyring = str(self.directory / "keyring")
        _run(
            "ceph-authtool",
            "--create-keyring",
            keyring,
            "--gen-key",
            "-n",
            "mon.",
            "--cap",
            "mon",
            "allow *",
        )
        for entity in ("client.admin", "client.rgw", "osd.0"):
            caps = [part for kind in ("mon", "osd", "mgr") for part in ("--cap", kind, "allow *")]
            _run("ceph-authtool", keyring, "--gen-key", "-n", entity, *caps)

    def _monitor(self, fsid: str) -> None:
        monmap = str(self.directory / "monmap")
        addresses = f"[v2:127.0.0.1:{self.ports['mon2']},v1:127.0.0.1:{self.ports['mon1']}]"
        _run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", addresses, monmap)
        self._ceph(
            "ceph-mon",
            "--mkfs",
            "-i",
            "a",
            "--monmap",
            monmap,
            "--keyring",
            str(self.directory / "keyring"),
        )
        self._daemon("ceph-mon", "-i", "a", "-f")

    def _osd(self) -> None:
        # Waits for the monitor's quorum.
        identity = str(uuid.uuid4())
        self._ceph("ceph", "osd", "new", identity)
        self._ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identity)
        self._daemon("ceph-osd", "-i", "0", "-f")

    def _user(self, name: str) -> None:
        key, secret = secrets.token_hex(10).upper(), secrets.token_hex(20)
        self.secrets[name] = (key, secret)
        buckets = [] if name == "owner" else ["--max-buckets=-1"]
        login = [f"--access-key={key}", f"--secret-key={secret}"]
        self._ceph(
            "radosgw-admin",
            "user",
            "create",
            f"--uid={name}",
            f"--display-name={name}",
            *login,
            *buckets,
        )

    def _ceph(self, program: str, *arguments: str) -> None:
        _run(program, "-c", str(self.directory / "ceph.conf"), *arguments)

    def _daemon(self, program: str, *arguments: str) -> None:
        with (self.directory / "log" / f"{program}.out").open("wb") as log:
            command = [program, "-c", str(self.directory / "ceph.conf"), *arguments]
            # Started in "/", as systemd does: Debian 13's OSD looks for its classes from there.
            self.daemons.append(
                subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
            )

    def _await(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.endpoint, timeout=2).close()  # noqa: S310 - loopback
            except (OSError, urllib.error.URLError):
                for daemon in self.daemons:
                    assert daemon.poll() is None, self._complaint(f"{daemon.args!r} ended")
                time.sleep(0.2)
            else:
                return
        raise AssertionError(self._complaint("radosgw did not become ready"))

    def _complaint(self, what: str) -> str:
        """What went wrong, and the end of each log, where the reason stands."""
        ends = [
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-LAST:])
            for log in sorted((self.directory / "log").iterdir())
            if log.stat().st_size
        ]
        return "\n".join((what, *ends))


def shared(directory: Path) -> Ceph:
    """The gateway of `directory`, started by whoever asks first; `stop` ends it."""
    directory.mkdir(mode=0o700, exist_ok=True)
    made, state = Ceph(directory), directory / STATE
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not state.exists():
            made.start()
            pids = [daemon.pid for daemon in made.daemons]
            state.write_text(json.dumps([made.ports, made.secrets, pids]))
            for daemon in made.daemons:
                # They outlive this process on purpose; Popen must not complain about that.
                daemon.returncode = 0
        made.ports, logins, _ = json.loads(state.read_text())
    made.secrets = {name: (key, secret) for name, (key, secret) in logins.items()}
    return made


def stop(directory: Path) -> None:
    """End the gateway of `directory`, if there is one; nobody uses it any more."""
    with suppress(FileNotFoundError):
        for pid in reversed(json.loads((directory / STATE).read_text())[2]):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _run(*command: str) -> None:
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=START_SECONDS,
        cwd="/",
    )
    assert done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')}"


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
