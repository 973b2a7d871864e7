"""The bucket policy grants what the vendor needs and nothing else."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from handoff.errors import StoreRefusedError
from handoff.model import Access, Bucket
from handoff.storage.access import bucket_policy, normalized, vendor_policy

ACME = "arn:aws:iam::111122223333:user/acme"
AWS = Bucket("acme-handoff")
DEMO = Bucket("acme-handoff", "http://127.0.0.1:8333")


def statements(policy: dict[str, Any], effect: str) -> list[dict[str, Any]]:
    return [s for s in policy["Statement"] if s["Effect"] == effect]


@pytest.mark.parametrize("bucket", [AWS, DEMO])
def test_only_listing_and_reading_are_granted_and_only_to_the_vendor(bucket: Bucket) -> None:
    granted = statements(bucket_policy(bucket, Access((ACME,))), "Allow")
    assert [(s["Action"], s["Resource"]) for s in granted] == [
        (["s3:ListBucket"], ["arn:aws:s3:::acme-handoff"]),
        (["s3:GetObject"], ["arn:aws:s3:::acme-handoff/*"]),
    ]
    assert all(s["Principal"] == {"AWS": [ACME]} for s in granted)


FULL = Access((ACME,), ("203.0.113.0/24",), date(2027, 12, 31), "returns/")


@pytest.mark.parametrize("endpoint", ["", "https://s3.example.org"])
def test_by_https_every_grant_asks_for_tls_and_plain_http_is_denied(endpoint: str) -> None:
    policy = bucket_policy(Bucket("acme-handoff", endpoint), Access((ACME,)))
    for granted in statements(policy, "Allow"):
        assert granted["Condition"] == {"Bool": {"aws:SecureTransport": ["true"]}}
    denied = {s["Sid"]: s for s in statements(policy, "Deny")}
    assert denied["TlsOnly"]["Principal"] == denied["TlsSaid"]["Principal"] == "*"
    assert denied["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": ["false"]}}
    assert denied["TlsSaid"]["Condition"] == {"Null": {"aws:SecureTransport": ["true"]}}


def test_on_the_loopback_demo_no_condition_locks_everybody_out() -> None:
    policy = bucket_policy(DEMO, Access((ACME,)))
    assert all("Condition" not in s for s in statements(policy, "Allow"))
    assert not {"TlsOnly", "TlsSaid"} & {s["Sid"] for s in policy["Statement"]}


def test_every_grant_carries_address_and_end_so_that_it_fails_closed() -> None:
    for granted in statements(bucket_policy(AWS, FULL), "Allow"):
        assert granted["Condition"] == {
            "Bool": {"aws:SecureTransport": ["true"]},
            "IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]},
            "DateLessThan": {"aws:CurrentTime": ["2028-01-01T00:00:00Z"]},
        }


def test_the_vendor_puts_into_its_return_prefix_alone() -> None:
    puts = [s for s in bucket_policy(AWS, FULL)["Statement"] if "s3:PutObject" in s["Action"]]
    granted = [s for s in puts if s["Effect"] == "Allow"]
    assert [s["Resource"] for s in granted] == [["arn:aws:s3:::acme-handoff/returns/*"]]
    never = next(s for s in bucket_policy(AWS, Access((ACME,)))["Statement"] if s["Sid"] == NEVER)
    assert "s3:PutObject" in never["Action"]


NEVER = "VendorNever"


def test_what_other_policies_grant_the_vendor_is_denied_here() -> None:
    denied = {s["Sid"]: s for s in statements(bucket_policy(AWS, FULL), "Deny")}
    assert {"s3:Delete*", "s3:PutBucket*", "s3:GetObjectVersion*"} <= set(denied[NEVER]["Action"])
    assert denied["VendorElsewhere"]["Condition"] == {
        "NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}
    }
    assert denied["VendorAfterTheEnd"]["Condition"] == {
        "DateGreaterThanEquals": {"aws:CurrentTime": ["2028-01-01T00:00:00Z"]}
    }


def test_no_other_key_may_encrypt() -> None:
    key = "arn:aws:kms:eu-west-2:111122223333:key/1"
    ours = {s["Sid"]: s for s in bucket_policy(Bucket("b", kms_key=key), FULL)["Statement"]}
    named = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    assert ours["OnlyOurKey"]["Condition"] == {
        "StringLike": {named: ["*"]},
        "StringNotEquals": {named: [key]},
    }
    plain = {s["Sid"]: s for s in bucket_policy(Bucket("b"), FULL)["Statement"]}
    assert plain["OnlyTheStoresKey"]["Condition"] == {"StringLike": {named: ["*"]}}
    for policy in (ours, plain):
        assert policy["NoCustomerKeys"]["Effect"] == "Deny"


def test_an_agreement_without_an_end_has_one_that_a_server_can_read() -> None:
    last = bucket_policy(AWS, Access((ACME,), until=date.max))["Statement"][0]
    assert last["Condition"]["DateLessThan"] == {"aws:CurrentTime": ["9999-12-31T23:59:59Z"]}


def test_the_vendors_own_policy_grants_the_same_and_the_use_of_the_key() -> None:
    bucket = Bucket("acme-handoff", region="eu-west-2", kms_key="arn:aws:kms:::key/1")
    granted = vendor_policy(bucket, FULL)["Statement"]
    assert [s["Sid"] for s in granted] == [
        *("VendorLists", "VendorReads", "VendorReturns", "VendorUsesTheKey")
    ]
    assert all("Principal" not in s for s in granted)
    through = granted[-1]["Condition"]["StringEquals"]
    assert through == {"kms:ViaService": ["s3.eu-west-2.amazonaws.com"]}


def test_without_principals_nothing_is_granted() -> None:
    assert statements(bucket_policy(AWS, Access()), "Allow") == []


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
        bucket_policy(AWS, Access((principal,)))


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
    assert principal in json.dumps(bucket_policy(AWS, Access((principal,))))


def test_two_spellings_of_a_policy_are_equal() -> None:
    policy = bucket_policy(
        AWS,
        Access(
            (
                "arn:aws:iam:::user/b",
                "arn:aws:iam:::user/a",
            )
        ),
    )
    other = json.loads(json.dumps(policy).replace('["s3:GetObject"]', '"s3:GetObject"'))
    other["Statement"].reverse()
    assert normalized(other) == normalized(policy)


def test_two_different_policies_are_not_equal() -> None:
    wider = json.loads(json.dumps(bucket_policy(AWS, Access((ACME,)))).replace("GetObject", "*"))
    assert normalized(wider) != normalized(bucket_policy(AWS, Access((ACME,))))
