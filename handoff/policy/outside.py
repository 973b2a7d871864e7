"""What `config.yaml` says of the custody log: where it lies, and where its checkpoints go."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from handoff.model import Bucket
from handoff.policy.sections import StorageSchema
from handoff.policy.yamlfile import StrictModel


def postgres_url(value: str) -> str:
    """Accept a PostgreSQL URL without a password; "" stands for SQLite in the home."""
    if value and not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("expected postgresql://user@host/database")
    try:
        secret = urlsplit(value).password is not None
    except ValueError:
        raise ValueError("expected postgresql://user@host/database") from None
    if secret or "password=" in value:
        raise ValueError("expected no password here; put it into PGPASSWORD or ~/.pgpass")
    return value


class CustodySchema(StrictModel):
    """Where the custody log lies: SQLite in the home, or PostgreSQL for several hosts."""

    database: Annotated[str, AfterValidator(postgres_url)] = ""


class AnchorBucketSchema(StorageSchema):
    """A bucket with Object Lock, best in an account that the log's administrators cannot enter."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 3650


class TimestampSchema(StrictModel):
    """An RFC 3161 timestamp authority: its address, and the PEM file of its root certificate."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]+$")]
    root: str


class AnchorsSchema(StrictModel):
    """Where checkpoints go, out of the house."""

    bucket: AnchorBucketSchema | None = None
    timestamp: TimestampSchema | None = None


def anchor_bucket(schema: AnchorBucketSchema, defaults: StorageSchema) -> Bucket:
    """The bucket of the anchors; `defaults` fill what it leaves out."""
    return Bucket(
        name=schema.name,
        endpoint=schema.endpoint or defaults.endpoint,
        region=schema.region or defaults.region,
        ca=schema.ca or defaults.ca,
        checksums=schema.checksums or defaults.checksums or "when_supported",
        addressing=schema.addressing or defaults.addressing or "auto",
    )
