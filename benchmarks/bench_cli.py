"""`handoff --help` beside an empty Click program, started in turn: `make bench-cli`.

Aim: at most twice the time. The two alternate, so that whatever else the machine does meets both;
the figure is the ratio of medians, its spread comes from bootstrapping over the rounds.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import time

EMPTY = "import click\n@click.command()\ndef main(): 'Nothing.'\nmain()\n"
COMMANDS = {
    "empty Click program": [sys.executable, "-c", EMPTY, "--help"],
    "handoff --help": [sys.executable, "-c", "from handoff.cli.main import main; main()", "--help"],
}


def seconds(command: list[str]) -> float:
    """Wall-clock seconds that one run of `command` takes."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=os.environ)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    for command in COMMANDS.values():
        seconds(command)  # the first run compiles and fills the disk cache
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    for name, values in taken.items():
        print(f"{name:24} median {statistics.median(values) * 1000:6.0f} ms of {rounds} runs")
    empty, ours = taken.values()
    low, ratio, high = spread(ours, empty)
    print(f"ratio {ratio:.2f} (95 % between {low:.2f} and {high:.2f}); aim: at most 2")


def spread(above: list[float], below: list[float]) -> tuple[float, float, float]:
    """The ratio of medians with the bounds of its 95 % bootstrap interval: low, ratio, high."""
    draw = random.Random(1)
    ratios = sorted(
        statistics.median(draw.choices(above, k=len(above)))
        / statistics.median(draw.choices(below, k=len(below)))
        for _ in range(2000)
    )
    ratio = statistics.median(above) / statistics.median(below)
    return ratios[50], ratio, ratios[-51]


if __name__ == "__main__":
    main()
