"""What is done to the log as a whole: a new key, tiles, holds, the key of digests erased."""

from __future__ import annotations

from pathlib import Path

from handoff.custody import holds
from handoff.custody.files import remove_file
from handoff.custody.logkey import load_verifier_key
from handoff.custody.note import NoteSigner
from handoff.custody.rotation import (
    complete_rotation,
    load_verifier_keys,
    prepare_next_key,
    take_up,
)
from handoff.custody.tiles import TileWriter
from handoff.errors import LegalHoldError, UnknownReferenceError, UsageError
from handoff.model import EventDraft
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_ledger, open_log_key, open_reader
from handoff.policy.matters import matter_id as checked
from handoff.ports import Clock
from handoff.sealing import keys


def rotate_key(home: Home, clock: Clock, *, lost: bool = False) -> tuple[str, str]:
    """Give the log a new key; returns the former and the new verifier key.

    The event and a last checkpoint by the former key come first. An interrupted rotation is taken
    up with the key that it had made.

    Args:
        home: whose log.
        clock: gives the time of the event.
        lost: the former key is gone: the new one vouches for itself alone.

    Raises:
        CustodyKeyError: the former key is missing or damaged, and `lost` is false.
        CustodyForkError: the log does not continue what was last signed.
    """
    former = load_verifier_key(home.keys)
    following = prepare_next_key(home.keys, former.name)
    details = {"former": f"{former.id:08x}", "following": f"{following.verifier.id:08x}"}
    kind = "log.key_replaced" if lost else "log.key_rotated"
    if following.verifier == former:
        # Interrupted before its last step.
        take_up(home.keys)
        return str(former), str(former)
    signers: list[NoteSigner] = [following]
    if not lost:
        signers.insert(0, open_log_key(home))
    # A log whose key is lost is opened with the new key, which knows the former one's signatures.
    with open_ledger(home, clock, key=following if lost else None) as ledger:
        ledger.append([EventDraft(kind, details=dict(details))])
        ledger.checkpoint()
    complete_rotation(home.keys, former, following, signers)
    return str(former), str(following.verifier)


def export_tiles(home: Home, clock: Clock, directory: Path) -> tuple[int, int]:
    """Write the log as tiles under its latest checkpoint; returns its size, and the new files.

    Raises:
        CustodyForkError: the directory holds another log.
        HandoffError: the log cannot be read, the directory cannot be written.
    """
    with open_ledger(home, clock) as ledger:
        checkpoint = ledger.checkpoint()
        written = TileWriter(ledger, directory, load_verifier_keys(home.keys)).write(
            checkpoint.note
        )
    return checkpoint.size, written


def place_hold(home: Home, clock: Clock, matter_id: str, batch_id: str, reason: str) -> bool:
    """Put a matter, or one batch, on hold; False if it is already.

    Raises:
        UsageError: the matter is not named by a number.
        UnknownReferenceError: there is no such batch.
    """
    _check(home, matter_id, batch_id)
    with open_ledger(home, clock) as ledger:
        if any((h.matter_id, h.batch_id) == (matter_id, batch_id) for h in holds.holds(ledger)):
            return False
        drafted = holds.draft(holds.PLACED, matter_id=matter_id, batch_id=batch_id, reason=reason)
        ledger.append([drafted])
        ledger.checkpoint()
    return True


def lift_hold(home: Home, clock: Clock, matter_id: str, batch_id: str, reason: str) -> None:
    """Lift a hold.

    Raises:
        UnknownReferenceError: nothing of that name is on hold.
    """
    with open_ledger(home, clock) as ledger:
        if all((h.matter_id, h.batch_id) != (matter_id, batch_id) for h in holds.holds(ledger)):
            raise UnknownReferenceError(
                "nothing of that name is on hold", "see `handoff custody hold` for what is"
            )
        drafted = holds.draft(holds.LIFTED, matter_id=matter_id, batch_id=batch_id, reason=reason)
        ledger.append([drafted])
        ledger.checkpoint()


def _check(home: Home, matter_id: str, batch_id: str) -> None:
    if matter_id:
        try:
            checked(matter_id)
        except ValueError:
            raise UsageError(
                "a matter is named by its number",
                "give the `id` that stands in the matter's file (docs/decisions/0017)",
            ) from None
        return
    with open_reader(home) as reader:
        if next(reader.events(batch_id=batch_id, kinds=["batch.opened"]), None) is None:
            raise UnknownReferenceError("there is no batch of this id")


def erase_digest_key(home: Home, clock: Clock) -> None:
    """Destroy the key of the digests of originals (right to erasure); the log stays verifiable.

    The key also names documents and pseudonyms: what is sent again later counts as new. The event
    is durable before the key is gone. `handoff init` makes a new key for later batches.

    Raises:
        LegalHoldError: something is on hold, and the digests may be evidence.
        RunLockedError: a run is at work.
        UnknownReferenceError: there is no such key.
    """
    path = home.keys / keys.BATCH
    if not path.exists():
        raise UnknownReferenceError("the key is gone already", "`handoff init` makes a new one")
    with home.locked(wait=False), open_ledger(home, clock) as ledger:
        if holds.holds(ledger):
            raise LegalHoldError("something is on legal hold")
        ledger.append([EventDraft("log.digest_key_erased")])
        ledger.checkpoint()
        remove_file(path)
