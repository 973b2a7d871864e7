"""May this vendor get this, today? Decided before one document is read. No I/O in here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fnmatch import fnmatchcase

from handoff.errors import (
    BatchLimitError,
    ExpiredError,
    KeyRevokedError,
    KeyUnverifiedError,
    MatterNotAllowedError,
    NoRecipientError,
    ResidencyError,
)
from handoff.model import Firm, KeyState, VendorPolicy
from handoff.policy.transfer import require_transfer
from handoff.ports import KeyRegister

WARN_BEFORE = timedelta(days=30)
NO_FIRM = Firm()


class PolicyRegister:
    """`ports.KeyRegister` of what the policy itself says of its keys."""

    def __init__(self, policy: VendorPolicy) -> None:
        self._keys = {key.key: key for key in policy.keys}

    def state(self, vendor: str, key: str) -> KeyState:  # noqa: ARG002 - one vendor's policy
        """Of `key`; one the policy does not list was never verified."""
        known = self._keys.get(key)
        if known is None:
            return KeyState.UNVERIFIED
        if known.revoked is not None:
            return KeyState.REVOKED
        return KeyState.VERIFIED if known.verified is not None else KeyState.UNVERIFIED


def preflight(
    policy: VendorPolicy,
    today: date,
    firm: Firm = NO_FIRM,
    register: KeyRegister | None = None,
) -> tuple[str, ...]:
    """Raise unless `policy` allows a delivery on `today` (UTC); return warnings of what ends soon.

    An agreement holds through the whole of its last day.

    Args:
        policy: the vendor's policy.
        today: the day of the delivery.
        firm: the firm's country, its allowed regions and its rule on keys.
        register: what is known of the vendor's keys beside the policy; both must be content.

    Raises:
        ExpiredError: the agreement, its data processing agreement or a certificate has expired.
        TransferError: nothing allows a transfer to the vendor's country.
        ResidencyError: the bucket lies outside of the allowed regions.
        NoRecipientError: there is no key to encrypt to.
        KeyRevokedError: a key, or the last of them, was revoked.
        KeyUnverifiedError: the firm requires verified keys, and one is not.
    """
    dated = list(_dated(policy))
    for what, expires in dated:
        if today > expires:
            raise ExpiredError(f"{what} of vendor {policy.name} expired on {expires}")
    require_transfer(policy, firm, today)
    require_residency(policy, firm)
    require_keys(policy, today, firm, register)
    return tuple(
        f"{what} of vendor {policy.name} expires on {expires}"
        for what, expires in dated
        if today + WARN_BEFORE >= expires
    )


def _dated(policy: VendorPolicy) -> Iterator[tuple[str, date]]:
    yield f"agreement {policy.agreement}", policy.expires
    if policy.dpa_expires is not None:
        yield f"data processing agreement {policy.dpa}", policy.dpa_expires
    for certificate in policy.certificates:
        yield f"certificate {certificate.name}", certificate.expires


def require_residency(policy: VendorPolicy, firm: Firm) -> None:
    """Do nothing, or raise.

    Raises:
        ResidencyError: the bucket lies outside of the regions that the firm allows.
    """
    region = policy.bucket.region
    if not firm.residency or any(fnmatchcase(region, allowed) for allowed in firm.residency):
        return
    allowed = ", ".join(firm.residency)
    raise ResidencyError(
        f"the bucket of vendor {policy.name} lies in region {region or 'unknown'}, "
        f"and the firm's data may lie in {allowed}"
    )


def require_keys(
    policy: VendorPolicy, today: date, firm: Firm, register: KeyRegister | None
) -> None:
    """Do nothing, or raise; arguments as `preflight`.

    Raises:
        NoRecipientError, KeyRevokedError, KeyUnverifiedError: as `preflight`.
    """
    if not policy.keys and not policy.recipients:
        raise NoRecipientError(f"the policy of vendor {policy.name} lists no recipients")
    if not policy.recipients:
        raise KeyRevokedError(f"every recipient of vendor {policy.name} is revoked")
    recipients = policy.recipients_on(today)
    if not recipients:
        raise NoRecipientError(f"the last recipient of vendor {policy.name} has ended (`until`)")
    own = PolicyRegister(policy)
    for key in recipients:
        states = {own.state(policy.name, key)}
        if register is not None:
            states.add(register.state(policy.name, key))
        if KeyState.REVOKED in states:
            raise KeyRevokedError(f"a recipient in the policy of vendor {policy.name} is revoked")
        if firm.verified_keys == "required" and KeyState.VERIFIED not in states:
            raise KeyUnverifiedError(f"a recipient of vendor {policy.name} was never verified")


def require_within_limits(policy: VendorPolicy, documents: int, size: int) -> None:
    """Do nothing, or raise, before the first of `documents` (of `size` bytes together) is read.

    Raises:
        BatchLimitError: there are more of them, or they are larger, than the policy allows.
    """
    limits = policy.limits
    if limits.documents is not None and documents > limits.documents:
        raise BatchLimitError(
            f"{documents} documents to send, vendor {policy.name} may get {limits.documents}"
        )
    if limits.bytes is not None and size > limits.bytes:
        raise BatchLimitError(
            f"{size} bytes to send, vendor {policy.name} may get {limits.bytes} at once"
        )


def require_matter(policy: VendorPolicy, matter: str) -> None:
    """Do nothing, or raise: `matter` is the name of the matter's file, "" where none was given.

    Raises:
        MatterNotAllowedError: the policy names matters, and this is none of them.
    """
    allowed = policy.limits.matters
    if allowed and matter not in allowed:
        # Which matter it is stays unsaid: its name may be a client's.
        what = "this matter is not among those" if matter else "no matter was named of those"
        raise MatterNotAllowedError(f"{what} that vendor {policy.name} may work on")
