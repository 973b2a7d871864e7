"""What was taken back is denied as finely as a bucket policy has room for, never more loosely."""

from __future__ import annotations

import json
import secrets
from fnmatch import fnmatchcase

import pytest

from handoff.model import Access, Bucket
from handoff.storage.access import bucket_policy
from handoff.storage.policydiff import differences
from handoff.storage.takenback import MAX_POLICY, SID, denies, grain, with_taken_back

VENDOR = "arn:aws:iam::111122223333:user/acme"
BUCKET = Bucket("handoff-acme", region="eu-west-2")


def batch() -> str:
    return f"b{secrets.token_hex(12)}"


def keys(batch_id: str, count: int) -> list[str]:
    return [f"{batch_id}/{secrets.token_hex(20)}.age" for _ in range(count)]


def policy(denied: list[str]) -> dict[str, object]:
    return bucket_policy(BUCKET, Access((VENDOR,), denied=tuple(denied)))


def is_denied(made: dict[str, object], key: str) -> bool:
    """As AWS matches a resource: `*` and `?` are wildcards, case counts."""
    resources = [
        resource
        for statement in made["Statement"]  # type: ignore[attr-defined]
        if statement.get("Sid") == SID
        for resource in statement["Resource"]
    ]
    return any(fnmatchcase(f"arn:aws:s3:::handoff-acme/{key}", resource) for resource in resources)


def test_single_objects_are_denied_and_their_neighbours_are_not() -> None:
    first, second = keys(batch(), 2)
    made = policy([first])
    assert is_denied(made, first)
    assert not is_denied(made, second)
    assert grain(made, [first]) == "objects"


def test_a_whole_batch_is_denied_but_not_the_notice_of_it() -> None:
    one = batch()
    made = policy([f"{one}/"])
    for name in ("manifest.json.age", "manifest.json.sig"):
        assert is_denied(made, f"{one}/{name}")
    assert all(is_denied(made, key) for key in keys(one, 3))
    assert not is_denied(made, f"{one}/clawback-ACME-000001.json.age")
    assert not is_denied(made, keys(batch(), 1)[0])
    assert len(json.dumps(made)) < 4000


@pytest.mark.parametrize(
    ("batches", "each", "expected"),
    [(1, 80, "objects"), (3, 100, "batches"), (150, 2, "everything")],
)
def test_where_there_is_no_room_it_becomes_coarser_and_never_looser(
    batches: int, each: int, expected: str
) -> None:
    denied = [key for _ in range(batches) for key in keys(batch(), each)]
    made = policy(denied)
    assert len(json.dumps(made)) <= MAX_POLICY
    assert grain(made, denied) == expected
    assert all(is_denied(made, key) for key in denied)
    assert denies(made, denied)
    # The same again from the policy that is there, as `recall` finds it.
    assert with_taken_back(made, BUCKET, [VENDOR], denied) == made


def test_what_is_no_longer_there_leaves_the_policy() -> None:
    one = keys(batch(), 1)
    assert with_taken_back(policy(one), BUCKET, [VENDOR], []) == policy([])
    assert policy([]) == bucket_policy(BUCKET, Access((VENDOR,)))
    assert not denies(policy([]), one)


def test_lifting_a_denial_counts_as_widening_and_laying_one_does_not() -> None:
    one = keys(batch(), 1)
    assert [d.widens for d in differences(policy([]), policy(one))] == [False]
    assert [d.widens for d in differences(policy(one), policy([]))] == [True]


def test_nobody_let_in_needs_no_denial() -> None:
    made = bucket_policy(BUCKET, Access((), denied=tuple(keys(batch(), 1))))
    assert SID not in json.dumps(made)
