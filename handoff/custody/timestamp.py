"""RFC 3161 timestamps over checkpoints: the request, and the token held against its authority."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from handoff.errors import AnchorError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a timestamp: its DER form, and the nonce that the answer must repeat."""

    encoded: bytes
    nonce: int | None


def make_request(data: bytes) -> Request:
    """Ask for a timestamp over the SHA-256 of `data`, with the authority's certificate in it."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    return Request(request.as_bytes(), request.nonce)


def check_timestamp(
    untrusted_answer: bytes, data: bytes, root_pem: bytes, *, nonce: int | None = None
) -> datetime:
    """The time at which the authority under `root_pem` saw `data`, in UTC.

    Args:
        untrusted_answer: the authority's DER answer.
        data: what must have been stamped.
        root_pem: the authority's root certificates.
        nonce: what the answer must repeat; None where the request is long gone.

    Raises:
        AnchorError: it is no timestamp, not over `data`, or not of this authority.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    builder = VerifierBuilder(nonce=nonce)
    for certificate in _certificates(root_pem):
        builder = builder.add_root_certificate(certificate)
    try:
        answer = decode_timestamp_response(untrusted_answer)
        builder.build().verify(answer, hashlib.sha256(data).digest())
        moment = answer.tst_info.gen_time
    except VerificationError:
        raise AnchorError("the timestamp does not verify under its authority's root") from None
    except (ValueError, TypeError, RuntimeError):
        raise AnchorError("what the timestamp authority gave is no timestamp") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _certificates(root_pem: bytes) -> list[Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(root_pem)
    except ValueError:
        raise AnchorError("the root certificate of the timestamp authority is damaged") from None
