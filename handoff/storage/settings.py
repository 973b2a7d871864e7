"""What a vendor's bucket must be, setting by setting: how each is read, compared and written.

One table serves `provision`, which writes what differs, and `audit`, which reports it. No I/O here.

A setting is removed only where the server has just shown one: a server that does not know the kind
takes `DELETE /bucket?website` for `DELETE /bucket` (SeaweedFS 4.48, Ceph 16 with `?encryption`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from handoff.model import Access, Bucket, ObjectLock
from handoff.storage.access import bucket_policy, normalized
from handoff.storage.ownership import TAG
from handoff.storage.translate import NotOfferedError

PUBLIC_ACCESS_BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
# Ceph 16 takes a grant to one named user for a public one, so that the policy part refuses the
# vendor's policy; with the ACL part it refuses every upload. What both would stop has no effect
# there either way: the other two ignore public ACLs and restrict public buckets.
PARTIAL_BLOCK = {**PUBLIC_ACCESS_BLOCK, "BlockPublicAcls": False, "BlockPublicPolicy": False}
ENCRYPT = "put_bucket_encryption"
ABORT_DAYS = 1
OLD_VERSION_DAYS = 1
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read, what it should be and how it is written.

    Attributes:
        name: in words: "versioning".
        drift: id of the finding that says it is otherwise.
        read: S3 operation that reads it.
        current: its value out of the answer, None where it is not set.
        wanted: what the value should be, None for not set.
        write: S3 operation that sets it, "" for one that is only looked at.
        parameters: of `write`.
        clear: S3 operation that removes it, where nothing is wanted.
        optional: whether a server that does not know it is good enough.
        fresh: whether a bucket just made needs it written.
    """

    name: str
    drift: str
    read: str
    current: Callable[[Answer], object]
    wanted: object
    write: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    clear: str = ""
    optional: bool = True
    fresh: bool = True


def settings(
    bucket: Bucket,
    access: Access,
    vendor: str,
    tags: Mapping[str, str],
    *,
    ceph: bool = False,
) -> list[Setting]:
    """Every setting in the order of writing; the vendor's access last, once all is protected.

    Args:
        bucket: with the endpoint that is really spoken to, which decides about TLS.
        access: what the vendor may do.
        vendor: its name, for the tag.
        tags: the bucket's tags now; writing tags replaces all of them, so they are kept.
        ceph: whether the server is Ceph's gateway.
    """
    return [
        _tag(vendor, tags),
        _versioning(),
        *([_lock(access.lock)] if access.lock else []),
        _public_access_block(PARTIAL_BLOCK if ceph else PUBLIC_ACCESS_BLOCK),
        _acl(),
        _ownership(),
        _encryption(bucket),
        _lifecycle(access),
        *([_logging(bucket)] if bucket.log_bucket else []),
        *_nothing_else(),
        _policy(bucket, access),
    ]


def _tag(vendor: str, tags: Mapping[str, str]) -> Setting:
    wanted = [{"Key": key, "Value": value} for key, value in {**tags, TAG: vendor}.items()]
    return Setting(
        f"tag {TAG}",
        "HA002",
        "get_bucket_tagging",
        lambda answer: {t["Key"]: t["Value"] for t in answer.get("TagSet", ())}.get(TAG),
        vendor,
        "put_bucket_tagging",
        {"Tagging": {"TagSet": wanted}},
        optional=False,
    )


def _versioning() -> Setting:
    return Setting(
        "versioning",
        "HA003",
        "get_bucket_versioning",
        lambda answer: answer.get("Status"),
        "Enabled",
        "put_bucket_versioning",
        {"VersioningConfiguration": {"Status": "Enabled"}},
        optional=False,
    )


def _lock(lock: ObjectLock) -> Setting:
    rule = {"DefaultRetention": {"Mode": lock.mode, "Days": lock.days}}
    wanted = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    return Setting(
        "object lock",
        "HA004",
        "get_object_lock_configuration",
        lambda answer: retention(answer) or None,
        {"mode": lock.mode, "days": lock.days},
        "put_object_lock_configuration",
        {"ObjectLockConfiguration": wanted},
        optional=False,
    )


def retention(answer: Answer) -> dict[str, Any]:
    """Mode and days of the default retention; empty where there is none."""
    rule = answer.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
    if not rule:
        return {}
    return {"mode": rule.get("Mode"), "days": rule.get("Days", 0) + 365 * rule.get("Years", 0)}


def _public_access_block(wanted: Mapping[str, bool]) -> Setting:
    return Setting(
        "public access block",
        "HA005",
        "get_public_access_block",
        lambda answer: answer.get("PublicAccessBlockConfiguration"),
        wanted,
        "put_public_access_block",
        {"PublicAccessBlockConfiguration": wanted},
    )


def _acl() -> Setting:
    return Setting(
        "access control list",
        "HA006",
        "get_bucket_acl",
        _foreign_grants,
        None,
        "put_bucket_acl",
        {"ACL": "private"},
        fresh=False,
    )


def _foreign_grants(answer: Answer) -> object:
    owner = answer.get("Owner", {}).get("ID")
    grants = [(g.get("Grantee", {}), g.get("Permission")) for g in answer.get("Grants", ())]
    foreign = [
        f"{permission} for {grantee.get('URI') or grantee.get('ID') or 'somebody'}"
        for grantee, permission in grants
        if grantee.get("ID") != owner or grantee.get("URI")
    ]
    return sorted(foreign) or None


