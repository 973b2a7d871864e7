"""The types of single values in policies: what may stand there, and what is told otherwise."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from handoff.policy.countries import COUNTRIES

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
RECIPIENT = re.compile(r"age1[0-9a-z]+|ssh-ed25519 [A-Za-z0-9+/]+=*( .*)?")
_SIGNER = re.compile(
    r"(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa|sk-ssh-ed25519@openssh\.com|"
    r"sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]+=*(?: .*)?"
)
# Of one user or one role, never a wildcard. Ceph leaves the account empty, SeaweedFS has zeros.
PRINCIPAL = re.compile(r"arn:aws(?:-[a-z]+)*:iam::(?:\d{12})?:(?:user|role)/[\w+=,.@/-]{1,512}")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Slug = Annotated[str, StringConstraints(pattern=rf"^{NAME.pattern}$")]
Checksums = Literal["when_supported", "when_required"]
Addressing = Literal["auto", "path", "virtual"]


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


def signer_shape(value: str) -> str:
    """Accept what looks like an SSH public key (sshd(8), AUTHORIZED_KEYS, without options)."""
    if not _SIGNER.fullmatch(value):
        raise ValueError("expected an SSH public key such as `ssh-ed25519 AAAA...`")
    return value


def country_code(value: str) -> str:
    """Accept an ISO 3166-1 alpha-2 code."""
    if value not in COUNTRIES:
        raise ValueError("expected a country of ISO 3166-1 in two capitals, such as IN, US, GB")
    return value


def principal_arn(value: str) -> str:
    """Accept the ARN of one user or role."""
    if not PRINCIPAL.fullmatch(value):
        raise ValueError(
            "expected the ARN of one user or role: arn:aws:iam::111122223333:user/acme"
        )
    return value


def cidr(value: str) -> str:
    """Accept an address or a block of addresses; return the block as S3 writes it."""
    try:
        return str(ip_network(value))
    except ValueError:
        raise ValueError(
            "expected an address or block such as 203.0.113.0/24 (no host bits set)"
        ) from None


def prefix(value: str) -> str:
    """Accept a directory in the bucket, with its slash at the end, or "" for none."""
    if value and not re.fullmatch(r"(?:[a-z0-9][a-z0-9-]*/)+", value):
        raise ValueError("expected a prefix such as `returns/`")
    return value


def media_type(value: str) -> str:
    """Accept a media type (RFC 6838) without parameters."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", value):
        raise ValueError("expected a media type such as application/pdf")
    return value


def email_address(value: str) -> str:
    """Accept what a mail program could send to."""
    if not re.fullmatch(r"[^\s@<>,;]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", value):
        raise ValueError("expected one e-mail address")
    return value


Endpoint = Annotated[str, AfterValidator(endpoint_url)]
Recipient = Annotated[Text, AfterValidator(recipient_shape)]
Signer = Annotated[Text, AfterValidator(signer_shape)]
Country = Annotated[str, AfterValidator(country_code)]
Principal = Annotated[str, AfterValidator(principal_arn)]
Cidr = Annotated[str, AfterValidator(cidr)]
Prefix = Annotated[str, AfterValidator(prefix)]
MediaType = Annotated[str, AfterValidator(media_type)]
Email = Annotated[str, AfterValidator(email_address)]
