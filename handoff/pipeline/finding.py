"""What the whole batch found, brought together for the second visit to the workers."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from handoff.detection.spreading import FoundValue
from handoff.pipeline.tasks import Found
from handoff.redaction.pseudonyms import Aliases, assign, token

READINGS_BYTES = 200_000_000
"""What was read in pictures is kept up to here, over the whole batch; the rest is read again."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a worker needs to know of the rest of the batch."""

    values: tuple[FoundValue, ...]
    people: tuple[str, ...]
    parties: tuple[tuple[str, ...], ...]
    numbers: dict[str, int]


@dataclass(slots=True)
class BatchFindings:
    """Gathers `Found` results as they come, and gives them back in the order of the documents."""

    batch_key: bytes = field(repr=False)
    parties: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    packed: dict[str, bytes] = field(default_factory=dict, repr=False)
    _readings: dict[str, bytes] = field(default_factory=dict, repr=False)
    _room: int = READINGS_BYTES
    _values: dict[str, tuple[FoundValue, ...]] = field(default_factory=dict, repr=False)
    _named: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, repr=False)

    def add(self, found: Found) -> None:
        """Take in one document's findings."""
        self.packed[found.doc_id] = found.packed
        self._values[found.doc_id] = found.values
        self._named[found.doc_id] = found.named
        if found.readings and len(found.readings) <= self._room:
            self._room -= len(found.readings)
            self._readings[found.doc_id] = found.readings

    def readings(self, doc_id: str) -> bytes:
        """What was read in the pictures of a document, where it was kept; it is kept no longer."""
        return self._readings.pop(doc_id, b"")

    def shared(self, order: Iterable[str]) -> bytes:
        """The batch's values and pseudonym numbers, packed, the same however results came in."""
        known = [doc_id for doc_id in order if doc_id in self.packed]
        # Whom the matter names is sought however it stands there, found by a recognizer or not.
        listed = [FoundValue("PARTY", " ".join(term.split())) for p in self.parties for term in p]
        found = (value for doc_id in known for value in self._values[doc_id])
        values = dict.fromkeys([*found, *listed])
        named = dict.fromkeys(pair for doc_id in known for pair in self._named[doc_id])
        people = tuple(text for entity, text in named if entity == "PERSON")
        numbers = self._numbers(named, values, Aliases(people, self.parties))
        return pack(Shared(tuple(values), people, self.parties, numbers))

    def _numbers(
        self, named: Iterable[tuple[str, str]], values: Iterable[FoundValue], aliases: Aliases
    ) -> dict[str, int]:
        """Numbers in order of first appearance in the batch.

        What is only a part of a name comes last, in the order of its tokens: that order is random
        to whoever lacks the key, where the order of the alphabet would betray letters.
        """

        def numbered(entity: str, text: str) -> tuple[str, str]:
            return entity, token(self.batch_key, entity, aliases.canonical(entity, text))

        first = [numbered(entity, text) for entity, text in named]
        rest = sorted(numbered(value.entity, value.text) for value in values)
        return dict(assign([*first, *rest]))


def pack(value: object) -> bytes:
    """Small bytes for the way between our own processes; never written to disk."""
    return zlib.compress(pickle.dumps(value), 1)


def unpack(packed: bytes) -> object:
    """What `pack` packed. Only ever given bytes that came through a pipe from our own process."""
    return pickle.loads(zlib.decompress(packed))  # noqa: S301 - see above
