"""Who may do what with a vendor's bucket: the intent compiled to S3's policy language. No I/O.

Every grant carries its conditions (TLS, addresses, end) inside the Allow, because a Deny on a
condition that a server does not know, or on a key that is absent, does not match there and lets
everything through; an Allow then grants nothing. The Denies beside them hold against rights that
come from elsewhere (an IAM policy of the vendor's user in the firm's own account).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from handoff.errors import StoreRefusedError
from handoff.model import Access, Bucket
from handoff.storage.takenback import with_taken_back

# Of one user or one role, never a wildcard. Ceph leaves the account empty, SeaweedFS has zeros.
_PRINCIPAL = re.compile(r"arn:aws(?:-[a-z]+)*:iam::(?:\d{12})?:(?:user|role)/[\w+=,.@/-]{1,512}")
_KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_ALGORITHM = "s3:x-amz-server-side-encryption"
_CUSTOMER_KEY = "s3:x-amz-server-side-encryption-customer-algorithm"
# What a vendor may never do, whoever grants it. A list, because SeaweedFS knows no NotAction.
_NEVER = (
    "s3:BypassGovernanceRetention",
    "s3:Delete*",
    "s3:GetBucket*",
    "s3:GetObjectVersion*",
    "s3:ListBucketVersions",
    "s3:PutBucket*",
    "s3:PutLifecycleConfiguration",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectVersionAcl",
    "s3:PutReplicationConfiguration",
)

Statement = dict[str, Any]
Policy = dict[str, Any]
Conditions = dict[str, dict[str, list[str]]]


def bucket_policy(bucket: Bucket, access: Access) -> Policy:
    """The bucket's policy: the vendor lists, gets, puts into its return prefix, and no more.

    Where the endpoint is https (AWS's own always is), TLS is asked for; on http, which is for
    loopback only, it is not.

    Raises:
        StoreRefusedError: a principal is not the ARN of one user or role.
    """
    _require_single(access.principals)
    statements = [_to(access, grant) for grant in _grants(bucket, access)]
    if access.principals:
        statements += [_to(access, denial) for denial in _vendor_denials(bucket, access)]
    statements += [{**denial, "Principal": "*"} for denial in _denials_for_all(bucket)]
    policy = {"Version": "2012-10-17", "Statement": statements}
    return with_taken_back(policy, bucket, access.principals, access.denied)


def vendor_policy(bucket: Bucket, access: Access) -> Policy:
    """The IAM policy of the vendor's own user or role: the same grants, from the other side.

    A vendor in another AWS account needs both: what the bucket allows and what its account does.
    """
    statements = _grants(bucket, access)
    if bucket.kms_key:
        statements.append(_key_use(bucket, access))
    return {"Version": "2012-10-17", "Statement": statements}


def conditions(bucket: Bucket, access: Access) -> Conditions:
    """What must hold for the vendor to be let in: all of them at once."""
    found: Conditions = {}
    if speaks_tls(bucket):
        found["Bool"] = {"aws:SecureTransport": ["true"]}
    if access.addresses:
        found["IpAddress"] = {"aws:SourceIp": sorted(access.addresses)}
    if access.until is not None:
        found["DateLessThan"] = {"aws:CurrentTime": [_end(access)]}
    return found


def speaks_tls(bucket: Bucket) -> bool:
    """Whether the bucket is reached by https; an empty endpoint is AWS's."""
    return not bucket.endpoint or bucket.endpoint.startswith("https:")


def normalized(policy: object) -> object:
    """The policy in a form in which two spellings of the same one are equal.

    Servers give a list of one back as a string, and lists in another order.
    """
    if isinstance(policy, Mapping):
        return {key: normalized(value) for key, value in policy.items()}
    if isinstance(policy, list):
        values = [normalized(value) for value in policy]
        return values[0] if len(values) == 1 else sorted(values, key=repr)
    return policy


def arn(bucket: Bucket, inside: str = "") -> str:
    """The bucket's ARN, or that of the objects under `inside` ("*", "returns/*")."""
    return f"arn:aws:s3:::{bucket.name}" + (f"/{inside}" if inside else "")


def _require_single(principals: Sequence[str]) -> None:
    for principal in principals:
        if not _PRINCIPAL.fullmatch(principal):
            raise StoreRefusedError(
                "a principal of the vendor is not the ARN of one user or role",
                "expected something like arn:aws:iam::111122223333:user/acme",
            )


def _to(access: Access, statement: Statement) -> Statement:
    return {**statement, "Principal": {"AWS": sorted(access.principals)}}


def _grants(bucket: Bucket, access: Access) -> list[Statement]:
    if not access.principals:
        return []
    wanted = [
        ("VendorLists", ["s3:ListBucket"], arn(bucket)),
        ("VendorReads", ["s3:GetObject"], arn(bucket, "*")),
    ]
    if access.return_prefix:
        # Aborting is part of putting: what was begun can be given up, nothing can be deleted.
        puts = ["s3:AbortMultipartUpload", "s3:PutObject"]
        wanted.append(("VendorReturns", puts, arn(bucket, f"{access.return_prefix}*")))
    return [
        _statement(sid, "Allow", actions, [resource], conditions(bucket, access))
        for sid, actions, resource in wanted
    ]


def _vendor_denials(bucket: Bucket, access: Access) -> list[Statement]:
    """What stops the vendor even where other policies grant it more."""
    both = [arn(bucket), arn(bucket, "*")]
    never = [*_NEVER, *([] if access.return_prefix else ["s3:PutObject"])]
    denials = [_statement("VendorNever", "Deny", sorted(never), both, {})]
    if access.addresses:
        elsewhere = {"NotIpAddress": {"aws:SourceIp": sorted(access.addresses)}}
        denials.append(_statement("VendorElsewhere", "Deny", ["s3:*"], both, elsewhere))
    if access.until is not None:
        after = {"DateGreaterThanEquals": {"aws:CurrentTime": [_end(access)]}}
        denials.append(_statement("VendorAfterTheEnd", "Deny", ["s3:*"], both, after))
    return denials


def _denials_for_all(bucket: Bucket) -> list[Statement]:
    """What nobody may, the firm included: plain http, and other keys than ours at rest."""
    both, inside = [arn(bucket), arn(bucket, "*")], [arn(bucket, "*")]
    denials = []
    if speaks_tls(bucket):
        plain = {"Bool": {"aws:SecureTransport": ["false"]}}
        denials.append(_statement("TlsOnly", "Deny", ["s3:*"], both, plain))
        # On Ceph a plain request lacks the key, so that the statement above does not match it.
        unsaid = {"Null": {"aws:SecureTransport": ["true"]}}
        denials.append(_statement("TlsSaid", "Deny", ["s3:*"], both, unsaid))
    # "Is there at all" is StringLike "*": Ceph takes `Null: false` for `Null: true`.
    foreign: list[tuple[str, Conditions]] = [
        ("NoCustomerKeys", {"StringLike": {_CUSTOMER_KEY: ["*"]}})
    ]
    if bucket.kms_key:
        # An upload that names no key is encrypted by the bucket's default, which is ours.
        named = {"StringLike": {_KEY_ID: ["*"]}, "StringNotEquals": {_KEY_ID: [bucket.kms_key]}}
        other = {"StringLike": {_ALGORITHM: ["*"]}, "StringNotEquals": {_ALGORITHM: ["aws:kms"]}}
        foreign += [("OnlyOurKey", named), ("OnlyByKey", other)]
    else:
        foreign.append(("OnlyTheStoresKey", {"StringLike": {_KEY_ID: ["*"]}}))
    denials += [
        _statement(sid, "Deny", ["s3:PutObject"], inside, condition) for sid, condition in foreign
    ]
    return denials


def _key_use(bucket: Bucket, access: Access) -> Statement:
    actions = ["kms:Decrypt"]
    if access.return_prefix:
        actions.append("kms:GenerateDataKey")
    through: Conditions = {}
    if bucket.region:
        through["StringEquals"] = {"kms:ViaService": [f"s3.{bucket.region}.amazonaws.com"]}
    if access.until is not None:
        through["DateLessThan"] = {"aws:CurrentTime": [_end(access)]}
    return _statement("VendorUsesTheKey", "Allow", actions, [bucket.kms_key], through)


def _statement(
    sid: str,
    effect: str,
    actions: Sequence[str],
    resources: Sequence[str],
    condition: Mapping[str, Any],
) -> Statement:
    statement: Statement = {
        "Sid": sid,
        "Effect": effect,
        "Action": list(actions),
        "Resource": list(resources),
    }
    if condition:
        statement["Condition"] = dict(condition)
    return statement


def _end(access: Access) -> str:
    """The first moment at which nothing is granted any more: the midnight (UTC) after `until`."""
    assert access.until is not None  # noqa: S101 - asked by every caller
    if access.until == date.max:
        return f"{date.max.isoformat()}T23:59:59Z"
    return f"{(access.until + timedelta(days=1)).isoformat()}T00:00:00Z"
