"""Whatever happens to the bytes of mail and archives: held, or written without the secret."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.documents.base import DocumentFormat
from handoff.documents.door import HouseDoor
from handoff.documents.registry import by_name
from handoff.errors import DocumentError
from handoff.model import DocumentOptions
from tests import watchdog
from tests.unit.documents import judge, test_archives, test_cards, test_eml, test_mbox, test_outlook

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
SECRET = "Zebulon Quarterstaff"
SEEDS = {
    "zip": test_archives.PLACES["ZIP, in a ZIP"],
    "7z": test_archives.PLACES["7z, a member"],
    "tar": test_archives.PLACES["tar, a member"],
    "packed": test_archives.PLACES["tar.gz"],
    "msg": test_outlook.PLACES["MSG, attached message"],
    "tnef": test_outlook.PLACES["TNEF, attached message"],
    "mbox": test_mbox.PLACES["a quoted line"],
    "ics": lambda: test_cards.PLACES["alarm"],
    "vcf": lambda: test_cards.PLACES["note in quoted-printable"],
    "eml": test_eml.PLACES["forwarded message"],
}
EDITS = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 40), st.binary(max_size=12)), max_size=5
)


@cache
def _seed(name: str) -> bytes:
    return SEEDS[name]()


def _judged(handler: DocumentFormat, content: bytes, options: DocumentOptions) -> None:
    """Read, redact every place of the secret, and look whether it is still there."""
    door = HouseDoor(options=options)
    try:
        units = handler.read(content, door)
        produced = handler.rewrite(content, judge.redactions(units, [SECRET]), door)
        judge.assert_clean(handler, produced, [SECRET])
    except DocumentError:
        pass  # held, with a reason of its own


@FEW
@given(
    st.sampled_from(sorted(SEEDS)), EDITS, st.booleans(), st.one_of(st.none(), st.integers(0, 4000))
)
def test_damaged_containers(
    name: str, edits: list[tuple[int, int, bytes]], hold: bool, cut: int | None
) -> None:
    content = _seed(name)
    for where, length, piece in edits:
        at = where % (len(content) + 1)
        content = content[:at] + piece + content[at + length :]
    options = DocumentOptions(attachments="hold" if hold else "note")
    with watchdog.ends():
        _judged(by_name(name), content[:cut], options)
