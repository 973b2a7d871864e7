"""`handoff custody`: the group; each command is in a module of its own."""

from __future__ import annotations

import click

from handoff.cli.lazy import LazyGroup

COMMANDS = {
    "anchor": ("custody_log:anchor", "Put the latest checkpoint where nobody here can change it."),
    "erase-key": ("custody_log:erase_key", "Destroy the key of the digests of originals."),
    "export": ("custody_log:export", "Write the log as tiles that other people's monitors read."),
    "hold": ("custody_log:hold", "Place a matter on legal hold, lift a hold, or list holds."),
    "ingest": (
        "custody_ingest",
        "Record who got which document, from the store's access logs.",
    ),
    "list": ("custody_read:list_", "Every batch: for whom, when, and how its documents ended."),
    "migrate": ("custody_log:migrate", "Bring the log of an older handoff to this one's schema."),
    "prove": (
        "custody_prove",
        "Write an evidence package that a stranger can verify without handoff.",
    ),
    "receipt": ("custody_log:receipt", "Record the vendor's signed receipt for a batch."),
    "rotate-key": ("custody_log:rotate_key", "Give the log a new key, vouched for by the old one."),
    "report": (
        "custody_report",
        "Write a report: what went where, what was held and why, who opened it.",
    ),
    "search": ("custody_read:search", "Find documents by matter, vendor, person, date or state."),
    "serve": (
        "custody_serve",
        "Show the custody log as a web page on this machine, to look at and to search.",
    ),
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
