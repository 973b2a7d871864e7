"""Proofs out of a log of any length, by way of the roots of its 256-leaf blocks.

Block roots are kept in the index as the log grows, so a proof reads the leaf hashes of one block
or two and a few thousand roots. Nothing here is trusted: whoever makes a proof verifies it against
a signed checkpoint before handing it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from handoff.custody.index.tables import blocks
from handoff.custody.merkle import consistency_ranges, inclusion_ranges, node_hash, root_of

BLOCK = 256
"""Leaves in a block: the width of a C2SP tile."""


class Leaves(Protocol):
    """Where leaf hashes come from."""

    def leaf_hashes(self, start: int, end: int) -> list[bytes]:
        """The hashes of the leaves `start <= index < end`."""
        ...


def extend_blocks(connection: Connection, source: Leaves, size: int) -> None:
    """Add the root of every whole block of the log's first `size` leaves."""
    last = connection.execute(sa.select(sa.func.max(blocks.c.number))).scalar()
    first = 0 if last is None else last + 1
    rows = [
        {"number": n, "root": root_of(source.leaf_hashes(n * BLOCK, (n + 1) * BLOCK))}
        for n in range(first, size // BLOCK)
    ]
    if rows:
        connection.execute(sa.insert(blocks), rows)


def inclusion_proofs(
    engine: Engine, source: Leaves, indexes: Iterable[int], size: int
) -> dict[int, list[bytes]]:
    """For each of `indexes` the proof that it is in the tree of the log's first `size` leaves.

    RFC 6962 section 2.1.1. Raises `ProofError` for an index outside of the tree.
    """
    tree = _tree(engine, source, size)
    return {i: [tree.root(*span) for span in inclusion_ranges(i, size)] for i in indexes}


def consistency_proofs(
    engine: Engine, source: Leaves, old_sizes: Iterable[int], size: int
) -> dict[int, list[bytes]]:
    """For each of `old_sizes` the proof that the log of `size` leaves continues it.

    RFC 6962 section 2.1.2. Raises `ProofError` for a size that is none of this log.
    """
    tree = _tree(engine, source, size)
    return {old: [tree.root(*span) for span in consistency_ranges(old, size)] for old in old_sizes}


def _tree(engine: Engine, source: Leaves, size: int) -> _Tree:
    with engine.connect() as connection:
        query = sa.select(blocks.c.root).where(blocks.c.number < size // BLOCK)
        roots = list(connection.execute(query.order_by(blocks.c.number)).scalars())
    return _Tree(roots, source)


class _Tree:
    """Roots of ranges, remembered: the proofs of neighbours share most of theirs."""

    def __init__(self, roots: list[bytes], source: Leaves) -> None:
        self._roots = roots
        self._source = source
        self._known: dict[tuple[int, int], bytes] = {}

    def root(self, start: int, end: int) -> bytes:
        """Root of the leaves in the range; every range of a proof begins at a subtree's edge."""
        known = self._known.get((start, end))
        if known is None:
            known = self._known[start, end] = self._make(start, end)
        return known

    def _make(self, start: int, end: int) -> bytes:
        count = end - start
        if count == BLOCK and start // BLOCK < len(self._roots):
            return self._roots[start // BLOCK]
        if count <= BLOCK:
            return root_of(self._source.leaf_hashes(start, end))
        # RFC 6962: the largest power of two below the number of leaves.
        half = start + (1 << (count - 1).bit_length() - 1)
        return node_hash(self.root(start, half), self.root(half, end))
