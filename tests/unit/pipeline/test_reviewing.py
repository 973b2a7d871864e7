"""A review from what was held to what is written, with the real engine in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.cli import review, review_dialogue
from handoff.cli.main import cli
from handoff.documents.base import Limits
from handoff.documents.intake import scan
from handoff.errors import (
    AssetError,
    ChangedError,
    GoneError,
    ReviewerError,
    ReviewOutdatedError,
    UsageError,
)
from handoff.model import EventDraft, RecheckFailed
from handoff.pipeline import ids, reviewing_session, worker
from handoff.pipeline.decisions import Decisions, Gate
from handoff.pipeline.decisions_log import KINDS
from handoff.pipeline.finding import BatchFindings
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger, open_reader
from handoff.pipeline.reading import Reader
from handoff.pipeline.reviewing import Question, ask
from handoff.pipeline.reviewing_session import Session, open_session
from handoff.pipeline.reviewing_values import Examined, ExamineTask
from handoff.pipeline.reviewing_waiting import Originals
from handoff.pipeline.run import Engine, open_engine
from handoff.pipeline.tasks import Destination, FindTask, Found, Redacted, RedactTask
from handoff.policy.profiles import load_profile
from handoff.sealing.keys import load_firm_keys
from tests.unit.pipeline.conftest import POLICY

LETTER = """\
Dear Johnathan Sorensen,

