"""The light list of entities and the recognizers agree."""

import pytest

from handoff.detection.entities import ENTITIES, require_known
from handoff.detection.registry import FACTORIES
from handoff.errors import ConfigError
from handoff.model import EntityRule, Operator, RedactionProfile


def test_every_entity_a_profile_may_name_has_something_that_finds_it() -> None:
    assert set(ENTITIES) == set(FACTORIES)


def test_a_profile_for_a_language_that_nothing_reads_is_refused() -> None:
    profile = RedactionProfile("p", "0" * 64, "fr", {"PERSON": EntityRule(Operator.REMOVE)})
    with pytest.raises(ConfigError, match="fr"):
        require_known(profile)
