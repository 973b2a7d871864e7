"""May personal data go from the firm's country to another, and on which ground? No I/O in here.

GDPR and UK GDPR, chapter V: an adequate country (Art. 45), appropriate safeguards (Art. 46), or a
derogation for a single case (Art. 49).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from handoff.errors import TransferError
from handoff.model import Firm, VendorPolicy
from handoff.policy.countries import EEA, EU_ADEQUATE, PARTLY_ADEQUATE, UK_ADEQUATE

# What is a ground for a transfer under whose law. SCC: Commission Decision 2021/914; the UK knows
# them only with the Commissioner's addendum, or its own agreement (IDTA), both of 21 March 2022.
MECHANISMS = {
    "EU": frozenset({"scc", "bcr", "derogation"}),
    "UK": frozenset({"idta", "scc-uk-addendum", "bcr", "derogation"}),
}


def regime(country: str) -> str:
    """Whose law on transfers holds for data leaving `country`: "EU", "UK" or "" for neither."""
    return "EU" if country in EEA else "UK" if country == "GB" else ""


def require_transfer(policy: VendorPolicy, firm: Firm, today: date) -> None:
    """Do nothing, or raise: for the vendor's country, and for that of each sub-processor.

    A firm that names no country, or one outside of the EEA and the UK, is not asked.

    Raises:
        TransferError: nothing allows the transfer, or the vendor's country is not known.
    """
    law = regime(firm.country)
    if not law:
        return
    if not policy.jurisdiction:
        raise TransferError(
            f"the policy of vendor {policy.name} does not say in which country it works",
            "enter `jurisdiction:`, two capitals of ISO 3166-1",
        )
    places = [(policy.jurisdiction, "vendor")]
    places += [(sub.country, "a sub-processor of vendor") for sub in policy.sub_processors]
    for country, whose in places:
        if not is_allowed(law, country, policy.transfers, today):
            named = ", ".join(policy.transfers) or "none"
            fits = ", ".join(sorted(MECHANISMS[law]))
            raise TransferError(
                f"no ground for a transfer from {firm.country} to {country}, "
                f"where {whose} {policy.name} works (named: {named})",
                f"enter one that {law} law knows for that country under `transfer.mechanisms` "
                f"({fits}), once it is signed",
            )


def is_allowed(law: str, country: str, mechanisms: Iterable[str], today: date) -> bool:
    """Whether `law` ("EU", "UK") lets data go to `country` on the ground of `mechanisms`."""
    named = set(mechanisms)
    at_home = country in EEA if law == "EU" else country == "GB"
    adequate = EU_ADEQUATE if law == "EU" else UK_ADEQUATE
    if at_home:
        return True
    if country in adequate:
        last = adequate[country]
        if last is None or today <= last:
            return True
    if "adequacy" in named and country in PARTLY_ADEQUATE:
        return True
    return bool(named & MECHANISMS[law])
