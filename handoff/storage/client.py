"""The S3 operations on one bucket, through boto3, every failure a `StorageError`."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from handoff.errors import StoreTlsError, StoreUnreachableError
from handoff.model import Bucket
from handoff.storage.translate import translated

if TYPE_CHECKING:
    from boto3.session import Session

MIB = 1024 * 1024
Checksums = Literal["when_supported", "when_required"]
Addressing = Literal["auto", "path", "virtual"]
# Ceph's "transaction ids"; AWS has sixteen capitals and digits, SeaweedFS others still.
_CEPH_REQUEST = re.compile(r"tx[0-9a-f]{21}-[0-9a-f]{10}-")
# What every S3 server says. botocore takes any XML, a proxy's login page included, for an answer
# with everything missing: a listing of it would look like an empty bucket.
_EXPECTED = {
    "list_objects_v2": "IsTruncated",
    "list_object_versions": "IsTruncated",
    "head_object": "ETag",
    "get_object": "ETag",
    "put_object": "ETag",
    "create_multipart_upload": "UploadId",
    "upload_part": "ETag",
    "complete_multipart_upload": "ETag",
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """How hard a store tries, and in what pieces. Times in seconds, sizes in bytes.

    Attributes:
        attempts: tries of one request, the first included; between them botocore's adaptive mode
            waits up to 20 s, doubling, at random. Eight bridge about half a minute of 503s.
        connect_timeout: for one try to connect.
        read_timeout: for one try to hear anything from the server.
        connections: sockets kept open; more threads than that wait for one.
        threshold: files up to this size go in a single request.
        part_size: of a multipart upload, unless 9,000 parts would not do.
        parts_at_once: parts of one file in flight, each held in memory.
    """

    attempts: int = 8
    connect_timeout: float = 10
    read_timeout: float = 60
    connections: int = 32
    threshold: int = 16 * MIB
    part_size: int = 8 * MIB
    parts_at_once: int = 4


class BucketApi:
    """The S3 operations on one bucket.

    Credentials come from the usual AWS chain (environment, shared files, SSO, instance roles) and
    from nowhere else.

    Raises:
        CredentialsError: the AWS profile named does not exist or cannot be read.
        StoreTlsError: the CA file named does not exist.
    """

    def __init__(
        self,
        bucket: Bucket,
        transfer: Transfer,
        *,
        expected_owner: str = "",
        session: Session | None = None,
    ) -> None:
        self.bucket = bucket
        self.transfer = transfer
        self._fixed = {"Bucket": bucket.name}
        if expected_owner:
            self._fixed["ExpectedBucketOwner"] = expected_owner
        self._client = _client(bucket, transfer, session)
        self._client.meta.events.register("after-call.s3", self._recognize)
        self.is_ceph = False
        """Whether Ceph's gateway answered, so far as it has been asked; it has ways of its own."""

    def _recognize(self, http_response: Any, **_: Any) -> None:  # noqa: ANN401 - botocore's event
        request_id = http_response.headers.get("x-amz-request-id", "")
        self.is_ceph = self.is_ceph or bool(_CEPH_REQUEST.match(request_id))

    @property
    def endpoint(self) -> str:
        """Where requests really go: the bucket's endpoint, or the one of the AWS chain."""
        return str(self._client.meta.endpoint_url)

    def call(self, operation: str, **parameters: Any) -> Mapping[str, Any]:  # noqa: ANN401
        """Perform one operation ("put_object") on the bucket and return botocore's answer.

        Raises:
            StorageError: whatever goes wrong.
        """
        # botocore takes a policy that was cut short on the way for a whole one.
        for _ in range(self.transfer.attempts):
            untrusted = self._call(operation, parameters)
            if operation != "get_bucket_policy" or _is_json(untrusted.get("Policy")):
                break
        else:
            raise StoreUnreachableError(f"{operation}: the answer was cut short at every retry")
        expected = _EXPECTED.get(operation)
        if expected and expected not in untrusted:
            raise StoreUnreachableError(f"{operation}: what answered does not speak S3")
        return untrusted

    def _call(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with translated(operation):
            answer: Mapping[str, Any] = getattr(self._client, operation)(
                **self._fixed, **parameters
            )
        return answer


def _is_json(untrusted: object) -> bool:
    try:
        json.loads(str(untrusted))
    except (ValueError, RecursionError):
        return False
    return True


def _client(bucket: Bucket, transfer: Transfer, session: Session | None) -> Any:  # noqa: ANN401
    import boto3
    from botocore.config import Config

    _silence()
    if bucket.ca and not Path(bucket.ca).is_file():
        raise StoreTlsError("the CA file named for the bucket does not exist")
    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": transfer.attempts},
        connect_timeout=transfer.connect_timeout,
        read_timeout=transfer.read_timeout,
        max_pool_connections=transfer.connections,
        request_checksum_calculation=cast("Checksums", bucket.checksums),
        response_checksum_validation=cast("Checksums", bucket.checksums),
        s3={"addressing_style": cast("Addressing", bucket.addressing)},
        user_agent_extra="handoff",
    )
    with translated("connect"):
        return (session or boto3.session.Session()).client(
            "s3",
            region_name=bucket.region or None,
            endpoint_url=bucket.endpoint or None,
            verify=bucket.ca or None,
            config=config,
        )


def _silence() -> None:
    # botocore's debug records carry authorization headers and whole bodies; a root logger set to
    # DEBUG must not bring them into our log.
    for name in ("boto3", "botocore", "urllib3"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
