"""Change a custody log at random, and count what `verify` does not find.

Bits of its files are flipped; rows are swapped, removed, doubled and edited, with hashes, head and
triggers made to fit as far as an attacker without the key can; checkpoints are signed again with a
wrong key. Every change must be found, and none may end in anything but a report or a typed error.

    python -m benchmarks.custody_mutations --count 10000
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from handoff.custody.checkpoint import sign_checkpoint
from handoff.custody.ledger import Party, SqliteLedger
from handoff.custody.logkey import LogKey, generate_log_key
from handoff.custody.merkle import CompactRange, leaf_hash
from handoff.custody.note import VerifierKey
from handoff.custody.verify import verify
from handoff.errors import HandoffError
from handoff.model import EventDraft

Mutation = Callable[[Path, random.Random, LogKey], None]
_ROWS = "SELECT idx, at, kind, batch_id, doc_id, leaf, leaf_hash FROM events ORDER BY idx"


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def make_log(directory: Path, batches: int = 3, documents: int = 9) -> VerifierKey:
    """A closed log in `directory`, every event of it under a checkpoint; its verifier key."""
    key = generate_log_key(directory, "firm.example/custody")
    party = Party("alice", "sender-1", "handoff/0.1.0")
    path = directory / "custody.db"
    with SqliteLedger.open(path, key=key, clock=_Clock(), party=party, create=True) as ledger:
        for batch in range(batches):
            name = f"batch-{batch:04d}"
            drafts = [EventDraft("batch.opened", name, details={"vendor": "acme"})]
            drafts += [
                EventDraft("document.sealed", name, f"d-{n}", {"document": f"{n:064x}"})
                for n in range(documents)
            ]
            ledger.append(drafts)
            ledger.checkpoint()
    return key.verifier


@contextmanager
def _opened(directory: Path, *, refit: bool) -> Iterator[sqlite3.Connection]:
    """The database without triggers; afterwards they are back, and with `refit` the head fits."""
    path = directory / "custody.db"
    # Whoever knows of the seal takes it away: a missing one means a run that was killed.
    path.with_name("custody.db.sha256").unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        if refit:
            _refit(connection)
        for _, sql in kept:
            connection.execute(sql)


def _refit(connection: sqlite3.Connection) -> None:
    """Give every leaf its hash, and the head its tree."""
    tree, last = CompactRange(), ""
    for index, at, leaf in connection.execute("SELECT idx, at, leaf FROM events ORDER BY idx"):
        connection.execute(
            "UPDATE events SET leaf_hash = ? WHERE idx = ?", (leaf_hash(leaf), index)
        )
        tree.append(leaf_hash(leaf))
        last = at
    connection.execute(
        "UPDATE head SET size = ?, at = ?, frontier = ?", (tree.size, last, tree.to_bytes())
    )


def _flip(path: Path, draw: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    path.write_bytes(data)


def flip_database(directory: Path, draw: random.Random, _key: LogKey) -> None:
    """One bit of the database's file, which is sealed."""
    _flip(directory / "custody.db", draw)


def flip_checkpoint(directory: Path, draw: random.Random, _key: LogKey) -> None:
    """One bit of the file of the latest checkpoint."""
    _flip(directory / "custody.db.checkpoint", draw)


def flip_leaf(directory: Path, draw: random.Random, _key: LogKey) -> None:
    """One bit of a leaf, its hash made to fit or not."""
    with _opened(directory, refit=draw.random() < 0.5) as connection:
        index, leaf = draw.choice(connection.execute("SELECT idx, leaf FROM events").fetchall())
        changed = bytearray(leaf)
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        connection.execute("UPDATE events SET leaf = ? WHERE idx = ?", (bytes(changed), index))


def swap_rows(directory: Path, draw: random.Random, _key: LogKey) -> None:
    """Two events trade places, with all that their rows say."""
    with _opened(directory, refit=draw.random() < 0.5) as connection:
        one, two = draw.sample(connection.execute(_ROWS).fetchall(), 2)
        for index, row in ((one[0], two), (two[0], one)):
            connection.execute(
                "UPDATE events SET at=?, kind=?, batch_id=?, doc_id=?, leaf=?, leaf_hash=?"
                " WHERE idx = ?",
                (*row[1:], index),
            )


