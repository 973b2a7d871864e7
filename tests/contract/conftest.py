"""The stores that the contract is tried on, each with a bucket of its own per test."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boto3
import pytest
from moto import mock_aws

from handoff.model import Access, Bucket
from handoff.ports import Store
from handoff.storage import embedded, provision
from handoff.storage.client import Transfer
from handoff.storage.memory import MemoryStore
from handoff.storage.s3 import S3Store
from tests.ceph import Ceph

QUICK = Transfer(attempts=3, connect_timeout=2, read_timeout=20, connections=16)


@dataclass
class Harness:
    """A store and its siblings: one without a bucket, without a tag, with wrong credentials."""

    store: Store
    missing: Callable[[], Store]
    untagged: Callable[[], Store]
    wrong_credentials: Callable[[], Store] | None


def session_of(server: embedded.Server, user: str) -> boto3.session.Session:
    key, secret = json.loads((server.directory / "credentials.json").read_text())[user]
    return boto3.session.Session(
        aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1"
    )


def memory() -> Harness:
    return Harness(
        store=MemoryStore(),
        missing=lambda: MemoryStore(exists=False),
        untagged=lambda: MemoryStore(ours=False),
        wrong_credentials=lambda: MemoryStore(credentials=False),
    )


def s3(
    endpoint: str,
    ca: str,
    good: boto3.session.Session,
    bad: boto3.session.Session | None,
    checksums: str = "when_supported",
) -> Harness:
    def bucket() -> Bucket:
        name = f"contract-{uuid.uuid4().hex[:12]}"
        return Bucket(name, endpoint, "us-east-1", ca, checksums)

    def untagged() -> Store:
        nobodys = bucket()
        client = good.client("s3", endpoint_url=endpoint or None, verify=ca or None)
        client.create_bucket(Bucket=nobodys.name)
        return S3Store(nobodys, transfer=QUICK, session=good)

    ours = bucket()
    planned = provision.plan(ours, "acme", Access(), session=good)
    if not endpoint:
        # moto takes a conditional Deny for an unconditional one and would let nobody in.
        kept = tuple(c for c in planned.changes if c.setting != "bucket policy")
        planned = dataclasses.replace(planned, changes=kept)
    list(provision.apply(planned))
    return Harness(
        store=S3Store(ours, vendor="acme", transfer=QUICK, session=good),
        missing=lambda: S3Store(bucket(), transfer=QUICK, session=good),
        untagged=untagged,
        wrong_credentials=(
            None if bad is None else lambda: S3Store(ours, transfer=QUICK, session=bad)
        ),
    )


@pytest.fixture(
    params=[
        "memory",
        "moto",
        pytest.param("seaweedfs-http", marks=pytest.mark.real),
        pytest.param("seaweedfs-https", marks=pytest.mark.real),
        pytest.param("ceph-https", marks=pytest.mark.real),
    ]
)
def harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    if request.param == "memory":
        yield memory()
    elif request.param == "moto":
        with mock_aws():
            # moto lets everybody in, so there are no wrong credentials to be had.
            yield s3("", "", boto3.session.Session(region_name="us-east-1"), None)
    elif request.param == "ceph-https":
        gateway: Ceph = request.getfixturevalue("ceph")
        stranger = boto3.session.Session("AKIANOBODY", "wrong", region_name="us-east-1")
        # What a firm on Ceph writes into its policy: no trailing checksums.
        yield s3(
            gateway.https_endpoint,
            gateway.ca,
            gateway.session("owner"),
            stranger,
            checksums="when_required",
        )
    else:
        server: embedded.Server = request.getfixturevalue("seaweedfs")
        https = request.param.endswith("https")
        yield s3(
            server.https_endpoint if https else server.endpoint,
            server.ca if https else "",
            session_of(server, "owner"),
            boto3.session.Session(aws_access_key_id="AKIANOBODY", aws_secret_access_key="wrong"),
        )


@pytest.fixture
def store(harness: Harness) -> Store:
    return harness.store
