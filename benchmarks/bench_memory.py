"""Peak memory of a whole `handoff send` at 200 and at 2,000 documents: `make bench-memory`.

The proportional set size of the sending process and all its descendants, summed, ten times a
second: shared pages count once. Aim: no growth beyond 10 %.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import time
from pathlib import Path

from benchmarks.stage import stage

INTERVAL = 0.1


def descendants(pid: int) -> list[int]:
    """The process and everything it started."""
    found = [pid]
    for parent in found:
        try:
            tasks = Path(f"/proc/{parent}/task").iterdir()
            children = [(task / "children").read_text() for task in tasks]
        except OSError:
            continue
        found.extend(int(child) for line in children for child in line.split())
    return found


def proportional_bytes(pid: int) -> int:
    """The proportional set size of one process; 0 once it has ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def peak(send: subprocess.Popen[bytes]) -> int:
    """The most memory that a send and its workers held together while it ran."""
    highest = 0
    while send.poll() is None:
        highest = max(highest, sum(map(proportional_bytes, descendants(send.pid))))
        time.sleep(INTERVAL)
    return highest


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs=2, default=(200, 2000))
    peaks = []
    for count in parser.parse_args().documents:
        with stage() as on:
            send = on.start_send(on.corpus(count))
            peaks.append(peak(send))
            print(f"{on.delivered(send):6} documents delivered: peak {peaks[-1] / 1e6:,.0f} MB")
    print(f"growth {peaks[1] / peaks[0] - 1:+.1%}; aim: at most +10 %")


if __name__ == "__main__":
    main()
