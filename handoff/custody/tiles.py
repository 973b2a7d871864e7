"""Write the log as C2SP tlog-tiles: static files that other people's monitors can read.

Source: https://c2sp.org/tlog-tiles. `tile/L/N` holds 256 hashes of level L; `tile/entries/N` the
leaves, each after its length in two bytes; a last tile that is not full ends in `.p/WIDTH`. What
is full never changes and is written once; `checkpoint` is written last, so that a reader never sees
a checkpoint without its tiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from handoff.custody import schema
from handoff.custody.checkpoint import open_checkpoint
from handoff.custody.database import translated
from handoff.custody.files import replace_file, translate_os_error
from handoff.custody.merkle import CompactRange, leaf_hash, root_of
from handoff.custody.note import VerifierKey
from handoff.custody.reader import LedgerReader
from handoff.errors import CustodyForkError, NoteError, NoteSignatureError

WIDTH = 256


def tile_path(level: str, number: int, width: int = WIDTH) -> str:
    """The path of a tile: `tile/0/x001/x234/067`, or with `.p/WIDTH` where it is not full."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


class TileWriter:
    """Writes the tiles of one log into a directory, and takes up where an earlier run stopped."""

    def __init__(self, reader: LedgerReader, directory: Path, keys: list[VerifierKey]) -> None:
        self._reader = reader
        self._directory = directory
        self._keys = keys
        self._written = 0

    def write(self, note: str) -> int:
        """Write everything under the checkpoint `note`; returns how many files were new.

        Raises:
            CustodyForkError: the log is not what the checkpoint says, or not what the directory's
                own checkpoint said.
            CustodyError, PermissionsError, DiskFullError: it cannot be read or written.
        """
        checkpoint = open_checkpoint(note, self._keys)
        before = self._before()
        if before is not None and before[0] > checkpoint.size:
            raise CustodyForkError("the directory holds tiles of a longer log")
        self._written = 0
        levels: list[list[bytes]] = [[]]
        counts = [0]
        tree = CompactRange()
        for hashed in self._hashes(checkpoint.size):
            _require_continued(tree, before)
            tree.append(hashed)
            self._push(levels, counts, 0, hashed)
        if (tree.size, tree.root()) != (checkpoint.size, checkpoint.root):
            raise CustodyForkError("the custody log is not what its checkpoint says")
        _require_continued(tree, before)
        self._partial(levels, counts)
        self._entries(checkpoint.size)
        self._put("checkpoint", note.encode(), replace=True)
        return self._written

    def _before(self) -> tuple[int, bytes] | None:
        """Size and root of the checkpoint that the directory has."""
        try:
            note = (self._directory / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise translate_os_error(error) from None
        try:
            found = open_checkpoint(note, self._keys)
        except (NoteError, NoteSignatureError):
            raise CustodyForkError("the directory's checkpoint is not one of this log") from None
        return found.size, found.root

    def _push(
        self, levels: list[list[bytes]], counts: list[int], level: int, hashed: bytes
    ) -> None:
        """Add one hash to a level; a tile that is full is written and its root goes up."""
        if level == len(levels):
            levels.append([])
            counts.append(0)
        levels[level].append(hashed)
        if len(levels[level]) == WIDTH:
            tile = levels[level]
            self._put(tile_path(str(level), counts[level]), b"".join(tile))
            counts[level] += 1
            levels[level] = []
            self._push(levels, counts, level + 1, root_of(tile))

    def _partial(self, levels: list[list[bytes]], counts: list[int]) -> None:
        for level, (tile, number) in enumerate(zip(levels, counts, strict=True)):
            if tile:
                self._put(tile_path(str(level), number, len(tile)), b"".join(tile))

    def _hashes(self, size: int) -> Iterator[bytes]:
        columns = schema.events.c
        query = sa.select(columns.leaf_hash).where(columns.idx < size).order_by(columns.idx)
        with translated(), self._reader.engine.connect() as connection:
            for row in connection.execution_options(yield_per=5000).execute(query):
                yield bytes(row.leaf_hash)

    def _entries(self, size: int) -> None:
        """The bundles that are not there yet; every leaf is held against its hash."""
        number = 0
        while (self._directory / tile_path("entries", number)).exists():
            number += 1
        for start in range(number * WIDTH, size, WIDTH):
            end = min(size, start + WIDTH)
            bundle = b"".join(self._bundle(start, end))
            self._put(tile_path("entries", start // WIDTH, end - start), bundle)

    def _bundle(self, start: int, end: int) -> Iterator[bytes]:
        columns = schema.events.c
        query = sa.select(columns.leaf, columns.leaf_hash).order_by(columns.idx)
        query = query.where(columns.idx >= start, columns.idx < end)
        with translated(), self._reader.engine.connect() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            leaf = bytes(row.leaf)
            if leaf_hash(leaf) != row.leaf_hash:
                raise CustodyForkError("the custody log's events do not fit their hashes")
            yield len(leaf).to_bytes(2, "big") + leaf

    def _put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        path = self._directory / name
        try:
            present = path.read_bytes() if path.exists() else None
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translate_os_error(error) from None
        if present == data:
            return
        if present is not None and not replace:
            raise CustodyForkError("a tile in the directory is not what the log says")
        replace_file(path, data)
        self._written += 1


def _require_continued(tree: CompactRange, before: tuple[int, bytes] | None) -> None:
    """Raise unless the tree, where it is as large as the directory's, is the directory's."""
    if before is not None and tree.size == before[0] and tree.root() != before[1]:
        raise CustodyForkError("the directory holds tiles of another log")
