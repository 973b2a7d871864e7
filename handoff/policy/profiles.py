"""`policies/profiles/NAME.yaml` -> RedactionProfile: what happens to which personal data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from handoff.errors import ConfigError
from handoff.model import DocumentOptions, EntityRule, Operator, RedactionProfile
from handoff.policy.yamlfile import StrictModel, load

EntityName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")]
OPERATORS = ", ".join(operator.value for operator in Operator)


def _operator(value: object) -> object:
    if isinstance(value, str) and value in set(Operator):
        return Operator(value)
    raise ValueError(f"expected one of {OPERATORS}")


class RuleSchema(StrictModel):
    """`PERSON: {operator: pseudonymize, threshold: 0.5}`."""

    operator: Operator
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.35

    _known_operator = field_validator("operator", mode="before")(_operator)


class DocumentsSchema(StrictModel):
    """`documents:`, what to do with what is no finding (`handoff.model.DocumentOptions`)."""

    tracked_changes: Literal["keep", "accept", "hold"] = "keep"
    attachments: Literal["note", "hold"] = "note"
    box_widths: Literal["exact", "quantised"] = "exact"
    faces: Literal["keep", "redact"] = "keep"
    signatures: Literal["keep", "redact"] = "keep"


class ProfileSchema(StrictModel):
    """A redaction profile file."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    entities: Annotated[dict[EntityName, RuleSchema], Field(min_length=1)]
    allow: list[str] = Field(default_factory=list)
    recheck_block: list[EntityName] = Field(default_factory=list)
    citations: Literal["keep", "redact"] = "keep"
    documents: DocumentsSchema = DocumentsSchema()

    @field_validator("entities", mode="before")
    @classmethod
    def short_form(cls, value: object) -> object:
        """`PERSON: pseudonymize` is short for `PERSON: {operator: pseudonymize}`."""
        if not isinstance(value, dict):
            return value
        return {k: {"operator": v} if isinstance(v, str) else v for k, v in value.items()}

    @model_validator(mode="after")
    def block_only_what_goes(self) -> Self:
        """What is kept would be found again at every recheck, and hold every document."""
        for name in self.recheck_block:
            if name not in self.entities or self.entities[name].operator is Operator.KEEP:
                raise ValueError(f"recheck_block names {name}, which the profile does not remove")
        return self


def load_profile(directory: Path, name: str) -> RedactionProfile:
    """Read the profile `name` from `directory`.

    Raises:
        ConfigError: no such profile, or it does not validate.
    """
    path = directory / f"{name}.yaml"
    if not path.is_file():
        raise ConfigError(f"{path}: the redaction profile does not exist")
    schema, sha256 = load(path, ProfileSchema)
    return RedactionProfile(
        name=name,
        sha256=sha256,
        language=schema.language,
        entities={n: EntityRule(r.operator, r.threshold) for n, r in schema.entities.items()},
        allow=tuple(schema.allow),
        recheck_block=frozenset(schema.recheck_block),
        keep_citations=schema.citations == "keep",
        documents=DocumentOptions(**schema.documents.model_dump()),
    )
