"""Finding: stock Presidio and handoff side by side, on annotated judgments, in one run.

    python -m benchmarks.bench_detection [--docs N] [--rounds R] [--json]
    python -m benchmarks.bench_detection --processes 2 [--docs N] [--rounds R]
    python -m benchmarks.bench_detection --large 20

Corpus: the Text Anonymization Benchmark (ECHR judgments), `../shared/data/pii/tab-144.jsonl`. This
is `handoff evaluate` on it, with everything turned on that a profile has on by default; the
protocol stands in `handoff/detection/evaluation/protocol.py`. Speed is characters per second of
processor time on one core; rounds alternate, and the ratio is given with its spread.

`--processes N` gives each of N processes the whole corpus and compares characters per second of
the clock with one process; `--large MB` finds in one text of that size, and prints the seconds and
the most memory that the process held. Both need a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

from handoff.cli.evaluate import command

CORPUS = Path(__file__).resolve().parents[2] / "shared/data/pii/tab-144.jsonl"


def _texts(docs: int) -> list[str]:
    from handoff.detection.evaluation.corpus import read_corpus, sample

    return [document.text for document in sample(read_corpus(CORPUS), docs, 1)]


def _detect() -> object:
    from handoff.assets import model_path
    from handoff.detection.engine import PresidioDetector
    from handoff.detection.evaluation import contestants

    return contestants.handoff(PresidioDetector(model_path(), contestants.everything()))


def _work(texts: list[str], barrier: Barrier) -> None:
    """Find in all texts; the barrier stands before and after, so that loading is not timed."""
    detect = _detect()
    assert callable(detect)
    detect(texts[0])
    barrier.wait()
    for text in texts:
        detect(text)
    barrier.wait()


def _rate(texts: list[str], processes: int) -> float:
    """Characters per second of the clock that `processes` find in together."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes + 1)
    workers = [context.Process(target=_work, args=(texts, barrier)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    barrier.wait()
    spent = time.perf_counter() - started
    for worker in workers:
        worker.join()
    return processes * sum(map(len, texts)) / spent


def compare_processes(docs: int, rounds: int, processes: int) -> None:
    """Print the throughput of one process, of `processes`, and their ratio, by turns."""
    texts = _texts(docs)
    pairs = [(_rate(texts, 1), _rate(texts, processes)) for _ in range(rounds)]
    ratios = [many / one for one, many in pairs]
    one, many = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"1 process {one:,.0f}, {processes} processes {many:,.0f} characters per second")
    print(
        f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}); aim: 1.8"
    )


def large(megabytes: int) -> None:
    """Print how long one text of `megabytes` takes, and the most memory the process held."""
    from handoff.assets import model_path
    from handoff.detection.engine import PresidioDetector
    from handoff.detection.evaluation import contestants
    from handoff.detection.propagation import propagate
    from handoff.model import TextUnit, UnitKind

    paragraphs = "\n\n".join(_texts(144)).split("\n\n")
    size = megabytes * 1_000_000
    parts: list[str] = []
    written = count = 0
    while written < size:
        # The number makes every paragraph new: the engine remembers those that it has seen.
        parts.append(f"{count}. {paragraphs[count % len(paragraphs)]}")
        written += len(parts[-1]) + 2
        count += 1
    units = [TextUnit("u", UnitKind.BODY, "\n\n".join(parts))]
    del parts, paragraphs
    detector = PresidioDetector(model_path(), contestants.everything())
    before, started = _peak(), time.perf_counter()
    findings = detector.find(units)
    found = time.perf_counter() - started
    everywhere = propagate(units, findings, detector.values(units, findings))
    spent = time.perf_counter() - started
    print(f"{written:,} characters: found in {found:.0f} s, everywhere in {spent:.0f} s")
    print(f"{len(everywhere):,} findings; peak {_peak():,.0f} MB, {before:,.0f} MB before finding")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Stock Presidio and handoff, side by side.")
    parser.add_argument("--docs", type=int, default=144)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--processes", type=int, metavar="N", help="compare N processes with one")
    parser.add_argument("--large", type=int, metavar="MB", help="find in one text of this size")
    options = parser.parse_args()
    if not CORPUS.exists():
        parser.error(f"{CORPUS} is not here")
    if options.processes:
        compare_processes(options.docs, options.rounds, options.processes)
    elif options.large:
        large(options.large)
    else:
        arguments = [str(CORPUS), "--limit", str(options.docs), "--rounds", str(options.rounds)]
        command.main([*arguments, *(["--json"] if options.json else [])], "handoff evaluate")


if __name__ == "__main__":
    main()
