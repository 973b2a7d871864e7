"""The models that a profile asks for: one a language, and the second opinion of strict mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from presidio_analyzer import AnalysisExplanation, RecognizerResult

from handoff.detection.entities import optional_assets
from handoff.detection.ner import load_model
from handoff.detection.nlp import Artifacts, NerEngine
from handoff.detection.second import RECOGNIZER, Hit, SecondOpinion, load_second
from handoff.errors import AssetError
from handoff.model import RedactionProfile


class Models:
    """Every model of one profile.

    Args:
        english: directory of the English model.
        optional: directories of further models, by the names of `handoff.assets.OPTIONAL_ASSETS`.
        profile: says which of them are needed.
        whole: false for a recheck, which runs without the second opinion.

    Raises:
        AssetError: one cannot be loaded, or one that the profile asks for is not given.
    """

    def __init__(
        self, english: Path, optional: Mapping[str, Path], profile: RedactionProfile, *, whole: bool
    ) -> None:
        if missing := sorted(set(optional_assets(profile)) - set(optional)):
            raise AssetError(f"the profile asks for models that are not here: {', '.join(missing)}")
        paths = {"en": english, **optional}
        read = [language for language in profile.languages if language in paths]
        self._engines = {code: NerEngine(load_model(paths[code]), code) for code in read}
        self.usual = self._engines.get(profile.language) or NerEngine(load_model(english), "en")
        self.nothing = Artifacts((), self.usual, profile.language)
        self._second: SecondOpinion | None = None
        if profile.strict and whole:
            self._second = load_second(optional["strict"])

    def artifacts(self, texts: Sequence[str], languages: Sequence[str]) -> list[Artifacts]:
        """The entities of each text by the model of its language, none where there is no model."""
        found = [self.nothing] * len(texts)
        for language, engine in self._engines.items():
            places = [index for index, code in enumerate(languages) if code == language]
            made = engine.artifacts([texts[index] for index in places], language)
            for index, artifacts in zip(places, made, strict=True):
                found[index] = artifacts
        return found

    def second_opinion(self, texts: Sequence[str]) -> list[list[RecognizerResult]]:
        """What the second model finds in each text; nothing where the profile is not strict."""
        if self._second is None:
            return [[] for _ in texts]
        return [[_result(hit) for hit in hits] for hits in self._second.hits(texts)]


def _result(hit: Hit) -> RecognizerResult:
    return RecognizerResult(
        hit.entity,
        hit.start,
        hit.end,
        hit.score,
        AnalysisExplanation(recognizer=RECOGNIZER, original_score=hit.score),
        {
            RecognizerResult.RECOGNIZER_NAME_KEY: RECOGNIZER,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: RECOGNIZER,
        },
    )
