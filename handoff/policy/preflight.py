"""May this vendor get this, today? Decided before one document is read. No I/O in here."""

from __future__ import annotations

from datetime import date, timedelta

from handoff.errors import ExpiredError, NoRecipientError
from handoff.model import VendorPolicy

WARN_BEFORE = timedelta(days=30)


def preflight(policy: VendorPolicy, today: date) -> tuple[str, ...]:
    """Raise unless `policy` allows a delivery on `today` (UTC); return warnings of what ends soon.

    An agreement holds through the whole of its last day.

    Raises:
        ExpiredError: the agreement or a certificate has expired.
        NoRecipientError: there is no key to encrypt to.
    """
    dated = [("agreement", policy.agreement, policy.expires)]
    dated += [("certificate", c.name, c.expires) for c in policy.certificates]
    for what, name, expires in dated:
        if today > expires:
            raise ExpiredError(f"{what} {name} of vendor {policy.name} expired on {expires}")
    if not policy.recipients:
        raise NoRecipientError(f"the policy of vendor {policy.name} lists no recipients")
    return tuple(
        f"{what} {name} of vendor {policy.name} expires on {expires}"
        for what, name, expires in dated
        if today + WARN_BEFORE >= expires
    )
