"""What a reviewer decided about a document, without any of its text.

A value that was dropped stands there as a keyed hash, a place that was added by its offsets. No
I/O; where decisions are kept is decisions_log.py's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from handoff.detection.folding import fold
from handoff.model import Finding, Release, TextUnit
from handoff.pipeline import ids

SAMPLED = 10
"""Of a hundred documents, how many `release.review: sample` asks for."""


class Gate(StrEnum):
    """Why a person must look at a document whatever is found in it; FINDINGS: no such reason."""

    OPEN = "open"
    FINDINGS = "findings"
    SAMPLE = "sample"
    ALL = "all"


def gate(release: Release, batch_key: bytes, doc_id: str) -> Gate:
    """What the vendor's policy asks for this document; the sample cannot be guessed from outside.

    The same document is in the sample at every run.
    """
    if release.review == "all":
        return Gate.ALL
    drawn = hmac.digest(ids.derive(batch_key, "review-sample"), doc_id.encode(), "sha256")
    if release.review == "sample" and int.from_bytes(drawn[:8], "big") % 100 < SAMPLED:
        return Gate.SAMPLE
    return Gate.FINDINGS


@dataclass(frozen=True, slots=True)
class Added:
    """A place that a reviewer added: the unit by its number in reading order, and offsets in it."""

    unit: int
    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """One review of one document.

    Attributes:
        doc_id: the document.
        reading: keyed digest of all its text, as it was read then.
        findings: keyed digest of what was found in it then.
        dropped: keyed digests of values that are no personal data in this document.
        added: further places that are.
    """

    doc_id: str
    reading: str
    findings: str
    dropped: frozenset[str] = frozenset()
    added: tuple[Added, ...] = ()

    def encode(self) -> bytes:
        """The bytes of the record; the same for the same decisions."""
        fields = {"type": "handoff-review", "version": 1, **asdict(self)}
        fields["dropped"] = sorted(self.dropped)
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Digests:
    """The keyed digests of one firm's reviews."""

    key: bytes

    @classmethod
    def of(cls, batch_key: bytes) -> Digests:
        """Under a key of their own, derived from the firm's."""
        return cls(ids.derive(batch_key, "review"))

    def value(self, text: str) -> str:
        """Of a value, whatever its case and spacing."""
        return self._over([fold(text).text.strip()])

    def reading(self, units: Iterable[TextUnit]) -> str:
        """Of everything that was read."""
        return self._over(part for unit in units for part in (unit.unit_id, unit.text))

    def findings(self, findings: Iterable[Finding]) -> str:
        """Of what was found and where, in whatever order."""
        where = sorted((f.unit_id, f.start, f.end, f.entity) for f in findings)
        return self._over(str(part) for place in where for part in place)

    def _over(self, parts: Iterable[str]) -> str:
        made = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")
            made.update(len(encoded).to_bytes(8, "big") + encoded)
        return made.hexdigest()


def texts(decisions: Decisions, units: Sequence[TextUnit]) -> tuple[tuple[str, str], ...]:
    """(entity, text) of what was added, without doubles."""
    return tuple(
        dict.fromkeys((a.entity, units[a.unit].text[a.start : a.end]) for a in decisions.added)
    )
