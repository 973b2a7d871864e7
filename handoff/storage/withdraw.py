"""Take objects out of a vendor's bucket: deny them by policy, delete every version, look again.

A version is deleted by its id. A plain DELETE would only lay a marker over it; that is done where
retention forbids more, so that listings and plain gets no longer find what lies under it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from handoff.errors import AccessDeniedError, ObjectMissingError, StorageError, StoreRefusedError
from handoff.model import Access, Bucket, StoreReceipt
from handoff.storage import download, ownership, takenback
from handoff.storage.access import bucket_policy, normalized
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.translate import NotSetError

if TYPE_CHECKING:
    from boto3.session import Session

TRANSFER = Transfer(attempts=4)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, or a delete marker over one."""

    key: str
    version_id: str
    marker: bool
    latest: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of one key.

    Attributes:
        versions: how many versions and markers were deleted now.
        kept: ids of the versions that the store would not delete.
        until: when the last retention on them ends (UTC), None if nothing is retained.
        legal_hold: whether the store itself has a legal hold on one of them.
    """

    key: str
    versions: int
    kept: tuple[str, ...] = ()
    until: datetime | None = None
    legal_hold: bool = False

    @property
    def gone(self) -> bool:
        """Whether nothing lies under the key any more."""
        return not self.kept


class Withdrawal:
    """One vendor's bucket, to take objects out of.

    Args:
        bucket: where it is.
        vendor: whose bucket it must be.
        bypass: also delete what is under governance retention, where the store lets these
            credentials do so (`s3:BypassGovernanceRetention`).
        session: a boto3 session; without it the usual AWS chain.

    Every method raises only `StorageError` subclasses.
    """

    def __init__(
        self,
        bucket: Bucket,
        vendor: str,
        *,
        bypass: bool = False,
        session: Session | None = None,
    ) -> None:
        self._bucket = bucket
        self._vendor = vendor
        self._bypass = bypass
        self._api = BucketApi(bucket, TRANSFER, session=session)

    def check(self) -> datetime:
        """Raise unless the bucket is this vendor's; return what time the store has, UTC.

        Raises:
            BucketMissingError, BucketForeignError, CredentialsError: as they say.
        """
        ownership.check_usable(self._api)
        ownership.check_tag(self._api, self._vendor, proven=False)
        answer = self._api.call("list_objects_v2", MaxKeys=1)
        return _server_time(answer)

    def deny(self, access: Access) -> takenback.Grain:
        """Make the bucket's policy deny `access.denied`, and change nothing else of it.

        Denied to the policy's principals and to everybody whom the bucket's policy lets in now.
        Returns how finely: coarser than "objects" denies the vendor more than was asked for.

        Raises:
            StoreRefusedError: the policy was written, and the store gives another one back.
        """
        found = self._policy()
        if found is None:
            # Without a policy nobody but the owner's account is let in.
            return "objects"
        principals = {*access.principals, *_let_in(found)}
        wanted = takenback.with_taken_back(found, self._bucket, principals, access.denied)
        if wanted != found:
            self._api.call("put_bucket_policy", Policy=json.dumps(wanted))
            if principals and access.denied and not takenback.denies(self._policy(), access.denied):
                raise StoreRefusedError("the store did not take the policy that was written")
        named = principals and access.denied
        return takenback.grain(wanted, access.denied) if named else "objects"

    def close(self, access: Access) -> None:
        """Let nobody in but the firm: the bucket's policy for `access`, which names nobody.

        Raises:
            StoreRefusedError: the policy was written, and the store still lets somebody in.
        """
        reached = replace(self._bucket, endpoint=self._api.endpoint)
        wanted = bucket_policy(reached, replace(access, principals=()))
        if normalized(self._policy()) != normalized(wanted):
            self._api.call("put_bucket_policy", Policy=json.dumps(wanted))
        found = self._policy()
        if found is not None and _let_in(found):
            raise StoreRefusedError("the store did not take the policy that was written")

    def objects(self, prefix: str) -> Iterator[str]:
        """Keys under `prefix`, as whoever put them there named them."""
        more: dict[str, str] = {}
        while True:
            page = self._api.call("list_objects_v2", Prefix=prefix, **more)
            yield from (entry["Key"] for entry in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def fetch(self, key: str, sink: download.Sink) -> StoreReceipt:
        """Write the object's bytes to `sink`, whatever its key."""
        return download.fetch(self._api, key, sink)

    def denies(self, denied: Sequence[str]) -> bool:
        """Whether the policy that is in force now denies `denied`, or lets nobody in at all."""
        found = self._policy()
        return found is None or not _let_in(found) or takenback.denies(found, denied)

    def versions(self, prefix: str) -> Iterator[Version]:
        """Every version and marker under `prefix`, in the store's order."""
        more: dict[str, str] = {}
        while True:
            page = self._api.call("list_object_versions", Prefix=prefix, **more)
            for name, marker in (("Versions", False), ("DeleteMarkers", True)):
                for entry in page.get(name, ()):
                    latest = bool(entry.get("IsLatest"))
                    yield Version(entry["Key"], entry["VersionId"], marker, latest)
            if not page.get("IsTruncated"):
                return
            more = {"KeyMarker": page["NextKeyMarker"]}
            if page.get("NextVersionIdMarker"):
                more["VersionIdMarker"] = page["NextVersionIdMarker"]

    def remove(self, key: str, found: Sequence[Version]) -> Removed:
        """Delete `found`, the versions of `key`; hide what the store would not delete.

        Raises:
            AccessDeniedError: the store refuses, and no retention and no legal hold says why.
        """
        refused: list[str] = []
        deleted = 0
        # Markers go last: a version must not come to light by the marker's going first.
        for version in sorted(found, key=lambda version: version.marker):
            if version.marker and refused:
                continue
            if self._delete(version):
                deleted += 1
            else:
                refused.append(version.version_id)
        if not refused:
            return Removed(key, deleted)
        until, legal_hold = self._reasons(key, refused)
        if not any(version.marker and version.latest for version in found):
            self._api.call("delete_object", Key=key)
        return Removed(key, deleted, tuple(refused), until, legal_hold)

    def hide(self, key: str, found: Sequence[Version]) -> Removed:
        """Lay a marker over `key` and delete nothing."""
        kept = tuple(version.version_id for version in found if not version.marker)
        if not kept:
            return Removed(key, 0)
        until, legal_hold = self._retention(key, kept)
        if not any(version.marker and version.latest for version in found):
            self._api.call("delete_object", Key=key)
        return Removed(key, 0, kept, until, legal_hold)

    def _delete(self, version: Version) -> bool:
        """Delete one version; False where the store refuses."""
        more = {"BypassGovernanceRetention": True} if self._bypass else {}
        try:
            self._api.call("delete_object", Key=version.key, VersionId=version.version_id, **more)
        except ObjectMissingError:
            return True
        except AccessDeniedError:
            return False
        return True

    def _reasons(self, key: str, refused: Sequence[str]) -> tuple[datetime | None, bool]:
        until, legal_hold = self._retention(key, refused)
        if until is None and not legal_hold:
            raise AccessDeniedError(
                "the store does not let these credentials delete a version",
                "the firm's user needs s3:DeleteObject, s3:DeleteObjectVersion, "
                "s3:GetObjectRetention and s3:GetObjectLegalHold on the bucket",
            )
        return until, legal_hold

    def _retention(self, key: str, version_ids: Sequence[str]) -> tuple[datetime | None, bool]:
        ends, legal_hold = [], False
        for version_id in version_ids:
            head = self._api.call("head_object", Key=key, VersionId=version_id)
            if isinstance(end := head.get("ObjectLockRetainUntilDate"), datetime):
                ends.append(end.astimezone(UTC))
            legal_hold = legal_hold or head.get("ObjectLockLegalHoldStatus") == "ON"
        return max(ends, default=None), legal_hold

    def _policy(self) -> dict[str, Any] | None:
        try:
            answer = self._api.call("get_bucket_policy")
        except NotSetError:
            return None
        untrusted = json.loads(answer["Policy"])
        if not isinstance(untrusted, dict) or not isinstance(untrusted.get("Statement"), list):
            raise StoreRefusedError("the bucket's policy cannot be read")
        return untrusted


def _let_in(policy: Mapping[str, Any]) -> set[str]:
    """Single users and roles to whom the policy grants anything."""
    found: set[str] = set()
    for statement in policy["Statement"]:
        named = statement.get("Principal")
        if statement.get("Effect") == "Allow" and isinstance(named, Mapping):
            listed = named.get("AWS", ())
            found |= {listed} if isinstance(listed, str) else set(listed)
    return found


def _server_time(answer: Mapping[str, Any]) -> datetime:
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return parsedate_to_datetime(str(headers.get("date", ""))).astimezone(UTC)
    except ValueError:
        raise StorageError("the store did not say what time it has") from None
