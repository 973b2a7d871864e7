"""Every cell of docs/isolation-matrix.md, tried on real servers from what `provision` writes."""

from __future__ import annotations

import json
import ssl
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest
import time_machine
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from handoff.model import Access, Bucket, ObjectLock
from handoff.storage import embedded, provision
from handoff.storage.audit import audit
from tests.ceph import Ceph
from tests.isolation import ALLOWED, DOCUMENT, OPERATIONS, render

pytestmark = pytest.mark.real
HERE, ELSEWHERE = "127.0.0.0/8", "203.0.113.0/24"
REFUSED = 403
CONFIG: dict[str, Any] = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "retries": {"total_max_attempts": 1},
    "s3": {"addressing_style": "path"},
}
FORGED = {"X-Forwarded-For": "203.0.113.5", "X-Real-IP": "203.0.113.5"}


def session(server: embedded.Server | Ceph, user: str) -> boto3.session.Session:
    if isinstance(server, Ceph):
        return server.session(user)
    key, secret = json.loads((server.directory / "credentials.json").read_text())[user]
    return boto3.session.Session(key, secret, region_name="us-east-1")


@dataclass
class House:
    """One server with the buckets of vendor A: one in use, three to which it is not let in."""

    server: embedded.Server | Ceph
    buckets: Mapping[str, Bucket]
    owner: Any = None

    def client(self, user: str = "", *, https: bool = True) -> Any:
        login = session(self.server, user) if user else boto3.session.Session("x", "x")
        config = Config(**CONFIG) if user else Config(**CONFIG, signature_version=UNSIGNED)
        return login.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.server.https_endpoint if https else self.server.endpoint,
            verify=self.server.ca,
            config=config,
        )

    def delivered(self, bucket: Bucket) -> tuple[str, str]:
        """A fresh object of the firm's, and its version."""
        key = f"b{uuid.uuid4().hex[:24]}/manifest.json.age"
        self.owner = self.owner or self.client("owner")
        answer = self.owner.put_object(Bucket=bucket.name, Key=key, Body=b"sealed")
        return key, answer["VersionId"]


def made(server: embedded.Server | Ceph, access: Access) -> Bucket:
    name = f"isolation-{uuid.uuid4().hex[:12]}"
    bucket = Bucket(name, server.https_endpoint, "us-east-1", server.ca, "when_required")
    owner = session(server, "owner")
    list(provision.apply(provision.plan(bucket, "acme", access, session=owner)))
    assert provision.plan(bucket, "acme", access, session=owner).changes == ()
    assert audit(bucket, "acme", access, session=owner).findings == ()
    return bucket


@pytest.fixture(scope="module", params=["seaweedfs", "ceph"])
def house(request: pytest.FixtureRequest) -> House:
    server = request.getfixturevalue(request.param)
    access = Access(
        (server.principal("acme"),),
        (HERE,),
        date(2999, 1, 1),
        "returns/",
        lock=ObjectLock("GOVERNANCE", 1),
    )
    buckets = {
        "own": made(server, access),
        "elsewhere": made(server, replace(access, addresses=(ELSEWHERE,))),
        "ended": made(server, replace(access, until=date(2020, 1, 1))),
        "revoked": made(server, access),
    }
    nobody = replace(access, principals=())
    owner = session(server, "owner")
    list(provision.apply(provision.plan(buckets["revoked"], "acme", nobody, session=owner)))
    return House(server, buckets)


