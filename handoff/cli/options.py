"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from handoff.errors import UsageError

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class PathType(click.Path):
    """A path that was really given: `"$BATCH"` with BATCH unset is not the working directory."""

    def __init__(self, *, file_okay: bool = True) -> None:
        super().__init__(path_type=Path, file_okay=file_okay)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """As `click.Path`; an empty string is a usage error."""
        if not os.fspath(value):
            self.fail("the path is empty; is a variable not set?", param, ctx)
        return super().convert(value, param, ctx)


home_option = click.option(
    "--home",
    "home_path",
    type=PathType(),
    envvar="HANDOFF_HOME",
    help="The handoff home (default: HANDOFF_HOME, or the user's data directory).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
matter_option = click.option(
    "--matter",
    type=PathType(),
    help="YAML file of the matter: parties always redacted, terms never redacted.",
)
inputs_argument = click.argument(
    "inputs", nargs=-1, required=True, type=PathType(), metavar="PATH..."
)


def require_matter_apart(matter: Path | None, inputs: Sequence[Path]) -> None:
    """Do nothing, or raise.

    Raises:
        UsageError: the matter's file lies in the input, and would be sent with it.
    """
    if matter and any(matter.resolve().is_relative_to(path.resolve()) for path in inputs):
        raise UsageError("the matter's file lies in the input", "keep it outside of what is sent")
