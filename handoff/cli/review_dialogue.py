"""The conversation of `handoff review`: one document after the other, on a person's terminal.

Everything of a document goes through `display` before it is printed: a text may hold what a
terminal takes for a command.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import click

from handoff.cli.output import say
from handoff.documents.intake import display
from handoff.errors import UsageError
from handoff.pipeline.decisions import Decisions
from handoff.pipeline.decisions_log import REASONS
from handoff.pipeline.reviewing_session import Session
from handoff.pipeline.reviewing_values import Examined, Occurrence, Value
from handoff.pipeline.reviewing_waiting import Waiting

PAGE = 20
HELP = f"""\
  list [N]            the values, from number N on
  show N              the places where value N stands
  read [N]            the text itself, from paragraph N on, with marks around what was found
  drop N...           value N is no personal data in this document: it stays readable
  keep N...           take a drop back
  add TEXT [ENTITY]   TEXT is personal data: redact it everywhere
  confirm             release the document with what was found and with these changes
  reject REASON       it stays here: {", ".join(REASONS)}
  skip, quit          decide later; nothing is kept"""
HELP_SECOND = f"""\
  list [N], show N    the values, and what the first reviewer decided
  read [N]            the text itself, from paragraph N on
  approve             release the document with these decisions
  reject REASON       it stays here: {", ".join(REASONS)}
  skip, quit          decide later"""


class Quit(Exception):  # noqa: N818 - the person's wish and no error
    """The person has had enough."""


@dataclass(slots=True)
class Page:
    """One document as the person has changed it so far."""

    waiting: Waiting
    seen: Examined
    dropped: set[str] = field(default_factory=set)
    wanted: list[tuple[str, str]] = field(default_factory=list)

    @property
    def blocked(self) -> list[int]:
        """Numbers of values that hold the document and were not dropped."""
        return [
            number
            for number, value in enumerate(self.seen.values, 1)
            if value.blocked and value.digest not in self.dropped
        ]

    def value(self, word: str) -> Value:
        """The value of a number as typed.

        Raises:
            UsageError: there is none.
        """
        number = int(word) if word.isdecimal() and len(word) < 7 else 0
        if not 1 <= number <= len(self.seen.values):
            raise UsageError(f"there is no value of that number, only 1 to {len(self.seen.values)}")
        return self.seen.values[number - 1]

    def decisions(self) -> Decisions:
        """What was decided, to be kept."""
        seen = self.seen
        return Decisions(
            seen.doc_id, seen.reading, seen.findings, frozenset(self.dropped), seen.added
        )


def run(session: Session, documents: Sequence[Waiting], *, second: bool) -> int:
    """Go through `documents`; returns of how many the fate was decided."""
    decided = 0
    try:
        for waiting in documents:
            seen = session.examine(waiting, second=second)
            if not isinstance(seen, Examined):
                say(f"{waiting.control_number}: {seen.message} [{seen.code}]; {seen.hint}")
                continue
            page = Page(waiting, seen)
            if second:
                page.dropped |= session.decisions(waiting).dropped
            decided += _document(session, page, second=second)
    except Quit:
        say("what was not decided still waits")
    return decided


def _document(session: Session, page: Page, *, second: bool) -> bool:
    """One document; whether its fate was decided."""
    name, number = session.name(page.waiting), page.waiting.control_number
    click.echo(f"\n{number}  {name}  held for {page.waiting.code}")
    _list(page, "1")
    click.echo(HELP_SECOND if second else HELP)
    while True:
        word, _, rest = _asked(page).partition(" ")
        try:
            if word == "skip":
                return False
            if word == "quit":
                raise Quit
            if _ends(session, page, word, rest.strip(), second=second):
                return True
        except UsageError as error:
            say(f"{error.message}; {error.hint}")


def _asked(page: Page) -> str:
    click.echo(f"{page.waiting.control_number}> ", nl=False)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise Quit
    return line.strip()


def _ends(session: Session, page: Page, word: str, rest: str, *, second: bool) -> bool:
    """Do what was asked; whether that was the end of this document."""
    question = session.question
    match word:
        case "reject":
            question.reject(page.waiting, rest)
            say(f"{page.waiting.control_number}: rejected; it stays here")
            return True
        case "approve" if second:
            question.approve(page.waiting)
            say(f"{page.waiting.control_number}: approved; it goes with the next send")
            return True
        case "confirm" if not second:
            return _confirmed(session, page)
        case _:
            _change(session, page, word, rest, second=second)
            return False


def _confirmed(session: Session, page: Page) -> bool:
    if page.blocked:
        numbers = ", ".join(map(str, page.blocked))
        raise UsageError(
            f"the profile blocks value {numbers}", "drop it to release the document, or reject"
        )
    session.question.review(page.waiting, page.decisions(), page.seen)
    then = "a second person must --approve" if session.question.two_person else "send again"
    say(f"{page.waiting.control_number}: released; {then}")
    return True


def _change(session: Session, page: Page, word: str, rest: str, *, second: bool) -> None:
    match word:
        case "":
            pass
        case "list":
            _list(page, rest or "1")
        case "show":
            _show(page.value(rest))
        case "read":
            _read(session, page, rest, second=second)
        case "drop" if not second:
            _drop(page, rest)
        case "keep" if not second:
            page.dropped -= {page.value(number).digest for number in rest.split()}
        case "add" if not second:
            _add(session, page, rest)
        case _:
            click.echo(HELP_SECOND if second else HELP)


def _drop(page: Page, rest: str) -> None:
    values = [page.value(number) for number in rest.split()]
    if any(value.listed for value in values):
        raise UsageError(
            "the matter's list names it, so it always goes", "change the list if that is wrong"
        )
    page.dropped |= {value.digest for value in values}


def _add(session: Session, page: Page, rest: str) -> None:
    """Have the document read once more, with the text to be redacted."""
    text, entity = _text_and_entity(rest, session.addable)
    wanted = [*page.wanted, (entity, text)]
    seen = session.examine(page.waiting, wanted)
    if not isinstance(seen, Examined):
        raise UsageError(seen.message, seen.hint)
    if seen.missing:
        raise UsageError("that text stands nowhere in the document", "spelling, whole words?")
    page.wanted, page.seen = wanted, seen
    say("added; the list was numbered anew")
    _list(page, "1")


def _text_and_entity(rest: str, entities: Sequence[str]) -> tuple[str, str]:
    """TEXT [ENTITY]; TEXT may stand in quotes."""
    text, _, last = rest.rpartition(" ")
    entity = last if text and last in entities else entities[0]
    text = text.strip() if text and last in entities else rest
    text = text[1:-1] if re.fullmatch(r"\"[^\"]+\"|'[^']+'", text) else text
    if sum(map(str.isalnum, text)) < 2:
        raise UsageError("at least two letters or digits", "add TEXT [ENTITY]")
    return text, entity


def _list(page: Page, first: str) -> None:
    start = int(first) if first.isdecimal() and len(first) < 7 else 1
    for number, value in list(enumerate(page.seen.values, 1))[max(start, 1) - 1 :][:PAGE]:
        state = "DROPPED " if value.digest in page.dropped else "BLOCKS " if value.blocked else ""
        state += "ADDED " if value.added else ""
        times = f" x{value.count}" if value.count > 1 else ""
        kinds = "/".join(value.entities)
        click.echo(f"{number:4}  {value.score:.2f}  {state}{kinds}{times}")
        click.echo(f"            {_in_context(value.occurrences[0])}")
    if len(page.seen.values) >= start + PAGE:
        click.echo(f"      ... list {start + PAGE}")


def _read(session: Session, page: Page, rest: str, *, second: bool) -> None:
    """A screen of the document's text, and how to go on."""
    first = int(rest) if rest.isdecimal() and len(rest) < 7 else 0
    seen = session.examine(page.waiting, page.wanted, second=second, first=first)
    if not isinstance(seen, Examined):
        raise UsageError(seen.message, seen.hint)
    for passage in seen.passages:
        click.echo(f"{passage.number:5}  {display(passage.place)}: {_line(passage.text)}")
    if seen.passages:
        click.echo(f"       ... read {seen.passages[-1].number + 1}")


def _show(value: Value) -> None:
    found_by = ", ".join(value.recognizers)
    click.echo(f"      {'/'.join(value.entities)}, score {value.score:.2f}, found by {found_by}")
    for occurrence in value.occurrences:
        click.echo(f"      {_in_context(occurrence)}")
    if value.count > len(value.occurrences):
        click.echo(f"      and {value.count - len(value.occurrences)} more")


def _in_context(occurrence: Occurrence) -> str:
    before, text, after = map(_line, (occurrence.before, occurrence.text, occurrence.after))
    return f"{display(occurrence.place)}: {before}>>{text}<<{after}"


def _line(text: str) -> str:
    """`text` on one line, with whatever a terminal would act on as a visible escape."""
    return display(re.sub(r"\s+", " ", text))
