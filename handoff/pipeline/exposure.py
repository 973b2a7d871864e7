"""Who has what now: documents by vendor, country and matter, kinds of personal data, until when.

From the custody log's index and the policies; what was recalled or has expired is not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from handoff.custody.index.search import DocumentFacts, Query, find_documents
from handoff.custody.index.update import open_index
from handoff.errors import UnknownVendorError
from handoff.model import VendorPolicy
from handoff.pipeline.expiring import expires_of
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader
from handoff.policy.vendors import load_vendor

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Holding:
    """What one vendor has of one matter.

    Attributes:
        vendor: its short name.
        matter: the firm's number for the matter, "" where it was not told.
        country: where the vendor works, ISO 3166-1; "unknown" where the policy does not say.
        onward: countries of its sub-processors.
        region: where the bucket lies.
        documents: how many lie with the vendor.
        denied: how many of them are denied to it and not deleted yet.
        size: bytes, as redacted.
        opened: how many of them the vendor has got at least once, as far as access logs were read.
        personal: findings that were redacted in them, by kind.
        first_until, last_until: the days in their manifests; None where there is none yet.
    """

    vendor: str
    matter: str
    country: str
    onward: tuple[str, ...]
    region: str
    documents: int
    denied: int
    size: int
    opened: int
    personal: Mapping[str, int]
    first_until: date | None
    last_until: date | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of all documents one vendor, or one country, has."""

    name: str
    documents: int
    part: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """All holdings, and how they are spread.

    Attributes:
        holdings: by vendor and matter.
        vendors, countries: shares, the largest first.
        concentration: sum of the squares of the vendors' shares (Herfindahl-Hirschman): 1 when
            one vendor has all, 0 when nobody has anything.
    """

    holdings: tuple[Holding, ...]
    vendors: tuple[Share, ...] = ()
    countries: tuple[Share, ...] = ()
    concentration: float = 0.0

    @property
    def documents(self) -> int:
        """All documents that are with vendors."""
        return sum(holding.documents for holding in self.holdings)


@dataclass(slots=True)
class _Days:
    """The days in manifests, each read once."""

    home: Home
    known: dict[str, date | None] = field(default_factory=dict)

    def of(self, documents: Iterable[DocumentFacts]) -> list[date]:
        batches = {document.batch_id for document in documents}
        for batch_id in batches - self.known.keys():
            self.known[batch_id] = expires_of(self.home, batch_id)
        return sorted(day for batch in batches if (day := self.known[batch]) is not None)


def exposure(home: Home, *, vendor: str = "", matter: str = "") -> Exposure:
    """What is with vendors now, narrowed by what is given.

    Shares are of what is shown: narrowed to one vendor, that vendor has all.

    Raises:
        CustodyError: the log cannot be read.
        ConfigError: a vendor's policy does not validate.
        ManifestInvalidError: a manifest among the records is damaged.
    """
    asked = Query(vendor=vendor, matter=matter, state="with-vendor")
    with open_reader(home) as reader, open_index(home.custody, reader) as index:
        documents = find_documents(index, asked)
    grouped: dict[tuple[str, str], list[DocumentFacts]] = {}
    for document in documents:
        grouped.setdefault((document.vendor, document.matter), []).append(document)
    days = _Days(home)
    holdings = tuple(
        _holding(_policy(home, name), name, number, found, days.of(found))
        for (name, number), found in sorted(grouped.items())
    )
    vendors = _shares((holding.vendor, holding.documents) for holding in holdings)
    countries = _shares((holding.country, holding.documents) for holding in holdings)
    return Exposure(holdings, vendors, countries, sum(share.part**2 for share in vendors))


def _policy(home: Home, vendor: str) -> VendorPolicy | None:
    try:
        return load_vendor(home.vendors, vendor, home.config().storage)
    except UnknownVendorError:
        return None


def _holding(
    policy: VendorPolicy | None,
    vendor: str,
    matter: str,
    documents: list[DocumentFacts],
    days: list[date],
) -> Holding:
    personal: Counter[str] = Counter()
    for document in documents:
        personal.update(document.redactions)
    return Holding(
        vendor=vendor,
        matter=matter,
        country=(policy.jurisdiction if policy else "") or UNKNOWN,
        onward=tuple(sorted({s.country for s in policy.sub_processors})) if policy else (),
        region=policy.bucket.region if policy else "",
        documents=len(documents),
        denied=sum(document.state == "denied" for document in documents),
        size=sum(document.size for document in documents),
        opened=sum(document.accesses > 0 for document in documents),
        personal={kind: count for kind, count in personal.most_common() if count},
        first_until=days[0] if days else None,
        last_until=days[-1] if days else None,
    )


def _shares(counted: Iterable[tuple[str, int]]) -> tuple[Share, ...]:
    totals: Counter[str] = Counter()
    for name, count in counted:
        totals[name] += count
    whole = totals.total()
    return tuple(Share(name, count, count / whole) for name, count in totals.most_common())
