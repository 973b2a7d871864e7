"""The audit finds every drift planted by hand, calls it by its id, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import boto3
import pytest
from moto import mock_aws

from handoff.model import Access, Bucket, ObjectLock
from handoff.storage import access as compiled
from handoff.storage import provision
from handoff.storage.audit import audit
from handoff.storage.client import BucketApi
from handoff.storage.drift import KINDS
from handoff.storage.translate import NotOfferedError

NAME = "acme-handoff"
BUCKET = Bucket(NAME, region="eu-central-1", log_bucket="firm-logs")
ACCESS = Access(
    ("arn:aws:iam::111122223333:user/acme",),
    ("203.0.113.0/24",),
    date(2027, 12, 31),
    "returns/",
    lock=ObjectLock("COMPLIANCE", 30),
)
Policy = dict[str, Any]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A provisioned bucket on moto, which takes a conditional Deny for an unconditional one."""
    monkeypatch.setattr(compiled, "speaks_tls", lambda _: False)
    with mock_aws():
        client: Any = boto3.client("s3", region_name="eu-central-1")
        where = {"LocationConstraint": "eu-central-1"}
        client.create_bucket(Bucket="firm-logs", CreateBucketConfiguration=where)
        client.put_bucket_acl(Bucket="firm-logs", ACL="log-delivery-write")
        done = list(provision.apply(provision.plan(BUCKET, "acme", ACCESS)))
        assert all(ok for _, ok in done), [change.setting for change, ok in done if not ok]
        yield client


def ids() -> list[str]:
    return [drift.id for drift in audit(BUCKET, "acme", ACCESS).findings]


def test_a_bucket_just_provisioned_has_no_drift(s3: Any) -> None:
    assert audit(BUCKET, "acme", ACCESS).findings == ()
    assert provision.plan(BUCKET, "acme", ACCESS).changes == ()


def settle(**changes: Any) -> Callable[[Any], None]:
    """A call of the S3 operation named, on the bucket."""
    ((operation, parameters),) = changes.items()

    def plant(s3: Any) -> None:
        getattr(s3, operation)(Bucket=NAME, **parameters)

    return plant


def block(**parts: bool) -> Callable[[Any], None]:
    whole = {**provision_block(), **parts}
    return settle(put_public_access_block={"PublicAccessBlockConfiguration": whole})


def provision_block() -> dict[str, bool]:
    from handoff.storage.settings import PUBLIC_ACCESS_BLOCK

    return dict(PUBLIC_ACCESS_BLOCK)


def retention(mode: str, days: int) -> Callable[[Any], None]:
    rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
    return settle(
        put_object_lock_configuration={
            "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}
        }
    )


def lifecycle(days: int) -> Callable[[Any], None]:
    rule = {"ID": "x", "Filter": {"Prefix": ""}, "Status": "Enabled", "Expiration": {"Days": days}}
    return settle(put_bucket_lifecycle_configuration={"LifecycleConfiguration": {"Rules": [rule]}})


KMS = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:::key/theirs"}
CORS = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
REPLICA = {
    "Role": "arn:aws:iam::111122223333:role/r",
    "Rules": [
        {
            "ID": "r",
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::elsewhere"},
        }
    ],
}


@pytest.mark.parametrize(
    ("id_", "plant"),
    [
        ("HA002", settle(put_bucket_tagging={"Tagging": {"TagSet": []}})),
        (
            "HA003",
            settle(put_bucket_versioning={"VersioningConfiguration": {"Status": "Suspended"}}),
        ),
        ("HA004", retention("GOVERNANCE", 30)),
        ("HA004", retention("COMPLIANCE", 1)),
        ("HA005", block(BlockPublicAcls=False)),
        ("HA005", block(RestrictPublicBuckets=False)),
        ("HA005", settle(delete_public_access_block={})),
        (
            "HA007",
            settle(
                put_bucket_ownership_controls={
                    "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
                }
            ),
        ),
        (
            "HA008",
            settle(
                put_bucket_encryption={
                    "ServerSideEncryptionConfiguration": {
                        "Rules": [{"ApplyServerSideEncryptionByDefault": KMS}]
                    }
                }
            ),
        ),
        ("HA009", lifecycle(3650)),
        ("HA009", settle(delete_bucket_lifecycle={})),
        ("HA010", settle(put_bucket_logging={"BucketLoggingStatus": {}})),
        ("HA011", settle(put_bucket_cors={"CORSConfiguration": {"CORSRules": [CORS]}})),
        (
            "HA012",
            settle(put_bucket_website={"WebsiteConfiguration": {"IndexDocument": {"Suffix": "i"}}}),
        ),
        ("HA020", settle(delete_bucket_policy={})),
    ],
)
def test_a_setting_changed_by_hand_is_found_and_put_back(
    s3: Any, id_: str, plant: Callable[[Any], None]
) -> None:
    plant(s3)
    assert ids() == [id_]
    if id_ != "HA002":
        list(provision.apply(provision.plan(BUCKET, "acme", ACCESS)))
        assert ids() == []


def statement(policy: Policy, sid: str) -> dict[str, Any]:
    return next(s for s in policy["Statement"] if s["Sid"] == sid)


def edit(change: Callable[[Policy], object]) -> Callable[[Policy], Policy]:
    def edited(policy: Policy) -> Policy:
        change(policy)
        return policy

    return edited


