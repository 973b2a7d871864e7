"""A vendor fetches with stock tools what was delivered, and nothing of another vendor."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from handoff.errors import BucketForeignError
from handoff.model import Access, Bucket
from handoff.storage import provision
from handoff.storage.s3 import S3Store

pytestmark = pytest.mark.real
SEALED = b"age-encryption.org/v1 sealed"


def session(server: Any, user: str) -> boto3.session.Session:
    key, secret = json.loads((server.directory / "credentials.json").read_text())[user]
    return boto3.session.Session(
        aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1"
    )


@pytest.fixture
def owner(seaweedfs: Any) -> boto3.session.Session:
    return session(seaweedfs, "owner")


@pytest.fixture(params=["http", "https"])
def bucket(request: pytest.FixtureRequest, seaweedfs: Any, owner: Any) -> Bucket:
    name = f"vendor-{uuid.uuid4().hex[:12]}"
    if request.param == "https":
        made = Bucket(name, seaweedfs.https_endpoint, "us-east-1", seaweedfs.ca)
    else:
        made = Bucket(name, seaweedfs.endpoint, "us-east-1")
    planned = provision.plan(made, "acme", Access((seaweedfs.principal("acme"),)), session=owner)
    list(provision.apply(planned))
    return made


@pytest.fixture
def delivered(bucket: Bucket, owner: Any, tmp_path: Path) -> str:
    path = tmp_path / "sealed"
    path.write_bytes(SEALED)
    store = S3Store(bucket, vendor="acme", session=owner)
    store.put("b-1/manifest.json.age", path, hashlib.sha256(SEALED).hexdigest())
    return "b-1/manifest.json.age"


def client(server: Any, bucket: Bucket, user: str) -> Any:
    return session(server, user).client(
        "s3", endpoint_url=bucket.endpoint, verify=bucket.ca or None
    )


def test_provisioning_again_changes_nothing(seaweedfs: Any, bucket: Bucket, owner: Any) -> None:
    again = provision.plan(bucket, "acme", Access((seaweedfs.principal("acme"),)), session=owner)
    assert again.changes == ()
    assert again.not_offered == ("public access block",)


def test_another_vendors_bucket_is_never_taken_over(bucket: Bucket, owner: Any) -> None:
    with pytest.raises(BucketForeignError):
        provision.plan(bucket, "beta", Access(), session=owner)
    with pytest.raises(BucketForeignError):
        S3Store(bucket, vendor="beta", session=owner).check()


def test_a_bucket_in_use_without_the_tag_is_never_taken_over(seaweedfs: Any, owner: Any) -> None:
    theirs = Bucket(f"theirs-{uuid.uuid4().hex[:12]}", seaweedfs.endpoint, "us-east-1")
    direct = client(seaweedfs, theirs, "owner")
    direct.create_bucket(Bucket=theirs.name)
    direct.put_object(Bucket=theirs.name, Key="k", Body=b"theirs")
    with pytest.raises(BucketForeignError):
        provision.plan(theirs, "acme", Access(), session=owner)


def test_a_crash_right_after_the_creation_is_taken_up(seaweedfs: Any, owner: Any) -> None:
    ours = Bucket(f"ours-{uuid.uuid4().hex[:12]}", seaweedfs.endpoint, "us-east-1")
    steps = provision.apply(provision.plan(ours, "acme", Access(), session=owner))
    assert next(steps)[0].operation == "create_bucket"
    list(provision.apply(provision.plan(ours, "acme", Access(), session=owner)))
    S3Store(ours, vendor="acme", session=owner).check()


def test_the_vendor_reads_its_bucket_and_can_do_nothing_else(
    seaweedfs: Any, bucket: Bucket, delivered: str
) -> None:
    vendor, name = client(seaweedfs, bucket, "acme"), bucket.name
    assert vendor.get_object(Bucket=name, Key=delivered)["Body"].read() == SEALED
    assert vendor.list_objects_v2(Bucket=name)["KeyCount"] == 1
    refusals: tuple[Callable[[], object], ...] = (
        lambda: vendor.put_object(Bucket=name, Key="new", Body=b""),
        lambda: vendor.delete_object(Bucket=name, Key=delivered),
        lambda: vendor.get_bucket_policy(Bucket=name),
        lambda: vendor.put_bucket_policy(Bucket=name, Policy="{}"),
        lambda: vendor.create_bucket(Bucket="acme-own"),
    )
    for refused in refusals:
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()


def test_another_vendor_reads_nothing(seaweedfs: Any, bucket: Bucket, delivered: str) -> None:
    stranger, name = client(seaweedfs, bucket, "beta"), bucket.name
    refusals: tuple[Callable[[], object], ...] = (
        lambda: stranger.get_object(Bucket=name, Key=delivered),
        lambda: stranger.list_objects_v2(Bucket=name),
        lambda: stranger.head_object(Bucket=name, Key=delivered),
    )
    for refused in refusals:
        with pytest.raises(ClientError, match=r"AccessDenied|Forbidden"):
            refused()


@pytest.mark.parametrize("bucket", ["https"], indirect=True)
def test_a_bucket_provisioned_by_https_is_closed_to_http(
    seaweedfs: Any, bucket: Bucket, delivered: str
) -> None:
    plain = Bucket(bucket.name, seaweedfs.endpoint)
    for user in ("acme", "owner"):
        with pytest.raises(ClientError, match="AccessDenied"):
            client(seaweedfs, plain, user).get_object(Bucket=bucket.name, Key=delivered)


def test_the_object_says_nothing_about_itself(
    seaweedfs: Any, bucket: Bucket, delivered: str
) -> None:
    head = client(seaweedfs, bucket, "owner").head_object(Bucket=bucket.name, Key=delivered)
    assert head["Metadata"] == {}
    assert head["ContentType"] == "application/octet-stream"
    assert head["ServerSideEncryption"] == "AES256"
