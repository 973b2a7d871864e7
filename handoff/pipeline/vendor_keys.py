"""The public keys of a vendor: added, verified, rotated, revoked; in its policy and in the log.

The log comes first: what it says of a key is in force at once, whatever becomes of the file. Each
of these can be done again after it was interrupted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from handoff.errors import FingerprintError, KeyExistsError, KeyRevokedError, UnknownKeyError
from handoff.model import EventDraft, JsonValue, KeyState, VendorKey, VendorPolicy
from handoff.pipeline import seen
from handoff.pipeline import vendor_key_register as register
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_ledger
from handoff.policy.keyedits import Section, add_key, mark_key
from handoff.policy.vendors import load_vendor
from handoff.ports import Clock
from handoff.sealing.files import replacing, translated
from handoff.sealing.fingerprints import SHORTEST, canonical, fingerprint, matches
from handoff.sealing.recipients import check_recipient, parse_recipients


@dataclass(frozen=True, slots=True)
class Known:
    """A key of a vendor, as its policy and the log have it.

    Attributes:
        number: its place in the policy, counted from 1; signers after recipients.
        section: what it is for.
        key: what the policy says of it.
        digest: its fingerprint, 64 hex digits.
        state: by policy and log together.
    """

    number: int
    section: Section
    key: VendorKey
    digest: str
    state: KeyState


@dataclass(frozen=True, slots=True)
class Change:
    """A policy file before and after."""

    path: Path
    before: bytes
    after: bytes

    def write(self) -> None:
        """Put the new text in the file's place, whole or not at all.

        Raises:
            DiskFullError, PermissionsError: it cannot be written.
        """
        # Where the name is a link into a checkout of the firm's policies, the link stays.
        with translated("the vendor's policy"), replacing(self.path.resolve()) as file:
            file.write(self.after)


@dataclass(frozen=True, slots=True)
class Keeper:
    """One vendor's keys: the policy they stand in, and the log."""

    home: Home
    clock: Clock
    vendor: str

    def policy(self) -> VendorPolicy:
        """The policy as it is now; raises as `load_vendor`."""
        return load_vendor(self.home.vendors, self.vendor, self.home.config().storage)

    @property
    def path(self) -> Path:
        """The policy's file."""
        return self.home.vendors / f"{self.vendor}.yaml"

    def today(self) -> date:
        """The day, UTC."""
        return self.clock.now().date()

    def known(self) -> list[Known]:
        """Every key of the policy, with what the log says of it."""
        policy, log = self.policy(), register.read_register(self.home)
        sections: tuple[tuple[Section, Sequence[VendorKey]], ...] = (
            ("recipients", policy.keys),
            ("signers", policy.signers),
        )
        placed = [(section, key) for section, keys in sections for key in keys]
        return [
            Known(number, section, key, fingerprint(key.key), _state(self.vendor, key, log))
            for number, (section, key) in enumerate(placed, 1)
        ]

    def find(self, reference: str) -> Known:
        """The one key that `reference` names: its number, itself, or its fingerprint's beginning.

        Raises:
            UnknownKeyError: none answers to it, or more than one.
        """
        wanted = reference.strip()
        digits = "".join(wanted.lower().split())
        found = [
            known
            for known in self.known()
            if wanted == str(known.number)
            or canonical(known.key.key) == " ".join(wanted.split()[:2])
            or (len(digits) >= SHORTEST and known.digest.startswith(digits))
        ]
        if len({known.digest for known in found}) != 1:
            raise UnknownKeyError("the vendor's policy has no such key, or more than one")
        return found[0]

    def add(self, key: str, section: Section, holder: str = "") -> Change:
        """Record a new key; the change that brings it into the policy.

        Raises:
            RecipientInvalidError: it is no key of the kind.
            MixedRecipientsError: it does not go together with those that are there.
            KeyExistsError: the policy has it already.
            KeyRevokedError: it was revoked, for this vendor or another.
        """
        self._require_new(key)
        if section == "recipients":
            check_recipient(key)
            parse_recipients([*self.policy().recipients_on(self.today()), key])
        before = self._text()
        after = add_key(self.path, before, section, key, holder=holder)
        self._record(register.ADDED, key, {"use": section})
        return Change(self.path, before, after)

    def verify(self, known: Known, untrusted_fingerprint: str, how: str) -> Change:
        """Record that the vendor said this fingerprint, and who compared it (the event's actor).

        Args:
            known: the key.
            untrusted_fingerprint: what the vendor said, as typed.
            how: a code: by "telephone", "video", "person", "letter".

        Raises:
            FingerprintError: it is not the key's.
            KeyRevokedError: the key was revoked.
        """
        if known.state is KeyState.REVOKED:
            raise KeyRevokedError("the key was revoked, which is final")
        if not matches(known.key.key, untrusted_fingerprint):
            raise FingerprintError("this is not the fingerprint of the key in the policy")
        before = self._text()
        after = mark_key(self.path, before, known.key.key, {"verified": self.today()})
        self._record(register.VERIFIED, known.key.key, {"use": known.section, "how": how})
        return Change(self.path, before, after)

    def rotate(self, old: Known, new: str, overlap: timedelta, holder: str = "") -> Change:
        """Bring in a new recipient; the old one stays beside it until the overlap is over.

        Raises:
            RecipientInvalidError, KeyExistsError, KeyRevokedError: as `add`.
            MixedRecipientsError: old and new cannot stand in one file, so none can overlap.
        """
        self._require_new(new)
        check_recipient(new)
        until = self.today() + overlap
        others = set(self.policy().recipients_on(self.today())) - {old.key.key}
        parse_recipients([*others, new, *([old.key.key] if overlap else [])])
        before = self._text()
        ending = {"until": until} if overlap else {"revoked": self.today()}
        marked = mark_key(self.path, before, old.key.key, ending)
        after = add_key(self.path, marked, "recipients", new, holder=holder)
        details: dict[str, JsonValue] = {"former": f"sha256:{old.digest}", "until": f"{until}"}
        self._record(register.ROTATED, new, details)
        return Change(self.path, before, after)

    def revoke(self, known: Known, reason: str) -> Change:
        """Record that nothing may be sealed to the key any more; in force when this returns.

        `reason` is a code: "lost", "stolen", "left", "superseded", "other".
        """
        before = self._text()
        after = mark_key(self.path, before, known.key.key, {"revoked": self.today()})
        if known.digest not in register.read_register(self.home).revoked:
            self._record(register.REVOKED, known.key.key, {"use": known.section, "reason": reason})
        return Change(self.path, before, after)

    def _require_new(self, key: str) -> None:
        digest = fingerprint(key)
        if digest in register.read_register(self.home).revoked:
            raise KeyRevokedError("the key was revoked, which is final", "ask for a new key")
        if any(known.digest == digest for known in self.known()):
            raise KeyExistsError(
                "the vendor's policy has this key already", "see `handoff vendor keys list`"
            )

    def _text(self) -> bytes:
        with translated("the vendor's policy"):
            return self.path.read_bytes()

    def _record(self, kind: str, key: str, details: dict[str, JsonValue]) -> None:
        text = self._text()
        policy_sha256 = hashlib.sha256(text).hexdigest()
        seen.keep(self.home, self.path, policy_sha256)
        named: dict[str, JsonValue] = {"vendor": self.vendor, "key": f"sha256:{fingerprint(key)}"}
        draft = EventDraft(kind, policy_sha256=policy_sha256, details=named | details)
        with open_ledger(self.home, self.clock) as ledger:
            ledger.append([draft])
            ledger.checkpoint()


def _state(vendor: str, key: VendorKey, log: register.LogRegister) -> KeyState:
    state = log.state(vendor, key.key)
    if key.revoked is not None or state is KeyState.REVOKED:
        return KeyState.REVOKED
    return KeyState.VERIFIED if key.verified is not None else state
