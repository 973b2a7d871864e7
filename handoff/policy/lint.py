"""What a careful reader would say about vendors' policies: findings with stable ids. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network
from typing import Literal

from handoff.errors import ExpiredError, PolicyError, ResidencyError, TransferError
from handoff.model import Firm, KeyState, VendorPolicy
from handoff.policy.preflight import PolicyRegister, preflight, require_residency
from handoff.policy.transfer import regime, require_transfer

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")
# A block this wide or wider is no address of a vendor's (IPv4, IPv6).
WIDE = {4: 16, 6: 32}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: its id never changes its meaning."""

    severity: Severity
    hint: str


KINDS: dict[str, Kind] = {
    "HP001": Kind("high", "mend the file at the line named"),
    "HP002": Kind("high", "renew it, then change its date"),
    "HP003": Kind("medium", "renew it in time; sending stops on the day after"),
    "HP004": Kind("high", "settle the ground with the data protection officer, then enter it"),
    "HP005": Kind("medium", "Art. 49 GDPR is for single cases; use clauses for what is regular"),
    "HP006": Kind("medium", "enter `jurisdiction:`, the country the vendor works in"),
    "HP007": Kind("high", "Art. 28(3) GDPR wants one; enter it under `dpa:`"),
    "HP008": Kind("high", "put the bucket into an allowed region"),
    "HP009": Kind("high", "ask the vendor for an age recipient"),
    "HP010": Kind("medium", "read the fingerprint to the vendor on the telephone, enter the day"),
    "HP011": Kind(
        "low", "a post-quantum recipient (age1pq1...) keeps what is recorded today secret"
    ),
    "HP012": Kind("medium", "enter `signers:`, or receipts and returns cannot be verified"),
    "HP013": Kind("low", "enter `access.principals:`; until then nobody can read the bucket"),
    "HP014": Kind("medium", "enter the vendor's own addresses under `access.addresses:`"),
    "HP015": Kind("high", "name the vendor's own addresses, not half of the Internet"),
    "HP016": Kind("medium", "object lock keeps objects longer than they may be there; shorten it"),
    "HP017": Kind("low", "enter `bucket.kms_key:`, a key that only the firm controls"),
    "HP018": Kind("low", "enter `bucket.log_bucket:`, or nobody sees who read what"),
    "HP019": Kind("low", "enter `limits:`, so that a wrong directory is noticed"),
    "HP020": Kind("low", "enter `contact:`, whom to telephone about keys and incidents"),
    "HP021": Kind("high", "one bucket, one login and one key a vendor; change one of them"),
    "HP022": Kind("medium", "give each vendor a `control_prefix` of its own"),
    "HP023": Kind("high", "name a profile that exists"),
    "HP024": Kind(
        "medium", "enter `firm: {country: ..}` in config.yaml, so that transfers are checked"
    ),
    "HP025": Kind("high", "the key is not used; remove it once nothing sealed to it is open"),
    "HP026": Kind("low", "an approver who reads before release catches what detection missed"),
    "HP027": Kind(
        "medium", "enter `mail:` in config.yaml; until then `send` says what to tell by hand"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one vendor ("" for the firm's configuration)."""

    id: str
    vendor: str
    what: str

    @property
    def kind(self) -> Kind:
        """Severity and hint."""
        return KINDS[self.id]


@dataclass(frozen=True, slots=True)
class Setup:
    """What policies are measured by: the firm, the day, the profiles, whether it has mail."""

    firm: Firm
    today: date
    profiles: frozenset[str]
    mail: bool = True


def lint(policies: Sequence[VendorPolicy], setup: Setup) -> list[Finding]:
    """Everything there is to say about `policies`, each alone and side by side."""
    found: list[Finding] = []
    if not setup.firm.country:
        found.append(Finding("HP024", "", "the firm's country is not set"))
    for policy in policies:
        for rule in _RULES:
            found += (Finding(id_, policy.name, what) for id_, what in rule(policy, setup))
    return [*found, *_shared(policies)]


def worst(findings: Sequence[Finding]) -> Severity | None:
    """The highest severity among `findings`, None where there is none."""
    return max((f.kind.severity for f in findings), key=SEVERITIES.index, default=None)


Said = Iterator[tuple[str, str]]


def _dates(policy: VendorPolicy, setup: Setup) -> Said:
    try:
        yield from (("HP003", warning) for warning in preflight(policy, setup.today))
    except ExpiredError as error:
        yield "HP002", error.message
    except PolicyError:
        return


def _ground(policy: VendorPolicy, setup: Setup) -> Said:
    if not policy.jurisdiction:
        yield "HP006", "the vendor's country is not named"
    if not policy.dpa:
        yield "HP007", "there is no data processing agreement"
    try:
        require_transfer(policy, setup.firm, setup.today)
    except TransferError as error:
        yield "HP004", error.message
    if regime(setup.firm.country) and set(policy.transfers) == {"derogation"}:
        yield "HP005", "the transfer rests on a derogation alone"
    if policy.contact is None:
        yield "HP020", "nobody is named to telephone"


def _keys(policy: VendorPolicy, _: Setup) -> Said:
    register = PolicyRegister(policy)
    if not policy.recipients:
        yield "HP009", "there is no recipient that is not revoked"
    for number, key in enumerate(policy.keys, 1):
        state = register.state(policy.name, key.key)
        if state is KeyState.UNVERIFIED:
            yield "HP010", f"recipient {number} was never verified"
        if state is KeyState.REVOKED:
            yield "HP025", f"recipient {number} is revoked and still listed"
        elif not key.key.startswith("age1pq1"):
            yield "HP011", f"recipient {number} does not withstand a quantum computer"
    if not any(signer.revoked is None for signer in policy.signers):
        yield "HP012", "there is no signer"


def _access(policy: VendorPolicy, _: Setup) -> Said:
    access = policy.access
    if not access.principals:
        yield "HP013", "no principal is named"
    if not access.addresses:
        yield "HP014", "the vendor may come from any address"
    for block in map(ip_network, access.addresses):
        if block.prefixlen <= WIDE[block.version]:
            yield "HP015", f"the address block {block} holds {block.num_addresses} addresses"
    if access.lock and access.lock.days > access.expires_days:
        yield "HP016", f"object lock {access.lock.days} days, expiry {access.expires_days}"


def _bucket(policy: VendorPolicy, setup: Setup) -> Said:
    try:
        require_residency(policy, setup.firm)
    except ResidencyError as error:
        yield "HP008", error.message
    if not policy.bucket.kms_key:
        yield "HP017", "objects are encrypted at rest by the store's own key"
    if not policy.bucket.log_bucket:
        yield "HP018", "the store keeps no access log"


def _work(policy: VendorPolicy, setup: Setup) -> Said:
    if policy.profile not in setup.profiles:
        yield "HP023", f"the profile {policy.profile} does not exist"
    if policy.limits.documents is None and policy.limits.bytes is None:
        yield "HP019", "a send may be of any size"
    if policy.release.review == "none":
        yield "HP026", "nobody looks at documents before they leave"
    if policy.notification.email and not setup.mail:
        yield "HP027", "is to be told by mail, and no mail server is configured"


_RULES: tuple[Callable[[VendorPolicy, Setup], Said], ...] = (
    _dates,
    _ground,
    _keys,
    _access,
    _bucket,
    _work,
)


def _shared(policies: Sequence[VendorPolicy]) -> Iterator[Finding]:
    """What two vendors have in common and must not."""
    yield from _twice("HP021", "bucket", {p.name: (p.bucket.name,) for p in policies})
    yield from _twice("HP021", "principal", {p.name: p.access.principals for p in policies})
    yield from _twice("HP021", "recipient", {p.name: p.recipients for p in policies})
    yield from _twice("HP022", "control prefix", {p.name: (p.control_prefix,) for p in policies})


def _twice(id_: str, what: str, values: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    users: dict[str, list[str]] = defaultdict(list)
    for vendor, own in values.items():
        for value in own:
            users[value].append(vendor)
    for vendors in users.values():
        for vendor in vendors[1:]:
            yield Finding(id_, vendor, f"has the same {what} as {vendors[0]}")
