"""The bucket policy grants what the vendor needs and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handoff.errors import StoreRefusedError
from handoff.model import Bucket
from handoff.storage.access import bucket_policy, normalized

ACME = "arn:aws:iam::111122223333:user/acme"
AWS = Bucket("acme-handoff")
DEMO = Bucket("acme-handoff", "http://127.0.0.1:8333")


def statements(policy: dict[str, Any], effect: str) -> list[dict[str, Any]]:
    return [s for s in policy["Statement"] if s["Effect"] == effect]


@pytest.mark.parametrize("bucket", [AWS, DEMO])
def test_only_listing_and_reading_are_granted_and_only_to_the_vendor(bucket: Bucket) -> None:
    granted = statements(bucket_policy(bucket, [ACME]), "Allow")
    assert [(s["Action"], s["Resource"]) for s in granted] == [
        (["s3:ListBucket"], ["arn:aws:s3:::acme-handoff"]),
        (["s3:GetObject"], ["arn:aws:s3:::acme-handoff/*"]),
    ]
    assert all(s["Principal"] == {"AWS": [ACME]} for s in granted)


@pytest.mark.parametrize("endpoint", ["", "https://s3.example.org"])
def test_by_https_every_grant_asks_for_tls_and_plain_http_is_denied(endpoint: str) -> None:
    policy = bucket_policy(Bucket("acme-handoff", endpoint), [ACME])
    for granted in statements(policy, "Allow"):
        assert granted["Condition"] == {"Bool": {"aws:SecureTransport": ["true"]}}
    (denied,) = statements(policy, "Deny")
    assert denied["Principal"] == "*"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": ["false"]}}


def test_on_the_loopback_demo_no_condition_locks_everybody_out() -> None:
    policy = bucket_policy(DEMO, [ACME])
    assert statements(policy, "Deny") == []
    assert all("Condition" not in s for s in policy["Statement"])


def test_without_principals_nothing_is_granted() -> None:
    assert statements(bucket_policy(AWS, []), "Allow") == []


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        "acme",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/*",
        "arn:aws:iam::*:user/acme",
        "arn:aws:sts::111122223333:assumed-role/acme/session",
        f"{ACME}\n",
        "",
    ],
)
def test_a_principal_wider_than_one_user_or_role_is_refused(principal: str) -> None:
    with pytest.raises(StoreRefusedError):
        bucket_policy(AWS, [principal])


@pytest.mark.parametrize(
    "principal",
    [
        ACME,
        "arn:aws-us-gov:iam::111122223333:role/vendors/acme",
        "arn:aws:iam::000000000000:user/acme",
        "arn:aws:iam:::user/acme",
    ],
)
def test_users_and_roles_of_every_server_are_accepted(principal: str) -> None:
    assert principal in json.dumps(bucket_policy(AWS, [principal]))


def test_two_spellings_of_a_policy_are_equal() -> None:
    policy = bucket_policy(AWS, ["arn:aws:iam:::user/b", "arn:aws:iam:::user/a"])
    other = json.loads(json.dumps(policy).replace('["s3:GetObject"]', '"s3:GetObject"'))
    other["Statement"].reverse()
    assert normalized(other) == normalized(policy)


def test_two_different_policies_are_not_equal() -> None:
    wider = json.loads(json.dumps(bucket_policy(AWS, [ACME])).replace("GetObject", "*"))
    assert normalized(wider) != normalized(bucket_policy(AWS, [ACME]))
