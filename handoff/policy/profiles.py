"""`policies/profiles/NAME.yaml` -> RedactionProfile: what happens to which personal data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from handoff.errors import ConfigError
from handoff.model import DocumentOptions, EntityRule, Operator, RedactionProfile, ReviewRule
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
    office_recheck: Literal["parts", "libreoffice"] = "parts"


class ReviewSchema(StrictModel):
    """`review:`, which findings a person must look at before the document leaves."""

    below: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.0, description="hold a document for review that has a finding of a lower score"
    )
    entities: list[EntityName] = Field(
        default_factory=list, description="hold a document for review that has any of these"
    )


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


def _both_forms(schema: dict[str, Any]) -> None:
    """Tell editors of the short forms too, which a validator turns into the long one."""
    code = {"type": "string", "pattern": "^[a-z]{2}$"}
    properties = schema["properties"]
    listed = {"type": "array", "items": code, "minItems": 1, "uniqueItems": True}
    properties["languages"] = {"anyOf": [listed, properties["languages"]]}
    properties["language"] = code
    schema["required"] = [name for name in schema["required"] if name != "languages"]
    schema["oneOf"] = [{"required": ["language"]}, {"required": ["languages"]}]


class ProfileSchema(StrictModel):
    """A redaction profile file.

    `language: en`, or `languages: [en, fr]`, or `languages: {en: model, de: patterns}`, the usual
    one first.
    """

    model_config = ConfigDict(json_schema_extra=_both_forms)

    languages: Annotated[dict[Language, Literal["model", "patterns"]], Field(min_length=1)]
    strict: bool = False
    entities: Annotated[dict[EntityName, RuleSchema], Field(min_length=1)]
    allow: list[str] = Field(default_factory=list)
    recheck_block: list[EntityName] = Field(default_factory=list)
    citations: Literal["keep", "redact"] = "keep"
    documents: DocumentsSchema = DocumentsSchema()
    review: ReviewSchema = ReviewSchema()

    @model_validator(mode="before")
    @classmethod
    def one_language(cls, value: object) -> object:
        """`language: en` is short for `languages: [en]`, and that for `languages: {en: model}`."""
        if not isinstance(value, dict):
            return value
        given = [name for name in ("language", "languages") if name in value]
        if len(given) != 1:
            raise ValueError("give one of language and languages")
        named = value[given[0]]
        if given == ["language"]:
            named = [named]
        if isinstance(named, list):
            if len({*map(str, named)}) != len(named):
                raise ValueError("languages names one twice")
            named = {language: "model" for language in named if isinstance(language, str)}
        rest = {key: item for key, item in value.items() if key != "language"}
        return {**rest, "languages": named}

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

    @model_validator(mode="after")
    def review_only_what_is_found(self) -> Self:
        """What is kept is not looked for, so nobody would ever be asked about it."""
        for name in self.review.entities:
            if name not in self.entities or self.entities[name].operator is Operator.KEEP:
                raise ValueError(f"review.entities names {name}, which the profile does not remove")
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
        language=next(iter(schema.languages)),
        entities={n: EntityRule(r.operator, r.threshold) for n, r in schema.entities.items()},
        allow=tuple(schema.allow),
        recheck_block=frozenset(schema.recheck_block),
        keep_citations=schema.citations == "keep",
        documents=DocumentOptions(**schema.documents.model_dump()),
        other_languages=tuple(schema.languages)[1:],
        patterns_only=frozenset(n for n, how in schema.languages.items() if how == "patterns"),
        strict=schema.strict,
        review=ReviewRule(schema.review.below, frozenset(schema.review.entities)),
    )
