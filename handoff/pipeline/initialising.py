"""`handoff init`: make a home, once; what is there already is never touched."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from handoff.custody.logkey import KEY_FILE, generate_log_key
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger
from handoff.pipeline.records import write_private
from handoff.sealing.files import translated
from handoff.sealing.keys import generate_missing_keys


def initialise(home: Home, *, keys: bool = True) -> Iterator[str]:
    """Make what `home` lacks; yield one sentence for each thing made.

    Raises:
        PermissionsError, DiskFullError: the home cannot be written.
        HandoffError: an existing part of it is damaged.
    """
    for directory in home.directories():
        if not directory.is_dir():
            with translated("the handoff home"):
                directory.mkdir(mode=0o700, parents=True)
            yield f"made {directory}"
    home.require()
    for source, target in _examples(home):
        if not target.exists():
            write_private(target, source.read_bytes())
            yield f"wrote {target}"
    if keys:
        for name in generate_missing_keys(home.keys):
            yield f"made the key {home.keys / name}"
    if not (home.keys / KEY_FILE).exists():
        generate_log_key(home.keys, f"{socket.gethostname()}/handoff")
        yield f"made the key {home.keys / KEY_FILE}"
    yield from _custody_log(home)


def _custody_log(home: Home) -> Iterator[str]:
    database = home.config().custody.database
    made = bool(database) or not home.custody.exists()
    if made:
        # Opening lays out what is missing; in PostgreSQL another host may have done it.
        open_ledger(home, SystemClock(), create=True).close()
        yield f"the custody log is {'in PostgreSQL' if database else home.custody}"


def _examples(home: Home) -> Iterator[tuple[Traversable, Path]]:
    root = resources.files("handoff.policy") / "examples"
    yield root / "config.yaml", home.config_file
    for folder, target in (("vendors", home.vendors), ("profiles", home.profiles)):
        for source in (root / folder).iterdir():
            yield source, target / source.name
