"""`config.yaml` in the handoff home: what holds for every vendor on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from handoff.model import Bucket, Firm
from handoff.policy.fields import Country
from handoff.policy.mail import MailSchema
from handoff.policy.outside import AnchorsSchema, CustodySchema, anchor_bucket
from handoff.policy.sections import StorageSchema
from handoff.policy.yamlfile import StrictModel, load

Positive = Annotated[int, Field(ge=1)]


class LimitsSchema(StrictModel):
    """Overrides of the limits on one document; sizes in bytes. Unset: the built-in limit."""

    input_bytes: Positive | None = None
    archive_entries: Positive | None = None
    archive_bytes: Positive | None = None
    archive_ratio: Positive | None = None
    depth: Positive | None = None
    pdf_pages: Positive | None = None
    pdf_stream_bytes: Positive | None = None
    image_pixels: Positive | None = None
    engine_memory: Positive | None = None

    def overrides(self) -> dict[str, int]:
        """Only what the file sets."""
        return {k: v for k, v in self.model_dump().items() if v is not None}


class WorkersSchema(StrictModel):
    """The processes that read documents: how many (0: one a core), and what each may use."""

    processes: Annotated[int, Field(ge=0, le=256)] = 0
    memory_bytes: Annotated[int, Field(ge=500_000_000)] = 4_000_000_000
    cpu_seconds: Positive = 60
    cpu_seconds_per_megabyte: Positive = 30


class FirmSchema(StrictModel):
    """The firm itself: what preflight measures every vendor by."""

    country: Country | None = Field(
        default=None, description="ISO 3166-1 alpha-2, for transfer rules"
    )
    residency: list[Annotated[str, StringConstraints(pattern=r"^[a-z0-9*-]{1,64}$")]] = Field(
        default_factory=list, description="regions where data may lie, such as eu-west-2 or eu-*"
    )
    verified_keys: Literal["required", "advised"] = Field(
        default="advised",
        description="whether nothing is sealed to a key nobody compared by telephone",
    )

    def value(self) -> Firm:
        """As the other rooms know it."""
        return Firm(self.country or "", tuple(self.residency), self.verified_keys)


class ConfigSchema(StrictModel):
    """The configuration file; every key may be left out."""

    firm: FirmSchema = FirmSchema()

    storage: StorageSchema = StorageSchema()
    limits: LimitsSchema = LimitsSchema()
    workers: WorkersSchema = WorkersSchema()
    custody: CustodySchema = CustodySchema()
    anchors: AnchorsSchema = AnchorsSchema()
    mail: MailSchema | None = None

    def anchor_bucket(self) -> Bucket | None:
        """The bucket of the anchors, None where none is configured."""
        bucket = self.anchors.bucket
        return None if bucket is None else anchor_bucket(bucket, self.storage)


def load_config(path: Path) -> ConfigSchema:
    """Read `config.yaml`; a file that is not there means the defaults.

    Raises:
        ConfigError: the file does not validate.
    """
    if not path.exists():
        return ConfigSchema()
    return load(path, ConfigSchema)[0]
