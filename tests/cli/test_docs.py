"""What can drift is held against the code: commands, options, help, links, exit codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from handoff.cli.lazy import LazyGroup
from handoff.cli.main import cli
from handoff.documents.registry import formats
from scripts import exit_codes
from tests.pages import DOCUMENTS, OPERATIONS, PAGES, README, commands_shown, names, section


def walk(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group, with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child
            yield from walk(child, (*path, name))


ALL_COMMANDS = dict(walk())


def parse(arguments: list[str]) -> None:
    """Fail unless `arguments` name a command, options it has and all that it requires."""
    path: tuple[str, ...] = ()
    while arguments and (*path, arguments[0]) in ALL_COMMANDS:
        path = (*path, arguments.pop(0))
    command = ALL_COMMANDS[path]
    context = click.Context(command)
    given, rest, _ = command.make_parser(context).parse_args(arguments)
    if "help" in given or "version" in given:
        return
    assert not isinstance(command, click.Group), f"{path} needs a command"
    assert not rest, f"{path}: {rest}"
    for parameter in command.params:
        if parameter.required:
            assert given.get(parameter.name or ""), f"{path} lacks {parameter.name}"


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    for arguments in commands_shown(page):
        parse(arguments)


@pytest.mark.parametrize(
    "line",
    ["send documents/", "send --vender acme documents/", "custody", "keys sow", "open x -o y z"],
)
def test_a_command_that_cannot_be_meant_would_be_noticed(line: str) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        parse(line.split())


def test_every_command_is_shown_somewhere() -> None:
    shown = {
        tuple(arguments[:count])
        for page in PAGES
        for arguments in commands_shown(page)
        for count in (1, 2)
    }
    leaves = {
        path for path, command in ALL_COMMANDS.items() if not isinstance(command, click.Group)
    }
    mentioned = "".join(page.read_text() for page in PAGES)
    assert not {
        path
        for path in leaves
        if path not in shown and f"`handoff {' '.join(path)}" not in mentioned
    }


LISTED = [
    (*path, name)
    for path, group in [((), cli), *ALL_COMMANDS.items()]
    if isinstance(group, LazyGroup)
    for name in group.lazy
]


@pytest.mark.parametrize("path", LISTED, ids=" ".join)
def test_the_list_of_commands_says_what_the_commands_say(path: tuple[str, ...]) -> None:
    command, group = ALL_COMMANDS[path], ALL_COMMANDS.get(path[:-1], cli)
    assert isinstance(group, LazyGroup)
    assert command.name == path[-1]
    assert (command.help or "").partition("\n")[0] == group.lazy[path[-1]][1]


@pytest.mark.parametrize("path", ALL_COMMANDS, ids=" ".join)
def test_every_command_and_option_has_help(path: tuple[str, ...]) -> None:
    command = ALL_COMMANDS[path]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_the_table_of_exit_codes_is_current() -> None:
    readme = exit_codes.README.read_text()
    assert exit_codes.with_table(readme) == readme, "run python scripts/exit_codes.py"


def test_every_exit_code_is_in_the_table_for_whoever_is_on_call() -> None:
    table = section(OPERATIONS, "What an exit code means to whoever is on call")
    covered: set[int] = set()
    for cell in re.findall(r"^\| \**([0-9, to]+?)\** \|", table, re.MULTILINE):
        for part in cell.split(","):
            first, _, last = part.partition(" to ")
            covered.update(range(int(first), int(last or first) + 1))
    codes = re.findall(r"^\| (\d+) \|", exit_codes.table(), re.MULTILINE)
    assert {int(code) for code in codes} <= covered


@pytest.mark.parametrize("page", [README, DOCUMENTS], ids=names([README, DOCUMENTS]))
def test_every_format_is_described(page: Path) -> None:
    text = page.read_text()
    assert [f.name for f in formats() if f"`{f.extension}`" not in text] == []


def anchor(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_link_between_the_pages_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        linked = (page.parent / file).resolve() if file else page
        assert linked.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
            assert fragment in map(anchor, headings), target
