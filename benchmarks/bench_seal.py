"""Sealing and opening beside Debian's `age` and pyrage, in one run, one thread, in turns.

    python benchmarks/bench_seal.py [--mebibytes 512] [--rounds 7] [--json]

All three read the same file of random bytes (in memory, /dev/shm, where there is one) and write to
/dev/null, each in its own process, so that none profits from another's warm state; ours and
pyrage are timed inside the process, `age` from start to end less the time an empty file takes it.
In every round each takes one turn, and a ratio is formed within a round: a noisy neighbour then
strikes all of them alike. Reported are the median and the spread of the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
AIMS = {"age": 1.5, "pyrage": 3.0}

OURS = """
import sys, time
from handoff.sealing import age
identity = age.parse_identity_file(open(sys.argv[2], "rb").read())[0]
with open(sys.argv[3], "rb", buffering=0) as source, open("/dev/null", "wb", buffering=0) as sink:
    begin = time.perf_counter()
    if sys.argv[1] == "seal":
        age.encrypt(source, sink, [identity.recipient()])
    else:
        age.decrypt(source, sink, [identity])
    print(time.perf_counter() - begin)
"""

PYRAGE = """
import sys, time
import pyrage
secret = next(line for line in open(sys.argv[2]) if line.startswith("AGE-SECRET-KEY-1")).strip()
identity = pyrage.x25519.Identity.from_str(secret)
with open(sys.argv[3], "rb", buffering=0) as source, open("/dev/null", "wb", buffering=0) as sink:
    begin = time.perf_counter()
    if sys.argv[1] == "seal":
        pyrage.encrypt_io(source, sink, [identity.to_public()])
    else:
        pyrage.decrypt_io(source, sink, [identity])
    print(time.perf_counter() - begin)
"""


@dataclass(frozen=True)
class Bench:
    """The files of one run."""

    key: Path
    plain: Path
    sealed: Path
    empty: Path
    empty_sealed: Path

    @classmethod
    def prepare(cls, directory: Path, size: int) -> Bench:
        bench = cls(*(directory / name for name in ("key", "plain", "sealed", "none", "none.age")))
        run(["age-keygen", "-o", str(bench.key)])
        with bench.plain.open("wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 20))
        bench.empty.write_bytes(b"")
        for plain, sealed in ((bench.plain, bench.sealed), (bench.empty, bench.empty_sealed)):
            run(["age", "-r", bench.recipient(), "-o", str(sealed), str(plain)])
        return bench

    def recipient(self) -> str:
        return run(["age-keygen", "-y", str(self.key)]).strip()

    def source(self, task: str) -> Path:
        return self.plain if task == "seal" else self.sealed


def run(command: list[str]) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment
    ).stdout


def python(code: str, task: str, bench: Bench) -> float:
    arguments = [task, str(bench.key), str(bench.source(task))]
    return float(run([sys.executable, "-c", code, *arguments]))


def age_command(task: str, bench: Bench, source: Path) -> list[str]:
    how = ["-r", bench.recipient()] if task == "seal" else ["-d", "-i", str(bench.key)]
    return ["age", *how, "-o", "/dev/null", str(source)]


def timed(command: list[str]) -> float:
    begin = time.perf_counter()
    run(command)
    return time.perf_counter() - begin


def age(task: str, bench: Bench) -> float:
    empty = bench.empty if task == "seal" else bench.empty_sealed
    nothing, everything = (
        age_command(task, bench, source) for source in (empty, bench.source(task))
    )
    return timed(everything) - timed(nothing)


CONTENDERS: dict[str, Callable[[str, Bench], float]] = {
    "handoff": lambda task, bench: python(OURS, task, bench),
    "age": age,
    "pyrage": lambda task, bench: python(PYRAGE, task, bench),
}


def measure(task: str, bench: Bench, rounds: int) -> dict[str, list[float]]:
    """Seconds by contender; the order turns with every round, the first round is a warm-up."""
    times: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    names = list(CONTENDERS)
    for number in range(rounds + 1):
        for name in names[number % 3 :] + names[: number % 3]:
            seconds = CONTENDERS[name](task, bench)
            if number:
                times[name].append(seconds)
    return times


def summary(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def report(task: str, times: dict[str, list[float]], size: int) -> dict[str, object]:
    speeds = {name: summary([size / 1e9 / each for each in times[name]]) for name in times}
    ratios = {
        name: summary(
            [other / ours for other, ours in zip(times[name], times["handoff"], strict=True)]
        )
        for name in AIMS
    }
    return {
        "type": "benchmark",
        "name": task,
        "gigabytes_per_second": speeds,
        "times_as_fast": ratios,
    }


def show(line: dict[str, dict[str, dict[str, float]]]) -> None:
    print(f"\n{line['name']}")
    for name, speed in line["gigabytes_per_second"].items():
        print(f"  {name:8} {speed['median']:6.2f} GB/s  ({speed['min']:.2f} to {speed['max']:.2f})")
    for name, ratio in line["times_as_fast"].items():
        spread = f"({ratio['min']:.2f} to {ratio['max']:.2f})"
        print(
            f"  handoff is {ratio['median']:.2f} times as fast as {name} {spread}, aim {AIMS[name]}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Sealing beside age and pyrage.")
    parser.add_argument("--mebibytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    if not shutil.which("age"):
        sys.exit("the program age is not installed (apt install age)")
    size = options.mebibytes << 20
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory) as directory:
        bench = Bench.prepare(Path(directory), size)
        if not options.json:
            print(f"{options.mebibytes} MiB, {options.rounds} rounds, one thread, to /dev/null")
        for task in ("seal", "open"):
            line = report(task, measure(task, bench, options.rounds), size)
            print(json.dumps(line)) if options.json else show(line)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
