"""What is told as widening, and what is not, when one access policy replaces another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from handoff.model import Access, Bucket
from handoff.storage.access import bucket_policy
from handoff.storage.policydiff import differences

BUCKET = Bucket("acme-handoff")
NOW = Access(
    ("arn:aws:iam::111122223333:user/acme",), ("203.0.113.0/24",), date(2027, 12, 31), "returns/"
)


def widening(old: Access, new: Access) -> bool:
    found = differences(bucket_policy(BUCKET, old), bucket_policy(BUCKET, new))
    return any(difference.widens for difference in found)


@pytest.mark.parametrize(
    "wider",
    [
        replace(NOW, principals=(*NOW.principals, "arn:aws:iam::111122223333:user/b")),
        replace(NOW, addresses=()),
        replace(NOW, addresses=("203.0.112.0/23",)),
        replace(NOW, addresses=("203.0.113.0/24", "198.51.100.0/24")),
        replace(NOW, until=date(2028, 1, 1)),
        replace(NOW, until=None),
        replace(NOW, return_prefix="b"),
    ],
)
def test_more_people_places_days_or_prefixes_widen_and_the_way_back_narrows(wider: Access) -> None:
    assert widening(NOW, wider)
    if wider.return_prefix == NOW.return_prefix:
        assert not widening(wider, NOW)


def test_the_same_and_less_do_not_widen() -> None:
    assert not widening(NOW, NOW)
    assert not widening(NOW, replace(NOW, principals=()))
    assert not widening(NOW, replace(NOW, addresses=("203.0.113.0/25",)))


def test_from_nothing_every_grant_widens() -> None:
    assert differences(None, None) == []
    grants = [d for d in differences(None, bucket_policy(BUCKET, NOW)) if d.widens]
    assert len(grants) == 3
