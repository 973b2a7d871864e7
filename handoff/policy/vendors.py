"""`policies/vendors/NAME.yaml` -> VendorPolicy: who may receive what, on which ground."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from handoff.errors import ConfigError, UnknownVendorError
from handoff.model import Bucket, Certificate, VendorPolicy
from handoff.policy.yamlfile import StrictModel, load

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
RECIPIENT = re.compile(r"age1[0-9a-z]+|ssh-ed25519 [A-Za-z0-9+/]+=*( .*)?")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]


def endpoint_url(value: str) -> str:
    """Accept "" (the default endpoint) or an http(s) URL without credentials or query."""
    url = urlsplit(value)
    if value and (url.scheme not in {"http", "https"} or not url.hostname):
        raise ValueError("expected a URL such as https://s3.example.org")
    if url.scheme == "http" and not _is_loopback(url.hostname or ""):
        raise ValueError("expected https:// (http:// is for servers on this machine alone)")
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("expected a URL without user, password, query or fragment")
    return value


Endpoint = Annotated[str, AfterValidator(endpoint_url)]
Checksums = Literal["when_supported", "when_required"]
Addressing = Literal["auto", "path", "virtual"]


def _is_loopback(hostname: str) -> bool:
    try:
        return hostname == "localhost" or ip_address(hostname).is_loopback
    except ValueError:
        return False


def recipient_shape(value: str) -> str:
    """Accept what looks like a recipient; whether it is one, sealing decides."""
    if not RECIPIENT.fullmatch(value):
        raise ValueError("expected age1..., age1pq1... or ssh-ed25519 AAAA...")
    return value


Recipient = Annotated[Text, AfterValidator(recipient_shape)]


class StorageSchema(StrictModel):
    """How to reach an S3 server; the same keys stand in `config.yaml` for all vendors."""

    endpoint: Endpoint = ""
    region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,64}$")] = ""
    ca: str = ""
    checksums: Checksums | None = None
    addressing: Addressing | None = None


class BucketSchema(StorageSchema):
    """A vendor's bucket."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]


class AgreementSchema(StrictModel):
    """The agreement that allows the transfer."""

    reference: Text
    expires: date


class CertificateSchema(StrictModel):
    """A certification relied on."""

    name: Text
    expires: date


class VendorSchema(StrictModel):
    """A vendor's policy file."""

    name: Annotated[str, StringConstraints(pattern=rf"^{NAME.pattern}$")]
    legal_name: Text
    agreement: AgreementSchema
    certificates: list[CertificateSchema] = Field(default_factory=list)
    recipients: list[Recipient]
    bucket: BucketSchema
    profile: Annotated[str, StringConstraints(pattern=rf"^{NAME.pattern}$")]
    control_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
    instructions: str = ""
    destroy_after_days: Annotated[int, Field(ge=1, le=3650)] = 90


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
    schema, sha256 = load(path, VendorSchema)
    if schema.name != name:
        raise ConfigError(f"{path}: name: expected `{name}`, as the file is called")
    return VendorPolicy(
        name=schema.name,
        sha256=sha256,
        legal_name=schema.legal_name,
        agreement=schema.agreement.reference,
        expires=schema.agreement.expires,
        certificates=tuple(Certificate(c.name, c.expires) for c in schema.certificates),
        recipients=tuple(schema.recipients),
        bucket=_bucket(schema.bucket, defaults),
        profile=schema.profile,
        control_prefix=schema.control_prefix,
        instructions=schema.instructions,
        expires_days=schema.destroy_after_days,
    )


def _bucket(schema: BucketSchema, defaults: StorageSchema) -> Bucket:
    return Bucket(
        name=schema.name,
        endpoint=schema.endpoint or defaults.endpoint,
        region=schema.region or defaults.region,
        ca=schema.ca or defaults.ca,
        checksums=schema.checksums or defaults.checksums or "when_supported",
        addressing=schema.addressing or defaults.addressing or "auto",
    )
