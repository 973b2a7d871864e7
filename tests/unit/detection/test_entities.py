"""The light list of entities and the recognizers agree."""

from handoff.detection.entities import ENTITIES
from handoff.detection.registry import FACTORIES


def test_every_entity_a_profile_may_name_has_something_that_finds_it() -> None:
    assert set(ENTITIES) == set(FACTORIES)
