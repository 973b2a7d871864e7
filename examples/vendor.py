"""What the demo's vendor needs besides curl, age and ssh-keygen.

vendor.py key FILE                  make an age identity (by age-keygen, else by handoff's own)
vendor.py login CREDENTIALS NAME    the login of an AWS profile, as a configuration for curl
vendor.py pick MANIFEST SUFFIX      file name, object key and SHA-256 of one document
"""

from __future__ import annotations

import configparser
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable


def make_key(path: str) -> None:
    """Write an identity file, private to its owner."""
    keygen = shutil.which("age-keygen")
    if keygen:
        subprocess.run([keygen, "-o", path], check=True, stderr=subprocess.DEVNULL)
        return
    from handoff.sealing.age import generate_x25519

    identity = generate_x25519()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"# public key: {identity.recipient()}\n{identity.encode()}\n")


def print_login(credentials: str, name: str) -> None:
    """Print options for `curl --config`: curl's arguments can be seen by all."""
    profiles = configparser.ConfigParser()
    profiles.read(credentials)
    login = profiles[name]
    print("silent\nshow-error\nfail")
    print('aws-sigv4 = "aws:amz:us-east-1:s3"')
    print(f'user = "{login["aws_access_key_id"]}:{login["aws_secret_access_key"]}"')


def pick(manifest: str, suffix: str) -> None:
    """Print what is needed to fetch and check one document, of type `suffix` if there is one."""
    with open(manifest, encoding="utf-8") as file:  # noqa: PTH123 - what a vendor would write
        entries = json.load(file)["entries"]
    entries.sort(key=lambda entry: not entry["file_name"].endswith(suffix))
    print(entries[0]["file_name"], entries[0]["object_key"], entries[0]["sha256"])


COMMANDS: dict[str, Callable[..., None]] = {"key": make_key, "login": print_login, "pick": pick}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
