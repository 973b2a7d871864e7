"""The custody viewer's pages over a million events: milliseconds, as a browser would wait for them.

A log is filled with batches as deliveries leave them, `handoff custody serve` is started on it as a
user starts it, and every page is asked for over HTTP at documents, batches and vendors drawn at
random. Aim of issue 7: 200 ms at the median over all pages; the first page, which builds the index,
is reported apart.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from handoff.model import EventDraft, JsonValue
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.initialising import initialise
from handoff.pipeline.ledgers import open_ledger

VENDORS, MATTERS, DOCUMENTS = 7, 50, 125
STEPS = (
    "document.received", "document.read", "document.found", "document.redacted",
    "document.rechecked", "document.sealed", "delivery.intended", "delivery.confirmed",
)  # fmt: skip
BATCH_EVENTS = DOCUMENTS * len(STEPS) + 3


def batch(number: int) -> list[EventDraft]:
    """The events of one batch of `DOCUMENTS` documents, all delivered."""
    vendor, batch_id, first = f"v{number % VENDORS}", f"batch{number:05d}", number * DOCUMENTS
    opened: dict[str, JsonValue] = {
        "vendor": vendor,
        "matter_id": f"M-{number % MATTERS}",
        "documents": DOCUMENTS,
    }
    drafts = [EventDraft("batch.opened", batch_id, details=opened)]
    for place in range(DOCUMENTS):
        details: dict[str, JsonValue] = {
            "control_number": f"{vendor.upper()}-{first + place:06d}",
            "object_key": f"{batch_id}/{number:08x}{place:08x}.age",
            "counts": {"PERSON": place % 9, "EMAIL_ADDRESS": place % 3},
        }
        drafts += [EventDraft(kind, batch_id, f"d{place}", details=dict(details)) for kind in STEPS]
    closed = EventDraft("batch.closed", batch_id, details={"delivered": DOCUMENTS, "held": 0})
    return [*drafts, closed, EventDraft("manifest.delivered", batch_id)]


def fill(directory: Path, events: int) -> tuple[Home, int]:
    """A home whose log has about `events` events, and its number of batches."""
    home, batches = Home(directory / "home"), max(1, events // BATCH_EVENTS)
    list(initialise(home))
    with open_ledger(home, SystemClock()) as ledger:
        for number in range(batches):
            ledger.append(batch(number))
            if number % 50 == 0:
                ledger.checkpoint()
        ledger.checkpoint()
    return home, batches


@contextmanager
def served(home: Home) -> Iterator[str]:
    """The address that `handoff custody serve` prints."""
    command = [
        sys.executable,
        "-m",
        "handoff.cli.main",
        "custody",
        "serve",
        "--home",
        str(home.root),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def pages(draw: random.Random, batches: int) -> dict[str, Callable[[], str]]:
    """Every page by its name, and what makes an address of it."""

    def somewhere() -> str:
        return f"/batch/batch{draw.randrange(batches):05d}"

    return {
        "start": lambda: "/",
        "documents, all": lambda: "/documents",
        "documents of a matter": lambda: f"/documents?matter=M-{draw.randrange(MATTERS)}",
        "documents of a vendor, a late page": lambda: (
            f"/documents?vendor=v{draw.randrange(VENDORS)}&page={draw.randrange(1, 300)}"
        ),
        "documents by number": lambda: f"/documents?q=V3-{draw.randrange(batches):04d}",
        "batches": lambda: f"/batches?page={draw.randrange(1, batches // 50 + 2)}",
        "a batch": somewhere,
        "a document": lambda: f"{somewhere()}/document/d{draw.randrange(DOCUMENTS)}",
        "a vendor": lambda: f"/vendor/v{draw.randrange(VENDORS)}",
        "alerts": lambda: "/alerts",
    }


def timed(client: httpx.Client, address: str) -> float:
    """Milliseconds until the whole page is there."""
    start = time.perf_counter()
    client.get(address).raise_for_status()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home, batches = fill(Path(name), options.events)
        with served(home) as opening, httpx.Client(follow_redirects=True, timeout=300) as client:
            first, base = timed(client, opening), opening.partition("/?")[0]
            print(
                f"{batches * BATCH_EVENTS:,} events; first page, the index made: {first:,.0f} ms",
                flush=True,
            )
            everything: list[float] = []
            for title, address in pages(random.Random(20261125), batches).items():
                times = [timed(client, base + address()) for _ in range(options.rounds)]
                everything += times
                print(
                    f"{title:36} {statistics.median(times):7.1f} ms, {max(times):7.1f} at most",
                    flush=True,
                )
            median = statistics.median(everything)
            print(f"{'all pages':36} {median:7.1f} ms at the median; aim: 200 ms")


if __name__ == "__main__":
    main()
