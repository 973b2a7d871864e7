"""What can drift is held against the code: commands, options, help, links, units, exit codes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

from handoff import assets
from handoff.cli.main import COMMANDS, cli
from scripts import exit_codes
from tests.firm import Firm

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs" / "operations.md"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")]
)
OPERATORS = re.compile(r"[();<>|&]+")


def names(pages: list[Path]) -> list[str]:
    return [page.relative_to(ROOT).as_posix() for page in pages]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)


def commands_shown(page: Path) -> Iterator[list[str]]:
    """The arguments of every `handoff` in a console block, pipes and substitutions taken apart."""
    for block in blocks(page, "console"):
        for line in block.splitlines():
            assert line.startswith(("$ ", "# ")), line
            lexer = shlex.shlex(line[2:], posix=True, punctuation_chars=True)
            lexer.commenters, lexer.whitespace_split = "", True
            found: list[str] | None = None
            first = True
            for token in lexer:
                if OPERATORS.fullmatch(token):
                    if found is not None:
                        yield found
                    found, first = None, True
                elif found is not None:
                    found.append(token)
                elif first and (token == "handoff" or token.endswith("/bin/handoff")):
                    found = []
                else:
                    first = first and "=" in token
            if found is not None:
                yield found


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


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_the_commands_say(name: str) -> None:
    command = ALL_COMMANDS[(name,)]
    assert command.name == name
    assert (command.help or "").partition("\n")[0] == COMMANDS[name][1]


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
    section = (
        OPERATIONS.read_text().partition("## What an exit code means")[2].partition("\n## ")[0]
    )
    covered: set[int] = set()
    for cell in re.findall(r"^\| \**([0-9, to]+?)\** \|", section, re.MULTILINE):
        for part in cell.split(","):
            first, _, last = part.partition(" to ")
            covered.update(range(int(first), int(last or first) + 1))
    codes = re.findall(r"^\| (\d+) \|", exit_codes.table(), re.MULTILINE)
    assert {int(code) for code in codes} <= covered


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


def places() -> list[str]:
    """The paths that docs/operations.md says stand for the reader's own."""
    table = OPERATIONS.read_text().partition("| in this document |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(/[^`]+)` \|", table, re.MULTILINE)


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The documented paths, each with one of this test in its stead."""
    here = {path: tmp_path / f"place-{number}" for number, path in enumerate(places())}
    here["/var/lib/handoff"] = tmp_path
    program = here["/opt/handoff"] / "bin" / "handoff"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m handoff.cli.main "$@"\n'
    )
    program.chmod(0o755)
    return {path: str(stand_in) for path, stand_in in here.items()}


def put(text: str, machine: dict[str, str]) -> str:
    """`text` with the documented paths replaced, and nothing else."""
    for path, stand_in in machine.items():
        text = text.replace(path, stand_in)
    return text


def crontab() -> tuple[dict[str, str], str, str]:
    """The crontab of docs/operations.md: its settings, its schedule and its command line."""
    (text,) = blocks(OPERATIONS, "crontab")
    *settings, entry = text.splitlines()
    *schedule, command = entry.split(maxsplit=5)
    return dict(line.split("=", 1) for line in settings), " ".join(schedule), command


def test_the_crontab_line_is_one_that_cron_understands() -> None:
    settings, schedule, command = crontab()
    assert all(re.fullmatch(r"[A-Z_]+", name) for name in settings)
    assert re.fullmatch(r"(\d+|\*) (\d+|\*) (\d+|\*) (\d+|\*) (\d(-\d)?|\*)", schedule)
    assert "%" not in command, "cron takes a percent sign for the end of the line"
    assert command.startswith("/")


@pytest.mark.real
@pytest.mark.slow
def test_the_crontab_line_works_as_written(connected: Firm, machine: dict[str, str]) -> None:
    """Run as cron does: an empty environment, /bin/sh, AWS credentials from the usual file."""
    settings, _, command = crontab()
    documents = Path(machine["/srv/handoff/acme"])
    documents.mkdir()
    (documents / "Note on Mary Hollis.txt").write_text("Mary Hollis rang on Monday.\n" * 3)
    write_aws_files(connected, settings["AWS_PROFILE"])
    Path(put(settings["HANDOFF_ASSETS"], machine)).symlink_to(assets.assets_dir())

    first, second = (as_cron(settings, command, machine) for _ in range(2))

    assert first.returncode == 0, first.stdout + first.stderr
    assert "ACME-000001" in first.stdout
    assert second.returncode == 0, second.stdout + second.stderr
    assert "nothing was sent" in second.stderr
    printed = first.stdout + first.stderr + second.stdout + second.stderr
    assert "Hollis" not in printed
    assert len(connected.objects()) == 3


def as_cron(
    settings: dict[str, str], command: str, machine: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the command line in the environment that cron gives it."""
    home = machine["/var/lib/handoff"]
    own = {"HOME": home, "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "handoff"}
    variables = own | {name: put(value, machine) for name, value in settings.items()}
    return subprocess.run(
        ["/usr/bin/env", "-i", *(f"{k}={v}" for k, v in variables.items()), "/bin/sh", "-c",
         put(command, machine)],
        cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip


def write_aws_files(firm: Firm, profile: str) -> None:
    """The firm's login where the AWS chain looks for it, under the profile's documented name."""
    assert firm.server
    directory = firm.directory / ".aws"
    directory.mkdir(mode=0o700)
    theirs = ConfigParser()
    theirs.read(firm.server.credentials)
    login = "".join(f"{name} = {value}\n" for name, value in theirs[firm.server.owner].items())
    (directory / "credentials").write_text(f"[{profile}]\n{login}")
    (directory / "config").write_text(f"[profile {profile}]\nregion = us-east-1\n")


def test_the_units_are_ones_that_systemd_understands(
    tmp_path: Path, machine: dict[str, str]
) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is missing: apt install systemd")
    service, timer = blocks(OPERATIONS, "ini")
    units = [tmp_path / "handoff-acme.service", tmp_path / "handoff-acme.timer"]
    for unit, text in zip(units, (service, timer), strict=True):
        unit.write_text(put(text, machine))
    done = subprocess.run(
        [program, "verify", *map(str, units)],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ,
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "handoff-acme" in line]
    assert (done.returncode, complaints) == (0, [])


def test_cron_and_systemd_run_the_same_command() -> None:
    service = blocks(OPERATIONS, "ini")[0]
    settings, _, command = crontab()
    assert f"ExecStart={command}\n" in service
    for name in ("HANDOFF_HOME", "HANDOFF_ASSETS", "AWS_PROFILE"):
        assert f"Environment={name}={settings[name]}\n" in service