def remove_rows(directory: Path, draw: random.Random, _key: LogKey) -> None:
    """Some events vanish, those after them moved up or not."""
    with _opened(directory, refit=draw.random() < 0.5) as connection:
        size = connection.execute("SELECT count(*) FROM events").fetchone()[0]
        start, count = draw.randrange(size), draw.randint(1, 3)
        connection.execute("DELETE FROM events WHERE idx >= ? AND idx < ?", (start, start + count))
        if draw.random() < 0.5:
            connection.execute("UPDATE events SET idx = idx - ? WHERE idx >= ?", (count, start))


def double_row(directory: Path, draw: random.Random, _key: LogKey) -> None:
    """An event stands there a second time, at the end."""
    with _opened(directory, refit=draw.random() < 0.5) as connection:
        rows = connection.execute(_ROWS).fetchall()
        row = draw.choice(rows)
        connection.execute("INSERT INTO events VALUES (?,?,?,?,?,?,?)", (len(rows), *row[1:]))


def resign(directory: Path, draw: random.Random, key: LogKey) -> None:
    """A changed log whose checkpoints were all made anew, with a key of the same name."""
    swap_or_remove = draw.choice((swap_rows, remove_rows, flip_leaf))
    swap_or_remove(directory, draw, key)
    (directory / "custody.db.sha256").write_bytes(b"")
    with _opened(directory, refit=True) as connection:
        sizes = {size for (size,) in connection.execute("SELECT size FROM checkpoints")}
        connection.execute("DELETE FROM checkpoints")
        tree, note = CompactRange(), ""
        rows = connection.execute("SELECT leaf_hash FROM events ORDER BY idx").fetchall()
        for (hashed,) in rows:
            tree.append(hashed)
            if tree.size in sizes or tree.size == len(rows):
                note = sign_checkpoint(key.verifier.name, tree.size, tree.root(), [key])
                connection.execute(
                    "INSERT INTO checkpoints VALUES (?,?,?)", (tree.size, note, tree.to_bytes())
                )
    (directory / "custody.db.checkpoint").write_text(note)


MUTATIONS: dict[str, Mutation] = {
    "bit of the database": flip_database,
    "bit of the latest checkpoint": flip_checkpoint,
    "bit of a leaf": flip_leaf,
    "rows swapped": swap_rows,
    "rows removed": remove_rows,
    "row doubled": double_row,
    "signed again with a wrong key": resign,
}


def run(count: int, seed: int, work: Path) -> tuple[Counter[str], list[str]]:
    """Make `count` mutations, each of a fresh copy; how many of each kind, and what went wrong."""
    original, copy = work / "original", work / "copy"
    original.mkdir()
    key = make_log(original)
    (work / "wrong").mkdir()
    wrong = generate_log_key(work / "wrong", key.name)
    draw, done, failures = random.Random(seed), Counter[str](), []
    for number in range(count):
        name = list(MUTATIONS)[number % len(MUTATIONS)]
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(original, copy)
        MUTATIONS[name](copy, draw, wrong)
        done[name] += 1
        problem = _missed(copy / "custody.db", key)
        if problem:
            failures.append(f"{number} {name}: {problem}")
    return done, failures


def _missed(path: Path, key: VerifierKey) -> str:
    """Nothing where verification found something wrong, else what it did instead."""
    try:
        return "" if not verify(path, [key]).ok else "not found"
    except HandoffError:
        return ""
    except Exception:  # noqa: BLE001 - that there is none is what is measured
        return traceback.format_exc(limit=-2)


def main() -> None:
    """Mutate, verify and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261125)
    options = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        done, failures = run(options.count, options.seed, Path(name))
    for kind, count in done.items():
        print(f"{count:6} {kind}")
    for failure in failures[:20]:
        print(failure)
    seconds = time.perf_counter() - start
    print(f"{sum(done.values())} mutations, {len(failures)} not found, in {seconds:.0f} s")
    raise SystemExit(bool(failures))


if __name__ == "__main__":
    main()
