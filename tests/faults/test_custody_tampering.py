"""Any byte of the database changed, any rows moved: found, or provably without meaning."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from handoff.custody.checkpoint import sign_checkpoint
from handoff.custody.logkey import LogKey, generate_log_key
from handoff.custody.merkle import leaf_hash, root_of
from handoff.custody.verify import verify
from handoff.errors import CustodyTamperedError, LedgerVersionError
from tests.unit.custody.lab import SetClock, batch, direct, open_ledger

STRIDE = 151
"""A prime, so that the sample meets every offset within cells, headers and hashes."""
RANDOM_BYTES = 150
MUTATIONS = 400
Rows = list[list[object]]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> LogKey:
    return generate_log_key(tmp_path_factory.mktemp("key"), "firm.example/custody")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory, key: LogKey) -> Path:
    """Three batches under checkpoints, and a tail of two events."""
    path = tmp_path_factory.mktemp("log") / "custody.db"
    clock = SetClock()
    with open_ledger(path, key, clock) as ledger:
        for number in range(3):
            ledger.append(batch(number, 8))
            clock.advance(60)
            ledger.checkpoint()
        ledger.append(batch(3, 1))
    return path


def copy_of(log: Path, directory: Path, *suffixes: str) -> Path:
    for suffix in ("", *suffixes):
        name = log.name + suffix
        (directory / name).write_bytes(log.with_name(name).read_bytes())
    return directory / log.name


def offsets(size: int) -> list[int]:
    chosen = random.Random(3)
    return [*range(0, size, STRIDE), *(chosen.randrange(size) for _ in range(RANDOM_BYTES))]


def meaning(path: Path) -> object:
    """All that SQL can see in the file, as bytes."""
    queries = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name",
        "SELECT * FROM meta ORDER BY name",
        "SELECT * FROM head ORDER BY id",
        "SELECT * FROM events ORDER BY idx",
        "SELECT * FROM checkpoints ORDER BY size",
        "PRAGMA application_id",
        "PRAGMA user_version",
        "PRAGMA journal_mode",
    )
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        return [connection.execute(query).fetchall() for query in queries]


def is_found(path: Path, key: LogKey) -> bool:
    """Whether verification fails loudly; anything but a typed error fails the test itself."""
    try:
        verify(path, [key.verifier]).require_ok()
    except (CustodyTamperedError, LedgerVersionError):
        return True
    finally:
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    return False


def test_any_byte_changed_under_a_seal_is_found(tmp_path: Path, log: Path, key: LogKey) -> None:
    path = copy_of(log, tmp_path, ".sha256")
    assert not is_found(path, key)
    good = path.read_bytes()
    flips = random.Random(1)
    for offset in offsets(len(good)):
        changed = bytearray(good)
        changed[offset] ^= 1 << flips.randrange(8)
        path.write_bytes(changed)
        assert is_found(path, key), f"byte {offset}"


def test_any_byte_changed_without_a_seal_is_found_or_means_nothing(
    tmp_path: Path, log: Path, key: LogKey
) -> None:
    path = copy_of(log, tmp_path)
    good, recorded = path.read_bytes(), meaning(path)
    flips = random.Random(2)
    found = 0
    for offset in offsets(len(good)):
        changed = bytearray(good)
        changed[offset] ^= 1 << flips.randrange(8)
        path.write_bytes(changed)
        if is_found(path, key):
            found += 1
        else:
            assert meaning(path) == recorded, f"byte {offset}"
    assert found > len(offsets(len(good))) // 5, "the sample must meet bytes that mean something"


def swap(rows: Rows, pick: random.Random) -> None:
    """Two events change places, and their numbers with them."""
    a, b = pick.sample(range(len(rows)), 2)
    rows[a][1:], rows[b][1:] = rows[b][1:], rows[a][1:]


def delete(rows: Rows, pick: random.Random) -> None:
    """An event goes, and those after it move up."""
    del rows[pick.randrange(len(rows))]


def delete_with_gap(rows: Rows, pick: random.Random) -> None:
    """An event goes, and its number with it."""
    del rows[pick.randrange(len(rows) - 1)]


def duplicate(rows: Rows, pick: random.Random) -> None:
    """An event stands twice."""
    rows.insert(pick.randrange(len(rows)), list(rows[pick.randrange(len(rows))]))


def flip_leaf(rows: Rows, pick: random.Random) -> None:
    """A bit of a leaf changes."""
    row = rows[pick.randrange(len(rows))]
    row[5] = flipped(row[5], pick)


def flip_leaf_and_hash(rows: Rows, pick: random.Random) -> None:
    """A bit of a leaf changes, and its hash is made to fit."""
    row = rows[pick.randrange(27)]
    row[5] = flipped(row[5], pick)
    assert isinstance(row[5], bytes)
    row[6] = leaf_hash(row[5])


def flip_hash(rows: Rows, pick: random.Random) -> None:
    """A bit of a hash changes."""
    row = rows[pick.randrange(len(rows))]
    row[6] = flipped(row[6], pick)


def cut_tail(rows: Rows, pick: random.Random) -> None:
    """The last events go."""
    del rows[-pick.randrange(1, len(rows)) :]


def flipped(value: object, pick: random.Random) -> bytes:
    assert isinstance(value, bytes)
    changed = bytearray(value)
    changed[pick.randrange(len(changed))] ^= 1 << pick.randrange(8)
    return bytes(changed)


MUTATORS: list[Callable[[Rows, random.Random], None]] = [
    swap, delete, delete_with_gap, duplicate, flip_leaf, flip_leaf_and_hash, flip_hash, cut_tail,
]  # fmt: skip


def test_random_mutations_of_the_events_are_all_found(
    tmp_path: Path, log: Path, key: LogKey
) -> None:
    pick = random.Random(5)
    for number in range(MUTATIONS):
        mutate = MUTATORS[number % len(MUTATORS)]
        path = copy_of(log, tmp_path)
        rewrite(path, mutate, pick)
        assert is_found(path, key), f"{mutate.__name__}, number {number}"


def rewrite(path: Path, mutate: Callable[[Rows, random.Random], None], pick: random.Random) -> None:
    """Mutate the events as somebody would who then puts index, head and triggers in order."""
    with direct(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        rows = [list(row) for row in connection.execute("SELECT * FROM events ORDER BY idx")]
        mutate(rows, pick)
        if mutate is not delete_with_gap:
            for index, row in enumerate(rows):
                row[0] = index
        connection.execute("DELETE FROM events")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("UPDATE head SET size = ?", (len(rows),))
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")


def test_checkpoints_signed_again_with_another_key_are_found(
    tmp_path: Path, log: Path, key: LogKey
) -> None:
    """The same name, a tree that fits, but a key that nobody was given."""
    stranger = LogKey("firm.example/custody", b"s" * 32)
    path = copy_of(log, tmp_path)
    with direct(path) as connection:
        leaves = [row[0] for row in connection.execute("SELECT leaf FROM events ORDER BY idx")]
        connection.execute("DROP TRIGGER checkpoints_no_update")
        for size in (9, 18, 27):
            root = root_of(leaf_hash(leaf) for leaf in leaves[:size])
            note = sign_checkpoint("firm.example/custody", size, root, [stranger])
            connection.execute("UPDATE checkpoints SET note = ? WHERE size = ?", (note, size))
    assert is_found(path, key)
    report = verify(path, [stranger.verifier])
    assert {d.code for d in report.discrepancies} == {"schema"}, "only the trigger tells it then"
