"""Taking objects out of vendors' buckets, one by one, each recorded: for `recall` and `expire`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from handoff.custody.appending import CLOCK_TOLERANCE, SqlLedger
from handoff.errors import ClockError
from handoff.model import VendorPolicy
from handoff.pipeline import recalling_events as events
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_ledger
from handoff.pipeline.recalling_state import taken_back
from handoff.pipeline.recalling_targets import Item, Target
from handoff.ports import Clock
from handoff.storage.withdraw import Removed, Version, Withdrawal

STRETCH = 25
"""Objects after which what became of them is recorded."""
NOTICE = "clawback-"
MAX_SKEW = 3600
"""Seconds that the store's clock and ours may differ."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one object: "recalled", or "denied", until retention ends."""

    item: Item
    state: str
    until: datetime | None = None
    legal_hold: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """What taking out of buckets needs: the log, and a bucket each."""

    home: Home
    ledger: SqlLedger
    clock: Clock
    bypass: bool = False
    opened: dict[str, Withdrawal] = field(default_factory=dict)

    def bucket(self, policy: VendorPolicy) -> Withdrawal:
        """The policy's bucket, checked once.

        Raises:
            ClockError: this clock and the store's are an hour apart.
            StorageError: it cannot be used.
        """
        name = f"{policy.bucket.endpoint}/{policy.bucket.name}"
        if name not in self.opened:
            made = Withdrawal(policy.bucket, policy.name, bypass=self.bypass)
            if abs((made.check() - self.clock.now()).total_seconds()) > MAX_SKEW:
                raise ClockError("this clock and the store's are more than an hour apart")
            self.opened[name] = made
        return self.opened[name]


@contextmanager
def withdrawing(
    home: Home, clock: Clock, *, wait: bool = False, bypass: bool = False
) -> Iterator[Withdrawing]:
    """Hold the home's lock and the log, for taking back.

    Raises:
        RunLockedError: another run is at work and `wait` is false.
        ClockError: the clock stands before the last event of the log.
        CustodyError: the log cannot be used.
    """
    with home.locked(wait=wait), open_ledger(home, clock) as ledger:
        last = ledger.last_event()
        if last is not None and last.at > clock.now() + CLOCK_TOLERANCE:
            raise ClockError("the clock stands before the last event of the custody log")
        yield Withdrawing(home, ledger, clock, bypass)


def in_bucket(
    store: Withdrawal, target: Target, *, notices: bool = False
) -> dict[str, list[Version]]:
    """Versions by key: of the one document, or of all that lies in the batch.

    Notices of what was taken back are left out unless `notices`.
    """
    found: dict[str, list[Version]] = {}
    for prefix in target.keys or (() if target.doc_id else (target.prefix,)):
        for version in store.versions(prefix):
            exact = not target.doc_id or version.key == prefix
            notice = version.key.removeprefix(target.prefix).startswith(NOTICE)
            if exact and (notices or not notice):
                found.setdefault(version.key, []).append(version)
    return found


def every_item(ledger: SqlLedger, target: Target, found: Mapping[str, object]) -> list[Item]:
    """The target's documents, then whatever else lies in the batch: the manifest, leftovers.

    And what an earlier run denied, deleted, and was killed before it could say so.
    """
    known = {item.object_key for item in target.items}
    others = set(found) - known
    if target.doc_id:
        number = target.items[0].control_number if target.items else ""
        return [*target.items, *(Item(k, target.doc_id, number) for k in sorted(others))]
    denied = taken_back(ledger, target.vendor)
    others |= {key for key in denied if key.startswith(target.prefix)} - {target.prefix, *known}
    return [*target.items, *map(Item, sorted(others))]


def remove_items(  # noqa: PLR0913 - what is removed, from where, and how it is said
    context: Withdrawing,
    target: Target,
    policy: VendorPolicy,
    items: Sequence[Item],
    found: Mapping[str, Sequence[Version]],
    *,
    hide: bool = False,
    verb: str = "recalled",
) -> list[Taken]:
    """Delete every version of each item, and record what became of it."""
    store = context.bucket(policy)
    act = store.hide if hide else store.remove
    taken: list[Taken] = []
    for start in range(0, len(items), STRETCH):
        drafts = []
        for item in items[start : start + STRETCH]:
            removed = act(item.object_key, found.get(item.object_key, ()))
            drafts.append(
                events.gone(target, policy, item, removed, verb=verb)
                if removed.gone
                else events.retained(target, policy, item, removed)
            )
            taken.append(_taken(item, removed, verb))
        context.ledger.append(drafts)
    return taken


def _taken(item: Item, removed: Removed, verb: str) -> Taken:
    state = verb if removed.gone else "denied"
    return Taken(item, state, removed.until, removed.legal_hold)
