"""A vendor's bucket on S3 or on a server that speaks it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import random
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from handoff.errors import (
    IntegrityError,
    ObjectExistsError,
    ObjectMissingError,
    StoreBusyError,
)
from handoff.model import Bucket, StoreReceipt
from handoff.storage import download, multipart, ownership
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.payload import Payload, check_key, encoded, prepare
from handoff.storage.translate import ConflictError, PreconditionFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from boto3.session import Session

DEFAULT = Transfer()
# Seconds before each new try after a 409, which botocore does not retry.
CONFLICT_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
# The objects say nothing about themselves but their size.
HEADERS = {"ContentType": "application/octet-stream"}


class S3Store:
    """`ports.Store` on S3; safe to use from many threads.

    Args:
        bucket: where it is and how it is spoken to.
        vendor: the vendor whose bucket it must be (`check`); "" accepts any bucket of ours.
        expected_owner: AWS account id, sent with every request as `x-amz-expected-bucket-owner`.
        transfer: sizes, timeouts and retries.
        session: a boto3 session; without it the usual AWS chain.

    Raises:
        CredentialsError: the AWS profile named does not exist or cannot be read.
        StoreTlsError: the CA file named does not exist.
    """

    def __init__(
        self,
        bucket: Bucket,
        *,
        vendor: str = "",
        expected_owner: str = "",
        transfer: Transfer = DEFAULT,
        session: Session | None = None,
    ) -> None:
        self._vendor = vendor
        self._expected_owner = expected_owner
        self._session = session
        self._api = BucketApi(bucket, transfer, expected_owner=expected_owner, session=session)

    def check(self) -> None:
        """Raise unless the bucket is there, is this vendor's, and the credentials can use it.

        Raises:
            BucketMissingError, BucketForeignError, CredentialsError, StoreUnreachableError,
            StoreTlsError: as they say.
        """
        ownership.check(self._api.bucket, self._vendor, self._expected_owner, self._session)

    def put(self, key: str, source: Path, sha256: str) -> StoreReceipt:
        """Upload the file at `source` under `key`, never over another object.

        The receipt is given only once the stored bytes are known to hash to `sha256` (hex): by
        the SHA-256 that the server computed, else by reading the object back.

        Raises:
            ObjectExistsError: other bytes lie under `key`.
            IntegrityError: the file, or what was stored, does not hash to `sha256`.
            ObjectKeyError, SpoolError: the key or the file cannot be used.
            StorageError: whatever else the store says.
        """
        payload = prepare(key, source, sha256, self._api.transfer)
        if self._looks_first(payload):
            present = self._peek(key)
            if present is not None:
                return self._settle(payload, present)
        try:
            answer = self._send(payload)
        except (PreconditionFailedError, ObjectMissingError):
            # Taken; or (NoSuchUpload) a completion whose answer was lost is now tried again.
            present = self._peek(key)
            if present is None:
                raise StoreBusyError("the key was taken and then given up by another") from None
            return self._settle(payload, present)
        return self._verified(payload, answer)

    def head(self, key: str) -> StoreReceipt | None:
        """What lies under `key` now, or None; `sha256` is "" where the store cannot tell.

        Raises:
            StorageError: the store cannot be asked.
        """
        check_key(key)
        present = self._peek(key)
        return None if present is None else _receipt(key, present)

    def get(self, key: str, sink: BinaryIO) -> StoreReceipt:
        """Write the object's bytes to `sink`; the receipt's sha256 is computed from them.

        Raises:
            ObjectMissingError: nothing lies under `key`.
            SpoolError: `sink` cannot be written to.
            StorageError: whatever else the store says.
        """
        check_key(key)
        return download.fetch(self._api, key, sink)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under `prefix`, in order of their code points.

        Sorted here: SeaweedFS lists directory by directory.

        Raises:
            StorageError: the store cannot be asked.
        """
        found: list[str] = []
        more: dict[str, str] = {}
        while True:
            page = self._api.call("list_objects_v2", Prefix=prefix, **more)
            found.extend(entry["Key"] for entry in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return iter(sorted(found))
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _looks_first(self, payload: Payload) -> bool:
        # A large file is not sent in vain; and a server that needs `when_required` may be one
        # that ignores If-None-Match, so that only a look protects what is there.
        return bool(payload.part_size) or self._api.bucket.checksums == "when_required"

    def _peek(self, key: str) -> Mapping[str, Any] | None:
        try:
            return self._api.call("head_object", Key=key, ChecksumMode="ENABLED")
        except ObjectMissingError:
            return None

    def _send(self, payload: Payload) -> Mapping[str, Any]:
        for pause in CONFLICT_PAUSES:
            try:
                return self._send_once(payload)
            except ConflictError:
                time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
        return self._send_once(payload)

    def _send_once(self, payload: Payload) -> Mapping[str, Any]:
        if payload.part_size:
            return multipart.upload(self._api, payload, HEADERS)
        return self._api.call(
            "put_object",
            Key=payload.key,
            Body=payload.part(0),
            ChecksumSHA256=encoded(payload.digests[0]),
            IfNoneMatch="*",
            **HEADERS,
        )

    def _verified(self, payload: Payload, answer: Mapping[str, Any]) -> StoreReceipt:
        if answer.get("ChecksumSHA256") == payload.checksum:
            return _stored(payload, answer)
        present = self._peek(payload.key)
        if present is None or not self._holds(payload, present):
            raise IntegrityError("what was stored is not what was sent")
        return _stored(payload, present)

    def _settle(self, payload: Payload, present: Mapping[str, Any]) -> StoreReceipt:
        if not self._holds(payload, present):
            raise ObjectExistsError("another object lies under the key")
        return _stored(payload, present)

    def _holds(self, payload: Payload, present: Mapping[str, Any]) -> bool:
        """Whether the object described by a HEAD has the payload's bytes."""
        if present["ContentLength"] != payload.size:
            return False
        checksum = present.get("ChecksumSHA256", "")
        if checksum == payload.checksum or _hex(checksum) == payload.sha256:
            return True
        # Not confirmed is not refuted: servers differ in how they hash parts. The bytes decide.
        return download.fetch(self._api, payload.key, _Nowhere()).sha256 == payload.sha256


class _Nowhere:
    """A sink for bytes that are only hashed."""

    def write(self, content: bytes, /) -> int:
        return len(content)


def _stored(payload: Payload, answer: Mapping[str, Any]) -> StoreReceipt:
    version, etag = answer.get("VersionId", ""), answer.get("ETag", "")
    return StoreReceipt(payload.key, payload.size, payload.sha256, version, etag.strip('"'))


def _receipt(key: str, present: Mapping[str, Any]) -> StoreReceipt:
    checksum = present.get("ChecksumSHA256", "")
    sha256 = "" if "-" in checksum else _hex(checksum)
    etag = present.get("ETag", "").strip('"')
    return StoreReceipt(key, present["ContentLength"], sha256, present.get("VersionId", ""), etag)


def _hex(untrusted_checksum: str) -> str:
    try:
        digest = base64.b64decode(untrusted_checksum, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return digest.hex() if len(digest) == hashlib.sha256().digest_size else ""
