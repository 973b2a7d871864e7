"""Whom a batch is sealed to: the vendor's recipients, and always the firm's own of their kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from handoff.errors import MixedRecipientsError, RecipientInvalidError
from handoff.sealing import age

RecipientKind = Literal["x25519", "hybrid", "ssh-ed25519"]

_KINDS: dict[str, RecipientKind] = {
    "x25519": "x25519",
    "hybrid": "hybrid",
    "ssh-ed25519": "ssh-ed25519",
}


class RecoveryRecipients(Protocol):
    """The firm's recovery recipients, one of each kind."""

    @property
    def recovery_x25519(self) -> str:
        """For files with classic recipients."""
        ...

    @property
    def recovery_pq(self) -> str:
        """For files with post-quantum recipients."""
        ...


def _parse(text: str) -> age.X25519Recipient | age.HybridRecipient | age.SshRecipient:
    try:
        return age.parse_recipient(text)
    except age.RecipientError as error:
        raise RecipientInvalidError(f"not an age recipient: {error}") from None


def check_recipient(text: str) -> RecipientKind:
    """The kind of the recipient that `text` is.

    Raises:
        RecipientInvalidError: when it is none; the message never quotes `text`.
    """
    return _KINDS[_parse(text).kind]


def parse_recipients(texts: Iterable[str]) -> tuple[age.Recipient, ...]:
    """Parse recipients that are to stand in one file together.

    Raises:
        RecipientInvalidError: when one of them is none.
        MixedRecipientsError: when they do not mix, or there are none.
    """
    recipients = tuple(_parse(text) for text in texts)
    try:
        age.check_recipients(recipients)
    except age.MixedRecipientsError as error:
        raise MixedRecipientsError(str(error)) from None
    return recipients


def recipients_for(vendor_recipients: Sequence[str], firm: RecoveryRecipients) -> tuple[str, ...]:
    """The vendor's recipients, each once and without comments, then the firm's of their kind.

    Raises:
        RecipientInvalidError: when one of `vendor_recipients` is none.
        MixedRecipientsError: when post-quantum and classic ones stand among them, or none at all.
    """
    vendor = parse_recipients(vendor_recipients)
    post_quantum = vendor[0].kind == "hybrid"
    own = firm.recovery_pq if post_quantum else firm.recovery_x25519
    return tuple(dict.fromkeys([*map(str, vendor), own]))
