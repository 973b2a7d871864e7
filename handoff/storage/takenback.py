"""The statement of a bucket's policy that denies the vendor what was taken back. No I/O.

A bucket policy holds 20 KB at most (S3, "Bucket policy examples"; Ceph and SeaweedFS take more).
Single objects are named as long as there is room; then every batch they belong to is denied whole,
and where not even the batches have room, everything that was delivered. Coarser is never looser.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from handoff.model import Bucket

SID = "TakenBack"
MAX_POLICY = 20_480
"""Bytes of a bucket policy that every server takes."""
# `<batch>/<40 hex digits>.age` and the manifest, but not `<batch>/clawback-...`: the notice of
# what was taken back must stay readable. "?" is any one character in a resource of a policy.
_DOCUMENT = f"{'?' * 40}.age"
_MANIFEST = "manifest.json.*"
_BATCH = f"b{'?' * 24}/"

Policy = dict[str, Any]
Grain = Literal["objects", "batches", "everything"]


def with_taken_back(
    policy: Mapping[str, Any], bucket: Bucket, principals: Iterable[str], denied: Sequence[str]
) -> Policy:
    """`policy` with the denial of exactly `denied`, whatever of it stood there before.

    Args:
        policy: a bucket policy.
        bucket: whose it is.
        principals: ARNs to whom it is denied; nobody who is let in must be missing.
        denied: object keys, and batches as `BATCH/`; empty takes the statement out.
    """
    kept = [s for s in policy.get("Statement", ()) if s.get("Sid") != SID]
    bare = {**policy, "Statement": kept}
    named = sorted(set(principals))
    if not named or not denied:
        return bare
    for resources in (_exactly(denied), _by_batch(denied)):
        made = {**bare, "Statement": [*kept, _statement(bucket, named, resources)]}
        if len(json.dumps(made)) <= MAX_POLICY:
            return made
    return {**bare, "Statement": [*kept, _statement(bucket, named, _everything())]}


def grain(policy: Mapping[str, Any], denied: Sequence[str]) -> Grain:
    """How finely `policy` denies `denied`: what is named, whole batches, or everything."""
    resources = [r for s in policy.get("Statement", ()) if s.get("Sid") == SID for r in _of(s)]
    inside = {resource.partition("/")[2] for resource in resources}
    for name, wanted in (("objects", _exactly(denied)), ("batches", _by_batch(denied))):
        if inside == set(wanted):
            return "objects" if name == "objects" else "batches"
    return "everything"


def denies(policy: object, denied: Sequence[str]) -> bool:
    """Whether `policy`, as a server gave it back, denies at least `denied` to somebody."""
    statements = policy.get("Statement", ()) if isinstance(policy, Mapping) else ()
    found = {
        resource.partition("/")[2]
        for statement in statements
        if statement.get("Sid") == SID and statement.get("Effect") == "Deny"
        for resource in _of(statement)
    }
    return any(set(wanted) <= found for wanted in (_exactly(denied), _by_batch(denied))) or (
        set(_everything()) <= found
    )


def _of(statement: Mapping[str, Any]) -> list[str]:
    resources = statement.get("Resource", ())
    return [resources] if isinstance(resources, str) else list(resources)


def _exactly(denied: Iterable[str]) -> list[str]:
    batches = {key for key in denied if key.endswith("/")}
    single = {key for key in denied if f"{key.partition('/')[0]}/" not in batches}
    return sorted({*single, *(key for batch in batches for key in _whole(batch))})


def _by_batch(denied: Iterable[str]) -> list[str]:
    batches = {f"{key.partition('/')[0]}/" for key in denied}
    return sorted(key for batch in batches for key in _whole(batch))


def _everything() -> list[str]:
    return _whole(_BATCH)


def _whole(batch: str) -> list[str]:
    return [f"{batch}{_DOCUMENT}", f"{batch}{_MANIFEST}"]


def _statement(bucket: Bucket, principals: list[str], inside: list[str]) -> dict[str, Any]:
    return {
        "Sid": SID,
        "Effect": "Deny",
        "Principal": {"AWS": principals},
        "Action": ["s3:*"],
        "Resource": [f"arn:aws:s3:::{bucket.name}/{key}" for key in inside],
    }
