"""Trees of any size: append, roots and proofs agree, and a changed proof is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.custody import merkle

# The machines that run this are shared and slow: no test fails for taking its time.
LOADED = settings(deadline=None)
LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=80)


def recursive_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, written as it stands there."""
    if not hashes:
        return merkle.EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return merkle.node_hash(recursive_root(hashes[:k]), recursive_root(hashes[k:]))


@LOADED
@given(st.lists(st.binary(max_size=8), max_size=80))
def test_the_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    assert merkle.root_of(hashes) == recursive_root(hashes)


@LOADED
@given(LEAVES, st.data())
def test_every_leaf_has_a_proof_and_no_other_leaf_has_it(
    leaves: list[bytes], data: st.DataObject
) -> None:
    hashes = [merkle.leaf_hash(b"%d %b" % (n, leaf)) for n, leaf in enumerate(leaves)]
    index = data.draw(st.integers(0, len(hashes) - 1))
    other = data.draw(st.integers(0, len(hashes) - 1))
    proof = merkle.inclusion_proof(hashes, index)
    root = merkle.root_of(hashes)
    size = len(hashes)
    merkle.verify_inclusion(
        index=index, size=size, hashed_leaf=hashes[index], proof=proof, root=root
    )
    if other != index:
        with pytest.raises(merkle.ProofError):
            merkle.verify_inclusion(
                index=index, size=size, hashed_leaf=hashes[other], proof=proof, root=root
            )
        with pytest.raises(merkle.ProofError):
            merkle.verify_inclusion(
                index=other, size=size, hashed_leaf=hashes[index], proof=proof, root=root
            )


@LOADED
@given(LEAVES, st.data())
def test_every_prefix_has_a_proof_and_no_other_tree_has_it(
    leaves: list[bytes], data: st.DataObject
) -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    old = data.draw(st.integers(1, len(hashes)))
    proof = merkle.consistency_proof(hashes, old)
    old_root, new_root = merkle.root_of(hashes[:old]), merkle.root_of(hashes)
    new = len(hashes)
    merkle.verify_consistency(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof)
    with pytest.raises(merkle.ProofError):
        merkle.verify_consistency(
            old=old, new=new, old_root=merkle.EMPTY_ROOT, new_root=new_root, proof=proof
        )
    for at in range(len(proof)):
        changed = [*proof[:at], bytes(32), *proof[at + 1 :]]
        with pytest.raises(merkle.ProofError):
            merkle.verify_consistency(
                old=old, new=new, old_root=old_root, new_root=new_root, proof=changed
            )


@LOADED
@given(LEAVES, st.data())
def test_a_compact_range_survives_bytes_at_any_moment(
    leaves: list[bytes], data: st.DataObject
) -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    cut = data.draw(st.integers(0, len(hashes)))
    tree = merkle.CompactRange()
    for hashed in hashes[:cut]:
        tree.append(hashed)
    tree = merkle.CompactRange.from_bytes(cut, tree.to_bytes())
    for hashed in hashes[cut:]:
        tree.append(hashed)
    assert tree.root() == recursive_root(hashes)


@LOADED
@given(st.integers(-2, 20), st.binary(max_size=130))
def test_bytes_that_are_no_compact_range_are_refused(size: int, data: bytes) -> None:
    if size >= 0 and len(data) == 32 * size.bit_count():
        assert merkle.CompactRange.from_bytes(size, data).to_bytes() == data
    else:
        with pytest.raises(merkle.ProofError):
            merkle.CompactRange.from_bytes(size, data)


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (0, 0), (1, 1), (5, 3)])
def test_there_is_no_path_to_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(merkle.ProofError):
        merkle.inclusion_ranges(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 3), (4, 3), (-1, 2)])
def test_there_is_no_consistency_proof_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(merkle.ProofError):
        merkle.consistency_ranges(old, new)
