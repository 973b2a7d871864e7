"""What the custody log says of vendors' keys: verified by whom, revoked for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from handoff.model import CustodyEvent, KeyState
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader
from handoff.pipeline.recalling_state import Events
from handoff.sealing.fingerprints import fingerprint

ADDED, VERIFIED, ROTATED, REVOKED = "key.added", "key.verified", "key.rotated", "key.revoked"


@dataclass(frozen=True, slots=True)
class LogRegister:
    """`ports.KeyRegister` of the custody log.

    Attributes:
        verified: vendors and fingerprints of keys compared with them.
        revoked: fingerprints of keys revoked, whoever's they were: what is in the wrong hands is
            so for every vendor.
    """

    verified: frozenset[tuple[str, str]]
    revoked: frozenset[str]

    def state(self, vendor: str, key: str) -> KeyState:
        """Of `key`; a revocation is final."""
        digest = fingerprint(key)
        if digest in self.revoked:
            return KeyState.REVOKED
        known = (vendor, digest) in self.verified
        return KeyState.VERIFIED if known else KeyState.UNVERIFIED


def key_of(event: CustodyEvent) -> str:
    """The fingerprint of the key that a `key.*` event is about."""
    return str(event.details.get("key", "")).removeprefix("sha256:")


def register_of(source: Events) -> LogRegister:
    """The register as the log has it now."""
    return _register(source.events(kinds=(VERIFIED, REVOKED)))


def _register(events: Iterable[CustodyEvent]) -> LogRegister:
    verified: set[tuple[str, str]] = set()
    revoked: set[str] = set()
    for event in events:
        if event.kind == REVOKED:
            revoked.add(key_of(event))
        else:
            verified.add((str(event.details.get("vendor", "")), key_of(event)))
    return LogRegister(frozenset(verified), frozenset(revoked))


def read_register(home: Home) -> LogRegister:
    """As `register_of`, from the home's custody log; raises `CustodyError` if it cannot be read."""
    with open_reader(home) as reader:
        return register_of(reader)
