"""The sections of a vendor's policy file, as schemas."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from handoff.policy.fields import (
    Addressing,
    Checksums,
    Cidr,
    Country,
    Email,
    Endpoint,
    MediaType,
    Prefix,
    Principal,
    Recipient,
    Signer,
    Text,
)
from handoff.policy.yamlfile import StrictModel

Positive = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=1, le=3650)]
Mechanism = Literal["adequacy", "scc", "scc-uk-addendum", "idta", "bcr", "derogation"]
Account = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$")]
BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]


class StorageSchema(StrictModel):
    """How to reach an S3 server; the same keys stand in `config.yaml` for all vendors."""

    endpoint: Endpoint = Field(default="", description="URL of the S3 server; empty: AWS's own")
    region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,64}$")] = Field(
        default="", description="region of the bucket"
    )
    ca: str = Field(
        default="", description="file with the authority that signed the server's certificate"
    )
    checksums: Checksums | None = None
    addressing: Addressing | None = None


class BucketSchema(StorageSchema):
    """A vendor's bucket."""

    name: BucketName
    kms_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:/_-]{0,256}$")] = Field(
        default="",
        description="ARN of the one KMS key that may encrypt at rest; empty: the store's own",
    )
    log_bucket: BucketName | None = Field(
        default=None, description="bucket of the firm that gets the store's access log"
    )


class AgreementSchema(StrictModel):
    """The agreement that allows the transfer."""

    reference: Text
    expires: date = Field(description="last day on which it holds")


class DpaSchema(StrictModel):
    """The data processing agreement (GDPR Art. 28(3)); without a day it ends with the contract."""

    reference: Text
    expires: date | None = None


class TransferSchema(StrictModel):
    """The ground on which personal data leave the EEA or the UK (GDPR, chapter V)."""

    mechanisms: list[Mechanism] = Field(min_length=1)
    reference: str = ""
    assessed: date | None = Field(default=None, description="day of the transfer impact assessment")


class CertificateSchema(StrictModel):
    """A certification relied on."""

    name: Text
    expires: date


class ContactSchema(StrictModel):
    """Whom to telephone at the vendor."""

    name: Text
    email: Email | None = None
    phone: str = ""


class SubProcessorSchema(StrictModel):
    """Whom the vendor passes work on to."""

    name: Text
    country: Country
    purpose: str = ""


class RecipientSchema(StrictModel):
    """An age recipient; `- age1...` is short for `- key: age1...`."""

    key: Recipient
    holder: str = ""
    verified: date | None = Field(
        default=None, description="day its fingerprint was compared by telephone"
    )
    until: date | None = Field(
        default=None, description="last day on which is sealed to it, beside the key after it"
    )
    revoked: date | None = Field(default=None, description="day from which nothing is sealed to it")


class SignerSchema(StrictModel):
    """An SSH key with which the vendor's people sign receipts and returns."""

    key: Signer
    holder: str = ""
    verified: date | None = None
    revoked: date | None = None


class ObjectLockSchema(StrictModel):
    """Default retention of every object in the bucket."""

    mode: Literal["governance", "compliance"]
    days: Days


class AccessSchema(StrictModel):
    """What the vendor may do with its bucket: nothing but what follows from these."""

    principals: list[Principal] = Field(
        default_factory=list, description="ARNs of the vendor's users and roles"
    )
    addresses: list[Cidr] = Field(
        default_factory=list, description="blocks the vendor comes from; empty: anywhere"
    )
    until: date | None = Field(
        default=None, description="last day of access; never after the agreement's"
    )
    expires_days: Days | None = Field(
        default=None, description="days until objects are removed; default: destroy_after_days"
    )
    return_prefix: Prefix = Field(
        default="", description="where the vendor may put; empty: nowhere"
    )
    object_lock: ObjectLockSchema | None = None


class LimitsSchema(StrictModel):
    """What one send to the vendor may hold at most."""

    documents: Positive | None = None
    bytes: Positive | None = None
    media_types: list[MediaType] = Field(default_factory=list)
    matters: list[Text] = Field(
        default_factory=list, description="names of matter files, without their ending"
    )


class ReleaseSchema(StrictModel):
    """Who looks at documents before they leave."""

    review: Literal["none", "sample", "all"] = "none"
    approvers: list[Account] = Field(
        default_factory=list, description="accounts that may review and approve; empty: any"
    )
    two_person: bool = False

    @model_validator(mode="after")
    def two_are_two(self) -> Self:
        """Two people must agree: so there must be two who may."""
        if self.two_person and len(set(self.approvers)) < 2:
            raise ValueError("two_person needs at least two different approvers")
        return self


class NotificationSchema(StrictModel):
    """How the vendor hears of a batch."""

    email: list[Email] = Field(
        default_factory=list, description="whom to tell, by the mail server of config.yaml"
    )
    command: list[Text] = Field(
        default_factory=list, description="program and arguments; it gets the batch's id on stdin"
    )

    @field_validator("command")
    @classmethod
    def whole_path(cls, value: list[str]) -> list[str]:
        """A bare name would be looked up in whatever PATH cron has."""
        if value and not value[0].startswith("/"):
            raise ValueError("expected the program's whole path, such as /usr/local/bin/notify")
        return value
