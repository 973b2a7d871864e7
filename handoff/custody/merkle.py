"""RFC 6962 Merkle trees: hashing, append, roots, and proofs made and verified.

Imports nothing of handoff and does no I/O. A proof is made of the roots of whole ranges of leaves:
`inclusion_ranges` and `consistency_ranges` say which, `range_root` makes one from leaf hashes, and
whoever keeps hashes elsewhere (tiles, an index) can fetch the same ranges from there.
Sources: RFC 6962 section 2.1; the verifiers follow RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 section 2.1)."""

Range = tuple[int, int]
"""Leaves `start <= index < end`."""


class ProofError(Exception):
    """A proof, a range or a stored frontier that does not hold."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf: SHA-256(0x00 || data), so that no leaf can pass for a node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The perfect subtrees that a tree of `size` leaves consists of, largest first.

    That is all it takes to append and to give the root: O(log size) hashes.

    Attributes:
        size: number of leaves so far.
        hashes: one root per set bit of `size`, from the highest bit down.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count():
            raise ProofError("a compact range needs one hash for each set bit of its size")
        if any(len(value) != HASH_SIZE for value in hashes):
            raise ProofError("a hash of a compact range has the wrong length")
        self.size = size
        self.hashes = list(hashes)

    @classmethod
    def from_bytes(cls, size: int, untrusted_data: bytes) -> CompactRange:
        """Read what `to_bytes` wrote for a tree of `size` leaves; raises `ProofError`."""
        step = range(0, len(untrusted_data), HASH_SIZE)
        return cls(size, [untrusted_data[at : at + HASH_SIZE] for at in step])

    def to_bytes(self) -> bytes:
        """The hashes one after the other; `size` is kept beside them."""
        return b"".join(self.hashes)

    def append(self, hashed_leaf: bytes) -> None:
        """Add one leaf by its `leaf_hash`."""
        top, carry = hashed_leaf, self.size
        while carry & 1:
            top = node_hash(self.hashes.pop(), top)
            carry >>= 1
        self.hashes.append(top)
        self.size += 1

    def root(self) -> bytes:
        """Root hash of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Root of the tree over `leaf_hashes`, in memory that does not grow with their number."""
    tree = CompactRange()
    for hashed in leaf_hashes:
        tree.append(hashed)
    return tree.root()


def range_root(leaf_hashes: Sequence[bytes], span: Range) -> bytes:
    """Root of the leaves in `span`, one of the ranges that a proof asks for."""
    return root_of(leaf_hashes[index] for index in range(*span))


def _split(size: int) -> int:
    """Largest power of two smaller than `size` (RFC 6962's k)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose roots prove that leaf `index` is in the tree of `size` leaves, bottom up.

    RFC 6962 section 2.1.1, PATH(m, D[n]). Raises `ProofError` for an index outside the tree.
    """
    if not 0 <= index < size:
        raise ProofError("the leaf is not in the tree")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The ranges whose roots prove that the tree of `old` leaves is a prefix of that of `new`.

    RFC 6962 section 2.1.2, PROOF(m, D[n]). Raises `ProofError` unless `0 < old <= new`.
    """
    if not 0 < old <= new:
        raise ProofError("there is no consistency proof between these sizes")
    ranges: list[Range] = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    # The old tree itself is known to the verifier and left out where it is the whole left side.
    if start != 0:
        ranges.append((start, end))
    return ranges[::-1]


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Proof that leaf `index` is in the tree over `leaf_hashes`; raises `ProofError`."""
    return [range_root(leaf_hashes, span) for span in inclusion_ranges(index, len(leaf_hashes))]


def consistency_proof(leaf_hashes: Sequence[bytes], old: int) -> list[bytes]:
    """Proof that the first `old` leaves are a prefix of `leaf_hashes`; raises `ProofError`."""
    return [range_root(leaf_hashes, span) for span in consistency_ranges(old, len(leaf_hashes))]


def verify_inclusion(
    *, index: int, size: int, hashed_leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise `ProofError` unless `proof` shows `hashed_leaf` at `index` under `root`.

    RFC 9162 section 2.1.3.2.
    """
    _check_hashes([hashed_leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofError("the leaf is not in the tree")
    node, last, computed = index, size - 1, hashed_leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            node, last = _skip_to_sibling(node, last)
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or computed != root:
        raise ProofError("the proof does not lead to the root")


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise `ProofError` unless `proof` shows the old tree to be a prefix of the new one.

    RFC 9162 section 2.1.4.2. An old size of 0 is refused: such a proof says nothing.
    """
    if not 0 < old <= new:
        raise ProofError("there is no consistency proof between these sizes")
    if old == new:
        if proof or old_root != new_root:
            raise ProofError("trees of one size must have one root and an empty proof")
        return
    _check_hashes([old_root, new_root, *proof])
    path = [old_root, *proof] if old.bit_count() == 1 else list(proof)
    if not path or _consistent_roots(old, new, path) != (old_root, new_root):
        raise ProofError("the proof does not lead to both roots")


def _consistent_roots(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that `path` leads to (RFC 9162 section 2.1.4.2, steps 3 to 6)."""
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    computed_old = computed_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            computed_old = node_hash(sibling, computed_old)
            computed_new = node_hash(sibling, computed_new)
            node, last = _skip_to_sibling(node, last)
        else:
            computed_new = node_hash(computed_new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof is too short")
    return computed_old, computed_new


def _skip_to_sibling(node: int, last: int) -> tuple[int, int]:
    """Climb past the levels at which the right edge has no sibling."""
    while not node & 1 and node != 0:
        node, last = node >> 1, last >> 1
    return node, last


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_SIZE for value in hashes):
        raise ProofError("a hash has the wrong length")
