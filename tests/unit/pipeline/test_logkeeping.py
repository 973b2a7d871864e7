"""What is done to the log as a whole: tiles, holds, a new key, the key of the digests erased."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handoff.custody import holds
from handoff.custody.logkey import load_log_key, load_verifier_key
from handoff.custody.rotation import load_verifier_keys
from handoff.errors import (
    CustodyForkError,
    CustodyKeyError,
    LegalHoldError,
    UnknownReferenceError,
    UsageError,
)
from handoff.model import EventDraft
from handoff.pipeline import ids
from handoff.pipeline.home import Home
from handoff.pipeline.initialising import initialise
from handoff.pipeline.ledgers import open_ledger, open_reader, verify_log
from handoff.pipeline.logkeeping import (
    erase_digest_key,
    export_tiles,
    lift_hold,
    place_hold,
    rotate_key,
)
from handoff.sealing.keys import load_firm_keys


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


CLOCK = Clock()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    list(initialise(made))
    return made


def record(home: Home, events: int, batch_id: str = "b-1", matter_id: str = "") -> None:
    details = {"matter_id": matter_id} if matter_id else {}
    drafts = [EventDraft("batch.opened", batch_id, details=dict(details))]
    drafts += [EventDraft("document.sealed", batch_id, f"d-{n}") for n in range(events - 1)]
    with open_ledger(home, CLOCK) as ledger:
        ledger.append(drafts)


# --- tiles, read by nothing of ours ------------------------------------------------------------


def tile(directory: Path, level: str, number: int, size: int) -> bytes:
    """A tile as a monitor finds it: whole, or the partial one for the tree's size."""
    name = f"{number % 1000:03d}"
    rest = number // 1000
    while rest:
        name, rest = f"x{rest % 1000:03d}/{name}", rest // 1000
    span = 256 if level == "entries" else 256 ** (int(level) + 1)
    unit = span // 256
    width = min(256, size // unit - number * 256)
    return (
        directory / "tile" / level / (name + ("" if width == 256 else f".p/{width}"))
    ).read_bytes()


def root(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it stands there."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root(hashes[:k]) + root(hashes[k:])).digest()


def read_tiles(directory: Path) -> list[bytes]:
    """Every leaf of the log, after all tiles were held against the checkpoint's root."""
    _, count, top = (directory / "checkpoint").read_text().split("\n")[:3]
    size = int(count)
    leaves: list[bytes] = []
    for number in range((size + 255) // 256):
        bundle = tile(directory, "entries", number, size)
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            leaves.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
    hashes = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    assert root(hashes) == b64decode(top)
    level = 0
    while hashes:
        data = b"".join(
            tile(directory, str(level), n, size) for n in range((len(hashes) + 255) // 256)
        )
        assert data == b"".join(hashes)
        whole = range(0, len(hashes) // 256 * 256, 256)
        hashes, level = [root(hashes[at : at + 256]) for at in whole], level + 1
    return leaves


@pytest.mark.parametrize("sizes", [[3], [256], [257, 300], [255, 256, 257, 1], [700]])
def test_tiles_can_be_read_by_somebody_else_and_grow(
    home: Home, tmp_path: Path, sizes: list[int]
) -> None:
    directory, total = tmp_path / "tiles", 0
    for number, events in enumerate(sizes):
        record(home, events, f"b-{number}")
        total += events
        assert export_tiles(home, CLOCK, directory)[0] == total
        assert len(read_tiles(directory)) == total
    whole = {p: p.stat().st_mtime_ns for p in directory.rglob("*") if p.is_file()}
    assert export_tiles(home, CLOCK, directory) == (total, 0)
    assert whole == {p: p.stat().st_mtime_ns for p in directory.rglob("*") if p.is_file()}


def test_tiles_of_another_log_are_not_gone_on_with(home: Home, tmp_path: Path) -> None:
    record(home, 5)
    export_tiles(home, CLOCK, tmp_path / "tiles")
    other = Home(tmp_path / "other")
    list(initialise(other))
    record(other, 9)
    with pytest.raises(CustodyForkError):
        export_tiles(other, CLOCK, tmp_path / "tiles")


def test_a_tile_that_somebody_changed_is_noticed(home: Home, tmp_path: Path) -> None:
    record(home, 300)
    export_tiles(home, CLOCK, tmp_path / "tiles")
    full = tmp_path / "tiles" / "tile" / "0" / "000"
    full.write_bytes(bytes(len(full.read_bytes())))
    with pytest.raises(CustodyForkError):
        export_tiles(home, CLOCK, tmp_path / "tiles")


# --- holds -------------------------------------------------------------------------------------


def test_a_matter_on_hold_holds_its_batches_until_it_is_lifted(home: Home) -> None:
    record(home, 2, "b-1", "2026-0417")
    record(home, 2, "b-2", "2026-0418")
    record(home, 2, "b-3")
    assert place_hold(home, CLOCK, "2026-0417", "", "docket-17")
    assert not place_hold(home, CLOCK, "2026-0417", "", "")
    record(home, 2, "b-4", "2026-0417")
    with open_reader(home) as reader:
        assert list(holds.held_batches(reader)) == ["b-1", "b-4"]
        assert [holds.is_held(reader, f"b-{n}") for n in range(1, 5)] == [True, False, False, True]
        with pytest.raises(LegalHoldError):
            holds.require_not_held(reader, "b-1")
        holds.require_not_held(reader, "b-3")
    lift_hold(home, CLOCK, "2026-0417", "", "")
    with open_reader(home) as reader:
        assert holds.holds(reader) == []
        assert not holds.is_held(reader, "b-1")
    verify_log(home, load_verifier_keys(home.keys)).require_ok()


def test_a_batch_without_a_matter_can_be_held_itself(home: Home) -> None:
    record(home, 2, "b-3")
    place_hold(home, CLOCK, "", "b-3", "")
    with open_reader(home) as reader:
        assert holds.is_held(reader, "b-3")
        assert not holds.is_held(reader, "b-9")


def test_holds_on_what_does_not_exist_are_refused(home: Home) -> None:
    with pytest.raises(UsageError):
        place_hold(home, CLOCK, "Henderson", "", "")
    with pytest.raises(UnknownReferenceError):
        place_hold(home, CLOCK, "", "b-unknown", "")
    with pytest.raises(UnknownReferenceError):
        lift_hold(home, CLOCK, "2026-0417", "", "")


# --- a new key ---------------------------------------------------------------------------------


def test_a_new_key_is_vouched_for_by_the_old_one(home: Home) -> None:
    record(home, 3)
    with open_ledger(home, CLOCK) as ledger:
        ledger.checkpoint()
    old = load_verifier_key(home.keys)
    former, following = rotate_key(home, CLOCK)
    new = load_verifier_key(home.keys)
    assert (former, following) == (str(old), str(new))
    assert old != new
    assert load_log_key(home.keys).verifier == new
    record(home, 3, "b-2")
    with open_ledger(home, CLOCK) as ledger:
        ledger.checkpoint()
    # Whoever keeps only the old key, or only the new one, verifies the whole log.
    for kept in (old, new):
        report = verify_log(home, load_verifier_keys(home.keys, [kept]))
        report.require_ok()
        assert report.uncovered == 0


def test_rotating_twice_keeps_the_chain(home: Home) -> None:
    first = load_verifier_key(home.keys)
    for number in range(2):
        record(home, 2, f"b-{number}")
        rotate_key(home, CLOCK)
    assert len(load_verifier_keys(home.keys, [first])) == 3
    verify_log(home, load_verifier_keys(home.keys, [first])).require_ok()


def test_a_key_that_replaces_a_lost_one_is_not_vouched_for(home: Home) -> None:
    record(home, 2)
    with open_ledger(home, CLOCK) as ledger:
        ledger.checkpoint()
    old = load_verifier_key(home.keys)
    (home.keys / "custody-log.key").unlink()
    with pytest.raises(CustodyKeyError):
        rotate_key(home, CLOCK)
    rotate_key(home, CLOCK, lost=True)
    assert load_verifier_keys(home.keys, [old]) == [old]
    assert not verify_log(home, [old]).ok
    verify_log(home, load_verifier_keys(home.keys)).require_ok()
    with open_reader(home) as reader:
        assert [e.kind for e in reader.events(kinds=["log.key_replaced"])] == ["log.key_replaced"]


@pytest.mark.parametrize("step", ["rotations", "vkey"])
def test_a_rotation_that_was_interrupted_is_taken_up(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    from handoff.custody import files, rotation

    record(home, 2)
    real = files.replace_file

    def dying(path: Path, data: bytes) -> None:
        real(path, data)
        if path.name == f"custody-log.{step}":
            raise KeyboardInterrupt

    monkeypatch.setattr(rotation, "replace_file", dying)
    with pytest.raises(KeyboardInterrupt):
        rotate_key(home, CLOCK)
    monkeypatch.undo()
    rotate_key(home, CLOCK)
    assert load_log_key(home.keys).verifier == load_verifier_key(home.keys)
    assert not (home.keys / rotation.NEXT_FILE).exists()
    record(home, 2, "b-2")
    with open_ledger(home, CLOCK) as ledger:
        ledger.checkpoint()
    verify_log(home, load_verifier_keys(home.keys)).require_ok()


# --- the right to erasure ----------------------------------------------------------------------


def test_without_the_key_of_digests_the_log_verifies_and_confirms_no_guess(home: Home) -> None:
    guess = hashlib.sha256(b"the very file").hexdigest()
    source = ids.source_digest(load_firm_keys(home.keys).batch, guess)
    draft = EventDraft("document.received", "b-1", "d-1", materials={"source": source})
    with open_ledger(home, CLOCK) as ledger:
        ledger.append([draft])
        ledger.checkpoint()
    erase_digest_key(home, CLOCK)
    report = verify_log(home, load_verifier_keys(home.keys))
    report.require_ok()
    assert report.uncovered == 0
    assert not (home.keys / "batch.key").exists()
    with pytest.raises(UnknownReferenceError):
        erase_digest_key(home, CLOCK)
    # A firm that goes on gets another key, under which the same file has another digest.
    list(initialise(home))
    assert ids.source_digest(load_firm_keys(home.keys).batch, guess) != source


def test_the_key_of_digests_is_not_erased_while_something_is_on_hold(home: Home) -> None:
    place_hold(home, CLOCK, "2026-0417", "", "")
    with pytest.raises(LegalHoldError):
        erase_digest_key(home, CLOCK)
    assert (home.keys / "batch.key").exists()
