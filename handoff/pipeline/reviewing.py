"""`handoff review`: a person looks at what a batch held, decides, and the log says who.

The original is read again by a worker, and what it gives back is shown and forgotten. A decision
holds digests and offsets; it is written, then stands in the log, and takes effect at the next send
of the same input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from handoff.errors import (
    DocumentError,
    RecordMissingError,
    ReviewerError,
    ReviewOutdatedError,
    UsageError,
)
from handoff.model import (
    CustodyEvent,
    EventDraft,
    JsonValue,
    Operator,
    RedactionProfile,
    VendorPolicy,
)
from handoff.model import Held as HeldOutcome
from handoff.pipeline import decisions_log, ids, seen, worker
from handoff.pipeline.decisions import Decisions
from handoff.pipeline.decisions_log import DIGEST, REASONS, SOURCE, decided, may_decide
from handoff.pipeline.finding import BatchFindings
from handoff.pipeline.forking import start_fork_server
from handoff.pipeline.holding import held_from_error
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import log_party, open_ledger, open_reader
from handoff.pipeline.pool import Pool
from handoff.pipeline.records import read_sources
from handoff.pipeline.reviewing_values import Examined, ExamineTask
from handoff.pipeline.reviewing_waiting import Originals, Waiting, held_in, undecided
from handoff.pipeline.run import Engine, open_engine
from handoff.pipeline.tasks import FindTask, Found
from handoff.policy.config import ConfigSchema
from handoff.policy.matters import with_matter
from handoff.policy.profiles import load_profile
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


@dataclass(slots=True)
class Session:
    """Documents that can be looked at: read once, so that names found in one count in all."""

    question: Question
    engine: Engine
    pool: Pool
    order: list[str] = field(default_factory=list)
    problems: dict[str, HeldOutcome] = field(default_factory=dict)
    _found: dict[str, tuple[FindTask, Found]] = field(default_factory=dict, repr=False)
    _shared: bytes = field(default=b"", repr=False)

    @property
    def addable(self) -> tuple[str, ...]:
        """Entities that a text may be added as, the usual one first."""
        gone = {Operator.REMOVE, Operator.MASK, Operator.PSEUDONYMIZE}
        rules = self.engine.profile.entities
        names = [name for name, rule in rules.items() if rule.operator in gone]
        return tuple(sorted(names, key=lambda name: name != "PERSON"))

    def read(self, originals: Originals) -> None:
        """First visit to every document; what cannot be read is among `problems`."""
        tasks = []
        for waiting in self.question.waiting:
            self.order.append(waiting.doc_id)
            try:
                tasks.append(FindTask(waiting.doc_id, originals.find(waiting)))
            except DocumentError as error:
                self.problems[waiting.doc_id] = held_from_error(waiting.doc_id, error)
        profile = self.engine.profile
        findings = BatchFindings(self.engine.batch_key, profile.parties)
        for task, found in self.pool.run(worker.find, tasks):
            if isinstance(found, Found):
                findings.add(found)
                self._found[task.doc_id] = (task, found)
            else:
                self.problems[task.doc_id] = _as_held(task.doc_id, found)
        self._shared = findings.shared(self.order)

    def examine(
        self, waiting: Waiting, wanted: Sequence[tuple[str, str]] = (), *, second: bool = False
    ) -> Examined | HeldOutcome:
        """The document's findings in context, or why they cannot be shown.

        Args:
            waiting: the document.
            wanted: (entity, text) that are to go too.
            second: show what the first reviewer decided.
        """
        doc_id = waiting.doc_id
        if doc_id in self.problems:
            return self.problems[doc_id]
        try:
            decisions = self.decisions(waiting) if second else None
        except DocumentError as error:
            return held_from_error(doc_id, error)
        task, found = self._found[doc_id]
        asked = ExamineTask(
            doc_id, task.item, found.packed, found.readings, self._shared, tuple(wanted), decisions
        )
        [(_, result)] = self.pool.run(worker.examine, [asked])
        return result if isinstance(result, Examined) else _as_held(doc_id, result)

    def decisions(self, waiting: Waiting) -> Decisions:
        """What the first reviewer decided.

        Raises:
            ReviewChangedError: the record is gone, or not the one that the log names.
        """
        return decisions_log.load(
            self.question.home.records, waiting.doc_id, decided(waiting.standing)
        )


def _as_held(doc_id: str, result: HeldOutcome | DocumentError) -> HeldOutcome:
    return result if isinstance(result, HeldOutcome) else held_from_error(doc_id, result)


@contextmanager
def open_session(
    question: Question, *, matter: Path | None = None, inputs: Sequence[Path] = ()
) -> Iterator[Session]:
    """Read the waiting documents, under the profile and the matter under which they were held.

    Args:
        question: what waits.
        matter: the matter's list that was given to `send`.
        inputs: where the originals lie, if not where they lay.

    Raises:
        ReviewOutdatedError: the profile or the list is another one now.
        HandoffError: the engine, or the record of originals, cannot be used.
    """
    home, keys = question.home, question.keys
    profile = load_profile(home.profiles, question.policy.profile)
    if matter is not None:
        profile = with_matter(profile, matter)
    _require_same(question, profile)
    start_fork_server()
    engine = open_engine(profile, question.config, keys.batch)
    sources: dict[str, Path] = {}
    with suppress(RecordMissingError):
        sources = read_sources(home.records, question.batch_id, keys.identities)
    originals = Originals(keys.batch, sources, inputs, engine.limits)
    with closing(worker.open_pool(engine, question.config.workers)) as pool:
        session = Session(question, engine, pool)
        session.read(originals)
        yield session


def _require_same(question: Question, profile: RedactionProfile) -> None:
    held = question.opened.materials
    if held.get("profile") != f"sha256:{profile.sha256}":
        raise ReviewOutdatedError("the profile was changed since the batch was held")
    matter = profile.matter_sha256
    digest = ids.source_digest(question.keys.batch, matter) if matter else ""
    if held.get("matter", "") != digest:
        raise ReviewOutdatedError("the batch was held under another matter's list, or under none")