def operations(client: Any, bucket: Bucket, key: str, version: str) -> dict[str, tuple[str, Any]]:
    """Each operation of the matrix, as the client's method and its parameters."""
    here = {"Bucket": bucket.name}
    whole = f"arn:aws:s3:::{bucket.name}"
    own = {"Sid": "Own", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}
    policy = {"Version": "2012-10-17", "Statement": [{**own, "Resource": whole}]}
    lock = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("list_objects_v2", here),
        ("get_object", {**here, "Key": key}),
        ("get_object", {**here, "Key": key, "VersionId": version}),
        ("head_object", {**here, "Key": key}),
        ("put_object", {**here, "Key": f"{key}.new", "Body": b"x"}),
        ("put_object", {**here, "Key": f"returns/{uuid.uuid4().hex}", "Body": b"x"}),
        ("delete_object", {**here, "Key": key}),
        ("delete_object", {**here, "Key": key, "VersionId": version}),
        ("get_bucket_policy", here),
        ("put_bucket_policy", {**here, "Policy": json.dumps(policy)}),
        (
            "put_object_lock_configuration",
            {**here, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": lock}},
        ),
        ("create_bucket", {"Bucket": f"squat-{uuid.uuid4().hex[:12]}"}),
    )
    return dict(zip(OPERATIONS, calls, strict=True))


def outcome(call: Callable[[], object]) -> str:
    """Say whether it worked; anything but a plain refusal is neither yes nor no."""
    try:
        call()
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return "no" if status == REFUSED else f"http {status} {error.response['Error']['Code']}"
    return "yes"


def by_link(client: Any, operation: str, parameters: dict[str, Any], ca: str) -> str:
    """What comes of a link that was signed an hour ago for one minute."""
    body = parameters.get("Body", b"")
    signed = {k: v for k, v in parameters.items() if k != "Body"}
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1)):
        url = client.generate_presigned_url(operation, Params=signed, ExpiresIn=60)
    method = {"get": "GET", "list": "GET", "head": "HEAD", "delete": "DELETE"}.get(
        operation.partition("_")[0], "PUT"
    )
    with httpx.Client(verify=ssl.create_default_context(cafile=ca)) as http:
        status = http.request(method, url, content=body if method == "PUT" else None).status_code
    return "no" if status == REFUSED else f"http {status}"


def forge(client: Any) -> Any:
    """`client`, with headers that claim another address in everything it sends."""

    def add(request: Any, **_: Any) -> None:
        for name, value in FORGED.items():
            request.headers[name] = value
        request.headers["Forwarded"] = "for=203.0.113.5"

    client.meta.events.register("before-sign.s3", add)
    client.meta.events.register("before-send.s3", add)
    return client


def cast(house: House, actor: str) -> tuple[Any, Bucket]:
    """Who acts, and on which bucket."""
    own, elsewhere = house.buckets["own"], house.buckets["elsewhere"]
    roles: dict[str, tuple[Callable[[], Any], Bucket]] = {
        "owner": (lambda: house.client("owner"), own),
        "vendor B": (lambda: house.client("beta"), own),
        "revoked vendor": (lambda: house.client("acme"), house.buckets["revoked"]),
        "vendor after the end": (lambda: house.client("acme"), house.buckets["ended"]),
        "anonymous": (house.client, own),
        "forged X-Forwarded-For": (lambda: forge(house.client("acme")), elsewhere),
        "plain http": (lambda: house.client("acme", https=False), own),
        "wrong address": (lambda: house.client("acme"), elsewhere),
    }
    client, bucket = roles.get(actor, (lambda: house.client("acme"), own))
    return client(), bucket


@pytest.mark.parametrize("actor", list(ALLOWED))
def test_each_actor_can_do_what_the_matrix_says_and_nothing_else(house: House, actor: str) -> None:
    client, bucket = cast(house, actor)
    if actor == "owner":
        # What the owner may change is changed on a bucket of its own, not under the other tests.
        bucket = made(house.server, Access((), lock=ObjectLock("GOVERNANCE", 1)))
    tried: dict[str, str] = {}
    for operation in OPERATIONS:
        key, version = house.delivered(bucket)
        name, parameters = operations(client, bucket, key, version)[operation]
        if actor == "expired URL":
            tried[operation] = by_link(client, name, parameters, house.server.ca)
        else:
            tried[operation] = outcome(lambda: getattr(client, name)(**parameters))  # noqa: B023
    allowed = ALLOWED[actor][1]
    assert tried == {op: "yes" if op in allowed else "no" for op in OPERATIONS}


def test_the_document_shows_the_table_that_is_asserted() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(), "run `python -m tests.isolation`"
