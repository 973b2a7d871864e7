"""`handoff redact` and `--dry-run`: the same engine and recheck, nothing sent or logged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from handoff.documents.intake import IntakeItem, scan
from handoff.errors import DocumentError, NothingToSendError, OutputExistsError, UsageError
from handoff.model import Held, Outcome, Ready
from handoff.pipeline import worker
from handoff.pipeline.finding import BatchFindings
from handoff.pipeline.forking import start_fork_server
from handoff.pipeline.holding import held_from_error
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.pool import Pool
from handoff.pipeline.previews import prepare_preview, write_index
from handoff.pipeline.run import Engine, open_engine
from handoff.pipeline.tasks import Destination, FindTask, Found, Redacted, RedactTask
from handoff.policy.config import ConfigSchema
from handoff.policy.matters import with_matter
from handoff.policy.preflight import preflight, require_matter
from handoff.policy.profiles import load_profile
from handoff.policy.vendors import load_vendor
from handoff.ports import Reporter
from handoff.sealing.files import translated
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.recipients import recipients_for

PREFIX = "DOC"


@dataclass(frozen=True, slots=True)
class Redaction:
    """One run of the engine that sends nothing."""

    home: Home
    engine: Engine
    config: ConfigSchema
    reporter: Reporter


@contextmanager
def open_redaction(
    home: Home,
    reporter: Reporter,
    *,
    vendor: str = "",
    profile: str = "",
    matter: Path | None = None,
) -> Iterator[Redaction]:
    """Open the engine, with the profile named or the one of the vendor's policy.

    For a vendor, everything is checked that a delivery would need on this machine.

    Raises:
        HandoffError: the home, the policy, the profile or the engine is not fit for it.
    """
    config = home.require().config()
    keys = load_firm_keys(home.keys)
    if vendor:
        policy = load_vendor(home.vendors, vendor, config.storage)
        require_matter(policy, matter.stem if matter else "")
        for warning in preflight(policy, SystemClock().now().date(), config.firm.value()):
            reporter.note(warning)
        recipients_for(policy.recipients, keys)
        profile = policy.profile
        if policy.release.review != "none":
            reporter.note("a person must review documents for this vendor; not asked of a dry run")
    loaded = load_profile(home.profiles, profile)
    if matter is not None:
        loaded = with_matter(loaded, matter)
    start_fork_server()
    engine = open_engine(loaded, config, keys.batch)
    yield Redaction(home, engine, config, reporter)


def redact(
    run: Redaction, inputs: Sequence[Path], output: Path | None, preview: Path | None = None
) -> Iterator[Outcome]:
    """Redact and recheck what `inputs` hold; write the copies into `output`, if one is named.

    Copies get neutral names, `DOC-000001.pdf`; a copy never replaces a file. Into `preview`, if it
    is named, goes a page for each document, and an index, which show what was redacted.

    Raises:
        NothingToSendError: there is no document in `inputs`.
        OutputExistsError: a copy would replace a file.
        UsageError: the handoff home is among `inputs`, or `output` lies in one of them; or
            `preview` lies in the input, in the home, or with the copies.
    """
    run.home.require_apart(inputs)
    items = scan(inputs, run.engine.limits)
    if not items:
        raise NothingToSendError("the input holds no documents")
    if preview is not None:
        prepare_preview(preview, [*inputs, run.home.root, *([output] if output else [])])
    if output is not None:
        _prepare(output, inputs)
    documents = {f"{PREFIX}-{n:06d}": item for n, item in enumerate(items, 1)}
    names = {number: item.display_name() for number, item in documents.items()}
    run.reporter.plan(names, sum(item.size for item in items))
    destination = Destination(output=output, preview=preview)
    outcomes = _outcomes(run, documents, destination)
    if preview is None:
        yield from outcomes
        return
    told: list[Outcome] = []
    try:
        for outcome in outcomes:
            told.append(outcome)
            yield outcome
    finally:
        write_index(preview, names, told, run.engine.profile.name)


def _outcomes(
    run: Redaction, documents: dict[str, IntakeItem], destination: Destination
) -> Iterator[Outcome]:
    findings = BatchFindings(run.engine.batch_key, run.engine.profile.parties)
    with closing(worker.open_pool(run.engine, run.config.workers)) as pool:
        yield from _find(run, pool, documents, findings)
        yield from _redact(run, pool, documents, findings, destination)


def _prepare(output: Path, inputs: Sequence[Path]) -> None:
    """Make the output directory. Copies among the originals would be sent with the next batch."""
    real = output.resolve()
    if any(real.is_relative_to(path.resolve()) for path in inputs):
        raise UsageError("the output directory lies in the input", "name one outside of it")
    try:
        with translated("the output directory"):
            output.mkdir(mode=0o700, parents=True, exist_ok=True)
            taken = any(entry.name.startswith(f"{PREFIX}-") for entry in output.iterdir())
    except FileExistsError:
        raise UsageError("the output is a file, not a directory") from None
    if taken:
        raise OutputExistsError(
            "the output directory holds redacted copies already", "name an empty directory"
        )


def _find(
    run: Redaction, pool: Pool, documents: dict[str, IntakeItem], findings: BatchFindings
) -> Iterator[Outcome]:
    run.reporter.stage("reading", len(documents))
    tasks = [FindTask(number, item) for number, item in documents.items() if not item.problem]
    for number, item in documents.items():
        if item.problem:
            run.reporter.advance(number, item.size, held=True)
            yield held_from_error(number, item.problem)
    for task, result in pool.run(worker.find, tasks):
        run.reporter.advance(task.doc_id, task.size, held=not isinstance(result, Found))
        if isinstance(result, Found):
            findings.add(result)
        else:
            yield _held(task.doc_id, result)


def _redact(
    run: Redaction,
    pool: Pool,
    documents: dict[str, IntakeItem],
    findings: BatchFindings,
    destination: Destination,
) -> Iterator[Outcome]:
    shared = findings.shared(documents)
    tasks = [
        RedactTask(
            number,
            item,
            number,
            destination,
            findings.packed[number],
            shared,
            findings.readings(number),
        )
        for number, item in documents.items()
        if number in findings.packed
    ]
    run.reporter.stage("redacting", len(tasks))
    for task, result in pool.run(worker.redact, tasks):
        run.reporter.advance(task.doc_id, task.size, held=not isinstance(result, Redacted))
        if isinstance(result, Redacted):
            yield Ready(
                result.doc_id,
                result.control_number,
                result.media_type,
                result.size,
                result.redactions,
                result.withheld,
            )
        else:
            yield _held(task.doc_id, result)


def _held(doc_id: str, cause: Held | DocumentError) -> Held:
    return cause if isinstance(cause, Held) else held_from_error(doc_id, cause)