the Bluebird matter is closed; bluebird it was. See also 078-05-1120.
Maria Delgado sends her regards. So does MARIA  DELGADO.
"""


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Home:
    from tests.unit.pipeline.conftest import make_home

    return make_home(tmp_path_factory.mktemp("firm"))


@pytest.fixture(scope="module")
def engine(firm: Home) -> Engine:
    try:
        profile = load_profile(firm.profiles, "legal-review")
        return open_engine(profile, firm.config(), load_firm_keys(firm.keys).batch)
    except AssetError as error:
        pytest.skip(f"the language model is missing ({error}): run `make setup`")


@pytest.fixture(scope="module")
def reader(engine: Engine) -> Reader:
    return Reader(engine)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "letter.txt"
    path.parent.mkdir()
    path.write_text(LETTER)
    return path


def found_in(reader: Reader, path: Path, decisions: Decisions | None = None) -> Found:
    [item] = scan([path], Limits())
    return reader.find(FindTask("d1", item, decisions))


def shared(engine: Engine, found: Found) -> bytes:
    findings = BatchFindings(engine.batch_key)
    findings.add(found)
    return findings.shared(["d1"])


def examine(
    reader: Reader,
    engine: Engine,
    path: Path,
    wanted: tuple[tuple[str, str], ...] = (),
    first: int = -1,
) -> Examined:
    found = found_in(reader, path)
    [item] = scan([path], Limits())
    batch = shared(engine, found)
    task = ExamineTask("d1", item, found.packed, found.readings, batch, wanted, first=first)
    return reader.examine(task)


def redacted(
    reader: Reader, engine: Engine, path: Path, decisions: Decisions | None, output: Path
) -> str:
    found = found_in(reader, path, decisions)
    [item] = scan([path], Limits())
    task = RedactTask(
        "d1",
        item,
        "ACME-000001",
        Destination(output=output),
        found.packed,
        shared(engine, found),
        gate=Gate.FINDINGS,
        decisions=decisions,
    )
    made = reader.redact(task)
    assert isinstance(made, Redacted)
    return (output / "ACME-000001.txt").read_text()


def test_a_reviewer_sees_each_value_once_in_context(
    reader: Reader, engine: Engine, letter: Path
) -> None:
    seen = examine(reader, engine, letter)
    texts = {value.occurrences[0].text: value for value in seen.values}
    maria = texts["Maria Delgado"]
    assert (maria.count, maria.entities) == (2, ("PERSON",))
    assert maria.occurrences[0].after.startswith(" sends her regards")
    assert [v.score for v in seen.values] == sorted(v.score for v in seen.values)
    assert "Maria" not in repr(seen)


def test_a_reviewer_can_read_the_whole_text_with_marks_around_what_goes(
    reader: Reader, engine: Engine, letter: Path
) -> None:
    letter.write_text(LETTER + "".join(f"\n\nParagraph {n}: {'x' * 90}." for n in range(99)))
    first = examine(reader, engine, letter, first=0).passages
    assert ">>Johnathan Sorensen<<" in first[0].text
    assert sum(len(passage.text) for passage in first) < 10_000
    following = examine(reader, engine, letter, first=first[-1].number + 1).passages
    assert following[0].number == first[-1].number + 1
    assert not set(first) & set(following)


def test_a_text_is_added_only_where_it_stands_in_one_piece(
    reader: Reader, engine: Engine, letter: Path
) -> None:
    letter.write_text("He went with the\n\nBluebird and the others.\n")
    assert examine(reader, engine, letter, (("ORGANIZATION", "the Bluebird"),)).missing == (0,)


def test_what_was_dropped_is_delivered_and_what_was_added_is_not(
    reader: Reader, engine: Engine, letter: Path, tmp_path: Path
) -> None:
    seen = examine(reader, engine, letter, (("ORGANIZATION", "Bluebird"), ("PERSON", "Nobody")))
    assert seen.missing == (1,)
    drops = {v.digest for v in seen.values if "delgado" in v.occurrences[0].text.casefold()}
    # A number that the recheck blocks on can be dropped as well: a reviewer knows a sample.
    drops |= {v.digest for v in seen.values if v.occurrences[0].text == "078-05-1120"}
    decided = Decisions("d1", seen.reading, seen.findings, frozenset(drops), seen.added)
    text = redacted(reader, engine, letter, decided, tmp_path)
    assert "Maria Delgado" in text
    assert "MARIA  DELGADO" in text
    assert "078-05-1120" in text
    assert "Sorensen" not in text
    assert "bluebird" not in text.casefold()


def test_the_recheck_still_proves_that_what_was_added_is_gone(
    reader: Reader, engine: Engine, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = examine(reader, engine, letter, (("ORGANIZATION", "Bluebird"),))
    decided = Decisions("d1", seen.reading, seen.findings, frozenset(), seen.added)
    found = found_in(reader, letter, decided)
    [item] = scan([letter], Limits())
    task = RedactTask(
        "d1", item, "A-1", Destination(), found.packed, shared(engine, found), decisions=decided
    )
    document = reader._open(item)
    verdict = reader._recheck(document, task, reader._batch(document, task), LETTER.encode())
    assert isinstance(verdict, RecheckFailed)
    assert "ORGANIZATION" in {leak.entity for leak in verdict.leaks}


# --- who may decide, and what becomes of it -----------------------------------------------------


@pytest.fixture
def held(home: Home, letter: Path) -> Home:
    """A home whose batch b2 held the letter for review."""
    profile = load_profile(home.profiles, "legal-review")
    [item] = scan([letter], Limits())
    source = ids.source_digest(load_firm_keys(home.keys).batch, item.sha256)
    with open_ledger(home, SystemClock()) as ledger:
        ledger.append(
            [
                EventDraft(
                    "batch.opened",
                    "b2",
                    materials={"profile": f"sha256:{profile.sha256}"},
                    details={"vendor": "acme", "documents": 1},
                ),
                EventDraft(
                    "document.received",
                    "b2",
                    "d9",
                    materials={"source": source},
                    details={"control_number": "ACME-000009"},
                ),
                EventDraft("document.held", "b2", "d9", details={"code": "document.review"}),
            ]
        )
    return home


@pytest.fixture
def as_account(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Be another person from now on."""

    def become(name: str) -> None:
        monkeypatch.setattr("handoff.pipeline.ledgers.actor", lambda: name)

    return become


