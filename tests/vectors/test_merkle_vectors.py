"""The tree against vectors that we did not write: transparency-dev/merkle's and the RFC's own."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from handoff.custody import merkle

ROOT = Path(__file__).parents[2] / "../shared/data/vectors/transparency-dev-merkle/testdata"
VECTORS = sorted([*ROOT.glob("inclusion/**/*.json"), *ROOT.glob("consistency/**/*.json")])

# The eight leaves and roots of Certificate Transparency's reference tree, which RFC 6962's
# implementations share (transparency-dev/merkle, testonly/constants.go).
REFERENCE_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
REFERENCE_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_all_196_vectors_are_there() -> None:
    if not ROOT.is_dir():
        pytest.skip("../shared/data/vectors/transparency-dev-merkle is not on this machine")
    assert len(VECTORS) == 196


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: "/".join(path.parts[-3:]))
def test_each_vector_ends_as_it_says(path: Path) -> None:
    vector = json.loads(path.read_bytes())
    if vector["wantErr"]:
        with pytest.raises(merkle.ProofError):
            verify(vector)
    else:
        verify(vector)


def verify(vector: dict[str, Any]) -> None:
    proof = [base64.b64decode(value) for value in vector["proof"] or []]
    if "leafIdx" in vector:
        merkle.verify_inclusion(
            index=vector["leafIdx"],
            size=vector["treeSize"],
            hashed_leaf=base64.b64decode(vector["leafHash"] or ""),
            proof=proof,
            root=base64.b64decode(vector["root"] or ""),
        )
    else:
        merkle.verify_consistency(
            old=vector["size1"],
            new=vector["size2"],
            old_root=base64.b64decode(vector["root1"] or ""),
            new_root=base64.b64decode(vector["root2"] or ""),
            proof=proof,
        )


@pytest.mark.parametrize("size", range(9))
def test_reference_tree_has_the_published_root_at_every_size(size: int) -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in REFERENCE_LEAVES[:size]]
    assert merkle.root_of(hashes).hex() == REFERENCE_ROOTS[size]


def rfc_tree() -> dict[str, bytes]:
    """The tree of RFC 6962 section 2.1.3: leaves d0..d6 with nodes a..l as drawn there."""
    leaf = [merkle.leaf_hash(f"d{number}".encode()) for number in range(7)]
    node = dict(zip("abcdefj", leaf, strict=True))
    node["g"] = merkle.node_hash(node["a"], node["b"])
    node["h"] = merkle.node_hash(node["c"], node["d"])
    node["i"] = merkle.node_hash(node["e"], node["f"])
    node["k"] = merkle.node_hash(node["g"], node["h"])
    node["l"] = merkle.node_hash(node["i"], node["j"])
    return node


@pytest.mark.parametrize(("index", "path"), [(0, "bhl"), (3, "cgl"), (4, "fjk"), (6, "ik")])
def test_audit_paths_are_those_of_rfc_6962(index: int, path: str) -> None:
    node = rfc_tree()
    leaves = [node[name] for name in "abcdefj"]
    assert merkle.inclusion_proof(leaves, index) == [node[name] for name in path]


@pytest.mark.parametrize(("old", "path"), [(3, "cdgl"), (4, "l"), (6, "ijk")])
def test_consistency_proofs_are_those_of_rfc_6962(old: int, path: str) -> None:
    node = rfc_tree()
    leaves = [node[name] for name in "abcdefj"]
    assert merkle.consistency_proof(leaves, old) == [node[name] for name in path]
