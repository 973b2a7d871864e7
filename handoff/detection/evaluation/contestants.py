"""Who is scored: handoff with a profile, and Presidio as it comes, with the same model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from handoff.detection.engine import PresidioDetector
from handoff.detection.entities import OFF_BY_DEFAULT
from handoff.detection.evaluation.protocol import Span
from handoff.detection.propagation import propagate
from handoff.detection.registry import FACTORIES
from handoff.model import EntityRule, Operator, RedactionProfile, TextUnit, UnitKind

Detect = Callable[[str], list[Span]]

_STOCK = {
    # Presidio's own conf/default.yaml, spelled out: without it ORGANIZATION is silently on.
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
}  # fmt: skip


def everything(*, strict: bool = False) -> RedactionProfile:
    """A profile that removes whatever can be found, less what profiles leave off by default."""
    rules = {e: EntityRule(Operator.REMOVE) for e in FACTORIES if e not in OFF_BY_DEFAULT}
    return RedactionProfile("everything", "0" * 64, "en", rules, strict=strict)


def stock_presidio(model: Path) -> Detect:
    """`AnalyzerEngine().analyze` with Presidio's defaults, and the model at `model`."""
    configuration = {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "en", "model_name": str(model)}],
        "ner_model_configuration": _STOCK,
    }
    provider = NlpEngineProvider(nlp_configuration=configuration)
    engine = AnalyzerEngine(nlp_engine=provider.create_engine())
    return lambda text: [(r.start, r.end) for r in engine.analyze(text, language="en")]


def handoff(detector: PresidioDetector) -> Detect:
    """Detection and propagation within the document, without memory of the one before."""

    def detect(text: str) -> list[Span]:
        detector.forget()
        units = [TextUnit("u", UnitKind.BODY, text)]
        findings = detector.find(units)
        everywhere = propagate(units, findings, detector.values(units, findings))
        return [(finding.start, finding.end) for finding in everywhere]

    return detect
