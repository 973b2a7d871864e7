"""What the pipeline needs from the rooms, as Protocols, so that each can be replaced in a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from handoff.model import (
    Checkpoint,
    CustodyEvent,
    EventDraft,
    Finding,
    KeyState,
    StoreReceipt,
    TextUnit,
)


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Reporter(Protocol):
    """Hears how a run gets on; says it to a person, or to nobody.

    What it is told may name files (`names`), so an implementation must keep those off every
    channel that is not a person's terminal.
    """

    def batch(self, batch_id: str, names: Mapping[str, str], size: int, *, resumed: bool) -> None:
        """A batch begins: original names by doc_id, and the bytes it holds."""
        ...

    def plan(self, names: Mapping[str, str], size: int) -> None:
        """A run that sends nothing begins: original names by doc_id, and the bytes it reads."""
        ...

    def settled(self, doc_id: str, name: str) -> None:
        """A document whose fate an earlier, finished batch decided: its original name."""
        ...

    def stage(self, name: str, total: int) -> None:
        """A stage begins that will see `total` documents."""
        ...

    def advance(self, doc_id: str, size: int, *, held: bool = False) -> None:
        """A document of `size` bytes has passed the present stage, or was held in it."""
        ...

    def told(self, batch_id: str, state: str, detail: str) -> None:
        """The vendor was told of a batch (`sent`), is to be told `detail` by hand, or could not be.

        `state` is `sent`, `by_hand` or `failed`; then `detail` is the error's code.
        """
        ...

    def note(self, text: str) -> None:
        """Something the person should know: a warning, a batch finished earlier."""
        ...


class KeyRegister(Protocol):
    """What the firm knows of its vendors' public keys."""

    def state(self, vendor: str, key: str) -> KeyState:
        """Of `key`, as the policy writes it, when used for `vendor`."""
        ...


class Detector(Protocol):
    """Finds personal data in text."""

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 over everything that decides what is found: model, recognizers, settings."""
        ...

    def find(self, units: Sequence[TextUnit]) -> tuple[Finding, ...]:
        """Findings in `units`, in order of unit and start; they may overlap."""
        ...


class Store(Protocol):
    """One vendor's bucket.

    Every method raises only `handoff.errors.StorageError` subclasses, whatever the library below.
    """

    def check(self) -> None:
        """Raise unless the bucket is there, is ours, and the credentials can use it."""
        ...

    def put(self, key: str, source: Path, sha256: str) -> StoreReceipt:
        """Upload the file at `source` under `key`, never over another object.

        An object already there with the same bytes counts as success; with other bytes it raises
        `ObjectExistsError`. `sha256` (hex) is what the stored bytes must hash to.
        """
        ...

    def head(self, key: str) -> StoreReceipt | None:
        """What lies under `key` now, or None; `sha256` is "" where the store cannot tell."""
        ...

    def get(self, key: str, sink: BinaryIO) -> StoreReceipt:
        """Write the object's bytes to `sink`; the receipt's sha256 is computed from them."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under `prefix`, in order."""
        ...


class Ledger(Protocol):
    """The custody log: append-only, one writer at a time.

    Raises only `handoff.errors.CustodyError` subclasses and `ClockError`.
    """

    def append(self, drafts: Sequence[EventDraft]) -> range:
        """Record all of `drafts` in one durable transaction; return their indexes."""
        ...

    def checkpoint(self) -> Checkpoint:
        """Sign and store a checkpoint over everything appended so far, and return it."""
        ...

    def events(
        self,
        *,
        batch_id: str | None = None,
        doc_id: str | None = None,
        kinds: Iterable[str] | None = None,
    ) -> Iterator[CustodyEvent]:
        """Events in order of index, narrowed by what is given."""
        ...

    def size(self) -> int:
        """How many events there are."""
        ...
