"""`--matter FILE`: whom a matter is about, always redacted, and what in it never is.

The file names clients, so what goes wrong with it is said by line and never by its words, and its
path is not said either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from handoff.errors import ConfigError
from handoff.model import EntityRule, Operator, RedactionProfile
from handoff.policy.yamlfile import StrictModel, load

PARTY = "PARTY"
_HINT = (
    "expected lists of terms under `parties`, `clients`, `aliases` and `allow`; a party may be "
    "`{name: ..., aliases: [...]}`; a term has 2 to 200 characters and stands only once"
)

Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
MATTER_ID = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""A matter's number: at least one digit and no five letters in a row, so that it is no name."""


def matter_id(value: str) -> str:
    """Accept the firm's number for a matter; it stands in the custody log, so it may be no name."""
    if not MATTER_ID.fullmatch(value) or re.search(r"[A-Za-z]{5}", value):
        raise ValueError("expected the matter's number (2026-0417, LIT-1234.5), not a name")
    return value


class PartySchema(StrictModel):
    """`{name: Hollis Marine Ltd, aliases: [Hollis, HML]}`."""

    name: Term
    aliases: list[Term] = Field(default_factory=list)


class MatterSchema(StrictModel):
    """A matter file."""

    id: Annotated[str, AfterValidator(matter_id)] = ""
    parties: list[PartySchema] = Field(default_factory=list)
    clients: list[PartySchema] = Field(default_factory=list)
    aliases: list[Term] = Field(default_factory=list)
    allow: list[Term] = Field(default_factory=list)

    @field_validator("parties", "clients", mode="before")
    @classmethod
    def short_form(cls, value: object) -> object:
        """`- Hollis Marine Ltd` is short for `- name: Hollis Marine Ltd`."""
        if not isinstance(value, list):
            return value
        return [{"name": entry} if isinstance(entry, str) else entry for entry in value]

    @model_validator(mode="after")
    def every_term_once(self) -> Self:
        """A term that is redacted and allowed, or that means two parties, cannot be meant."""
        terms = [*(term for party in self.groups() for term in party), *self.allow]
        if (
            max(Counter(" ".join(term.casefold().split()) for term in terms).values(), default=0)
            > 1
        ):
            raise ValueError("a term stands here twice")
        if any(sum(map(str.isalnum, term)) < 2 for term in terms):
            raise ValueError("a term without letters")
        return self

    def groups(self) -> Iterator[tuple[str, ...]]:
        """Each party with its aliases after it."""
        for party in (*self.parties, *self.clients):
            yield (party.name, *party.aliases)
        for alias in self.aliases:
            yield (alias,)


def with_matter(profile: RedactionProfile, path: Path) -> RedactionProfile:
    """The profile with the matter's list in `path`: its parties go, its allowed terms stay.

    Raises:
        ConfigError: the file cannot be read or does not validate, or the profile keeps parties.
    """
    schema, sha256 = _load(path)
    rule = profile.entities.get(PARTY, EntityRule(Operator.PSEUDONYMIZE))
    if rule.operator is Operator.KEEP:
        raise ConfigError(
            f"the profile {profile.name} keeps {PARTY}, so a matter's list would do nothing",
            f"set `{PARTY}: pseudonymize` in the profile",
        )
    return replace(
        profile,
        entities={**profile.entities, PARTY: rule},
        allow=(*profile.allow, *schema.allow),
        recheck_block=profile.recheck_block | {PARTY},
        parties=tuple(schema.groups()),
        matter_sha256=sha256,
        matter_id=schema.id,
    )


def _load(path: Path) -> tuple[MatterSchema, str]:
    try:
        return load(path, MatterSchema)
    except ConfigError as error:
        line = re.search(r":(\d+): ", error.message.removeprefix(str(path)))
        where = f"is not valid (line {line.group(1)})" if line else "cannot be read"
    raise ConfigError(f"the matter file {where}", _HINT)
