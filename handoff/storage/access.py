"""Who may read a vendor's bucket: the bucket policy, as data. No I/O here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from handoff.errors import StoreRefusedError
from handoff.model import Bucket

# Of one user or one role, never a wildcard. Ceph leaves the account empty, SeaweedFS has zeros.
_PRINCIPAL = re.compile(r"arn:aws(?:-[a-z]+)*:iam::(?:\d{12})?:(?:user|role)/[\w+=,.@/-]{1,512}")


def bucket_policy(bucket: Bucket, principals: Sequence[str]) -> dict[str, Any]:
    """The policy that lets `principals` list and read the bucket, and nothing else.

    Where the endpoint is https (AWS's own always is) the grant itself asks for TLS, so that it
    fails closed on servers that ignore a negative condition, and a Deny stands beside it for
    everybody else. On http, which is for loopback only, neither is written.

    Raises:
        StoreRefusedError: a principal is not the ARN of one user or role.
    """
    for principal in principals:
        if not _PRINCIPAL.fullmatch(principal):
            raise StoreRefusedError(
                "a principal of the vendor is not the ARN of one user or role",
                "expected something like arn:aws:iam::111122223333:user/acme",
            )
    whole, inside = f"arn:aws:s3:::{bucket.name}", f"arn:aws:s3:::{bucket.name}/*"
    tls = bool(not bucket.endpoint or bucket.endpoint.startswith("https:"))
    statements = []
    if principals:
        statements += [
            _allow("VendorLists", principals, "s3:ListBucket", whole, tls=tls),
            _allow("VendorReads", principals, "s3:GetObject", inside, tls=tls),
        ]
    if tls:
        statements.append(
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*"],
                "Resource": [whole, inside],
                "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(
    sid: str, principals: Sequence[str], action: str, resource: str, *, tls: bool
) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": sorted(principals)},
        "Action": [action],
        "Resource": [resource],
    }
    if tls:
        statement["Condition"] = {"Bool": {"aws:SecureTransport": ["true"]}}
    return statement


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
