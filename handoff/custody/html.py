"""Pages about the custody log: one file each, nothing loaded from anywhere, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment() -> Environment:
    """The templates of this room, with the filters that they use."""
    made = Environment(
        loader=PackageLoader("handoff.custody", "templates"),
        # Every template, whatever its name ends in: nothing here is meant to be markup.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"when": when, "counts": counts}
    return made


def render(template: str, **values: object) -> str:
    """The page that `template` makes of `values`."""
    return environment().get_template(template).render(**values)


def when(moment: datetime | None) -> str:
    """A moment as people write it, "" for none. UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def counts(numbers: Mapping[str, int]) -> str:
    """Counts by kind: "EMAIL_ADDRESS 1, PERSON 3"."""
    return ", ".join(f"{name} {count}" for name, count in sorted(numbers.items()))
