"""A whole `handoff send` beside the time that finding alone takes: `make bench-send`.

The same 200 mixed documents, the same cores, in turn. Finding alone: as many processes as there are
cores, each with the detector that `send` uses, over text that was read before the clock started.
Both start cold, engine included, because that is how a paralegal starts them; the warm figure of
finding, without the start of the engine, is printed too. Aim: at most 1.25 times the cold one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.stage import Stage, stage
from handoff import assets
from handoff.documents.base import Limits
from handoff.documents.door import HouseDoor
from handoff.model import TextUnit
from handoff.policy.profiles import load_profile

_detector = None


def load(profile_directory: Path) -> None:
    """Load the detector into this process."""
    global _detector  # noqa: PLW0603 - a worker process is a global by nature
    from handoff.detection.engine import PresidioDetector

    profile = load_profile(profile_directory, "legal-review")
    _detector = PresidioDetector(assets.model_path(), profile)


def find(units: Sequence[TextUnit]) -> int:
    """How many findings a document has."""
    assert _detector is not None
    return len(_detector.find(units))


def read(corpus: Path) -> list[tuple[TextUnit, ...]]:
    """The text of every document of the corpus."""
    door = HouseDoor(Limits())
    return [door.read(path.read_bytes(), "", "") for path in sorted(corpus.iterdir())]


def seconds_finding(texts: Sequence[Sequence[TextUnit]], profiles: Path) -> tuple[float, float]:
    """Seconds of finding alone on all cores: cold with the engine's start, and warm without."""
    cores = os.cpu_count() or 1
    start = time.perf_counter()
    with ProcessPoolExecutor(cores, get_context("spawn"), load, (profiles,)) as pool:
        list(pool.map(find, [()] * cores))
        warm = time.perf_counter()
        list(pool.map(find, texts))
        end = time.perf_counter()
    return end - start, end - warm


def seconds_sending(on: Stage, corpus: Path) -> tuple[float, int]:
    """Seconds of a whole send, and how many documents it delivered."""
    start = time.perf_counter()
    count = on.delivered(on.start_send(corpus))
    return time.perf_counter() - start, count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ratios = []
    with stage() as on:
        profiles = on.directory / "home" / "policies" / "profiles"
        for seed in range(1, arguments.rounds + 1):
            corpus = on.corpus(arguments.documents, seed)
            texts = read(corpus)
            characters = sum(len(unit.text) for units in texts for unit in units)
            cold, warm = seconds_finding(texts, profiles)
            sending, count = seconds_sending(on, corpus)
            ratios.append(sending / cold)
            print(
                f"{characters:,} characters: send {sending:.1f} s ({count} delivered); "
                f"finding alone {cold:.1f} s cold, {warm:.1f} s warm; "
                f"ratio {sending / cold:.2f} to cold, {sending / warm:.2f} to warm"
            )
    print(
        f"ratio to finding alone, cold: median {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f}); aim: at most 1.25"
    )


if __name__ == "__main__":
    main()
