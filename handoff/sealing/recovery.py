"""The firm's recovery keys: the public halves that sealing needs, the private ones that open.

    recovery-recipients.txt   both public halves, as `age -R` reads them; always at hand
    recovery-x25519.txt       age identity: opens what was sealed to classic recipients
    recovery-pq.txt           age identity: opens what was sealed to post-quantum recipients

The private halves may be elsewhere (`handoff keys offline`): nothing is sent by them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from handoff.errors import KeyFileError, KeysOfflineError
from handoff.sealing import age, keyfiles
from handoff.sealing.files import translated

RECIPIENTS: Final = "recovery-recipients.txt"
X25519: Final = "recovery-x25519.txt"
PQ: Final = "recovery-pq.txt"
PRIVATE: Final = (X25519, PQ)
_Identity = TypeVar("_Identity", age.X25519Identity, age.HybridIdentity)


@dataclass(frozen=True, slots=True)
class Recipients:
    """The public halves, `age1...` and `age1pq1...`."""

    x25519: str
    pq: str


@dataclass(frozen=True, slots=True)
class Identities:
    """The private halves; the repr shows neither."""

    x25519: age.X25519Identity = field(repr=False)
    pq: age.HybridIdentity = field(repr=False)

    @classmethod
    def generate(cls) -> Identities:
        """Two new ones."""
        return cls(age.generate_x25519(), age.generate_hybrid())

    def recipients(self) -> Recipients:
        """Their public halves."""
        return Recipients(str(self.x25519.recipient()), str(self.pq.recipient()))

    def files(self) -> dict[str, bytes]:
        """As files of the key directory, by name."""
        return {X25519: identity_file(self.x25519), PQ: identity_file(self.pq)}


def identity_file(identity: age.X25519Identity | age.HybridIdentity) -> bytes:
    """An identity file as age-keygen writes it."""
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (f"# created: {created}", f"# public key: {identity}", identity.encode(), "")
    return "\n".join(lines).encode("ascii")


def recipients_file(recipients: Recipients) -> bytes:
    """The public halves as a file of the key directory."""
    lines = ("# the firm's recovery recipients", recipients.x25519, recipients.pq, "")
    return "\n".join(lines).encode("ascii")


def load_recipients(directory: Path) -> Recipients:
    """The public halves; where they have no file of their own, from the private ones.

    Raises:
        KeyFileError: they are missing or malformed.
        PermissionsError: a file is open to others or cannot be read.
    """
    if not (directory / RECIPIENTS).exists():
        return load_identities(directory).recipients()
    try:
        lines = keyfiles.read(directory, RECIPIENTS).decode("ascii").splitlines()
        texts = [line.strip() for line in lines if line.strip() and line[:1] != "#"]
        found = {parsed.kind: str(parsed) for parsed in map(age.parse_recipient, texts)}
        if len(texts) == len(found):
            return Recipients(found["x25519"], found["hybrid"])
    except (UnicodeDecodeError, KeyError, age.RecipientError):
        pass
    raise KeyFileError(f"the key file {RECIPIENTS} does not hold the two recipients it should")


def load_identities(directory: Path) -> Identities:
    """The private halves.

    Raises:
        KeysOfflineError: they were taken away from this machine.
        KeyFileError: one is missing, malformed, or not of the recipients that are sealed to.
        PermissionsError: a file is open to others or cannot be read.
    """
    if are_offline(directory):
        raise KeysOfflineError("the firm's recovery keys are not on this machine")
    made = Identities(
        load_identity(directory, X25519, age.X25519Identity),
        load_identity(directory, PQ, age.HybridIdentity),
    )
    if (directory / RECIPIENTS).exists() and load_recipients(directory) != made.recipients():
        raise KeyFileError(f"the recovery keys are not those of {RECIPIENTS}")
    return made


def are_offline(directory: Path) -> bool:
    """Whether the private halves were taken away and the public ones stayed."""
    there = [name for name in PRIVATE if (directory / name).exists()]
    return not there and (directory / RECIPIENTS).exists()


def load_identity(directory: Path, name: str, kind: type[_Identity]) -> _Identity:
    """The one identity, of the kind given, that the key file `name` holds.

    Raises:
        KeyFileError: it is missing or holds anything else.
        PermissionsError: it is open to others or cannot be read.
    """
    try:
        identities = age.parse_identity_file(keyfiles.read(directory, name))
    except age.IdentityError as error:
        raise KeyFileError(f"the key file {name} is damaged: {error}") from None
    if len(identities) != 1 or not isinstance(identities[0], kind):
        raise KeyFileError(f"the key file {name} does not hold the one key it should")
    return identities[0]


def require_ours(directory: Path, identities: Iterable[age.Identity]) -> None:
    """Do nothing, or raise: another recovery key than the one sealed to opens nothing.

    Raises:
        KeyFileError: one of `identities` is not of the recipients of this directory.
        PermissionsError: the directory is open to others.
    """
    if not (directory / RECIPIENTS).exists():
        return
    keyfiles.require_directory(directory)
    known = load_recipients(directory)
    if any(str(identity) not in {known.x25519, known.pq} for identity in identities):
        raise KeyFileError(
            "this is not the recovery key that this home seals to",
            f"to begin with another one, move {RECIPIENTS} away too, and keep the old keys",
        )


def missing_files(directory: Path) -> dict[str, bytes]:
    """What a key directory lacks of the recovery keys, by name; new keys only where none were."""
    if (directory / RECIPIENTS).exists():
        # Those that are not here are elsewhere; new ones would open nothing of what was sent.
        return {}
    fresh = Identities.generate()
    files = {n: c for n, c in fresh.files().items() if not (directory / n).exists()}
    x25519 = fresh.x25519 if X25519 in files else None
    pq = fresh.pq if PQ in files else None
    made = Identities(
        x25519 or load_identity(directory, X25519, age.X25519Identity),
        pq or load_identity(directory, PQ, age.HybridIdentity),
    )
    return files | {RECIPIENTS: recipients_file(made.recipients())}


def restore(directory: Path, identities: Identities) -> None:
    """Write the private halves, and the public ones where they are missing, into `directory`.

    Raises:
        KeyFileError: they are not those that are sealed to.
        KeyExistsError, PermissionsError, DiskFullError: they cannot be written.
    """
    require_ours(directory, (identities.x25519, identities.pq))
    files = identities.files()
    if not (directory / RECIPIENTS).exists():
        files[RECIPIENTS] = recipients_file(identities.recipients())
    keyfiles.write_all(directory, files)


def take_away(directory: Path, target: Path | None) -> None:
    """Remove the private halves from `directory`, after copying them into `target` if named.

    The copy is read back and compared before anything is removed.

    Raises:
        KeysOfflineError: they are not there.
        KeyFileError: the copy is not what was written.
        KeyExistsError, PermissionsError, DiskFullError: the copy cannot be written.
    """
    identities = load_identities(directory)
    if not (directory / RECIPIENTS).exists():
        public = recipients_file(identities.recipients())
        keyfiles.write_all(directory, {RECIPIENTS: public})
    if target is not None:
        keyfiles.write_all(target, {name: keyfiles.read(directory, name) for name in PRIVATE})
        if load_identities(target) != identities:
            raise KeyFileError("the copy of the recovery keys does not read as it was written")
    with translated("the key directory"):
        for name in PRIVATE:
            (directory / name).unlink()
