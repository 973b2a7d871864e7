"""Provision a vendor's bucket: look what is there, plan the changes, apply them.

`plan` only reads. `apply` makes the changes in an order in which a crash in between leaves a
bucket that grants nothing to anybody and that the next run takes up again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from handoff.errors import BucketForeignError, BucketMissingError
from handoff.model import Bucket
from handoff.storage import ownership
from handoff.storage.access import bucket_policy, normalized
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.translate import NotOfferedError, NotSetError

if TYPE_CHECKING:
    from boto3.session import Session

PUBLIC_ACCESS_BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to be done to the bucket.

    Attributes:
        setting: what changes, in words: "versioning".
        before: how it stands now, in words.
        after: how it will stand, in words.
        operation: the S3 operation that does it, with its `parameters`.
        optional: whether a server that does not offer the operation is good enough.
    """

    setting: str
    before: str
    after: str
    operation: str
    parameters: Mapping[str, Any] = field(repr=False)
    optional: bool = False


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


@dataclass(frozen=True, slots=True)
class _Setting:
    """How one setting is read, what it should be and how it is written."""

    name: str
    read: str
    current: Callable[[Mapping[str, Any]], object]
    wanted: object
    words: str
    write: str
    parameters: Mapping[str, Any]
    optional: bool = False


def plan(
    bucket: Bucket,
    vendor: str,
    principals: Sequence[str],
    *,
    expected_owner: str = "",
    session: Session | None = None,
) -> Plan:
    """Compare the bucket with what `vendor` should have, changing nothing.

    Args:
        bucket: the vendor's bucket.
        vendor: its short name, which the bucket's tag will carry.
        principals: ARNs of the users and roles that the vendor reads with.
        expected_owner: AWS account id that must own the bucket, "" if not known.
        session: a boto3 session; without it the usual AWS chain.

    Raises:
        BucketForeignError: the bucket is another account's, another vendor's, or in use untagged.
        StorageError: whatever else the store says.
    """
    api = BucketApi(bucket, Transfer(attempts=4), expected_owner=expected_owner, session=session)
    exists = _exists(api, vendor)
    changes = [] if exists else [_creation(bucket)]
    not_offered = []
    for setting in _settings(api, bucket, vendor, principals, exists=exists):
        try:
            found = _current(api, setting) if exists else None
        except NotOfferedError:
            if not setting.optional:
                raise
            not_offered.append(setting.name)
            continue
        if found != setting.wanted:
            changes.append(_change(setting, found))
    return Plan(bucket, tuple(changes), tuple(not_offered), api)


def apply(planned: Plan) -> Iterator[tuple[Change, bool]]:
    """Make the changes in order, yielding each with whether the server could do it.

    Raises:
        BucketForeignError: somebody took the name since the plan was made.
        StorageError: whatever else the store says; what was done before stays.
    """
    for change in planned.changes:
        try:
            planned.api.call(change.operation, **change.parameters)
        except NotOfferedError:
            if not change.optional:
                raise
            yield change, False
            continue
        yield change, True


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


def _creation(bucket: Bucket) -> Change:
    # S3 refuses a LocationConstraint that names its oldest region.
    elsewhere = bucket.region not in {"", "us-east-1"}
    where = {"CreateBucketConfiguration": {"LocationConstraint": bucket.region}}
    return Change("bucket", "missing", "created", "create_bucket", where if elsewhere else {})


def _current(api: BucketApi, setting: _Setting) -> object:
    try:
        return setting.current(api.call(setting.read))
    except NotSetError:
        return None


def _change(setting: _Setting, found: object) -> Change:
    before = "not set" if found is None else "different"
    return Change(
        setting.name, before, setting.words, setting.write, setting.parameters, setting.optional
    )


def _settings(
    api: BucketApi, bucket: Bucket, vendor: str, principals: Sequence[str], *, exists: bool
) -> tuple[_Setting, ...]:
    """Every setting, the vendor's access last: it opens only what is already protected."""
    return (
        _tag(ownership.tags_of(api) if exists else {}, vendor),
        _Setting(
            "versioning",
            "get_bucket_versioning",
            lambda answer: answer.get("Status"),
            "Enabled",
            "on",
            "put_bucket_versioning",
            {"VersioningConfiguration": {"Status": "Enabled"}},
        ),
        _Setting(
            "public access block",
            "get_public_access_block",
            lambda answer: answer.get("PublicAccessBlockConfiguration"),
            PUBLIC_ACCESS_BLOCK,
            "all public access blocked",
            "put_public_access_block",
            {"PublicAccessBlockConfiguration": PUBLIC_ACCESS_BLOCK},
            optional=True,
        ),
        _Setting(
            "default encryption",
            "get_bucket_encryption",
            lambda answer: _algorithms(answer) or None,
            ["AES256"],
            "AES256 at rest",
            "put_bucket_encryption",
            {"ServerSideEncryptionConfiguration": ENCRYPTION},
            optional=True,
        ),
        _access(replace(bucket, endpoint=api.endpoint), principals),
    )


def _tag(present: Mapping[str, str], vendor: str) -> _Setting:
    """The ownership tag; writing tags replaces all of them, so the present ones are kept."""
    tags = [
        {"Key": key, "Value": value} for key, value in {**present, ownership.TAG: vendor}.items()
    ]
    return _Setting(
        f"tag {ownership.TAG}",
        "get_bucket_tagging",
        lambda _: present.get(ownership.TAG),
        vendor,
        vendor,
        "put_bucket_tagging",
        {"Tagging": {"TagSet": tags}},
    )


def _access(bucket: Bucket, principals: Sequence[str]) -> _Setting:
    policy = bucket_policy(bucket, principals)
    names = ", ".join(sorted(principals)) or "nobody"
    return _Setting(
        "bucket policy",
        "get_bucket_policy",
        lambda answer: normalized(json.loads(answer["Policy"])),
        normalized(policy) if policy["Statement"] else None,
        f"list and read for {names}",
        "put_bucket_policy" if policy["Statement"] else "delete_bucket_policy",
        {"Policy": json.dumps(policy)} if policy["Statement"] else {},
    )


def _algorithms(answer: Mapping[str, Any]) -> list[str]:
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    return [rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules]
