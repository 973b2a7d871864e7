"""Some of the ten thousand mutations that the benchmark makes; all must be found."""

from __future__ import annotations

from pathlib import Path

from benchmarks.custody_mutations import MUTATIONS, run


def test_every_random_mutation_is_found_and_none_ends_in_a_traceback(tmp_path: Path) -> None:
    done, failures = run(140, 7, tmp_path)
    assert failures == []
    assert set(done.values()) == {140 // len(MUTATIONS)}
