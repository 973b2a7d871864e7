"""Proofs out of the index are the proofs of RFC 6962, and fast ones are the same as slow ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.custody.index.proofs import BLOCK, inclusion_proofs
from handoff.custody.index.update import open_index
from handoff.custody.logkey import LogKey
from handoff.custody.merkle import ProofError, inclusion_proof, root_of, verify_inclusion
from tests.unit.custody.lab import SetClock, batch, open_ledger


@pytest.mark.parametrize("events", [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17, 4 * BLOCK])
def test_every_leaf_has_its_proof(path: Path, key: LogKey, clock: SetClock, events: int) -> None:
    with open_ledger(path, key, clock) as ledger:
        ledger.append(batch(0, events - 1))
        hashes = ledger.leaf_hashes(0, events)
        sample = sorted({0, events // 3, events // 2, events - 1})
        with open_index(path, ledger) as index:
            proofs = inclusion_proofs(index, ledger, sample, events)
    for leaf in sample:
        assert proofs[leaf] == inclusion_proof(hashes, leaf)
        verify_inclusion(
            index=leaf,
            size=events,
            hashed_leaf=hashes[leaf],
            proof=proofs[leaf],
            root=root_of(hashes),
        )


def test_a_proof_in_an_earlier_tree_knows_nothing_of_later_leaves(
    path: Path, key: LogKey, clock: SetClock
) -> None:
    with open_ledger(path, key, clock) as ledger:
        ledger.append(batch(0, 900))
        hashes = ledger.leaf_hashes(0, 300)
        with open_index(path, ledger) as index:
            assert inclusion_proofs(index, ledger, [7], 300)[7] == inclusion_proof(hashes, 7)
            with pytest.raises(ProofError):
                inclusion_proofs(index, ledger, [300], 300)
