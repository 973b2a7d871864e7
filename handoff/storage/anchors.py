"""A bucket that keeps what it was given: Object Lock in compliance mode, for checkpoints.

Nobody, the account's root user included, can overwrite or remove a version before its retention
ends (S3 Object Lock, compliance mode). A new version can be put over it, so all versions are read.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from handoff.errors import IntegrityError, ObjectExistsError, StoreRefusedError
from handoff.model import Bucket
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.payload import check_key
from handoff.storage.translate import PreconditionFailedError

if TYPE_CHECKING:
    from boto3.session import Session

_MAX_SIZE = 1 << 20
_SLACK = timedelta(seconds=2)
_HINT = "make the bucket anew with Object Lock: `handoff custody anchor --make-bucket`"


@dataclass(frozen=True, slots=True)
class Anchored:
    """One version of an object in the bucket.

    Attributes:
        key: its key.
        version_id: which version of it.
        modified: when the store took it, by the store's clock.
        until: the end of its retention, None where it is not locked in compliance mode.
        content: its bytes.
    """

    key: str
    version_id: str
    modified: datetime
    until: datetime | None
    content: bytes


class AnchorBucket:
    """The bucket for checkpoints. Every method raises only `StorageError`s."""

    def __init__(self, bucket: Bucket, *, session: Session | None = None) -> None:
        self._api = BucketApi(bucket, Transfer(attempts=4, read_timeout=30), session=session)

    def make(self) -> None:
        """Make the bucket, with Object Lock (which turns versioning on)."""
        self._api.call("create_bucket", ObjectLockEnabledForBucket=True)
        self.check()

    def check(self) -> None:
        """Raise unless the bucket is there, can be used and has Object Lock."""
        answer = self._api.call("get_object_lock_configuration")
        enabled = answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled")
        if enabled != "Enabled":
            raise StoreRefusedError("the bucket of the anchors has no Object Lock", _HINT)

    def put(self, key: str, content: bytes, until: datetime) -> Anchored:
        """Store `content` under `key`, locked until `until`; the same again is the same success.

        Raises:
            ObjectExistsError: other bytes lie under `key`.
            IntegrityError: what was stored is not what was sent.
            StoreRefusedError: the store did not lock it.
        """
        check_key(key)
        self.check()
        first, wanted = self._first(key), None
        if first is None:
            self._send(key, content, until)
            first, wanted = self._first(key), until - _SLACK
        if first is None:
            raise IntegrityError("what was stored is not there")
        if first.content != content:
            raise ObjectExistsError("another object lies under the key of the anchor")
        if first.until is None or (wanted is not None and first.until < wanted):
            raise StoreRefusedError("the store keeps the anchor without locking it", _HINT)
        return first

    def _send(self, key: str, content: bytes, until: datetime) -> None:
        digest = hashlib.sha256(content).digest()
        try:
            self._api.call(
                "put_object",
                Key=key,
                Body=content,
                ContentType="application/octet-stream",
                ChecksumSHA256=base64.b64encode(digest).decode(),
                # Asked for by S3 wherever a retention is given; no part of any proof of ours.
                ContentMD5=base64.b64encode(
                    hashlib.md5(content, usedforsecurity=False).digest()
                ).decode(),
                IfNoneMatch="*",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=until,
            )
        except PreconditionFailedError:
            # Another run was faster: what lies there is compared by the caller.
            return

    def all(self, prefix: str) -> Iterator[Anchored]:
        """Every version of every object under `prefix`, oldest version of a key first."""
        found = sorted(self._versions(prefix), key=lambda v: (v["Key"], v["LastModified"]))
        for version in found:
            yield self._read(version)

    def _first(self, key: str) -> Anchored | None:
        """The oldest version of `key`: what was put over it later changes nothing."""
        versions = [v for v in self._versions(key) if v["Key"] == key]
        oldest = min(versions, key=lambda v: v["LastModified"], default=None)
        return None if oldest is None else self._read(oldest)

    def _versions(self, prefix: str) -> Iterator[dict[str, Any]]:
        more: dict[str, str] = {}
        while True:
            page = self._api.call("list_object_versions", Prefix=prefix, **more)
            yield from page.get("Versions", ())
            if not page.get("IsTruncated"):
                return
            more = {
                "KeyMarker": page["NextKeyMarker"],
                "VersionIdMarker": page.get("NextVersionIdMarker", ""),
            }

    def _read(self, version: dict[str, Any]) -> Anchored:
        which = {"Key": version["Key"], "VersionId": version["VersionId"]}
        answer = self._api.call("get_object", **which)
        content: bytes = answer["Body"].read(_MAX_SIZE)
        locked = answer.get("ObjectLockMode") == "COMPLIANCE"
        until = answer.get("ObjectLockRetainUntilDate") if locked else None
        return Anchored(
            version["Key"], version["VersionId"], version["LastModified"], until, content
        )
