"""The detector: Presidio's analyzer over our entity model and recognizers.

Text goes in as units and comes back as offsets. Each block of a unit (`handoff.detection.views`)
is looked at by itself, so that what is found depends on the block alone: a block seen before, in
this document or at its recheck, is answered from memory, by a keyed hash and without its text.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, RecognizerResult

from handoff.detection import guards, second
from handoff.detection.citations import citations
from handoff.detection.context import WholeWordEnhancer
from handoff.detection.entities import RULES_VERSION, optional_assets
from handoff.detection.folding import comparable
from handoff.detection.language import language_of
from handoff.detection.models import Models
from handoff.detection.nlp import Artifacts
from handoff.detection.propagation import PARTY, Seeker, values_of
from handoff.detection.registry import MODEL_ENTITIES, registry, wanted
from handoff.detection.spreading import FoundValue
from handoff.detection.views import View, blocks, view
from handoff.model import Finding, RedactionProfile, TextUnit, UnitKind

_BATCH_CHARS = 64_000
_CACHED_BLOCKS = 20_000
_NUMBERS = re.compile(r"[\d@]|://|www\.|\[at\]|\(at\)")

_MEMORY_KEY = secrets.token_bytes(32)
"""Keeps texts from being guessed by their hashes in memory; one a process."""

_Hit = tuple[int, int, str, float, str]
_MODELS = frozenset({"SpacyRecognizer", second.RECOGNIZER})
"""Whose findings must pass the guards: a pattern matched a form, a model has only guessed."""
_CITED = ("CASE_NUMBER", 0.9, "citation")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One block of one unit on its way through the engine."""

    unit: int
    start: int
    text: str
    context: str
    language: str
    key: bytes


