"""`policies/vendors/NAME.yaml` -> VendorPolicy: who may receive what, on which ground."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from handoff.errors import ConfigError, UnknownVendorError
from handoff.model import (
    Access,
    Bucket,
    Certificate,
    Contact,
    Notification,
    ObjectLock,
    Release,
    SubProcessor,
    VendorKey,
    VendorLimits,
    VendorPolicy,
)
from handoff.policy.fields import NAME, Country, Slug, Text
from handoff.policy.sections import (
    AccessSchema,
    AgreementSchema,
    BucketSchema,
    CertificateSchema,
    ContactSchema,
    Days,
    DpaSchema,
    LimitsSchema,
    NotificationSchema,
    ObjectLockSchema,
    RecipientSchema,
    ReleaseSchema,
    SignerSchema,
    StorageSchema,
    SubProcessorSchema,
    TransferSchema,
)
from handoff.policy.yamlfile import StrictModel, load

__all__ = ["NAME", "StorageSchema", "VendorSchema", "load_vendor", "load_vendor_file"]

LockMode = Literal["GOVERNANCE", "COMPLIANCE"]
_LOCK_MODES: dict[str, LockMode] = {"governance": "GOVERNANCE", "compliance": "COMPLIANCE"}


class VendorSchema(StrictModel):
    """A vendor's policy file."""

    name: Slug
    legal_name: Text
    jurisdiction: Country | None = None
    contact: ContactSchema | None = None
    agreement: AgreementSchema
    dpa: DpaSchema | None = None
    transfer: TransferSchema | None = None
    certificates: list[CertificateSchema] = Field(default_factory=list)
    sub_processors: list[SubProcessorSchema] = Field(default_factory=list)
    recipients: list[RecipientSchema]
    signers: list[SignerSchema] = Field(default_factory=list)
    bucket: BucketSchema
    access: AccessSchema = AccessSchema()
    profile: Slug
    control_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
    limits: LimitsSchema = LimitsSchema()
    release: ReleaseSchema = ReleaseSchema()
    notification: NotificationSchema = NotificationSchema()
    instructions: str = ""
    destroy_after_days: Days = 90

    @field_validator("recipients", "signers", mode="before")
    @classmethod
    def short_form(cls, value: object) -> object:
        """`- age1...` is short for `- key: age1...`."""
        if not isinstance(value, list):
            return value
        return [{"key": entry} if isinstance(entry, str) else entry for entry in value]

    @model_validator(mode="after")
    def keys_stand_once(self) -> Self:
        """A key that is listed twice, once of them revoked, cannot be meant."""
        for keys in ([k.key for k in self.recipients], [k.key for k in self.signers]):
            if len(set(keys)) < len(keys):
                raise ValueError("a key stands here twice")
        return self


def load_vendor(directory: Path, name: str, defaults: StorageSchema) -> VendorPolicy:
    """Read the policy of vendor `name`; `defaults` fill what its bucket leaves out.

    Raises:
        UnknownVendorError: there is no such file.
        ConfigError: the file does not validate, or is the policy of another vendor.
    """
    path = directory / f"{name}.yaml"
    if not NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in directory.glob("*.yaml"))) or "none"
        raise UnknownVendorError("no policy for this vendor", f"vendors known: {known}")
    policy = load_vendor_file(path, defaults)
    if policy.name != name:
        raise ConfigError(f"{path}: name: expected `{name}`, as the file is called")
    return policy


def load_vendor_file(path: Path, defaults: StorageSchema) -> VendorPolicy:
    """Read the vendor policy in the file at `path`, whatever it is called.

    Raises:
        ConfigError: the file cannot be read or does not validate.
    """
    schema, sha256 = load(path, VendorSchema)
    return VendorPolicy(
        name=schema.name,
        sha256=sha256,
        legal_name=schema.legal_name,
        agreement=schema.agreement.reference,
        expires=schema.agreement.expires,
        certificates=tuple(Certificate(c.name, c.expires) for c in schema.certificates),
        recipients=tuple(r.key for r in schema.recipients if r.revoked is None),
        bucket=_bucket(schema.bucket, defaults),
        profile=schema.profile,
        control_prefix=schema.control_prefix,
        instructions=schema.instructions,
        expires_days=schema.destroy_after_days,
        jurisdiction=schema.jurisdiction or "",
        contact=_contact(schema.contact),
        dpa=schema.dpa.reference if schema.dpa else "",
        dpa_expires=schema.dpa.expires if schema.dpa else None,
        transfers=tuple(schema.transfer.mechanisms) if schema.transfer else (),
        sub_processors=tuple(
            SubProcessor(s.name, s.country, s.purpose) for s in schema.sub_processors
        ),
        keys=_keys(schema.recipients),
        signers=_keys(schema.signers),
        access=_access(schema),
        limits=_limits(schema.limits),
        release=_release(schema.release),
        notification=Notification(
            tuple(schema.notification.email), tuple(schema.notification.command)
        ),
    )


def _bucket(schema: BucketSchema, defaults: StorageSchema) -> Bucket:
    return Bucket(
        name=schema.name,
        endpoint=schema.endpoint or defaults.endpoint,
        region=schema.region or defaults.region,
        ca=schema.ca or defaults.ca,
        checksums=schema.checksums or defaults.checksums or "when_supported",
        addressing=schema.addressing or defaults.addressing or "auto",
        kms_key=schema.kms_key,
        log_bucket=schema.log_bucket or "",
    )


def _contact(schema: ContactSchema | None) -> Contact | None:
    return Contact(schema.name, schema.email or "", schema.phone) if schema else None


def _keys(schemas: Sequence[RecipientSchema | SignerSchema]) -> tuple[VendorKey, ...]:
    return tuple(
        VendorKey(
            *(s.key, s.holder, s.verified, s.revoked),
            s.until if isinstance(s, RecipientSchema) else None,
        )
        for s in schemas
    )


def _access(schema: VendorSchema) -> Access:
    access, last = schema.access, schema.agreement.expires
    return Access(
        principals=tuple(access.principals),
        addresses=tuple(access.addresses),
        # Nobody reads on after the contract has ended, whatever else the file says.
        until=min(access.until, last) if access.until else last,
        return_prefix=access.return_prefix,
        expires_days=access.expires_days or schema.destroy_after_days,
        lock=_lock(access.object_lock),
    )


def _lock(schema: ObjectLockSchema | None) -> ObjectLock | None:
    return ObjectLock(_LOCK_MODES[schema.mode], schema.days) if schema else None


def _limits(schema: LimitsSchema) -> VendorLimits:
    return VendorLimits(
        schema.documents, schema.bytes, tuple(schema.media_types), tuple(schema.matters)
    )


def _release(schema: ReleaseSchema) -> Release:
    return Release(schema.review, tuple(schema.approvers), schema.two_person)
