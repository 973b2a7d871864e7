"""Every handler against damaged documents: read whole or held, in bounded time, nothing else.

The seeds are the corpus of hiding places, made by code: documents of every format with something
in every corner. `make test` tries a few mutations of some; `make fuzz` many of all
(`HANDOFF_FUZZ_EXAMPLES`, per format).
"""

from __future__ import annotations

import os
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.documents.base import Limits
from handoff.documents.door import HouseDoor
from handoff.documents.registry import formats, sniff
from handoff.errors import DocumentError
from handoff.model import Finding, Operator, Redaction, TextUnit
from tests import watchdog
from tests.corpus.planting import Planted, corpus

EXAMPLES = int(os.environ.get("HANDOFF_FUZZ_EXAMPLES", "12"))
# LibreOffice and optical recognition take seconds a document: only `make fuzz` tries them often.
SLOW = max(1, EXAMPLES // 12)
LIMITS = Limits(input_bytes=5_000_000, archive_bytes=20_000_000, image_pixels=4_000_000)
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 64),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from([b"\0" * 8, b"\xff" * 8, b"<", b">", b"&#0;", b"\r\n", b"\x1a", b"%"]),
        ),
    ),
    min_size=1,
    max_size=6,
)


@cache
def seeds() -> dict[str, list[Planted]]:
    """Places by the name of the handler that reads them, some of each."""
    found: dict[str, list[Planted]] = {handler.name: [] for handler in formats()}
    for place in corpus():
        name = {"vcf": "vcf", "gzip": "packed", "tar.gz": "tar"}.get(place.format, place.format)
        found.setdefault(name, []).append(place)
    return {name: places for name, places in found.items() if places}


def mutated(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """`content` with bytes cut out and put in."""
    for where, length, piece in edits:
        at = int(where * len(content))
        content = content[:at] + piece + content[at + length :]
    return content


def redactions(units: tuple[TextUnit, ...]) -> list[Redaction]:
    """The middle of every third unit."""
    found = []
    for unit in units[::3]:
        start, end = len(unit.text) // 3, len(unit.text) // 3 * 2
        if start < end:
            finding = Finding(unit.unit_id, start, end, "PERSON", 1.0, "fuzz")
            found.append(Redaction(finding, Operator.PSEUDONYMIZE, "[PERSON-1]"))
    return found


def survives(content: bytes) -> None:
    """Read, rewritten and read again, or held; never anything else."""
    said = ""
    try:
        handler, door = sniff(content, LIMITS), HouseDoor(LIMITS)
        units = handler.read(content, door)
        assert len({unit.unit_id for unit in units}) == len(units), "unit ids are unique"
        produced = handler.rewrite(content, redactions(units), door)
        handler.reread(produced, HouseDoor(LIMITS))
    except DocumentError as error:
        said = error.message.lower()
    assert not any(word in said for word in ("zebulon", "quarterstaff"))


@pytest.mark.parametrize("name", seeds())
def test_a_damaged_document_is_read_whole_or_held(name: str) -> None:
    places = seeds()[name]
    tries = SLOW if all(place.slow for place in places) else EXAMPLES
    chosen = [place for place in places if not place.slow] or places

    @settings(
        max_examples=tries,
        deadline=None,
        derandomize="HANDOFF_FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        database=None,
    )
    @given(st.integers(0, len(chosen) - 1), EDITS)
    def check(which: int, edits: list[tuple[float, int, bytes]]) -> None:
        with watchdog.ends():
            survives(mutated(chosen[which].build(), edits))

    check()
