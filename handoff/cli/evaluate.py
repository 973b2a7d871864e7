"""`handoff evaluate`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handoff.cli.options import PathType, home_option, json_option
from handoff.cli.output import emit, say, table

if TYPE_CHECKING:
    from handoff.detection.evaluation.contestants import Detect
    from handoff.detection.evaluation.protocol import Measure
    from handoff.detection.evaluation.run import Evaluation
    from handoff.model import RedactionProfile

OURS, STOCK = "handoff", "stock Presidio"


@click.command("evaluate")
@click.argument("corpus", type=PathType(), metavar="CORPUS")
@click.option("--profile", help="Score this profile of the home (default: look for everything).")
@click.option("--strict", is_flag=True, help="With the second model, as `strict: true` would.")
@click.option("--no-stock", is_flag=True, help="Leave stock Presidio out.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Score N documents only.")
@click.option("--seed", default=1, show_default=True, help="Which N documents are drawn.")
@click.option(
    "--rounds",
    type=click.IntRange(1, 20),
    default=1,
    show_default=True,
    help="Measure the speed this many times, in turns.",
)
@click.option(
    "--misses",
    type=PathType(),
    metavar="FILE",
    help="Write what was missed into a new FILE. It contains document text.",
)
@json_option
@home_option
def command(
    corpus: Path,
    profile: str | None,
    strict: bool,
    no_stock: bool,
    limit: int | None,
    seed: int,
    rounds: int,
    misses: Path | None,
    as_json: bool,
    home_path: Path | None,
) -> None:
    """Score what is found on an annotated CORPUS, beside stock Presidio.

    CORPUS is a file in the format of the Text Anonymization Benchmark (JSON lines) or of
    presidio-research (a JSON array); docs/detection.md describes both, and how to annotate a
    sample of your own. Nothing of the corpus is shown or kept, except by --misses.
    """
    from handoff.detection.evaluation.corpus import read_corpus, sample
    from handoff.detection.evaluation.run import evaluate

    if misses is not None:
        _refuse_existing(misses)
    contestants = _contestants(_profile(profile, home_path, strict=strict), stock=not no_stock)
    documents = sample(read_corpus(corpus), limit, seed)
    say(f"scoring {len(documents)} documents by {' and '.join(contestants)}")
    report = evaluate(documents, contestants, rounds)
    if misses is not None:
        _write_misses(misses, report)
    if as_json:
        emit("evaluation", **fields(report))
    else:
        show(report)


def _profile(name: str | None, home_path: Path | None, *, strict: bool) -> RedactionProfile:
    from dataclasses import replace

    from handoff.detection.evaluation.contestants import everything

    if name is None:
        return everything(strict=strict)
    from handoff.pipeline.home import Home
    from handoff.policy.profiles import load_profile

    loaded = load_profile(Home.locate(home_path).profiles, name)
    return replace(loaded, strict=loaded.strict or strict)


def _contestants(profile: RedactionProfile, *, stock: bool) -> Mapping[str, Detect]:
    """The detectors by name; whatever model the profile asks for is verified first."""
    from handoff.assets import model_path, optional_paths
    from handoff.detection.engine import PresidioDetector
    from handoff.detection.entities import optional_assets, require_known
    from handoff.detection.evaluation import contestants

    require_known(profile)
    model, optional = model_path(), optional_paths(optional_assets(profile))
    ours = contestants.handoff(PresidioDetector(model, profile, optional=optional))
    theirs = {STOCK: contestants.stock_presidio(model)} if stock else {}
    return {**theirs, OURS: ours}


def fields(report: Evaluation) -> dict[str, Any]:
    """The report as JSON fields; it holds counts and no text."""
    return {
        "documents": len(report.documents),
        "characters": report.chars,
        "mentions": report.mentions,
        "speed_ratio": _spread(report.ratios(OURS, STOCK)) if STOCK in report.sides else None,
        "sides": {
            name: {
                "characters_per_second": _spread(side.rates),
                "measures": {key: _measure(each) for key, each in side.measures.items()},
            }
            for name, side in report.sides.items()
        },
    }


def show(report: Evaluation) -> None:
    """The report as a table on stdout."""
    names = list(report.sides)
    rows = [
        [key, *(_cell(report.sides[name].measures.get(key)) for name in names)]
        for key in report.sides[OURS].measures
    ]
    rates = [f"{report.sides[name].rate:,.0f}" for name in names]
    title = (
        f"{len(report.documents)} documents, {report.chars} characters, "
        f"{report.mentions} mentions to be masked; 95 % intervals over documents"
    )
    rows.append(["characters per second, one core", *rates])
    table(title, ["measure", *names], rows)
    if STOCK in report.sides:
        ratio = _spread(report.ratios(OURS, STOCK))
        spread = f"{ratio['low']:.2f} to {ratio['high']:.2f}"
        say(f"speed: {ratio['median']:.2f} times stock Presidio's ({spread})")


def _cell(measure: Measure | None) -> str:
    if measure is None:
        return "-"
    return f"{measure.value:.3f} [{measure.low:.3f}, {measure.high:.3f}]"


def _measure(measure: Measure) -> dict[str, float]:
    return {
        "value": round(measure.value, 6),
        "low": round(measure.low, 6),
        "high": round(measure.high, 6),
        "cases": measure.cases,
    }


def _spread(values: tuple[float, ...]) -> dict[str, float]:
    from statistics import median

    return {"median": median(values), "low": min(values), "high": max(values)}


def _refuse_existing(path: Path) -> None:
    from handoff.errors import OutputExistsError

    if path.exists() or path.is_symlink():
        raise OutputExistsError("the file for the misses is already there")


def _write_misses(path: Path, report: Evaluation) -> None:
    """One JSON object a line for every mention that was missed, in a private new file."""
    from handoff.errors import OutputExistsError
    from handoff.sealing.files import creating, translated

    try:
        with translated("the misses"), creating(path) as file:
            for document, mention in report.missed(OURS):
                low, high = max(0, mention.start - 60), mention.end + 60
                line = {
                    "document": document.number,
                    "start": mention.start,
                    "end": mention.end,
                    "entity_type": mention.kind,
                    "text": document.text[mention.start : mention.end],
                    "around": document.text[low:high],
                }
                file.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")
    except FileExistsError:
        raise OutputExistsError("the file for the misses is already there") from None
    say(f"WARNING: {path} holds document text, readable by you alone: delete it when done")