def _ownership() -> Setting:
    wanted = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    return Setting(
        "object ownership",
        "HA007",
        "get_bucket_ownership_controls",
        lambda answer: _offered(answer, "OwnershipControls", "Rules")[0]["ObjectOwnership"],
        "BucketOwnerEnforced",
        "put_bucket_ownership_controls",
        {"OwnershipControls": wanted},
    )


def _encryption(bucket: Bucket) -> Setting:
    wanted = ["aws:kms", bucket.kms_key] if bucket.kms_key else ["AES256", ""]
    default = {"SSEAlgorithm": wanted[0], **({"KMSMasterKeyID": wanted[1]} if wanted[1] else {})}
    rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": default}
    if bucket.kms_key:
        rule["BucketKeyEnabled"] = True
    return Setting(
        "default encryption",
        "HA008",
        "get_bucket_encryption",
        _algorithm,
        wanted,
        ENCRYPT,
        {"ServerSideEncryptionConfiguration": {"Rules": [rule]}},
        optional=not bucket.kms_key,
    )


def _algorithm(answer: Answer) -> object:
    rules = _offered(answer, "ServerSideEncryptionConfiguration", "Rules")
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
    return [default.get("SSEAlgorithm"), default.get("KMSMasterKeyID", "")]


def _offered(answer: Answer, outer: str, inner: str) -> Any:  # noqa: ANN401 - botocore's answer
    """Ceph 16 answers with an empty element for what it does not have; AWS never does."""
    found = answer.get(outer, {}).get(inner)
    if not found:
        raise NotOfferedError(f"{outer}: the store does not offer this")
    return found


def _lifecycle(access: Access) -> Setting:
    everything = {"Filter": {"Prefix": ""}, "Status": "Enabled"}
    rules = [
        {
            "ID": "handoff-abort",
            **everything,
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
        },
        {
            "ID": "handoff-expire",
            **everything,
            "Expiration": {"Days": access.expires_days},
            "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSION_DAYS},
        },
    ]
    return Setting(
        "lifecycle",
        "HA009",
        "get_bucket_lifecycle_configuration",
        lambda answer: lifecycle_rules(answer.get("Rules", ())) or None,
        lifecycle_rules(rules),
        "put_bucket_lifecycle_configuration",
        {"LifecycleConfiguration": {"Rules": rules}},
    )


def lifecycle_rules(rules: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - botocore's answer
    """Rules in one spelling: Ceph gives the prefix back outside of its filter."""
    found = []
    for rule in rules:
        plain = {k: v for k, v in rule.items() if k not in {"Filter", "Prefix"}}
        chosen = rule.get("Filter") or {}
        plain["Filter"] = chosen if set(chosen) - {"Prefix"} else ""
        plain["Prefix"] = chosen.get("Prefix", rule.get("Prefix", ""))
        found.append(plain)
    return sorted(found, key=lambda rule: str(rule.get("ID")))


def _logging(bucket: Bucket) -> Setting:
    target = {"TargetBucket": bucket.log_bucket, "TargetPrefix": f"{bucket.name}/"}
    return Setting(
        "access logging",
        "HA010",
        "get_bucket_logging",
        lambda answer: (
            {
                key: value
                for key, value in answer.get("LoggingEnabled", {}).items()
                if key in {"TargetBucket", "TargetPrefix"}
            }
            or None
        ),
        target,
        "put_bucket_logging",
        {"BucketLoggingStatus": {"LoggingEnabled": target}},
    )


def _nothing_else() -> list[Setting]:
    """Doors that a bucket may have and a vendor's bucket must not."""
    return [
        _absent("CORS", "HA011", "get_bucket_cors", "CORSRules", "delete_bucket_cors"),
        Setting(
            "website",
            "HA012",
            "get_bucket_website",
            lambda answer: sorted(set(answer) - {"ResponseMetadata"}) or None,
            None,
            clear="delete_bucket_website",
            fresh=False,
        ),
        Setting(
            "replication",
            "HA013",
            "get_bucket_replication",
            lambda answer: answer.get("ReplicationConfiguration", {}).get("Rules"),
            None,
            clear="delete_bucket_replication",
            fresh=False,
        ),
        Setting(
            "notifications",
            "HA014",
            "get_bucket_notification_configuration",
            lambda answer: {k: v for k, v in answer.items() if k != "ResponseMetadata"} or None,
            None,
            "put_bucket_notification_configuration",
            {"NotificationConfiguration": {}},
            fresh=False,
        ),
        Setting(
            "requester pays",
            "HA015",
            "get_bucket_request_payment",
            lambda answer: "Requester" if answer.get("Payer") == "Requester" else None,
            None,
            "put_bucket_request_payment",
            {"RequestPaymentConfiguration": {"Payer": "BucketOwner"}},
            fresh=False,
        ),
        _absent(
            "inventory",
            "HA016",
            "list_bucket_inventory_configurations",
            "InventoryConfigurationList",
        ),
    ]


def _absent(name: str, drift: str, read: str, key: str, clear: str = "") -> Setting:
    return Setting(
        name, drift, read, lambda answer: answer.get(key) or None, None, clear=clear, fresh=False
    )


def _policy(bucket: Bucket, access: Access) -> Setting:
    policy = bucket_policy(bucket, access)
    return Setting(
        "bucket policy",
        "HA020",
        "get_bucket_policy",
        lambda answer: normalized(json.loads(answer["Policy"])),
        normalized(policy),
        "put_bucket_policy",
        {"Policy": json.dumps(policy)},
        optional=False,
    )
