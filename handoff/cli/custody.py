"""`handoff custody`: the group; each command is in a module of its own."""

from __future__ import annotations

import click

from handoff.cli.lazy import LazyGroup

COMMANDS = {
    "list": ("custody_read:list_", "Every batch: for whom, when, and how its documents ended."),
    "prove": (
        "custody_prove",
        "Write an evidence package that a stranger can verify without handoff.",
    ),
    "search": ("custody_read:search", "Find documents by matter, vendor, person, date or state."),
    "show": ("custody_read:show", "What happened to a batch or a document, step by step."),
    "timeline": ("custody_read:timeline", "Everything that happened in a period, in order."),
    "verify": (
        "custody_verify",
        "Recompute the whole log; say what is wrong and from where, or that nothing is.",
    ),
}


@click.group("custody", cls=LazyGroup, lazy=COMMANDS)
def command() -> None:
    """Look at the custody log, and verify it."""
