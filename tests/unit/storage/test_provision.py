"""Provisioning: what is sent, what is left alone, and what a crash in between leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from handoff.errors import BucketForeignError, StoreRefusedError
from handoff.model import Access, Bucket
from handoff.storage import provision, settings
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.translate import NotOfferedError

ACME = "arn:aws:iam::111122223333:user/acme"
# By http, because moto takes a conditional Deny for an unconditional one.
BUCKET = Bucket("acme-handoff", region="eu-central-1")


@pytest.fixture(autouse=True)
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(
        settings, "bucket_policy", lambda *_: {"Version": "2012-10-17", "Statement": [ALLOW]}
    )
    with mock_aws():
        yield boto3.client("s3", region_name="eu-central-1")


ALLOW = {
    "Sid": "VendorReads",
    "Effect": "Allow",
    "Principal": {"AWS": ACME},
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::acme-handoff", "arn:aws:s3:::acme-handoff/*"],
}


def planned(vendor: str = "acme") -> provision.Plan:
    return provision.plan(BUCKET, vendor, Access((ACME,)))


def provisioned() -> None:
    assert all(done for _, done in provision.apply(planned()))


def test_everything_is_set_and_then_nothing_is_left_to_do(s3: Any) -> None:
    settings = [change.setting for change in planned().changes]
    assert settings == [
        "bucket",
        "tag handoff-vendor",
        "versioning",
        "public access block",
        "object ownership",
        "default encryption",
        "lifecycle",
        "bucket policy",
    ]
    provisioned()
    assert planned().changes == ()
    assert planned().not_offered == ()
    name = BUCKET.name
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"
    assert ACME in s3.get_bucket_policy(Bucket=name)["Policy"]


def test_a_plan_changes_nothing(s3: Any) -> None:
    planned()
    assert s3.list_buckets()["Buckets"] == []


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_crash_after_any_step_is_taken_up_by_the_next_run(steps: int) -> None:
    running = provision.apply(planned())
    for _ in range(steps):
        next(running)
    assert len(planned().changes) == 8 - steps
    provisioned()
    assert planned().changes == ()


def test_only_what_drifted_is_changed(s3: Any) -> None:
    provisioned()
    s3.put_bucket_versioning(Bucket=BUCKET.name, VersioningConfiguration={"Status": "Suspended"})
    (change,) = planned().changes
    assert (change.setting, change.before) == ("versioning", "Suspended")


def test_tags_of_others_are_kept(s3: Any) -> None:
    s3.create_bucket(
        Bucket=BUCKET.name,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    theirs = {"Key": "cost-centre", "Value": "7"}
    s3.put_bucket_tagging(Bucket=BUCKET.name, Tagging={"TagSet": [theirs]})
    provisioned()
    tags = s3.get_bucket_tagging(Bucket=BUCKET.name)["TagSet"]
    assert theirs in tags
    assert {"Key": "handoff-vendor", "Value": "acme"} in tags


@pytest.mark.parametrize("use", ["object", "deleted", "policy"])
def test_a_bucket_that_somebody_used_is_not_taken_over(s3: Any, use: str) -> None:
    s3.create_bucket(
        Bucket=BUCKET.name,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    if use == "policy":
        policy = {"Version": "2012-10-17", "Statement": [ALLOW]}
        s3.put_bucket_policy(Bucket=BUCKET.name, Policy=json.dumps(policy))
    else:
        s3.put_bucket_versioning(Bucket=BUCKET.name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket=BUCKET.name, Key="k", Body=b"theirs")
    if use == "deleted":
        s3.delete_object(Bucket=BUCKET.name, Key="k")
    with pytest.raises(BucketForeignError):
        planned()


def test_the_bucket_of_another_vendor_is_not_taken_over() -> None:
    provisioned()
    with pytest.raises(BucketForeignError):
        planned("beta")


def test_a_name_taken_between_plan_and_apply_is_foreign(s3: Any) -> None:
    plan = planned()
    s3.create_bucket(
        Bucket=BUCKET.name,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    with pytest.raises(BucketForeignError):
        list(provision.apply(plan))


def test_what_the_server_does_not_offer_is_reported_where_it_may_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = BucketApi.call

    def limited(api: BucketApi, operation: str, **parameters: Any) -> Any:
        if "public_access" in operation or "encryption" in operation:
            raise NotOfferedError("not offered")
        return real(api, operation, **parameters)

    monkeypatch.setattr(BucketApi, "call", limited)
    undone = [change.setting for change, done in provision.apply(planned()) if not done]
    assert undone == ["public access block", "default encryption"]
    assert planned().changes == ()
    assert planned().not_offered == ("public access block", "default encryption")


@pytest.mark.parametrize("key", ["", "arn:aws:kms:eu-central-1:111122223333:key/a"])
def test_ceph_is_asked_whether_it_can_encrypt_before_it_is_told_to(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    real, called = BucketApi.call, []

    def without_key_service(api: BucketApi, operation: str, **parameters: Any) -> Any:
        called.append(operation)
        if operation == "create_multipart_upload":
            asked = [parameters["ServerSideEncryption"], parameters.get("SSEKMSKeyId", "")]
            assert asked == (["aws:kms", key] if key else ["AES256", ""])
            raise StoreRefusedError("create_multipart_upload: the store answered InvalidArgument")
        return real(api, operation, **parameters)

    plan = provision.plan(replace(BUCKET, kms_key=key), "acme", Access((ACME,)))
    plan.api.is_ceph = True
    monkeypatch.setattr(BucketApi, "call", without_key_service)
    if key:
        with pytest.raises(StoreRefusedError):
            list(provision.apply(plan))
    else:
        undone = [change.setting for change, done in provision.apply(plan) if not done]
        assert undone == ["default encryption"]
    assert "put_bucket_encryption" not in called


def test_nothing_is_left_of_the_upload_that_asks_ceph(s3: Any) -> None:
    plan = planned()
    plan.api.is_ceph = True
    assert all(done for _, done in provision.apply(plan))
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET.name)
    s3.get_bucket_encryption(Bucket=BUCKET.name)


def test_a_server_without_versioning_is_not_good_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    real = BucketApi.call

    def limited(api: BucketApi, operation: str, **parameters: Any) -> Any:
        if "versioning" in operation:
            raise NotOfferedError("not offered")
        return real(api, operation, **parameters)

    monkeypatch.setattr(BucketApi, "call", limited)
    with pytest.raises(StoreRefusedError):
        list(provision.apply(planned()))


def test_the_expected_owner_goes_with_every_request() -> None:
    api = BucketApi(BUCKET, Transfer(), expected_owner="111122223333")
    sent: list[Any] = []
    api._client.meta.events.register(
        "before-call.s3", lambda params, **_: sent.append(params["headers"])
    )
    provisioned()
    api.call("list_objects_v2")
    assert sent[0]["x-amz-expected-bucket-owner"] == "111122223333"
