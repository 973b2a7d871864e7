"""What the custody log says was taken back: whom a bucket's policy must therefore not let in.

`vendor provision`, `vendor audit`, `recall`, `expire` and `send` all ask here, so that none of them
lifts what another has laid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from handoff.errors import OffboardedError
from handoff.model import Access, CustodyEvent, VendorPolicy
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader

INTENDED, FINISHED = "recall.intended", "recall.finished"
OFFBOARDING, READMITTED = "vendor.offboarding", "vendor.readmitted"
NOUNS = ("delivery", "manifest", "object")
DENIED = tuple(f"{noun}.denied" for noun in NOUNS)
GONE = tuple(f"{noun}.{verb}" for noun in NOUNS for verb in ("recalled", "expired"))


class Events(Protocol):
    """What can be read from: a ledger, or a reader of one."""

    def events(
        self,
        *,
        batch_id: str | None = None,
        doc_id: str | None = None,
        kinds: Iterable[str] | None = None,
    ) -> Iterator[CustodyEvent]:
        """Events in order of index, narrowed by what is given."""
        ...


def taken_back(source: Events, vendor: str) -> tuple[str, ...]:
    """Keys that are denied to `vendor` and may still lie in its bucket; a batch as `BATCH/`."""
    denied: dict[str, None] = {}
    for event in source.events(kinds=(INTENDED, FINISHED, *DENIED, *GONE)):
        if event.details.get("vendor") != vendor:
            continue
        whole = event.kind in {INTENDED, FINISHED} and not event.doc_id
        key = f"{event.batch_id}/" if whole else str(event.details.get("object_key", ""))
        if event.kind in {INTENDED, *DENIED}:
            denied[key] = None
        elif event.kind in GONE or event.details.get("remaining") == 0:
            denied.pop(key, None)
    # A key of somebody else's stands there by its digest, which is no key.
    return tuple(key for key in denied if "/" in key)


def is_offboarded(source: Events, vendor: str) -> bool:
    """Whether the firm has ended its work with `vendor`, or has begun to."""
    last = ""
    for event in source.events(kinds=(OFFBOARDING, READMITTED)):
        if event.details.get("vendor") == vendor:
            last = event.kind
    return last == OFFBOARDING


def require_not_offboarded(source: Events, vendor: str) -> None:
    """Do nothing, or raise `OffboardedError`."""
    if is_offboarded(source, vendor):
        raise OffboardedError("the firm has ended its work with this vendor")


def in_force(source: Events, policy: VendorPolicy) -> Access:
    """What the vendor may do now: its policy, less what was taken back from it."""
    denied = taken_back(source, policy.name)
    if is_offboarded(source, policy.name):
        return replace(policy.access, principals=(), denied=denied)
    return replace(policy.access, denied=denied)


def access_in_force(home: Home, policy: VendorPolicy) -> Access:
    """As `in_force`, from the home's custody log.

    Raises:
        CustodyError: the log cannot be read; without it nobody knows what was taken back.
    """
    with open_reader(home) as reader:
        return in_force(reader, policy)
