"""`policy lint` and `policy diff`: what each finding needs, and what a change means in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from handoff.model import (
    Access,
    Bucket,
    Firm,
    Notification,
    ObjectLock,
    Release,
    VendorKey,
    VendorLimits,
    VendorPolicy,
)
from handoff.policy.compare import compare
from handoff.policy.lint import KINDS, Setup, lint, worst
from tests.unit.policy.test_vendor_schema import FULL, loaded

TODAY = date(2026, 11, 25)
SETUP = Setup(Firm("GB", ("eu-*",)), TODAY, frozenset({"legal-review"}))
Changed = Callable[[VendorPolicy], VendorPolicy]


@pytest.fixture
def good(tmp_path: Path) -> VendorPolicy:
    """A policy about which there is nothing to say."""
    only = "recipients:\n  - {key: age1pq1xyz, verified: 2026-10-01}\nsigners:"
    head, _, rest = FULL.partition("recipients:")
    return loaded(tmp_path, head + only + rest.partition("signers:")[2])


def ids(policy: VendorPolicy, setup: Setup = SETUP) -> set[str]:
    return {finding.id for finding in lint([policy], setup)}


def access(**changes: Any) -> Changed:
    return lambda p: replace(p, access=replace(p.access, **changes))


@pytest.mark.parametrize(
    ("id_", "change"),
    [
        ("HP002", lambda p: replace(p, expires=date(2026, 1, 1))),
        ("HP003", lambda p: replace(p, expires=date(2026, 12, 1))),
        ("HP004", lambda p: replace(p, transfers=())),
        ("HP005", lambda p: replace(p, transfers=("derogation",))),
        ("HP006", lambda p: replace(p, jurisdiction="")),
        ("HP007", lambda p: replace(p, dpa="")),
        ("HP008", lambda p: replace(p, bucket=replace(p.bucket, region="us-east-1"))),
        ("HP009", lambda p: replace(p, recipients=(), keys=())),
        ("HP010", lambda p: replace(p, keys=(VendorKey("age1pq1xyz"),))),
        ("HP011", lambda p: replace(p, keys=(VendorKey("age1x", verified=TODAY),))),
        ("HP012", lambda p: replace(p, signers=())),
        ("HP013", access(principals=())),
        ("HP014", access(addresses=())),
        ("HP015", access(addresses=("0.0.0.0/0",))),
        ("HP015", access(addresses=("2000::/3",))),
        ("HP016", access(lock=ObjectLock("GOVERNANCE", 90))),
        ("HP017", lambda p: replace(p, bucket=replace(p.bucket, kms_key=""))),
        ("HP018", lambda p: replace(p, bucket=replace(p.bucket, log_bucket=""))),
        ("HP019", lambda p: replace(p, limits=VendorLimits())),
        ("HP020", lambda p: replace(p, contact=None)),
        ("HP023", lambda p: replace(p, profile="none")),
        ("HP025", lambda p: replace(p, keys=(*p.keys, VendorKey("age1pq1o", revoked=TODAY)))),
        ("HP026", lambda p: replace(p, release=Release())),
    ],
)
def test_each_finding_is_found_and_not_before(
    good: VendorPolicy, id_: str, change: Changed
) -> None:
    assert ids(good) == set()
    assert id_ in ids(change(good))


def test_what_two_vendors_share_is_found(good: VendorPolicy) -> None:
    twin = replace(good, name="beta", bucket=Bucket("other", region="eu-west-2"))
    found = [f for f in lint([good, twin], SETUP) if f.vendor == "beta"]
    assert {f.id for f in found} >= {"HP021", "HP022"}
    assert any("same principal as acme" in f.what for f in found)


def test_a_firm_of_no_country_is_told(good: VendorPolicy) -> None:
    assert ids(good, Setup(Firm(), TODAY, SETUP.profiles)) == {"HP024"}


def test_mail_that_is_asked_for_and_cannot_be_sent_is_found(good: VendorPolicy) -> None:
    asked = replace(good, notification=Notification(email=("intake@acme.example",)))
    silent = replace(good, notification=Notification())
    assert ids(asked, replace(SETUP, mail=False)) == {"HP027"}
    assert ids(asked) == ids(silent, replace(SETUP, mail=False)) == set()


def test_the_worst_of_findings_decides(good: VendorPolicy) -> None:
    assert worst(lint([good], SETUP)) is None
    assert worst(lint([replace(good, dpa="")], SETUP)) == "high"
    assert all(kind.hint for kind in KINDS.values())


@pytest.mark.parametrize(
    ("change", "words", "effect"),
    [
        (access(addresses=()), "may now read from any address", "widens"),
        (access(addresses=("203.0.112.0/23",)), "may now come from 203.0.112.0/23", "widens"),
        (access(addresses=("203.0.113.0/25",)), "may now come from 203.0.113.0/25", "narrows"),
        (access(principals=("arn:aws:iam::1:user/x",)), "x may now read the bucket", "widens"),
        (access(principals=()), "may no longer read the bucket", "narrows"),
        (access(until=date(2027, 12, 31)), "may read until 2027-12-31", "widens"),
        (access(expires_days=10), "objects stay for 10 days (was 60)", "narrows"),
        (access(return_prefix=""), "may no longer put anything", "narrows"),
        (access(lock=None), "object lock: none (was compliance, 30 days)", "widens"),
        (access(lock=ObjectLock("GOVERNANCE", 90)), "object lock: governance", "widens"),
        (
            lambda p: replace(p, recipients=("age1pq1xyz", "age1new")),
            "age1new can now open",
            "widens",
        ),
        (lambda p: replace(p, limits=VendorLimits()), "any number of documents at once", "widens"),
        (lambda p: replace(p, profile="light"), "redacted by profile light", "widens"),
        (lambda p: replace(p, release=Release()), "people look at none (was sample)", "widens"),
        (
            lambda p: replace(p, bucket=replace(p.bucket, kms_key="")),
            "kms_key is not set",
            "widens",
        ),
        (lambda p: replace(p, legal_name="Acme Ltd"), "legal name changed", "changes"),
    ],
)
def test_a_change_is_told_in_words_with_what_it_does_to_access(
    good: VendorPolicy, change: Changed, words: str, effect: str
) -> None:
    found = compare(good, change(good))
    assert [d.effect for d in found if words in d.words] == [effect], found


def test_what_widens_stands_first_and_nothing_is_said_of_equals(good: VendorPolicy) -> None:
    assert compare(good, good) == []
    wide = replace(good, legal_name="A", access=Access())
    effects = [d.effect for d in compare(good, wide)]
    assert effects[0] == "widens"
    assert effects == sorted(effects, key=lambda effect: effect != "widens")
