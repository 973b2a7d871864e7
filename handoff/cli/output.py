"""What the commands say: errors on stderr, tables and JSON lines on stdout."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handoff.errors import HandoffError

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 140


def say(text: str) -> None:
    """Speech, on stderr, with our prefix."""
    click.echo(f"handoff: {text}", err=True)


def say_error(error: HandoffError, *, as_json: bool) -> None:
    """A fatal error: one JSON line, or what happened and what to do about it."""
    if as_json:
        emit("error", to_stderr=True, **error_fields(error))
        return
    say(f"error: {error.message} [{error.code}]")
    if error.hint:
        say(f"hint: {error.hint}")


def error_fields(error: HandoffError) -> dict[str, Any]:
    """An error as JSON fields."""
    return {
        "code": error.code,
        "exit_code": error.exit_code,
        "message": error.message,
        "hint": error.hint,
    }


def emit(kind: str, /, *, to_stderr: bool = False, **fields: Any) -> None:  # noqa: ANN401 - JSON
    """One JSON object a line, with its `type`."""
    line = json.dumps({"type": kind, **fields}, ensure_ascii=True, default=str)
    click.echo(line, err=to_stderr)


def code_line(error: BaseException) -> str:
    """The deepest line of our own code in a traceback: file and number, no values."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "handoff" in Path(f.filename).parts] or list(frames)
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown line"


def is_terminal() -> bool:
    """Whether a person reads stdout; only then may original file names be shown."""
    return sys.stdout.isatty()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout: for people, as wide as their terminal, or plain in a pipe."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    _console().print(drawn)


def _console() -> Console:
    from rich.console import Console

    class Pipe(Console):
        """Rich would exit 1 where the reader has gone."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Pipe(file=sys.stdout, width=None if is_terminal() else PIPE_WIDTH)