def added(effect: str, **more: Any) -> Callable[[Policy], Policy]:
    new = {
        "Sid": "New",
        "Effect": effect,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{NAME}/*",
    }
    return edit(lambda p: p["Statement"].append({**new, **more}))


def removed(sid: str) -> Callable[[Policy], Policy]:
    return lambda p: {**p, "Statement": [s for s in p["Statement"] if s["Sid"] != sid]}


@pytest.mark.parametrize(
    ("id_", "change"),
    [
        ("HA021", added("Allow", Principal={"AWS": "arn:aws:iam::999999999999:user/eve"})),
        ("HA022", removed("VendorReads")),
        ("HA023", removed("NoCustomerKeys")),
        ("HA023", removed("VendorNever")),
        (
            "HA024",
            edit(
                lambda p: statement(p, "VendorReads").update(
                    Principal={"AWS": [*ACCESS.principals, "arn:aws:iam::999999999999:user/eve"]}
                )
            ),
        ),
        (
            "HA025",
            edit(lambda p: statement(p, "VendorReads").update(Action=["s3:GetObject", "s3:Get*"])),
        ),
        (
            "HA026",
            edit(
                lambda p: statement(p, "VendorReturns").update(
                    Resource=[f"arn:aws:s3:::{NAME}/returns/*", f"arn:aws:s3:::{NAME}/*"]
                )
            ),
        ),
        ("HA027", edit(lambda p: statement(p, "VendorElsewhere").update(Effect="Allow"))),
        ("HA028", added("Deny", Principal={"AWS": "arn:aws:iam::999999999999:user/eve"})),
        ("HA029", edit(lambda p: statement(p, "VendorReads").pop("Condition"))),
        (
            "HA029",
            edit(
                lambda p: statement(p, "VendorReads")["Condition"].update(
                    IpAddress={"aws:SourceIp": ["0.0.0.0/0"]}
                )
            ),
        ),
        (
            "HA029",
            edit(
                lambda p: statement(p, "VendorLists")["Condition"].update(
                    DateLessThan={"aws:CurrentTime": ["2099-01-01T00:00:00Z"]}
                )
            ),
        ),
    ],
)
def test_a_policy_changed_by_hand_is_found_and_told_apart(
    s3: Any, id_: str, change: Callable[[Policy], Policy]
) -> None:
    policy = json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"])
    s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps(change(policy)))
    assert set(ids()) == {id_}


@pytest.mark.parametrize(
    ("id_", "operation", "answer"),
    [
        (
            "HA006",
            "get_bucket_acl",
            {
                "Owner": {"ID": "firm"},
                "Grants": [
                    {"Grantee": {"ID": "firm"}, "Permission": "FULL_CONTROL"},
                    {"Grantee": {"URI": "http://acs/AllUsers"}, "Permission": "READ"},
                ],
            },
        ),
        ("HA013", "get_bucket_replication", {"ReplicationConfiguration": REPLICA}),
        (
            "HA014",
            "get_bucket_notification_configuration",
            {"TopicConfigurations": [{"TopicArn": "arn:aws:sns:::t", "Events": ["s3:*"]}]},
        ),
        ("HA015", "get_bucket_request_payment", {"Payer": "Requester"}),
        (
            "HA016",
            "list_bucket_inventory_configurations",
            {"InventoryConfigurationList": [{"Id": "theirs"}]},
        ),
        ("HA030", "get_bucket_policy_status", {"PolicyStatus": {"IsPublic": True}}),
    ],
)
def test_what_moto_cannot_keep_is_found_in_the_answer(
    s3: Any, monkeypatch: pytest.MonkeyPatch, id_: str, operation: str, answer: Mapping[str, Any]
) -> None:
    overlay(monkeypatch, operation, lambda: answer)
    assert ids() == [id_]


def overlay(
    monkeypatch: pytest.MonkeyPatch, operation: str, answer: Callable[[], Mapping[str, Any]]
) -> None:
    real = BucketApi.call

    def call(api: BucketApi, asked: str, **parameters: Any) -> Any:
        return answer() if asked == operation else real(api, asked, **parameters)

    monkeypatch.setattr(BucketApi, "call", call)


def test_objects_of_others_overwritten_and_deleted_ones_are_found(s3: Any) -> None:
    policy = s3.get_bucket_policy(Bucket=NAME)["Policy"]
    s3.delete_bucket_policy(Bucket=NAME)
    ours = f"b{'0' * 24}/manifest.json.age"
    for key in (ours, ours, "returns/work.zip", "returns/work.zip", "Client Name.docx"):
        s3.put_object(Bucket=NAME, Key=key, Body=b"x", ChecksumAlgorithm="SHA256")
    gone = f"b{'0' * 24}/{'1' * 32}.age"
    s3.put_object(Bucket=NAME, Key=gone, Body=b"x", ChecksumAlgorithm="SHA256")
    s3.delete_object(Bucket=NAME, Key=gone)
    s3.put_bucket_policy(Bucket=NAME, Policy=policy)
    found = audit(BUCKET, "acme", ACCESS)
    assert [d.id for d in found.findings] == ["HA031", "HA032", "HA033"]
    assert found.objects == 4
    assert "Client" not in str(found)


def test_a_bucket_that_is_gone_is_one_finding() -> None:
    with mock_aws():
        assert ids() == ["HA001"]


def test_a_lock_that_the_policy_does_not_know_is_told(s3: Any) -> None:
    from dataclasses import replace

    found = audit(BUCKET, "acme", replace(ACCESS, lock=None)).findings
    assert [d.id for d in found] == ["HA017"]


def test_what_a_server_does_not_know_is_not_passed_over(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_offered() -> Mapping[str, Any]:
        raise NotOfferedError("not offered")

    overlay(monkeypatch, "get_public_access_block", not_offered)
    found = audit(BUCKET, "acme", ACCESS)
    assert (found.findings, found.not_supported) == ((), ("public access block",))


def test_every_kind_of_drift_has_a_test_above() -> None:
    source = __import__("pathlib").Path(__file__).read_text()
    assert [id_ for id_ in KINDS if f'"{id_}"' not in source] == []
