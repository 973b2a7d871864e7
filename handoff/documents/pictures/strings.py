"""Text that lies in a file's bytes beside the pixels, as `strings` would find it."""

from __future__ import annotations

import re
from itertools import chain

from handoff.model import TextUnit, UnitKind

_RUNS = (
    # Shorter ones are what compressed pixels look like by chance.
    (re.compile(rb"[\x20-\x7e\xa0-\xff]{5,}"), "latin-1"),
    (re.compile(rb"(?:[\x20-\x7e]\0){5,}"), "utf-16-le"),
    (re.compile(rb"(?:\0[\x20-\x7e]){5,}"), "utf-16-be"),
)


def raw_unit(produced: bytes) -> TextUnit:
    """One unit of every run of printable characters in `produced`, a line each."""
    runs = chain.from_iterable(
        (run.decode(codec) for run in pattern.findall(produced)) for pattern, codec in _RUNS
    )
    return TextUnit("raw/strings", UnitKind.RAW, "\n".join(runs), "the file's bytes")
