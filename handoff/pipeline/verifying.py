"""`handoff custody verify`: the log, and everything outside of it that vouches for it, together.

What comes out says of five kinds of tampering up to which event each is ruled out, and by what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from handoff.custody.findings import Discrepancy, VerificationReport
from handoff.custody.note import VerifierKey
from handoff.custody.reader import LedgerReader
from handoff.errors import CustodyError
from handoff.pipeline import witnesses
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader, verify_log
from handoff.pipeline.witnesses import OUTSIDE, Gathered, Source, Witness

TOLERANCE = timedelta(minutes=5)
"""How far the firm's clock may stand from the others'."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """One kind of tampering: up to which event it is ruled out, and by what.

    Attributes:
        tampering: what somebody might have done.
        events: the first so many events are safe from it; 0: it is not ruled out.
        by: what rules it out.
    """

    tampering: str
    events: int
    by: str


@dataclass(frozen=True, slots=True)
class FullReport:
    """The log's verification, the witnesses, and what all of them rule out together."""

    log: VerificationReport
    witnesses: tuple[Witness, ...]
    rulings: tuple[Ruling, ...]


def verify_all(
    home: Home,
    keys: Sequence[VerifierKey],
    *,
    given: Sequence[tuple[str, str]] = (),
    signers: Sequence[str] = (),
    offline: bool = False,
) -> FullReport:
    """Verify the log and hold it against every witness.

    Args:
        home: whose log.
        keys: the log's verifier keys, best from where its writer cannot change them.
        given: checkpoints that the officer brings: where each comes from, and its note.
        signers: SSH keys of the vendors' people, from elsewhere than the policies.
        offline: leave out the bucket.

    Raises:
        StorageError: the bucket of the anchors cannot be read.
        CustodyError: the log cannot be read at all.
    """
    gathered = Gathered()
    for where, note in given:
        gathered.add(Witness(Source.GIVEN, where, note), keys)
    if not offline:
        witnesses.from_bucket(home, keys, gathered)
    witnesses.from_timestamps(home, keys, gathered)
    witnesses.from_manifests(home, keys, gathered)
    extra = list(_from_log(home, keys, gathered, signers, offline=offline))
    outside = [(witness.where, witness.note) for witness in gathered.witnesses]
    report = verify_log(home, keys, outside=outside)
    wrong = (*gathered.wrong, *extra)
    report = replace(report, discrepancies=(*report.discrepancies, *wrong))
    against = set(report.contradicted)
    held = [replace(w, fits=w.where not in against) for w in gathered.witnesses]
    return FullReport(report, tuple(held), tuple(_rulings(report, held)))


def _from_log(
    home: Home,
    keys: Sequence[VerifierKey],
    gathered: Gathered,
    signers: Sequence[str],
    *,
    offline: bool,
) -> Iterator[Discrepancy]:
    """What the log itself says of its witnesses; a damaged log is found by its verification."""
    try:
        with open_reader(home) as reader:
            received = list(reader.events(kinds=["receipt.received"]))
            witnesses.from_receipts(home, received, keys, gathered, signers)
            anchored = list(reader.events(kinds=["anchor.locked", "anchor.timestamped"]))
            configured = home.config().anchors.bucket is not None
            yield from witnesses.missing(anchored, gathered, bucket=configured and not offline)
            yield from _times(reader, gathered)
    except CustodyError:
        return


def _times(reader: LedgerReader, gathered: Gathered) -> Iterator[Discrepancy]:
    """Events whose time a clock elsewhere contradicts."""
    for witness in gathered.witnesses:
        if witness.at is None or not witness.size:
            continue
        last = reader.event(witness.size - 1)
        if last is not None and last.at > witness.at + TOLERANCE:
            message = f"event {last.index} says it is later than {witness.where}, which covers it"
            yield Discrepancy("time.ahead", message, last.index)
    for event in reader.events(kinds=["anchor.timestamped"]):
        moment = gathered.tokens.get(event.products.get("timestamp", ""))
        if moment is not None and event.at < moment - TOLERANCE:
            message = f"the clock was set back: event {event.index} holds a timestamp later than it"
            yield Discrepancy("time.back", message, event.index)


def _rulings(report: VerificationReport, held: Sequence[Witness]) -> Iterator[Ruling]:
    fitting = [witness for witness in held if witness.fits]
    outside = max((w for w in fitting if w.source in OUTSIDE), key=_size, default=None)
    timed = max((w for w in fitting if w.at is not None), key=_size, default=None)
    events = report.size if report.ok else 0
    covered = report.covered if report.ok else 0
    own = "the log's own checkpoints, under its key"
    yield Ruling("an event changed", covered, own)
    yield Ruling("an event removed or added", covered, own)
    outer = outside.where if outside else "nothing outside of the house vouches for the log"
    size = outside.size if outside and report.ok else 0
    yield Ruling("the tail cut off", size, outer)
    yield Ruling("the log rebuilt with the firm's own key", size, outer)
    clock = timed.where if timed else "no clock but the firm's own was asked"
    yield Ruling("the clock set back", min(events, _size(timed)) if timed else 0, clock)


def _size(witness: Witness | None) -> int:
    return witness.size if witness else 0
