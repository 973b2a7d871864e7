"""The findings of an audit: their stable ids, how bad each is, and what to do. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: its id never changes its meaning."""

    title: str
    severity: Severity
    hint: str


_BACK = "`handoff vendor provision` puts it back; find out who changed it"

KINDS: dict[str, Kind] = {
    "HA001": Kind("the bucket is missing", "high", "`handoff vendor provision` makes it"),
    "HA002": Kind("the tag of ownership is missing or another's", "high", _BACK),
    "HA003": Kind("versioning is not on", "high", _BACK),
    "HA004": Kind("object lock is missing, weaker or other than the policy says", "high", _BACK),
    "HA005": Kind("public access is not blocked altogether", "high", _BACK),
    "HA006": Kind("an access control list grants something", "high", _BACK),
    "HA007": Kind("objects do not belong to the bucket's owner", "medium", _BACK),
    "HA008": Kind("default encryption is off, or by another key", "high", _BACK),
    "HA009": Kind("lifecycle rules are other than the policy says", "medium", _BACK),
    "HA010": Kind("the access log is off, or goes elsewhere", "medium", _BACK),
    "HA011": Kind("web pages of others may read the bucket (CORS)", "medium", _BACK),
    "HA012": Kind("the bucket is served as a website", "high", _BACK),
    "HA013": Kind("objects are replicated elsewhere", "high", _BACK),
    "HA014": Kind("events are sent elsewhere", "medium", _BACK),
    "HA015": Kind("whoever asks pays", "low", _BACK),
    "HA016": Kind(
        "lists of all keys are written elsewhere (inventory)",
        "medium",
        "remove the inventory, unless the firm's IT made it; handoff leaves it alone",
    ),
    "HA017": Kind(
        "object lock is on, and the policy does not say so",
        "low",
        "enter `access.object_lock` into the policy; it cannot be taken off the bucket",
    ),
    "HA020": Kind("the bucket has no policy", "high", _BACK),
    "HA021": Kind("a statement was added that grants", "high", _BACK),
    "HA022": Kind("a grant of the vendor's is gone", "medium", _BACK),
    "HA023": Kind("a denial is gone", "high", _BACK),
    "HA024": Kind("other principals than the policy's", "high", _BACK),
    "HA025": Kind("other actions than the policy's", "high", _BACK),
    "HA026": Kind("other resources than the policy's", "high", _BACK),
    "HA027": Kind("a grant became a denial, or a denial a grant", "high", _BACK),
    "HA028": Kind("a statement was added that denies", "low", _BACK),
    "HA029": Kind("a condition was dropped, added or changed", "high", _BACK),
    "HA030": Kind("the server itself calls the bucket public", "high", _BACK),
    "HA031": Kind(
        "an object lies in the bucket that handoff did not put there",
        "medium",
        "find out who writes into the bucket; only handoff, and the vendor into its prefix, should",
    ),
    "HA032": Kind(
        "an object was overwritten: it has more than one version",
        "high",
        "compare the versions with the manifest; handoff never writes a key twice",
    ),
    "HA033": Kind(
        "an object was deleted",
        "medium",
        "if it was not taken back and has not expired, restore it by removing the delete marker",
    ),
}


@dataclass(frozen=True, slots=True)
class Drift:
    """One way in which a bucket is other than its policy: the kind, and what exactly."""

    id: str
    what: str

    @property
    def kind(self) -> Kind:
        """Title, severity and hint."""
        return KINDS[self.id]
