"""Leaves: every event comes back as it was, in the bytes of RFC 8785; every other bytes do not."""

from __future__ import annotations

import contextlib
import json
import string
from collections.abc import Callable
from datetime import UTC, datetime

import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handoff.custody.checkpoint import open_checkpoint, sign_checkpoint
from handoff.custody.events import check_leaf, decode_event, encode_event
from handoff.custody.logkey import LogKey
from handoff.custody.note import open_note
from handoff.errors import CustodyEventError, NoteError, NoteSignatureError
from handoff.model import CustodyEvent, JsonValue

# The machines that run this are shared and slow: no test fails for taking its time.
LOADED = settings(deadline=None)
LETTERS = string.ascii_letters
START = st.sampled_from(LETTERS + string.digits)


def word(first: st.SearchStrategy[str], rest: str, longest: int) -> st.SearchStrategy[str]:
    """A string that begins with one of `first` and goes on with letters of `rest`."""
    return st.builds(str.__add__, first, st.text(rest, max_size=longest))


CODES = word(START, LETTERS + string.digits + "_:+=", 20)
PARTIES = word(START, LETTERS + string.digits + "_:+@/", 20)
NAMES = word(st.sampled_from(LETTERS), LETTERS + string.digits + "_", 20)
IDS = st.one_of(st.just(""), word(START, LETTERS + string.digits + "._-", 30))
KINDS = st.builds("{}.{}".format, st.text("abcz", min_size=1), st.text("abcz", min_size=1))
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
SCALARS: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(), st.booleans(), st.integers(1 - 10**15, 10**15 - 1), CODES
)
DETAILS = st.dictionaries(
    NAMES,
    st.one_of(SCALARS, st.lists(SCALARS, max_size=4), st.dictionaries(NAMES, SCALARS, max_size=4)),
    max_size=6,
)
EVENTS = st.builds(
    CustodyEvent,
    index=st.integers(0, 10**15 - 1),
    at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)),  # noqa: DTZ001
    kind=KINDS.filter(lambda kind: len(kind) < 30),
    actor=PARTIES,
    host=PARTIES,
    tool=PARTIES,
    batch_id=IDS,
    doc_id=IDS,
    materials=st.dictionaries(NAMES, DIGESTS, max_size=3),
    products=st.dictionaries(NAMES, DIGESTS, max_size=3),
    policy_sha256=st.one_of(st.just(""), DIGESTS),
    details=DETAILS,
)
KEY = LogKey("firm.example/custody", b"k" * 32)


@LOADED
@given(EVENTS)
def test_an_event_comes_back_as_it_was(event: CustodyEvent) -> None:
    assert decode_event(encode_event(event)) == event


@LOADED
@given(EVENTS)
def test_a_leaf_is_what_rfc_8785_demands(event: CustodyEvent) -> None:
    leaf = encode_event(event)
    assert rfc8785.dumps(json.loads(leaf)) == leaf


@LOADED
@given(EVENTS, st.data())
def test_a_changed_leaf_is_refused_or_is_another_event(
    event: CustodyEvent, data: st.DataObject
) -> None:
    leaf = bytearray(encode_event(event))
    leaf[data.draw(st.integers(0, len(leaf) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(CustodyEventError):
        other = decode_event(bytes(leaf))
        assert other != event
        assert encode_event(other) == leaf


@LOADED
@given(st.binary(max_size=200))
@example(b'{"at":1}')
@example(b"null")
@example(b"1e999")
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with contextlib.suppress(CustodyEventError):
        assert encode_event(decode_event(data)) == data


@LOADED
@given(st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
))  # fmt: skip
def test_whatever_the_details_nothing_else_is_raised_and_no_text_gets_in(details: object) -> None:
    event = CustodyEvent(
        0, datetime(2026, 1, 1, tzinfo=UTC), "a.b", "a", "h", "t", "", "", {}, {}, "",
        details,  # type: ignore[arg-type]
    )  # fmt: skip
    with contextlib.suppress(CustodyEventError):
        leaf = encode_event(event)
        assert b" " not in leaf
        assert leaf.isascii()


@LOADED
@given(st.binary(max_size=300))
def test_no_bytes_are_taken_for_a_note(data: bytes) -> None:
    with contextlib.suppress(NoteError, NoteSignatureError):
        open_note(data, [KEY.verifier])
        raise AssertionError("nobody signed this")


@LOADED
@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.data())
def test_a_checkpoint_comes_back_and_no_changed_one_does(
    size: int, root: bytes, data: st.DataObject
) -> None:
    note = sign_checkpoint("firm.example/custody", size, root, [KEY])
    checkpoint = open_checkpoint(note, [KEY.verifier])
    assert (checkpoint.size, checkpoint.root) == (size, root)
    changed = bytearray(note.encode())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(NoteError, NoteSignatureError):
        open_checkpoint(bytes(changed), [KEY.verifier])
        raise AssertionError("nobody signed this")


@LOADED
@given(EVENTS, st.data())
def test_the_quick_check_of_a_leaf_passes_what_the_thorough_reading_passes(
    event: CustodyEvent, data: st.DataObject
) -> None:
    """The two read differently: one by the grammar alone, one by parsing and writing again."""
    fields = json.loads(encode_event(event))
    for name in ("details", "materials", "products"):
        order = data.draw(st.permutations(list(fields[name].items())))
        fields[name] = dict(order)
    shuffled = json.dumps(fields, separators=(",", ":")).encode()
    for leaf in (encode_event(event), shuffled):
        assert _passes(check_leaf, leaf) == _passes(decode_event, leaf)


def test_a_key_that_stands_twice_passes_neither() -> None:
    leaf = encode_event(next_event())
    for doubled in (b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2},"c":1}', b'{"b":1,"a":1}'):
        changed = leaf.replace(b'"details":{}', b'"details":' + doubled)
        assert changed != leaf
        assert not _passes(check_leaf, changed)
        assert not _passes(decode_event, changed)


def next_event() -> CustodyEvent:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return CustodyEvent(0, at, "a.b", "x", "y", "z", "", "", {}, {}, "", {})


def _passes(read: Callable[[bytes], object], leaf: bytes) -> bool:
    try:
        read(leaf)
    except CustodyEventError:
        return False
    return True
