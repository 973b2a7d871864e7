"""Finding: stock Presidio and handoff side by side, on annotated judgments, in one run.

    python benchmarks/bench_detection.py [--docs N] [--rounds R] [--json]

Corpus: the Text Anonymization Benchmark (ECHR judgments), `../shared/data/pii/tab-144.jsonl`.
Stock is `AnalyzerEngine.analyze` with en_core_web_md and Presidio's default configuration; ours is
detection and propagation within the document, with everything that a profile may name turned on.

Protocol, label-agnostic: a mention to be masked (DIRECT or QUASI) is fully covered when every word
of it is covered by some finding, titles and function words aside; an entity is covered when all its
mentions are; a document leaks when it leaves a mention of a PERSON or a CODE; a finding is right
when it touches such a mention; intervals are bootstrapped over documents (95 %). Speed is
characters per second of processor time; rounds alternate, the ratio is given with its spread.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # both on one core; read when numpy is imported

import argparse
import json
import random
import re
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from handoff.assets import model_path
from handoff.detection.engine import PresidioDetector
from handoff.detection.propagation import propagate, values_of
from handoff.detection.registry import FACTORIES
from handoff.model import EntityRule, Operator, RedactionProfile, TextUnit, UnitKind

CORPUS = Path(__file__).resolve().parents[2] / "shared/data/pii/tab-144.jsonl"
FREE = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "prof", "judge", "justice", "sir", "lady",
    "the", "a", "an", "of", "and", "in", "on", "at", "by", "to",
})  # fmt: skip
Span = tuple[int, int]
Detect = Callable[[str], list[Span]]


@dataclass(frozen=True)
class Score:
    """Counts of one document, added up over the corpus."""

    mentions: dict[str, list[bool]]
    entities: dict[str, list[bool]]
    right: int
    found: int
    masked: int
    chars: int
    leaks: bool


def stock_detector(path: Path) -> Detect:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    configuration = {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "en", "model_name": str(path)}],
        # Presidio's own default.yaml, spelled out: without it ORGANIZATION is silently on.
        "ner_model_configuration": {
            "model_to_presidio_entity_mapping": {
                "PER": "PERSON", "PERSON": "PERSON", "NORP": "NRP", "FAC": "LOCATION",
                "LOC": "LOCATION", "GPE": "LOCATION", "LOCATION": "LOCATION",
                "ORG": "ORGANIZATION", "ORGANIZATION": "ORGANIZATION", "DATE": "DATE_TIME",
                "TIME": "DATE_TIME",
            },
            "low_confidence_score_multiplier": 0.4,
            "labels_to_ignore": [
                "ORGANIZATION", "CARDINAL", "EVENT", "LANGUAGE", "LAW", "MONEY", "ORDINAL",
                "PERCENT", "PRODUCT", "QUANTITY", "WORK_OF_ART",
            ],
        },
    }  # fmt: skip
    provider = NlpEngineProvider(nlp_configuration=configuration)
    engine = AnalyzerEngine(nlp_engine=provider.create_engine())
    return lambda text: [(r.start, r.end) for r in engine.analyze(text, language="en")]


def our_detector(path: Path) -> Detect:
    rules = {entity: EntityRule(Operator.REMOVE) for entity in FACTORIES}
    profile = RedactionProfile("everything", "0" * 64, "en", rules)
    detector = PresidioDetector(path, profile)

    def detect(text: str) -> list[Span]:
        detector.forget()
        units = [TextUnit("u", UnitKind.BODY, text)]
        findings = detector.find(units)
        everywhere = propagate(units, findings, values_of(units, findings))
        return [(f.start, f.end) for f in everywhere]

    return detect


def score(document: dict[str, object], spans: Iterable[Span]) -> Score:
    text, entities = document["text"], document["entities"]
    assert isinstance(text, str)
    assert isinstance(entities, list)
    spans = list(spans)
    covered = bytearray(len(text))
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    mentions: dict[str, list[bool]] = {}
    by_entity: dict[tuple[str, str], bool] = {}
    annotated = bytearray(len(text))
    leaks = False
    for mention in entities:
        start, end = mention["start_offset"], mention["end_offset"]
        if mention["identifier_type"] not in {"DIRECT", "QUASI"}:
            continue
        annotated[start:end] = b"\1" * (end - start)
        hit = all(
            all(covered[start + w.start() : start + w.end()])
            for w in re.finditer(r"\w+", text[start:end])
            if w.group().lower() not in FREE
        )
        mentions.setdefault(mention["entity_type"], []).append(hit)
        key = (mention["identifier_type"], mention["entity_id"])
        by_entity[key] = by_entity.get(key, True) and hit
        leaks = leaks or (not hit and mention["entity_type"] in {"PERSON", "CODE"})
    whole: dict[str, list[bool]] = {}
    for (kind, _), hit in by_entity.items():
        whole.setdefault(kind, []).append(hit)
    right = sum(any(annotated[start:end]) for start, end in spans)
    return Score(mentions, whole, right, len(spans), sum(covered), len(text), leaks)


def _share(hits: Iterable[bool]) -> float:
    hits = list(hits)
    return sum(hits) / len(hits) if hits else float("nan")


def summary(scores: list[Score]) -> dict[str, float]:
    def of(kind: str, name: str) -> float:
        return _share(hit for s in scores for hit in getattr(s, kind).get(name, ()))

    return {
        "mentions fully covered": _share(h for s in scores for v in s.mentions.values() for h in v),
        "PERSON fully covered": of("mentions", "PERSON"),
        "CODE fully covered": of("mentions", "CODE"),
        "ORG fully covered": of("mentions", "ORG"),
        "LOC fully covered": of("mentions", "LOC"),
        "DATETIME fully covered": of("mentions", "DATETIME"),
        "DIRECT entities covered": of("entities", "DIRECT"),
        "QUASI entities covered": of("entities", "QUASI"),
        "documents leaking a PERSON or CODE": _share(s.leaks for s in scores),
        "precision": sum(s.right for s in scores) / max(1, sum(s.found for s in scores)),
        "share of text masked": sum(s.masked for s in scores) / sum(s.chars for s in scores),
    }


def interval(scores: list[Score], key: str, draws: int = 300) -> Span | tuple[float, float]:
    rng = random.Random(7)
    values = sorted(summary(rng.choices(scores, k=len(scores)))[key] for _ in range(draws))
    return values[int(draws * 0.025)], values[int(draws * 0.975)]


def rate(detect: Detect, texts: list[str]) -> tuple[float, list[list[Span]]]:
    started = time.process_time()
    found = [detect(text) for text in texts]
    return sum(map(len, texts)) / (time.process_time() - started), found


def main() -> None:
    parser = argparse.ArgumentParser(description="Stock Presidio and handoff, side by side.")
    parser.add_argument("--docs", type=int, default=144)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not CORPUS.exists():
        parser.error(f"{CORPUS} is not here")
    lines = CORPUS.read_text("utf-8").splitlines()
    documents = [json.loads(line) for line in lines[: options.docs]]
    texts = [document["text"] for document in documents]
    path = model_path()
    detectors = {"stock Presidio": stock_detector(path), "handoff": our_detector(path)}
    for detect in detectors.values():
        detect(texts[0])
    rates: dict[str, list[float]] = {name: [] for name in detectors}
    found: dict[str, list[list[Span]]] = {}
    for _ in range(options.rounds):
        for name, detect in detectors.items():
            speed, found[name] = rate(detect, texts)
            rates[name].append(speed)
    scores = {
        name: [score(d, s) for d, s in zip(documents, spans, strict=True)]
        for name, spans in found.items()
    }
    ratios = [ours / theirs for theirs, ours in zip(*rates.values(), strict=True)]
    report(options.json, documents, rates, ratios, scores)


def report(
    as_json: bool,
    documents: list[dict[str, object]],
    rates: dict[str, list[float]],
    ratios: list[float],
    scores: dict[str, list[Score]],
) -> None:
    result = {
        name: {
            "characters per second": statistics.median(rates[name]),
            **{
                key: {"value": value, "interval": interval(scores[name], key)}
                for key, value in summary(scores[name]).items()
            },
        }
        for name in rates
    }
    speed = {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}
    if as_json:
        print(json.dumps({"documents": len(documents), "speed ratio": speed, **result}))
        return
    print(f"{len(documents)} documents, {sum(s.chars for s in scores['handoff'])} characters")
    print(f"{'':38}" + "".join(f"{name:>24}" for name in rates))
    medians = "".join(f"{statistics.median(each):24,.0f}" for each in rates.values())
    print(f"{'characters per second, one core':38}{medians}")
    for key in summary(scores["handoff"]):
        cells = []
        for name in rates:
            low, high = interval(scores[name], key)
            cells.append(f"{summary(scores[name])[key]:.3f} [{low:.3f}, {high:.3f}]")
        print(f"{key:38}" + "".join(f"{cell:>24}" for cell in cells))
    spread = f"{speed['low']:.2f} to {speed['high']:.2f}, {len(ratios)} rounds"
    print(f"speed: {speed['median']:.2f}x stock ({spread})")


if __name__ == "__main__":
    main()
