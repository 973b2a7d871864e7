"""Provision a vendor's bucket: look what is there, plan the changes, apply them.

`plan` only reads. `apply` makes the changes in an order in which a crash in between leaves a
bucket that grants nothing to anybody and that the next run takes up again.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from handoff.errors import (
    BucketForeignError,
    BucketMissingError,
    ObjectMissingError,
    StoreRefusedError,
)
from handoff.model import Access, Bucket
from handoff.storage import ownership
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.policydiff import differences
from handoff.storage.settings import ENCRYPT, Setting, settings
from handoff.storage.translate import NotOfferedError, NotSetError

if TYPE_CHECKING:
    from boto3.session import Session

_TRIAL_KEY = "handoff-trial"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to be done to the bucket.

    Attributes:
        setting: what changes, in words: "versioning".
        before: how it stands now, as JSON or in a word.
        after: how it will stand, likewise.
        operation: the S3 operation that does it, with its `parameters`.
        optional: whether a server that does not offer the operation is good enough.
        widens: what the vendor, or anybody, may do afterwards that they may not now.
    """

    setting: str
    before: str
    after: str
    operation: str
    parameters: Mapping[str, Any] = field(repr=False)
    optional: bool = False
    widens: tuple[str, ...] = ()

    def diff(self) -> Iterator[str]:
        """The change line by line, as `diff -u` would show it."""
        before, after = self.before.splitlines(), self.after.splitlines()
        lines = difflib.unified_diff(before, after, "now", "then", lineterm="", n=2)
        yield from (line for number, line in enumerate(lines) if number > 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to change on a bucket, and what the server cannot do.

    Attributes:
        changes: in the order in which they are applied; empty if all is as it should be.
        not_offered: settings that the server does not know, in words.
    """

    bucket: Bucket
    changes: tuple[Change, ...]
    not_offered: tuple[str, ...]
    api: BucketApi = field(repr=False, compare=False)

    @property
    def widens(self) -> tuple[str, ...]:
        """Everything that the plan lets somebody do who cannot now."""
        return tuple(words for change in self.changes for words in change.widens)


def plan(
    bucket: Bucket,
    vendor: str,
    access: Access,
    *,
    expected_owner: str = "",
    session: Session | None = None,
) -> Plan:
    """Compare the bucket with what `vendor` should have, changing nothing.

    Args:
        bucket: the vendor's bucket.
        vendor: its short name, which the bucket's tag will carry.
        access: what the vendor may do with it.
        expected_owner: AWS account id that must own the bucket, "" if not known.
        session: a boto3 session; without it the usual AWS chain.

    Raises:
        BucketForeignError: the bucket is another account's, another vendor's, or in use untagged.
        StorageError: whatever else the store says.
    """
    api = BucketApi(bucket, Transfer(attempts=4), expected_owner=expected_owner, session=session)
    exists = _exists(api, vendor)
    tags = ownership.tags_of(api) if exists else {}
    changes = [] if exists else [_creation(bucket, access)]
    not_offered = []
    reached = replace(bucket, endpoint=api.endpoint)
    for setting in settings(reached, access, vendor, tags, ceph=api.is_ceph):
        try:
            found = read(api, setting) if exists else None
        except NotOfferedError:
            if not setting.optional:
                raise
            not_offered.append(setting.name)
            continue
        changes += _change(setting, found, exists=exists)
    return Plan(bucket, tuple(changes), tuple(not_offered), api)


def apply(planned: Plan) -> Iterator[tuple[Change, bool]]:
    """Make the changes in order, yielding each with whether the server could do it.

    Raises:
        BucketForeignError: somebody took the name since the plan was made.
        StorageError: whatever else the store says; what was done before stays.
    """
    for change in planned.changes:
        try:
            if change.operation == ENCRYPT and planned.api.is_ceph:
                _try_encryption(planned.api, change)
            planned.api.call(change.operation, **change.parameters)
        except StoreRefusedError:
            # Ceph answers InvalidArgument to what it does not know.
            if not change.optional:
                raise
            yield change, False
            continue
        yield change, True


def _try_encryption(api: BucketApi, change: Change) -> None:
    """Begin an upload that is encrypted as the bucket's default shall be, and drop it.

    From 17 on Ceph takes every default encryption, and then refuses every upload if the gateway has
    no key service. So it is asked first; an upload that is only begun leaves nothing behind.

    Raises:
        StoreRefusedError: it cannot encrypt so.
        StorageError: whatever else the store says.
    """
    (rule,) = change.parameters["ServerSideEncryptionConfiguration"]["Rules"]
    default = rule["ApplyServerSideEncryptionByDefault"]
    wanted = {"ServerSideEncryption": default["SSEAlgorithm"]}
    if key := default.get("KMSMasterKeyID"):
        wanted["SSEKMSKeyId"] = key
    begun = api.call("create_multipart_upload", Key=_TRIAL_KEY, **wanted)
    api.call("abort_multipart_upload", Key=_TRIAL_KEY, UploadId=begun["UploadId"])


def read(api: BucketApi, setting: Setting) -> object:
    """How the setting stands on the bucket, None where it is not set.

    Raises:
        NotOfferedError: the server does not know it.
        StorageError: whatever else the store says.
    """
    try:
        return setting.current(api.call(setting.read))
    except (NotSetError, ObjectMissingError):
        return None


def shown(value: object) -> str:
    """A value as text: a word as it is, anything else as JSON, one line an entry."""
    if value is None:
        return "not set"
    return value if isinstance(value, str) else json.dumps(value, indent=1, sort_keys=True)


def _exists(api: BucketApi, vendor: str) -> bool:
    """Whether the bucket is there; raise unless it is ours to change."""
    try:
        ownership.check_usable(api)
    except BucketMissingError:
        return False
    tag = ownership.tags_of(api).get(ownership.TAG)
    if tag is None and not _is_fresh(api):
        raise BucketForeignError("the bucket is in use and does not carry handoff's tag")
    if tag not in {None, vendor}:
        raise BucketForeignError("the bucket is provisioned for another vendor")
    return True


def _is_fresh(api: BucketApi) -> bool:
    """Whether nobody has used the bucket: what a crash right after its creation leaves behind."""
    if api.call("list_object_versions", MaxKeys=1).keys() & {"Versions", "DeleteMarkers"}:
        return False
    try:
        api.call("get_bucket_policy")
    except NotSetError:
        return True
    return False


def _creation(bucket: Bucket, access: Access) -> Change:
    parameters: dict[str, Any] = {}
    # S3 refuses a LocationConstraint that names its oldest region.
    if bucket.region not in {"", "us-east-1"}:
        parameters["CreateBucketConfiguration"] = {"LocationConstraint": bucket.region}
    if access.lock:
        # Most servers let a bucket have object lock only from the start.
        parameters["ObjectLockEnabledForBucket"] = True
    return Change("bucket", "missing", "created", "create_bucket", parameters)


def _change(setting: Setting, found: object, *, exists: bool) -> Iterator[Change]:
    """The change that brings `setting` from `found` to what is wanted, if one is needed."""
    skipped = not exists and not setting.fresh
    if found == setting.wanted or skipped:
        return
    cleared = setting.wanted is None and setting.clear
    operation = setting.clear if cleared else setting.write
    if operation:
        yield Change(
            setting.name,
            shown(found),
            shown(setting.wanted),
            operation,
            {} if cleared else setting.parameters,
            setting.optional,
            tuple(_widening(setting, found)) if found is not None else (),
        )


def _widening(setting: Setting, found: Any) -> Iterator[str]:  # noqa: ANN401 - see Setting.current
    """What more is allowed once `setting` is written over `found`."""
    wanted: Any = setting.wanted
    if setting.name == "bucket policy":
        yield from (d.words for d in differences(found, wanted) if d.widens)
    elif setting.name == "object lock":
        if wanted["days"] < found["days"] or found["mode"] == "COMPLIANCE" != wanted["mode"]:
            yield "object lock: versions can be deleted earlier, or by more people"
    elif setting.name == "lifecycle":
        was, will = (_expiry_days(rules) for rules in (found, wanted))
        if was and was < will:
            yield f"lifecycle: objects stay {will} days instead of {was}"


def _expiry_days(rules: Any) -> int:  # noqa: ANN401 - see Setting.current
    days = [rule["Expiration"]["Days"] for rule in rules if "Days" in rule.get("Expiration", {})]
    return min(days, default=0)
