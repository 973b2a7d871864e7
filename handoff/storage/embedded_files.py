"""The files of the embedded S3 server: its configuration, its users, and what was chosen for it.

Everything in the directory is 0600 and the directory 0700: the users' secrets lie in it in clear,
as AWS's own credentials file keeps them.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import stat
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from handoff.errors import DemoServerError

OWNER = "owner"
REGION = "us-east-1"
# Below the range that Linux and others give to outgoing connections, so that a remembered port
# is still free at the next start.
PORTS = range(18_000, 32_000)

_OWNER_ACTIONS = ("Admin", "Read", "Write", "List", "Tagging")
_MASTER = "[master.volume_growth]\ncopy_1 = 1\ncopy_other = 1\n"


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one server, each with its own meaning; chosen once."""

    s3: int
    https: int
    s3_grpc: int
    master: int
    master_grpc: int
    volume: int
    volume_grpc: int
    filer: int
    filer_grpc: int


@dataclass(frozen=True, slots=True)
class User:
    """An S3 user of the server."""

    name: str
    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        """Keep the secret out of every traceback."""
        return f"User({self.name!r})"


@dataclass(frozen=True, slots=True)
class Process:
    """The server's process: its id and when it started, so that a reused id is not mistaken."""

    pid: int
    started: str


def prepare_directory(directory: Path) -> None:
    """Make `directory` and its `data/`, both 0700.

    Raises:
        DemoServerError: it cannot be made, or belongs to another user.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        (directory / "data").mkdir(exist_ok=True, mode=0o700)
        directory.chmod(0o700)
        owner = directory.stat().st_uid
    except OSError:
        raise DemoServerError("the server's directory cannot be used") from None
    if owner != os.getuid():
        raise DemoServerError("the server's directory belongs to another user")


def write_private(path: Path, content: str) -> None:
    """Replace the file at `path`, 0600, durably and in one step.

    Raises:
        OSError: the disk does not take it.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def ports(directory: Path) -> Ports:
    """The ports of the server in `directory`, chosen at the first call and remembered."""
    path = directory / "ports.json"
    known = _read(path)
    if known:
        return Ports(**{field.name: int(known[field.name]) for field in fields(Ports)})
    chosen = Ports(*_free_ports(len(fields(Ports))))
    write_private(path, json.dumps(asdict(chosen), indent=1))
    return chosen


def users(directory: Path, vendors: Iterable[str]) -> tuple[dict[str, User], bool]:
    """The owner and the vendors, and whether somebody new is among them.

    New ones get random keys. Writes `credentials.json`.
    """
    path = directory / "credentials.json"
    known = {name: User(name, *keys) for name, keys in _read(path).items()}
    wanted = {OWNER, *vendors} - known.keys()
    if wanted:
        known |= {name: _new_user(name) for name in sorted(wanted)}
        pairs = {u.name: [u.access_key, u.secret_key] for u in known.values()}
        write_private(path, json.dumps(pairs, indent=1, sort_keys=True))
    return known, bool(wanted)


def write_configuration(directory: Path, known: Mapping[str, User], endpoint: str) -> None:
    """Write what the server reads at its start and what its users' clients read.

    The latter are `credentials` and `config`, for AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE,
    and for each user NAME.curl, for `curl -K`.
    """
    write_private(directory / "master.toml", _MASTER)
    write_private(directory / "s3.json", json.dumps({"identities": _identities(known)}))
    if not (directory / "security.toml").exists():
        write_private(directory / "security.toml", _security())
    write_private(directory / "credentials", "".join(_profile(u) for u in known.values()))
    write_private(
        directory / "config",
        "".join(
            f"[profile {name}]\nregion = {REGION}\nendpoint_url = {endpoint}\n" for name in known
        ),
    )
    for user in known.values():
        write_private(directory / f"{user.name}.curl", _curl(user))


def read_process(directory: Path) -> Process | None:
    """The process last started, or None; it may be gone."""
    known = _read(directory / "process.json")
    return Process(int(known["pid"]), str(known["started"])) if known else None


def write_process(directory: Path, process: Process | None) -> None:
    """Remember the process, or forget it."""
    path = directory / "process.json"
    if process is None:
        path.unlink(missing_ok=True)
    else:
        write_private(path, json.dumps(asdict(process)))


def _read(path: Path) -> dict[str, Any]:
    try:
        untrusted = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError:
        raise DemoServerError(f"{path.name} of the embedded server cannot be read") from None
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DemoServerError(f"{path.name} of the embedded server can be read by others")
    try:
        content = json.loads(untrusted)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise DemoServerError(
            f"{path.name} of the embedded server is damaged",
            "stop the server, remove its directory and start it again; its contents are lost",
        )
    return content


def _new_user(name: str) -> User:
    return User(name, f"HO{secrets.token_hex(9).upper()}", secrets.token_urlsafe(30))


def _identities(known: Mapping[str, User]) -> list[dict[str, object]]:
    return [
        {
            "name": user.name,
            "credentials": [{"accessKey": user.access_key, "secretKey": user.secret_key}],
            # A vendor can do nothing but what a bucket policy grants.
            "actions": list(_OWNER_ACTIONS) if user.name == OWNER else [],
        }
        for user in known.values()
    ]


def _security() -> str:
    """Signing keys for the internal HTTP ports, and the key that encrypts objects at rest."""
    tables = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
    signing = "".join(f'[{table}]\nkey = "{secrets.token_hex(32)}"\n' for table in tables)
    return f'{signing}[s3.sse]\nkek = "{secrets.token_hex(32)}"\n'


def _profile(user: User) -> str:
    keys = (user.access_key, user.secret_key)
    return "[{}]\naws_access_key_id = {}\naws_secret_access_key = {}\n".format(user.name, *keys)


def _curl(user: User) -> str:
    keys = f"{user.access_key}:{user.secret_key}"
    return f'user = "{keys}"\naws-sigv4 = "aws:amz:{REGION}:s3"\n'


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    for _ in range(1_000):
        port = secrets.choice(PORTS)
        if port not in found and _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise DemoServerError("no free ports were found on loopback")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
