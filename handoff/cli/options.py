"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

home_option = click.option(
    "--home",
    "home_path",
    type=click.Path(path_type=Path),
    envvar="HANDOFF_HOME",
    help="The handoff home (default: HANDOFF_HOME, or the user's data directory).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
inputs_argument = click.argument(
    "inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
