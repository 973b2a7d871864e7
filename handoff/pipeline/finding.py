"""What the whole batch found, brought together for the second visit to the workers."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from handoff.detection.propagation import FoundValue
from handoff.pipeline.tasks import Found


@dataclass(frozen=True, slots=True)
class Shared:
    """What a worker needs to know of the rest of the batch."""

    values: tuple[FoundValue, ...]
    numbers: dict[str, int]


@dataclass(slots=True)
class BatchFindings:
    """Gathers `Found` results as they come, and gives them back in the order of the documents."""

    packed: dict[str, bytes] = field(default_factory=dict, repr=False)
    _values: dict[str, tuple[FoundValue, ...]] = field(default_factory=dict, repr=False)
    _tokens: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, repr=False)

    def add(self, found: Found) -> None:
        """Take in one document's findings."""
        self.packed[found.doc_id] = found.packed
        self._values[found.doc_id] = found.values
        self._tokens[found.doc_id] = found.tokens

    def shared(self, order: Iterable[str]) -> bytes:
        """The batch's values and pseudonym numbers, packed, the same however results came in."""
        from handoff.redaction.pseudonyms import assign

        known = [doc_id for doc_id in order if doc_id in self.packed]
        values = dict.fromkeys(value for doc_id in known for value in self._values[doc_id])
        tokens = [token for doc_id in known for token in self._tokens[doc_id]]
        return pack(Shared(tuple(values), assign(tokens)))


def pack(value: object) -> bytes:
    """Small bytes for the way between our own processes; never written to disk."""
    return zlib.compress(pickle.dumps(value), 1)


def unpack(packed: bytes) -> object:
    """What `pack` packed. Only ever given bytes that came through a pipe from our own process."""
    return pickle.loads(zlib.decompress(packed))  # noqa: S301 - see above
