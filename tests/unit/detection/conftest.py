"""One detector for all tests of this room: loading the model takes a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handoff.assets import model_path
from handoff.detection.engine import PresidioDetector
from handoff.detection.registry import FACTORIES
from handoff.errors import AssetError
from handoff.model import EntityRule, Operator, RedactionProfile, TextUnit, UnitKind

Find = Callable[[str], list[tuple[str, str]]]


@pytest.fixture(scope="session")
def model() -> Path:
    try:
        return model_path()
    except AssetError as error:
        pytest.skip(f"the language model is missing ({error}): run `make setup`")


@pytest.fixture(scope="session")
def profile() -> RedactionProfile:
    """Everything that can be found is removed; a few public names are allowed."""
    return RedactionProfile(
        name="all",
        sha256="0" * 64,
        language="en",
        entities={entity: EntityRule(Operator.REMOVE) for entity in FACTORIES},
        allow=("United Kingdom", "Sweden", "SEC"),
        recheck_block=frozenset({"US_SSN", "EMAIL_ADDRESS"}),
    )


@pytest.fixture(scope="session")
def detector(model: Path, profile: RedactionProfile) -> PresidioDetector:
    return PresidioDetector(model, profile)


@pytest.fixture(scope="session")
def find(detector: PresidioDetector) -> Find:
    """(entity, text) of every finding in a text, in order."""

    def found(text: str) -> list[tuple[str, str]]:
        unit = TextUnit("u", UnitKind.BODY, text)
        return [(f.entity, text[f.start : f.end]) for f in detector.find([unit])]

    return found
