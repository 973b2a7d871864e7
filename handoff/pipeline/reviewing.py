"""`handoff review`: a person looks at what a batch held, decides, and the log says who.

The original is read again by a worker, and what it gives back is shown and forgotten. A decision
holds digests and offsets; it is written, then stands in the log, and takes effect at the next send
of the same input.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from handoff.errors import ReviewerError, UsageError
from handoff.model import CustodyEvent, EventDraft, JsonValue, VendorPolicy
from handoff.pipeline import decisions_log, seen
from handoff.pipeline.decisions import Decisions
from handoff.pipeline.decisions_log import DIGEST, REASONS, SOURCE, may_decide
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import log_party, open_ledger, open_reader
from handoff.pipeline.reviewing_values import Examined
from handoff.pipeline.reviewing_waiting import Waiting, held_in, undecided
from handoff.policy.config import ConfigSchema
from handoff.policy.vendors import load_vendor
from handoff.sealing.keys import FirmKeys, load_firm_keys


@dataclass(frozen=True, slots=True)
class Question:
    """A batch of which documents wait, the policy that asks, and the account that answers."""

    home: Home
    config: ConfigSchema
    keys: FirmKeys
    policy: VendorPolicy
    opened: CustodyEvent
    waiting: tuple[Waiting, ...]
    account: str

    @property
    def batch_id(self) -> str:
        """The batch that held them."""
        return self.opened.batch_id

    @property
    def two_person(self) -> bool:
        """Whether a second person must approve."""
        return self.policy.release.two_person

    def reject(self, waiting: Waiting, reason: str) -> None:
        """Record that the document stays here.

        Raises:
            UsageError: the reason is none of REASONS.
            CustodyError: it could not be recorded.
        """
        if reason not in REASONS:
            raise UsageError("not a reason that can be recorded", f"one of {', '.join(REASONS)}")
        self._append(decisions_log.REJECTED, waiting, {}, {"code": reason})

    def review(self, waiting: Waiting, decisions: Decisions, examined: Examined) -> str:
        """Keep the decisions and record them; return their digest. In this order: see seen.py.

        Raises:
            DiskFullError, PermissionsError, CustodyError: nothing was decided.
        """
        digest = decisions_log.keep(self.home.records, decisions)
        counts: dict[str, JsonValue] = {
            "values": len(examined.values),
            "dropped": len(decisions.dropped),
            "added": len(decisions.added),
        }
        self._append(decisions_log.REVIEWED, waiting, {DIGEST: f"sha256:{digest}"}, counts)
        return digest

    def approve(self, waiting: Waiting) -> None:
        """Record that a second person agrees with what was decided.

        Raises:
            ReviewerError: it is the person who decided it.
            CustodyError: it could not be recorded.
        """
        reviewed = waiting.standing.reviewed
        if reviewed is None or reviewed.actor == self.account:
            raise ReviewerError(
                "whoever reviewed a document cannot approve it", "somebody else must approve"
            )
        self._append(decisions_log.APPROVED, waiting, {DIGEST: reviewed.products[DIGEST]}, {})

    def _append(
        self,
        kind: str,
        waiting: Waiting,
        products: dict[str, str],
        details: dict[str, JsonValue],
    ) -> None:
        policy = self.policy
        seen.keep(self.home, self.home.vendors / f"{policy.name}.yaml", policy.sha256)
        draft = EventDraft(
            kind,
            self.batch_id,
            waiting.doc_id,
            materials={SOURCE: waiting.source} if waiting.source else {},
            products=products,
            policy_sha256=policy.sha256,
            details={
                "vendor": policy.name,
                "control_number": waiting.control_number,
                **details,
            },
        )
        with open_ledger(self.home, SystemClock()) as ledger:
            ledger.append([draft])
            ledger.checkpoint()


def ask(home: Home, reference: str, *, again: bool = False) -> Question | None:
    """What waits for review in a batch, or under a control number; None where nothing does.

    Args:
        home: whose.
        reference: a batch's id, the beginning of one, or a control number.
        again: also what was rejected, or released and not sent yet.

    Raises:
        UnknownReferenceError: nothing answers to `reference`.
        ReviewerError: the vendor's policy does not let this account decide.
        HandoffError: the home, its keys or the vendor's policy cannot be used.
    """
    config = home.require().config()
    keys = load_firm_keys(home.keys)
    with closing(open_reader(home)) as reader:
        found = held_in(reader, reference)
        if found is None:
            return None
        policy = load_vendor(home.vendors, str(found.opened.details["vendor"]), config.storage)
        waiting = found.waiting if again else undecided(reader, found, policy.release)
    account = log_party().actor
    if not may_decide(policy.release, account):
        raise ReviewerError(f"the account {account} is not among the approvers of {policy.name}")
    if not waiting:
        return None
    return Question(home, config, keys, policy, found.opened, waiting, account)
