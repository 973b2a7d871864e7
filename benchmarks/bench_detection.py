"""Finding: stock Presidio and handoff side by side, on annotated judgments, in one run.

    python -m benchmarks.bench_detection [--docs N] [--rounds R] [--json]

Corpus: the Text Anonymization Benchmark (ECHR judgments), `../shared/data/pii/tab-144.jsonl`. This
is `handoff evaluate` on it, with everything turned on that a profile has on by default; the
protocol stands in `handoff/detection/evaluation/protocol.py`. Speed is characters per second of
processor time on one core; rounds alternate, and the ratio is given with its spread.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handoff.cli.evaluate import command

CORPUS = Path(__file__).resolve().parents[2] / "shared/data/pii/tab-144.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description="Stock Presidio and handoff, side by side.")
    parser.add_argument("--docs", type=int, default=144)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not CORPUS.exists():
        parser.error(f"{CORPUS} is not here")
    arguments = [str(CORPUS), "--limit", str(options.docs), "--rounds", str(options.rounds)]
    command.main([*arguments, *(["--json"] if options.json else [])], "handoff evaluate")


if __name__ == "__main__":
    main()
