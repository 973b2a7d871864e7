"""The texts of policies and profiles that a send relied on, by digest, for as long as the home.

The custody log names a policy by its digest; what it said at the time is looked up here. Texts are
kept before the event that names them, so that the log never names one that nobody can show.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from handoff.errors import ConfigError, UnknownPolicyError
from handoff.pipeline.home import Home
from handoff.sealing.files import replacing, translated

SHORTEST = 8


def directory(home: Home) -> Path:
    """Where the texts lie: `policies-seen/SHA256.yaml`."""
    return home.root / "policies-seen"


def keep(home: Home, source: Path, sha256: str) -> None:
    """Keep the text of the policy or profile at `source`, whose digest a send relies on.

    Raises:
        ConfigError: the file is another one than was read a moment ago.
        DiskFullError, PermissionsError: it cannot be kept.
    """
    target = directory(home) / f"{sha256}.yaml"
    if target.exists():
        return
    with translated("a policy that is used"):
        text = source.read_bytes()
        if hashlib.sha256(text).hexdigest() != sha256:
            raise ConfigError(f"{source}: changed while the run began", "run the command again")
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with replacing(target) as file:
            file.write(text)


def find(home: Home, digest: str) -> tuple[str, bytes]:
    """The whole digest, and the text, of the policy or profile that `digest` begins to name.

    Raises:
        UnknownPolicyError: none of that digest was used here, or more than one begins like it.
        PermissionsError: it cannot be read.
    """
    wanted = digest.removeprefix("sha256:").lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", wanted):
        raise UnknownPolicyError("expected a SHA-256, or at least its first eight digits")
    found = sorted(directory(home).glob(f"{wanted}*.yaml"))
    if len(found) != 1:
        raise UnknownPolicyError(
            "more than one policy begins with these digits"
            if found
            else "no policy of this digest was used here"
        )
    with translated("a policy that was used"):
        text = found[0].read_bytes()
    if hashlib.sha256(text).hexdigest() != found[0].stem:
        raise UnknownPolicyError(
            "the text that was kept for this digest was changed since",
            "restore policies-seen from the backup of the home",
        )
    return found[0].stem, text
