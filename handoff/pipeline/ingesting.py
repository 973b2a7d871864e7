"""`handoff custody ingest`: what the store's access logs say becomes part of the custody log.

Each request that concerns a delivered object becomes one `access.seen`; what should not have been
becomes `alert.raised` beside it, in the same transaction. A record that is in the log already is
passed over, so a file may be ingested again, and a run that was killed goes on where it stopped.

An event says who and whence by classes and keyed digests. The names behind the digests lie in a
file of the firm's records, which can be erased.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from handoff.custody.index.tables import documents
from handoff.custody.index.update import open_index
from handoff.custody.reader import LedgerReader
from handoff.errors import AccessLogError, PermissionsError
from handoff.model import EventDraft, JsonValue, VendorPolicy
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger
from handoff.pipeline.records import write_private
from handoff.policy.vendors import load_vendor
from handoff.ports import Ledger
from handoff.sealing.keys import load_firm_keys
from handoff.storage.accesslogs import Access, read_log

STRETCH = 500
"""Records recorded in one transaction."""
BULK = 200
"""Different documents that one party gets within an hour before it counts as unusual."""
PARTIES = "access-parties.json"
_SECONDS = "%Y-%m-%dT%H:%M:%SZ"
_TAKEN_BACK = ("delivery.denied", "delivery.recalled", "delivery.expired")


@dataclass(slots=True)
class Ingested:
    """What one run did: records by what became of them, and alerts by code."""

    recorded: int = 0
    known: int = 0
    elsewhere: int = 0
    alerts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Place:
    batch_id: str
    doc_id: str


class _Judge:
    """Says whose request it was, and whether it should have been."""

    def __init__(self, policies: Iterable[VendorPolicy], own: Sequence[str], bulk: int) -> None:
        self._policies = {policy.bucket.name: policy for policy in policies}
        self._own = set(own)
        self._bulk = bulk
        self._got: dict[tuple[str, int], set[str]] = {}
        self.taken_back: dict[tuple[str, str], str] = {}

    def knows(self, access: Access) -> bool:
        """Whether the bucket is one of our vendors'."""
        return access.bucket in self._policies

    def party(self, access: Access) -> str:
        """One of "firm", "vendor", "anonymous" and "stranger"."""
        if access.principal in self._own:
            return "firm"
        if not access.principal:
            return "anonymous"
        granted = self._policies[access.bucket].access.principals
        # Servers log the bare user name where the policy names the user's ARN.
        names = {*granted, *(arn.rpartition("/")[2] for arn in granted)}
        return "vendor" if access.principal in names else "stranger"

    def network(self, access: Access) -> str:
        """The network of the policy that the address lies in, "unlisted", or "" for no rule."""
        listed = self._policies[access.bucket].access.addresses
        try:
            address = ipaddress.ip_address(access.address)
        except ValueError:
            return "unlisted" if listed else ""
        for network in listed:
            if address in ipaddress.ip_network(network, strict=False):
                return network
        return "unlisted" if listed else ""

    def alerts(self, access: Access, place: _Place, party: str) -> Iterator[str]:
        """Codes of what should not have been."""
        if party == "firm":
            return
        if party != "vendor":
            yield "access.foreign" if access.status < 300 else "access.foreign_refused"
        if access.status >= 300:
            return
        if self.network(access) == "unlisted":
            yield "access.unlisted_address"
        moment = self.taken_back.get((place.batch_id, place.doc_id), "")
        if moment and place.doc_id and _moment(access) > moment:
            yield "access.after_recall"
        if access.action == "get" and self._first_over(access):
            yield "access.bulk"

    def _first_over(self, access: Access) -> bool:
        """Whether this request is the one with which its hour becomes unusual."""
        hour = (access.principal, int(access.at.timestamp()) // 3600)
        got = self._got.setdefault(hour, set())
        before = len(got)
        got.add(access.key)
        return before == self._bulk and len(got) > before


def ingest(
    home: Home, files: Sequence[Path], own: Sequence[str] = (), bulk: int = BULK
) -> Ingested:
    """Record every request in `files` that concerns what was delivered.

    Args:
        home: the firm's home.
        files: access logs, in any of the formats of `storage.accesslogs`.
        own: principals of the firm itself; their requests raise no alert.
        bulk: how many different documents one party may get within an hour.

    Raises:
        AccessLogError: a file cannot be read whole; what stood before it is recorded.
        CustodyError: the log cannot be written.
    """
    config = home.config()
    names = sorted(path.stem for path in home.vendors.glob("*.yaml"))
    policies = [load_vendor(home.vendors, name, config.storage) for name in names]
    key = load_firm_keys(home.keys).batch
    judge, done = _Judge(policies, own, bulk), Ingested()
    with open_ledger(home, SystemClock()) as ledger:
        places = _places(home, ledger)
        known = {e.materials.get("record", "") for e in ledger.events(kinds=["access.seen"])}
        for event in ledger.events(kinds=list(_TAKEN_BACK)):
            judge.taken_back[event.batch_id, event.doc_id] = event.at.strftime(_SECONDS)
        for path in files:
            _ingest_file(home, ledger, _Recorder(key, judge, places, known, done), path)
    return done


def _places(home: Home, ledger: LedgerReader) -> dict[str, _Place]:
    """What lies, or lay, under which key."""
    with open_index(home.custody, ledger) as index, index.connect() as connection:
        wanted = sa.select(documents.c.object_key, documents.c.batch_id, documents.c.doc_id)
        rows = connection.execute(wanted.where(documents.c.object_key != ""))
        found = {row.object_key: _Place(row.batch_id, row.doc_id) for row in rows}
    for event in ledger.events(kinds=["manifest.intended"]):
        found[str(event.details["object_key"])] = _Place(event.batch_id, "")
    return found


@dataclass(slots=True)
class _Recorder:
    """Turns requests into events, each record once."""

    key: bytes
    judge: _Judge
    places: Mapping[str, _Place]
    known: set[str]
    done: Ingested
    parties: dict[str, str] = field(default_factory=dict)

    def drafts(self, access: Access) -> list[EventDraft]:
        """The events of one request; none if it is known, or is none of ours."""
        place = self.places.get(access.key)
        if place is None or not self.judge.knows(access):
            self.done.elsewhere += 1
            return []
        record = self._digest("record", access.raw)
        if record in self.known:
            self.done.known += 1
            return []
        self.known.add(record)
        self.done.recorded += 1
        return [self._seen(access, place, record), *self._alerts(access, place, record)]

    def _seen(self, access: Access, place: _Place, record: str) -> EventDraft:
        details: dict[str, JsonValue] = {
            "action": access.action,
            "by": self.judge.party(access),
            "when": _moment(access),
            "status": access.status,
            "source": access.source,
        }
        if network := self.judge.network(access):
            details["network"] = network
        materials = {"record": record, "principal": self._party(access.principal)}
        materials["address"] = self._party(access.address)
        return EventDraft(
            "access.seen", place.batch_id, place.doc_id, materials=materials, details=details
        )

    def _alerts(self, access: Access, place: _Place, record: str) -> Iterator[EventDraft]:
        for code in self.judge.alerts(access, place, self.judge.party(access)):
            self.done.alerts[code] += 1
            yield EventDraft(
                "alert.raised",
                place.batch_id,
                place.doc_id,
                materials={"record": record},
                details={"code": code, "when": _moment(access)},
            )

    def _party(self, name: str) -> str:
        digest = self._digest("party", name.encode())
        if name:
            self.parties[digest] = name
        return digest

    def _digest(self, what: str, content: bytes) -> str:
        mac = hmac.new(self.key, f"access/{what}/".encode() + content, sha256)
        return f"hmac-sha256:{mac.hexdigest()}"


def _moment(access: Access) -> str:
    return access.at.strftime(_SECONDS)


def _ingest_file(home: Home, ledger: Ledger, recorder: _Recorder, path: Path) -> None:
    try:
        content = path.read_bytes()
    except OSError:
        raise PermissionsError("an access log cannot be read") from None
    stretch: list[EventDraft] = []
    # Read to its end before anything of it is recorded: a file that breaks off is no evidence.
    for access in list(read_log(content)):
        stretch += recorder.drafts(access)
        if len(stretch) >= STRETCH:
            _record(home, ledger, recorder, stretch)
            stretch = []
    _record(home, ledger, recorder, stretch)


def _record(home: Home, ledger: Ledger, recorder: _Recorder, drafts: list[EventDraft]) -> None:
    """The names first: an event whose names nobody knows would say less."""
    if drafts:
        _write_parties(home, recorder.parties)
        ledger.append(drafts)


def _write_parties(home: Home, parties: Mapping[str, str]) -> None:
    known = read_parties(home)
    if parties.keys() - known.keys():
        content = json.dumps(known | dict(parties), sort_keys=True, indent=0)
        write_private(home.records / PARTIES, content.encode())


def read_parties(home: Home) -> dict[str, str]:
    """Principals and addresses by their digests in `access.seen`; empty if they were erased.

    Raises:
        AccessLogError: the file is damaged.
    """
    try:
        parties = json.loads((home.records / PARTIES).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise AccessLogError("the record of who had access is damaged") from None
    return {str(digest): str(name) for digest, name in parties.items()}