class PresidioDetector:
    """Finds personal data by the entities and thresholds of a redaction profile.

    Args:
        model_path: directory of the spaCy model, hash-checked by the caller.
        profile: says what to look for; entities it keeps are not looked for.
        only: look for no other entities than these.
        source: another detector of the same profile, to share what it has seen.
        optional: directories of the further models that the profile asks for, by the names of
            `handoff.assets.OPTIONAL_ASSETS`, hash-checked by the caller.

    Raises:
        AssetError: a model cannot be loaded, or one that the profile asks for is not given.
        ConfigError: the profile names an entity that nothing finds.
    """

    def __init__(
        self,
        model_path: Path,
        profile: RedactionProfile,
        *,
        only: Collection[str] | None = None,
        source: PresidioDetector | None = None,
        optional: Mapping[str, Path] | None = None,
    ) -> None:
        self._model_path = model_path
        self._profile = profile
        self._entities = tuple(e for e in wanted(profile) if only is None or e in only)
        self._allow = frozenset(comparable(term) for term in profile.allow)
        named = (term for party in profile.parties for term in party)
        self._parties = Seeker(FoundValue(PARTY, term) for term in named)
        self._source = source
        self._optional = dict(optional or {})
        self._models = Models(model_path, self._optional, profile, whole=only is None)
        self._reads_names = not set(MODEL_ENTITIES).isdisjoint(self._entities)
        self._with_numbers = self._analyzer(numbers=True)
        self._words_only = self._analyzer(numbers=False)
        self._cache: OrderedDict[bytes, tuple[_Hit, ...]] = OrderedDict()

    @cached_property
    def fingerprint(self) -> str:
        """Hex SHA-256 over the model, Presidio's version, our rules and the profile."""
        asked = (self._optional[name] for name in optional_assets(self._profile))
        return _fingerprint((self._model_path, *asked), self._profile, self._entities)

    def forget(self) -> None:
        """Forget every block seen so far: for benchmarks, which would measure memory otherwise."""
        self._cache.clear()

    def rechecker(self) -> PresidioDetector:
        """A detector for `profile.recheck_block` alone, sharing this one's model.

        Where that names no entity of the model's, it does not run the model and costs little.
        """
        block = self._profile.recheck_block
        return PresidioDetector(
            self._model_path, self._profile, only=block, source=self, optional=self._optional
        )

    def find(self, units: Sequence[TextUnit]) -> tuple[Finding, ...]:
        """Findings in `units`, in order of unit and start; they may overlap.

        Memory is bounded: blocks go through the model in groups of about 64,000 characters.
        """
        found: list[Finding] = []
        for group in _groups(self._pieces(units)):
            self._analyze_new(group)
            found.extend(self._findings(units, group))
        return self._parties.extend(units, found) if self._profile.parties else tuple(found)

    def values(
        self, units: Sequence[TextUnit], findings: Sequence[Finding]
    ) -> tuple[FoundValue, ...]:
        """What `findings` cover and is to be looked for elsewhere, less what is allowed."""
        values = values_of(units, findings)
        return tuple(
            v for v in values if v.entity == PARTY or comparable(v.text) not in self._allow
        )

    def _pieces(self, units: Sequence[TextUnit]) -> Iterator[_Piece]:
        language = self._profile.language
        for index, unit in enumerate(units):
            for block in blocks(unit.text):
                # A heading or a list between two paragraphs is in the language of the first.
                language = language_of(block.text, self._profile.languages) or language
                digest = hashlib.blake2b(key=_MEMORY_KEY, digest_size=16)
                digest.update(f"{language}\0{unit.context}\0".encode("utf-8", "surrogatepass"))
                digest.update(block.text.encode("utf-8", "surrogatepass"))
                key = digest.digest()
                yield _Piece(index, block.start, block.text, unit.context, language, key)

    def _analyze_new(self, group: Sequence[_Piece]) -> None:
        if self._source:
            self._take_over(group, self._source)
        new = list({p.key: p for p in group if p.key not in self._cache}.values())
        views = [view(piece.text) for piece in new]
        texts = [seen.text for seen in views]
        named = self._artifacts(texts, [piece.language for piece in new])
        others = self._models.second_opinion(texts)
        for piece, seen, artifacts, further in zip(new, views, named, others, strict=True):
            analyzer = self._with_numbers if _NUMBERS.search(seen.text) else self._words_only
            results = analyzer.analyze(
                text=seen.text,
                language=self._profile.language,
                score_threshold=0.0,
                context=re.findall(r"\w+", piece.context) or None,
                nlp_artifacts=artifacts,
            )
            self._cache[piece.key] = tuple(self._kept([*results, *further], seen))

    def _take_over(self, group: Sequence[_Piece], source: PresidioDetector) -> None:
        """What `source` has found in the same blocks, less what is not looked for here."""
        for piece in group:
            if piece.key not in self._cache and piece.key in source._cache:
                hits = source._cache[piece.key]
                self._cache[piece.key] = tuple(h for h in hits if h[2] in self._entities)

    def _artifacts(self, texts: Sequence[str], languages: Sequence[str]) -> list[Artifacts]:
        if self._reads_names:
            return self._models.artifacts(texts, languages)
        return [self._models.nothing for _ in texts]

    def _findings(self, units: Sequence[TextUnit], group: Sequence[_Piece]) -> list[Finding]:
        found: list[Finding] = []
        for piece in group:
            self._cache.move_to_end(piece.key)
            unit_id, at = units[piece.unit].unit_id, piece.start
            found.extend(
                Finding(unit_id, at + start, at + end, entity, score, recognizer)
                for start, end, entity, score, recognizer in self._cache[piece.key]
            )
        while len(self._cache) > _CACHED_BLOCKS:
            self._cache.popitem(last=False)
        return found

    def _kept(self, results: Sequence[RecognizerResult], seen: View) -> Iterator[_Hit]:
        """Results that pass their entity's threshold, the guards and the allow-list, in order."""
        cited = tuple(citations(seen.text)) if results or self._redacts_citations else ()
        kept = [span for span in cited if self._is_authority(seen.text[slice(*span)])]
        hits = {(*seen.span(*span), *_CITED) for span in cited if span not in kept}
        for result in results:
            if result.score < self._threshold(result.entity_type):
                continue
            recognizer = result.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY]
            start, end = result.start, result.end
            if result.entity_type in MODEL_ENTITIES:
                start, end = guards.trim(seen.text, start, end)
            if any(low <= start and end <= high for low, high in kept):
                continue
            if start < end and self._counts(result.entity_type, recognizer, seen.text, start, end):
                hits.add((*seen.span(start, end), result.entity_type, result.score, recognizer))
        yield from sorted(hit for hit in hits if hit[2] in self._entities)

    @property
    def _redacts_citations(self) -> bool:
        return bool(self._profile.parties) or not self._profile.keep_citations

    def _is_authority(self, citation: str) -> bool:
        """Whether a citation stays: the profile keeps them, and no party of the matter is in it."""
        unit = TextUnit("", UnitKind.BODY, citation)
        return self._profile.keep_citations and not self._parties.find([unit])

    def _counts(self, entity: str, recognizer: str, text: str, start: int, end: int) -> bool:
        if recognizer in _MODELS and not guards.stands(entity, text, start, end):
            return False
        return comparable(text[start:end]) not in self._allow

    def _threshold(self, entity: str) -> float:
        if entity not in self._entities:
            return 2.0
        rule = self._profile.entities.get(entity)
        return rule.threshold if rule else 0.35

    def _analyzer(self, *, numbers: bool) -> AnalyzerEngine:
        # Presidio's decision trace writes the document's tokens to the log: never on.
        logging.getLogger("decision_process").disabled = True
        return AnalyzerEngine(
            registry=registry(
                self._entities,
                self._profile.language,
                numbers=numbers,
                others=self._profile.other_languages,
            ),
            nlp_engine=self._models.usual,
            log_decision_process=False,
            supported_languages=[self._profile.language],
            context_aware_enhancer=WholeWordEnhancer(),
        )


def _groups(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    while first := next(pieces, None):
        group, chars = [first], len(first.text)
        while chars < _BATCH_CHARS and (more := next(pieces, None)):
            group.append(more)
            chars += len(more.text)
        yield group


def _fingerprint(models: Sequence[Path], profile: RedactionProfile, entities: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for model in models:
        for path in sorted(p for p in model.rglob("*") if p.is_file()):
            digest.update(path.relative_to(model).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    versions = [version("presidio-analyzer"), version("spacy"), RULES_VERSION]
    facts = [*versions, list(entities), profile.form]
    digest.update(json.dumps(facts).encode())
    return digest.hexdigest()
