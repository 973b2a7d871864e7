"""The custody log: events, Merkle tree, checkpoints, ledgers, verification."""