def policy(home: Home, release: str) -> None:
    (home.vendors / "acme.yaml").write_text(f"{POLICY}release: {release}\n")


def asked(home: Home, reference: str = "b2", *, again: bool = False) -> Question:
    question = ask(home, reference, again=again)
    assert question
    return question


def decide(question: Question) -> None:
    examined = Examined("d9", "r", "f", ())
    question.review(question.waiting[0], Decisions("d9", "r", "f"), examined)


def test_two_people_must_agree_where_the_policy_says_so(
    held: Home, as_account: Callable[[str], None]
) -> None:
    policy(held, "{review: all, approvers: [anna, b.low], two_person: true}")
    as_account("mallory")
    with pytest.raises(ReviewerError):
        ask(held, "b2")
    as_account("anna")
    decide(asked(held))
    own = asked(held)
    with pytest.raises(ReviewerError):
        own.approve(own.waiting[0])
    as_account("b.low")
    other = asked(held, "ACME-000009")
    other.approve(other.waiting[0])
    assert ask(held, "b2") is None
    assert ask(held, "b2", again=True)
    with open_reader(held) as log:
        told = [(e.kind, e.actor, e.products.get("review")) for e in log.events(kinds=KINDS)]
    assert [t[:2] for t in told] == [("document.reviewed", "anna"), ("document.approved", "b.low")]
    assert told[0][2] == told[1][2]


def test_a_rejection_is_recorded_by_a_code_and_can_be_reviewed_later(held: Home) -> None:
    question = asked(held)
    with pytest.raises(UsageError):
        question.reject(question.waiting[0], "Mr Sorensen says no")
    question.reject(question.waiting[0], "privileged")
    assert ask(held, "b2") is None
    decide(asked(held, again=True))
    assert ask(held, "b2") is None


def test_a_document_that_is_held_once_more_waits_once_more(held: Home) -> None:
    decide(asked(held))
    assert ask(held, "b2") is None
    draft = EventDraft("document.held", "b2", "d9", details={"code": "document.review_stale"})
    with open_ledger(held, SystemClock()) as ledger:
        ledger.append([draft])
    question = asked(held)
    assert question.waiting[0].standing.reviewed is None


def test_nothing_waits_where_nothing_was_held_or_all_was_delivered(held: Home) -> None:
    assert ask(held, "b1") is None
    with open_ledger(held, SystemClock()) as ledger:
        ledger.append([EventDraft("delivery.confirmed", "b2", "d9")])
    assert ask(held, "b2") is None


def test_an_original_is_believed_only_if_it_is_the_same_bytes(held: Home, letter: Path) -> None:
    [waiting] = asked(held).waiting
    key = load_firm_keys(held.keys).batch
    where = {"ACME-000009": letter}
    assert Originals(key, where, [], Limits()).find(waiting).path == letter
    moved = letter.rename(letter.parent / "moved.txt")
    with pytest.raises(GoneError):
        Originals(key, where, [], Limits()).find(waiting)
    with pytest.raises(GoneError):
        Originals(key, {}, [], Limits()).find(waiting)
    assert Originals(key, where, [moved.parent], Limits()).find(waiting).path == moved
    letter.write_text("another letter")
    with pytest.raises(ChangedError):
        Originals(key, where, [], Limits()).find(waiting)


def test_a_review_needs_the_profile_and_the_list_of_the_send(held: Home, tmp_path: Path) -> None:
    matter = tmp_path / "matter.yaml"
    matter.write_text("parties: [Hollis Marine]\n")
    question = asked(held)
    with pytest.raises(ReviewOutdatedError), open_session(question, matter=matter):
        pass
    profile = held.profiles / "legal-review.yaml"
    profile.write_text(profile.read_text() + "# changed\n")
    with pytest.raises(ReviewOutdatedError), open_session(question):
        pass


