"""Documents under review: read by workers, shown, and forgotten when the session ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from handoff.errors import DocumentError, RecordMissingError, ReviewOutdatedError
from handoff.model import Held, Operator, RedactionProfile
from handoff.pipeline import decisions_log, ids, worker
from handoff.pipeline.decisions import Decisions
from handoff.pipeline.decisions_log import decided
from handoff.pipeline.finding import BatchFindings
from handoff.pipeline.forking import start_fork_server
from handoff.pipeline.holding import held_from_error
from handoff.pipeline.pool import Pool
from handoff.pipeline.records import read_sources
from handoff.pipeline.reviewing import Question
from handoff.pipeline.reviewing_values import Examined, ExamineTask
from handoff.pipeline.reviewing_waiting import Originals, Waiting
from handoff.pipeline.run import Engine, open_engine
from handoff.pipeline.tasks import FindTask, Found
from handoff.policy.matters import with_matter
from handoff.policy.profiles import load_profile


@dataclass(slots=True)
class Session:
    """Documents that can be looked at: read once, so that names found in one count in all."""

    question: Question
    engine: Engine
    pool: Pool
    order: list[str] = field(default_factory=list)
    problems: dict[str, Held] = field(default_factory=dict)
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
        self,
        waiting: Waiting,
        wanted: Sequence[tuple[str, str]] = (),
        *,
        second: bool = False,
        first: int = -1,
    ) -> Examined | Held:
        """The document's findings in context, or why they cannot be shown.

        Args:
            waiting: the document.
            wanted: (entity, text) that are to go too.
            second: show what the first reviewer decided.
            first: show the text too, from the unit of this number on.
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
            doc_id,
            task.item,
            found.packed,
            found.readings,
            self._shared,
            tuple(wanted),
            decisions,
            first,
        )
        [(_, result)] = self.pool.run(worker.examine, [asked])
        return result if isinstance(result, Examined) else _as_held(doc_id, result)

    def name(self, waiting: Waiting) -> str:
        """The original's name, for a terminal only."""
        return self._found[waiting.doc_id][0].item.display_name()

    def decisions(self, waiting: Waiting) -> Decisions:
        """What the first reviewer decided.

        Raises:
            ReviewChangedError: the record is gone, or not the one that the log names.
        """
        return decisions_log.load(
            self.question.home.records, waiting.doc_id, decided(waiting.standing)
        )


def _as_held(doc_id: str, result: Held | DocumentError) -> Held:
    return result if isinstance(result, Held) else held_from_error(doc_id, result)


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
