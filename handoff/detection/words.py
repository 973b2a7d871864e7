"""Words that legal documents write with a capital and that name nobody: `words.txt`, by list."""

from __future__ import annotations

from importlib.resources import files


def _lists() -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    current: set[str] = set()
    text = files("handoff.detection").joinpath("words.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            current = lists.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            current.update(line.split())
    return {name: frozenset(words) for name, words in lists.items()}


_LISTS = _lists()
ROLES = _LISTS["roles"]
"""Parts that people play in a document."""
INSTRUMENTS = _LISTS["instruments"]
"""Kinds of documents, their parts and the things they deal with."""
PUBLIC_HEADS = _LISTS["public_heads"]
"""Words one of which the name of a public body has."""
FUNCTION = _LISTS["function"]
"""Words that join others and order them."""
TITLES = _LISTS["titles"]
"""What stands before a name and is no part of it."""
TIME = _LISTS["time"]
"""Months, days and seasons."""
COMMON_NAMES = _LISTS["common_names"]
"""Surnames and given names that are also words or places."""
PLACES = _LISTS["places"]
"""Countries, states and cities that are surnames or given names as well."""
FORMS = _LISTS["forms"]
"""Words of which headings, fields of forms and defined terms are made."""
ACRONYMS = _LISTS["acronyms"]
"""Short forms of kinds of things."""
MARKING = _LISTS["marking"]
"""What a marking of privilege or of a protective order is made of."""
MAILBOXES = _LISTS["mailboxes"]
"""What departments and their mailboxes are called."""
SALUTED = _LISTS["saluted"]
"""Whom one greets without a name."""
