"""The signing key of the custody log: made once, kept 0600 beside its verifier key.

The files hold the encodings of Go's `golang.org/x/mod/sumdb/note`, so that other tools of the
transparency world can read them: `PRIVATE+KEY+NAME+ID+BASE64(0x01 || seed)` and `NAME+ID+BASE64`.
"""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from handoff.custody.files import create_file
from handoff.custody.note import ED25519, VerifierKey, check_key_name, decode_base64
from handoff.errors import CustodyKeyError, CustodyKeyExistsError, PermissionsError

KEY_FILE = "custody-log.key"
VERIFIER_FILE = "custody-log.vkey"
_PREFIX = "PRIVATE+KEY+"
_MAX_KEY_FILE = 4096


class LogKey:
    """The custody log's Ed25519 key; signs checkpoints. Its repr shows the name only."""

    def __init__(self, name: str, seed: bytes) -> None:
        check_key_name(name)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._verifier = VerifierKey(name, public)

    def __repr__(self) -> str:
        return f"LogKey({self._verifier.name!r})"

    @property
    def verifier(self) -> VerifierKey:
        """The public half, to be given to whoever verifies."""
        return self._verifier

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over `message`."""
        return self._private.sign(message)


def generate_log_key(directory: Path, name: str) -> LogKey:
    """Make the log's key and write both files into `directory` (0600, atomic, never over another).

    `name` becomes the origin of the log, best a schema-less URL: "firm.example/custody".

    Raises:
        CustodyKeyError: the name is not usable.
        CustodyKeyExistsError: there is a key already.
        PermissionsError, DiskFullError: the files cannot be written.
    """
    check_key_name(name)
    key, secret = new_log_key(name)
    try:
        create_file(directory / KEY_FILE, secret.encode())
        create_file(directory / VERIFIER_FILE, f"{key.verifier}\n".encode())
    except FileExistsError:
        raise CustodyKeyExistsError("the custody log has a key already") from None
    return key


def new_log_key(name: str) -> tuple[LogKey, str]:
    """A fresh key under `name`, and the one line of its secret file."""
    seed = os.urandom(32)
    key = LogKey(name, seed)
    encoded = base64.b64encode(bytes([ED25519]) + seed).decode()
    return key, f"{_PREFIX}{name}+{key.verifier.id:08x}+{encoded}\n"


def load_log_key(directory: Path, file_name: str = KEY_FILE) -> LogKey:
    """Read the key that `generate_log_key` wrote, or another in the same form beside it.

    Raises:
        CustodyKeyError: it is missing or damaged.
        PermissionsError: others than its owner may read it.
    """
    path = directory / file_name
    text = _read_key_file(path, secret=True)
    name, _, rest = text.removeprefix(_PREFIX).partition("+")
    hexid, _, encoded = rest.partition("+")
    data = decode_base64(encoded)
    if not text.startswith(_PREFIX) or data is None or len(data) != 33 or data[0] != ED25519:
        raise CustodyKeyError("the custody log's key file is damaged")
    key = LogKey(name, data[1:])
    if hexid != f"{key.verifier.id:08x}":
        raise CustodyKeyError("the custody log's key file is damaged: its id does not fit")
    return key


def load_verifier_key(directory: Path) -> VerifierKey:
    """Read the verifier key beside the log's key; raises `CustodyKeyError`."""
    return VerifierKey.parse(_read_key_file(directory / VERIFIER_FILE, secret=False))


def _read_key_file(path: Path, *, secret: bool) -> str:
    """The one line of a key file; raises `CustodyKeyError` or `PermissionsError`."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MAX_KEY_FILE)
    except FileNotFoundError:
        raise CustodyKeyError(f"{path.name} is missing") from None
    except OSError:
        raise CustodyKeyError(f"{path.name} cannot be read") from None
    if secret and stat.S_IMODE(mode) & 0o077:
        raise PermissionsError(f"{path.name} can be read by others", hint=f"chmod 600 {path}")
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        raise CustodyKeyError(f"{path.name} is damaged") from None