class InProcess:
    """A pool that runs everything here."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def run(self, function: Any, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        do = self.reader.find if function is worker.find else self.reader.examine
        yield from ((task, do(task)) for task in tasks)

    def close(self) -> None:
        """Nothing was opened."""


@pytest.mark.parametrize(
    ("typed", "decided", "kinds"),
    [
        (["drop 99", "drop x", "show 1", "list 2", "nonsense", "skip"], 0, []),
        (["read", "read 1", "read 99", "read x", "skip"], 0, []),
        (["quit", "confirm"], 0, []),
        ([], 0, []),
        (["add a", "add Zanzibar Ltd", "add 'Bluebird' ORGANIZATION", "confirm"], 1, ["reviewed"]),
        (["drop 1", "keep 1", "confirm"], 1, ["reviewed"]),
        (["reject Sorensen", "reject privileged"], 1, ["rejected"]),
        (["approve", "skip"], 0, []),
    ],
)  # fmt: skip
def test_the_dialogue_survives_whatever_is_typed(  # noqa: PLR0917
    held: Home,
    letter: Path,
    reader: Reader,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: list[str],
    decided: int,
    kinds: list[str],
) -> None:
    letter.write_text(LETTER.replace("Maria Delgado", "Maria\x1b[2J Delgado"))
    lines = iter([f"{line}\n" for line in typed])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(readline=lambda: next(lines, "")))
    question = asked(held)
    [item] = scan([letter], Limits())
    source = ids.source_digest(engine.batch_key, item.sha256)
    [waiting] = question.waiting
    waiting = replace(waiting, source=source)
    question = replace(question, waiting=(waiting,))
    session = Session(question, engine, InProcess(reader))  # type: ignore[arg-type]
    session.read(Originals(engine.batch_key, {"ACME-000009": letter}, [], Limits()))
    assert review_dialogue.run(session, [waiting], second=False) == decided
    shown = capsys.readouterr()
    assert "Sorensen" in shown.out
    assert "\x1b" not in shown.out + shown.err
    assert "Zanzibar" not in shown.out + shown.err
    with open_reader(held) as log:
        assert [e.kind for e in log.events(kinds=KINDS)] == [f"document.{k}" for k in kinds]


def test_the_command_has_one_person_decide_and_another_approve_the_same_page(  # noqa: PLR0917
    held: Home,
    letter: Path,
    reader: Reader,
    as_account: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy(held, "{review: all, approvers: [anna, bob], two_person: true}")
    monkeypatch.setattr(worker, "open_pool", lambda *_: InProcess(reader))
    monkeypatch.setattr(reviewing_session, "start_fork_server", lambda: None)
    monkeypatch.setattr(review, "_require_terminal", lambda: None)

    def handoff_review(*arguments: str, typed: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", StringIO(typed))
        given = ["review", "b2", "--home", str(held.root), "--input", str(letter.parent)]
        code = cli.main([*given, *arguments], standalone_mode=False)
        assert isinstance(code, int)
        return code

    as_account("anna")
    assert handoff_review(typed="drop 1\nadd Bluebird ORGANIZATION\nconfirm\n") == 3
    assert "a second person must" in capsys.readouterr().err
    assert handoff_review() == 3
    assert "wait for a second person" in capsys.readouterr().err
    with pytest.raises(ReviewerError):
        handoff_review("--approve")
    as_account("bob")
    assert handoff_review("--json") == 3
    assert "Bluebird" not in capsys.readouterr().out
    assert handoff_review("--approve", typed="list\nconfirm\napprove\n") == 0
    page = capsys.readouterr().out
    assert "DROPPED" in page
    assert "ADDED" in page
    assert handoff_review("--approve") == 0
    with open_reader(held) as log:
        told = [(e.kind, e.actor) for e in log.events(kinds=KINDS)]
    assert told == [("document.reviewed", "anna"), ("document.approved", "bob")]
