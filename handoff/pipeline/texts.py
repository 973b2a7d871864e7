"""The policy and profile texts that events name by digest, as they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from handoff.model import CustodyEvent
from handoff.pipeline.home import Home


def texts_seen(home: Home, events: Iterable[CustodyEvent]) -> dict[str, bytes]:
    """Policies and profiles that `events` name, by `policies/DIGEST.yaml`; what is gone is missing.

    A text is believed only if it hashes to the digest in the log.
    """
    policies, profiles = set(), set()
    for event in events:
        policies.add(event.policy_sha256)
        profiles.add(event.materials.get("profile", "").removeprefix("sha256:"))
    found: dict[str, bytes] = {}
    for content in _candidates(home):
        digest = hashlib.sha256(content).hexdigest()
        if digest in policies:
            found[f"policies/{digest}.yaml"] = content
        if digest in profiles:
            found[f"profiles/{digest}.yaml"] = content
    return found


def _candidates(home: Home) -> Iterator[bytes]:
    """Every YAML file of the home that may be one of the texts."""
    for directory in (home.vendors.parent,):
        for path in sorted(directory.rglob("*.yaml")):
            yield from _read(path)


def _read(path: Path) -> Iterator[bytes]:
    try:
        yield path.read_bytes()
    except OSError:
        return
