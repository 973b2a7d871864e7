"""Send the corpus of hiding places through the engine, then look for secrets as a stranger would.

`python -m scripts.hiding_places` sends all of it, prints what became of it, and with `--write`
writes docs/formats-and-hiding-places.md. It exits 1 if a secret was found in what was delivered.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handoff.model import Held, Outcome, Ready
from handoff.pipeline.home import Home
from handoff.pipeline.initialising import initialise
from handoff.pipeline.redacting import open_redaction, redact
from tests.corpus.planting import PARTIES, WORDS, Planted, corpus, how
from tests.corpus.searching import leaks, leaks_in_libreoffice, tools

PAGE = Path(__file__).parents[1] / "docs" / "formats-and-hiding-places.md"
HEAD = """\
# Formats and hiding places

Where text can hide in a document, and what becomes of it. `make bench-corpus` builds one document
for each place (code, no stored files: `tests/corpus/`), sends all of them through the real engine
in one batch (find, redact, recheck) under the profile `legal-review` with a matter's list that
names the invented people, and then searches what was delivered as a stranger would. This table is
what the last run gave.

{summary}

"removed": the document was delivered, and nobody finds the secret in it. "held": the document
stayed with the firm. "part stays": delivered with a note, or a gray picture, in place of a part
that was held. The column "planted" shows the bytes, or the part of the package, in which the
secret can be seen before.

| format | place | planted | becomes |
|---|---|---|---|
"""


@dataclass
class Silent:
    """A reporter that says nothing and keeps which document got which number."""

    names: dict[str, str] = field(default_factory=dict)

    def batch(self, *_: object, **__: object) -> None:
        """Nothing is sent here."""

    def plan(self, names: Mapping[str, str], size: int) -> None:
        """Keep the names by number."""
        del size
        self.names = dict(names)

    def settled(self, doc_id: str, name: str) -> None:
        """Nothing is sent here."""

    def stage(self, name: str, total: int) -> None:
        """Say how far it is."""
        print(f"{name}: {total} documents", file=sys.stderr)

    def advance(self, doc_id: str, size: int, *, held: bool = False) -> None:
        """Say nothing."""

    def told(self, batch_id: str, state: str, detail: str) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Result:
    """What became of one place: "removed", "part stays" or "held"; the tools that found it."""

    planted: Planted
    verdict: str
    code: str = ""
    leaks: tuple[str, ...] = ()


def run(places: Sequence[Planted], directory: Path, *, sight: bool = True) -> list[Result]:
    """Build `places` into `directory`, redact them in one batch, and search what was delivered."""
    home = Home(directory / "home")
    list(initialise(home))
    batch = directory / "batch"
    batch.mkdir()
    files = {f"{number:04d}.bin": place for number, place in enumerate(places, 1)}
    for name, place in files.items():
        (batch / name).write_bytes(place.build())
    reporter, output = Silent(), directory / "redacted"
    outcomes: list[Outcome] = []
    with open_redaction(
        home, reporter, profile="legal-review", matter=_matter(directory)
    ) as redaction:
        outcomes.extend(redact(redaction, [batch], output))
    by_number = {number: files[Path(name).name] for number, name in reporter.names.items()}
    return _judge(by_number, outcomes, output, directory, sight=sight)


def _judge(
    places: Mapping[str, Planted],
    outcomes: Sequence[Outcome],
    output: Path,
    directory: Path,
    *,
    sight: bool,
) -> list[Result]:
    copies = {path.stem: path for path in output.iterdir()}
    shown = (
        {path.stem for path in leaks_in_libreoffice(list(copies.values()), WORDS, directory)}
        if sight
        else set()
    )
    found = []
    for outcome in outcomes:
        place = places[outcome.doc_id]
        if isinstance(outcome, Ready):
            tools_that_found = leaks(copies[outcome.doc_id].read_bytes(), WORDS, sight=sight)
            if outcome.doc_id in shown:
                tools_that_found.add("LibreOffice")
            verdict = "part stays" if outcome.withheld else "removed"
            code = ", ".join(sorted({part.code for part in outcome.withheld}))
            found.append(Result(place, verdict, code, tuple(sorted(tools_that_found))))
        else:
            code = outcome.code if isinstance(outcome, Held) else "failed"
            found.append(Result(place, "held", code))
    return sorted(found, key=lambda result: list(places.values()).index(result.planted))


def _matter(directory: Path) -> Path:
    path = directory / "2026-0001.yaml"
    parties = [{"name": name, "aliases": aliases} for name, *aliases in PARTIES]
    path.write_text(json.dumps({"parties": parties}))
    return path


def page(results: Sequence[Result], seconds: float) -> str:
    """The page of docs/."""
    counts = Counter(result.verdict for result in results)
    leaking = sum(bool(result.leaks) for result in results)
    formats = len({result.planted.format for result in results})
    summary = (
        f"**{len(results)} documents with a secret in {len(results)} places of {formats} formats: "
        f"{counts['removed']} removed, {counts['part stays']} with a part that stays, "
        f"{counts['held']} held, {leaking} leaks.**\n"
        f"Searched by: {', '.join(tools())}. {seconds:.0f} s on two shared cores, searching "
        "included."
    )
    rows = "".join(map(_row, results))
    return HEAD.format(summary=summary) + rows


def _row(result: Result) -> str:
    becomes = result.verdict + (f" (`{result.code}`)" if result.code else "")
    if result.leaks:
        becomes = f"LEAKS: {', '.join(result.leaks)}"
    place = result.planted.place.replace("|", "\\|")
    planted = how(result.planted.build())
    return f"| {result.planted.format} | {place} | {planted} | {becomes} |\n"


def main() -> int:
    """Run the corpus; 1 if anything leaks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the page of docs/")
    parser.add_argument("--only", default="", help="only places whose name begins like this")
    arguments = parser.parse_args()
    places = [place for place in corpus() if place.key.startswith(arguments.only)]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        results = run(places, Path(directory))
    seconds = time.monotonic() - began
    text = page(results, seconds)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")
    print(text.partition("**")[2].partition("**")[0])
    for result in results:
        if result.leaks or result.verdict == "held":
            print(result.planted.key, result.verdict, result.code, *result.leaks, sep="\t")
    return 1 if any(result.leaks for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
