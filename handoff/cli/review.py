"""`handoff review`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handoff.cli.options import PathType, home_option, json_option, matter_option
from handoff.cli.output import emit, say
from handoff.errors import ReviewerError, UsageError

if TYPE_CHECKING:
    from handoff.model import Held
    from handoff.pipeline.reviewing import Question
    from handoff.pipeline.reviewing_session import Session
    from handoff.pipeline.reviewing_waiting import Waiting

STILL_WAITING = 3


@click.command("review")
@click.argument("reference", metavar="BATCH|CONTROL-NUMBER")
@click.option("--approve", is_flag=True, help="As the second person, where two must agree.")
@click.option(
    "--reject",
    "reason",
    metavar="REASON",
    help="Keep all of them here: privileged, wrong-vendor, ...",
)
@click.option("--again", is_flag=True, help="Also what was decided already and not yet sent.")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    type=PathType(),
    help="Where the originals lie now, if they were moved.",
)
@matter_option
@json_option
@home_option
def command(
    reference: str,
    approve: bool,
    reason: str | None,
    again: bool,
    inputs: tuple[Path, ...],
    matter: Path | None,
    as_json: bool,
    home_path: Path | None,
) -> int:
    """Look at what a batch held for a person, and release or reject it.

    Findings can be dropped and added. Text is shown on a terminal and nowhere else: it is not
    stored, and not in the custody log. With --json findings are listed without text, and nothing
    is decided. What is released goes with the next `handoff send` of the same documents.

    Exit status: 0 nothing waits any more, 3 something still does; others in README.md.
    """
    from handoff.pipeline.home import Home
    from handoff.pipeline.reviewing import ask

    if approve + bool(reason) + as_json > 1:
        raise UsageError("give one of --approve, --reject and --json")
    if not (reason or as_json):
        _require_terminal()
    home = Home.locate(home_path)
    question = ask(home, reference, again=again)
    if question is None:
        say("nothing waits for review there")
        return 0
    if reason:
        for waiting in question.waiting:
            question.reject(waiting, reason)
            say(f"{waiting.control_number}: rejected ({reason}); it stays here")
        return 0
    _look(question, approve=approve, again=again, as_json=as_json, matter=matter, inputs=inputs)
    return 0 if ask(home, reference) is None else STILL_WAITING


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "text is shown on a terminal only", "use --json for the places without text"
        )


def _look(
    question: Question,
    *,
    approve: bool,
    again: bool,
    as_json: bool,
    matter: Path | None,
    inputs: tuple[Path, ...],
) -> None:
    from handoff.cli import review_dialogue
    from handoff.pipeline.reviewing_session import open_session

    all_of_it = as_json or again
    documents = _for_approval(question) if approve else _for_review(question, all_of_it=all_of_it)
    if not documents:
        return
    say(f"reading {len(documents)} documents that wait for review")
    with open_session(question, matter=matter, inputs=inputs) as session:
        if as_json:
            _list(session, documents)
        else:
            review_dialogue.run(session, documents, second=approve)


def _for_review(question: Question, *, all_of_it: bool) -> list[Waiting]:
    """What nobody has reviewed since it was held; the rest waits for another person."""
    if all_of_it:
        return list(question.waiting)
    left = [waiting for waiting in question.waiting if waiting.standing.reviewed is None]
    if len(left) < len(question.waiting):
        say(
            f"{len(question.waiting) - len(left)} documents were reviewed and wait for a second "
            "person: --approve"
        )
    return left


def _for_approval(question: Question) -> list[Waiting]:
    if not question.two_person:
        raise UsageError("the vendor's policy does not ask for a second person")
    reviewed = [waiting for waiting in question.waiting if waiting.standing.reviewed]
    others = [w for w in reviewed if _reviewer(w) != question.account]
    if reviewed and not others:
        raise ReviewerError(
            "whoever reviewed a document cannot approve it", "somebody else must approve"
        )
    if not reviewed:
        say("nothing is reviewed yet: `handoff review BATCH` comes first")
    return others


def _reviewer(waiting: Waiting) -> str:
    return waiting.standing.reviewed.actor if waiting.standing.reviewed else ""


def _list(session: Session, documents: list[Waiting]) -> None:
    """Every value by number, without its text."""
    from handoff.pipeline.reviewing_values import Examined

    for waiting in documents:
        seen = session.examine(waiting)
        number, code = waiting.control_number, waiting.code
        if not isinstance(seen, Examined):
            emit("document", control_number=number, code=code, **_problem(seen))
            continue
        emit("document", control_number=number, code=code, values=len(seen.values))
        for index, value in enumerate(seen.values, 1):
            emit(
                "value",
                control_number=number,
                number=index,
                entities=value.entities,
                score=round(value.score, 3),
                recognizers=value.recognizers,
                count=value.count,
                places=sorted({occurrence.place for occurrence in value.occurrences}),
                blocked=value.blocked,
            )


def _problem(held: Held) -> dict[str, Any]:
    return {"problem": held.code, "message": held.message, "hint": held.hint}
