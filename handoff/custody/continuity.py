"""Never sign a fork: what is signed next must continue what was signed last.

A checkpoint row holds the compact range of its tree. A range whose root is the signed one is that
tree, so extending it with the leaves that follow gives a tree that is consistent with the signed
one; C2SP tlog-checkpoint demands exactly that, and it costs only the new leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from handoff.custody import schema
from handoff.custody.checkpoint import open_checkpoint
from handoff.custody.files import replace_file
from handoff.custody.merkle import CompactRange, ProofError, leaf_hash
from handoff.custody.note import VerifierKey
from handoff.errors import CustodyForkError, NoteError, NoteSignatureError
from handoff.model import Checkpoint


class LatestNote:
    """The last checkpoint signed, in a file beside the database.

    It is written before the database learns of the checkpoint, so a log cut short or restored
    from an old copy is noticed wherever this file was not cut short with it.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".checkpoint")

    def read(self, keys: Sequence[VerifierKey]) -> Checkpoint | None:
        """The checkpoint, verified, or None where there is none yet; raises as `open_checkpoint`.

        Raises `OSError` where the file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return open_checkpoint(file.read(1 << 16), keys)
        except FileNotFoundError:
            return None

    def write(self, note: str) -> None:
        """Put down the note just signed; raises as `replace_file`."""
        replace_file(self.path, note.encode())

    def require_continued(
        self, connection: Connection, tree: CompactRange, keys: Sequence[VerifierKey]
    ) -> None:
        """Raise `CustodyForkError` unless `tree` continues the last checkpoint signed."""
        try:
            latest = self.read(keys)
        except (NoteError, NoteSignatureError):
            raise CustodyForkError("the file of the last checkpoint is damaged") from None
        if latest is None:
            return
        if latest.size > tree.size:
            raise CustodyForkError("the custody log is shorter than what was last signed")
        if tree_at(connection, latest.size, keys).root() != latest.root:
            raise CustodyForkError("the custody log differs from what was last signed")


def tree_at(connection: Connection, size: int, keys: Sequence[VerifierKey]) -> CompactRange:
    """The tree over the first `size` events, from the last checkpoint before and the leaves since.

    Raises `CustodyForkError` where the checkpoint or a leaf is not what was recorded.
    """
    tree = _last_signed(connection, size, keys)
    columns = schema.events.c
    query = (
        sa.select(columns.idx, columns.leaf, columns.leaf_hash)
        .where(columns.idx >= tree.size, columns.idx < size)
        .order_by(columns.idx)
        .execution_options(yield_per=1000)
    )
    for row in connection.execute(query):
        whole = row.idx == tree.size and isinstance(row.leaf, bytes)
        if not whole or leaf_hash(row.leaf) != row.leaf_hash:
            raise CustodyForkError(f"the custody log is not what was recorded from event {row.idx}")
        tree.append(row.leaf_hash)
    if tree.size != size:
        raise CustodyForkError(f"the custody log lacks events from event {tree.size}")
    return tree


def _last_signed(connection: Connection, size: int, keys: Sequence[VerifierKey]) -> CompactRange:
    """The compact range of the largest checkpoint of at most `size` events, proven by its root."""
    columns = schema.checkpoints.c
    query = (
        sa.select(columns.size, columns.note, columns.frontier)
        .where(columns.size <= size)
        .order_by(columns.size.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return CompactRange()
    try:
        signed = open_checkpoint(row.note, keys)
        tree = CompactRange.from_bytes(row.size, row.frontier)
    except (NoteError, NoteSignatureError, ProofError, TypeError):
        raise CustodyForkError(f"the checkpoint at size {row.size} is damaged") from None
    if (signed.size, signed.root) != (tree.size, tree.root()):
        raise CustodyForkError(f"the checkpoint at size {row.size} is not of its tree")
    return tree
