"""Who released a document, by what the log says; decisions that are kept, and applied."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handoff.detection.propagation import Seeker
from handoff.detection.spreading import FoundValue
from handoff.errors import (
    ReviewChangedError,
    ReviewRejectedError,
    ReviewRequiredError,
    ReviewStaleError,
)
from handoff.model import (
    CustodyEvent,
    EntityRule,
    Finding,
    Held,
    Operator,
    RedactionProfile,
    Release,
    ReviewRule,
    TextUnit,
    UnitKind,
)
from handoff.pipeline import accounts, decisions_log
from handoff.pipeline.decisions import Added, Decisions, Digests, Gate, gate
from handoff.pipeline.decisions_applied import Applied, require_no_review
from handoff.pipeline.decisions_log import Reviews
from handoff.redaction.plan import decide

KEY = bytes(32)
DIGESTS = Digests.of(KEY)
TEXT = "Mark Income wrote to Jane Doe about Bluebird. Jane  DOE answered."
UNITS = (TextUnit("u1", UnitKind.BODY, TEXT, "page 1"), TextUnit("u2", UnitKind.BODY, "Nothing."))
MARK, JANE = Finding("u1", 0, 11, "PERSON", 0.4, "m"), Finding("u1", 21, 29, "PERSON", 0.85, "m")
JANE_AGAIN = Finding("u1", 46, 55, "PERSON", 0.9, "propagation")
BLUEBIRD = Added(0, 36, 44, "ORGANIZATION")
SOURCE = "hmac-sha256:" + "5" * 64


def event(kind: str, actor: str, index: int, **changes: str) -> CustodyEvent:
    digest = changes.get("digest", "a" * 64)
    return CustodyEvent(
        index=index,
        at=datetime.now(UTC),
        kind=f"document.{kind}",
        actor=actor,
        host="h",
        tool="t",
        batch_id="b1",
        doc_id=changes.get("doc_id", "d1"),
        materials={"source": SOURCE},
        products={} if kind == "rejected" else {"review": f"sha256:{digest}"},
        policy_sha256="",
        details={"vendor": changes.get("vendor", "acme"), "code": changes.get("code", "")},
    )


def reviews(steps: Sequence[tuple[str, str]], release: Release) -> Reviews:
    made = [event(kind, actor, 10 + n) for n, (kind, actor) in enumerate(steps)]
    return Reviews(made, "acme", release)


ANYBODY, NAMED = Release(), Release(approvers=("anna", "bob"))
TWO = replace(NAMED, two_person=True)


@pytest.mark.parametrize(
    ("steps", "release", "released"),
    [
        ([], ANYBODY, False),
        ([("reviewed", "carl")], ANYBODY, True),
        ([("reviewed", "carl")], NAMED, False),
        ([("reviewed", "anna")], NAMED, True),
        ([("reviewed", "anna")], TWO, False),
        ([("reviewed", "anna"), ("approved", "anna")], TWO, False),
        ([("reviewed", "anna"), ("approved", "carl")], TWO, False),
        ([("reviewed", "anna"), ("approved", "bob")], TWO, True),
        ([("reviewed", "carl"), ("approved", "bob")], TWO, False),
        ([("approved", "bob")], TWO, False),
        # Another review is another decision, to which nobody has agreed yet.
        ([("reviewed", "anna"), ("approved", "bob"), ("reviewed", "anna")], TWO, False),
        ([("reviewed", "anna"), ("approved", "bob"), ("rejected", "bob")], TWO, False),
        ([("rejected", "bob"), ("reviewed", "anna")], NAMED, True),
        ([("reviewed", "anna"), ("rejected", "anna")], ANYBODY, False),
    ],
)
def test_a_document_is_released_by_whom_the_policy_asks_for(
    steps: list[tuple[str, str]], release: Release, released: bool
) -> None:
    assert (reviews(steps, release).released("d1") is not None) is released


def test_an_approval_counts_only_for_the_decisions_that_were_seen() -> None:
    made = [event("reviewed", "anna", 1), event("approved", "bob", 2, digest="b" * 64)]
    assert Reviews(made, "acme", TWO).released("d1") is None


@pytest.mark.parametrize(
    ("code", "index", "policy", "reopened"),
    [
        ("document.review", 5, "p", True),
        ("document.blocked", 5, "p", True),
        ("document.review", 15, "p", False),
        ("document.damaged", 5, "p", False),
    ],
)
def test_what_was_held_before_it_was_released_is_looked_at_again(
    code: str, index: int, policy: str, reopened: bool
) -> None:
    made = reviews([("reviewed", "anna")], ANYBODY)
    held = replace(event("held", "x", index), details={"code": code}, policy_sha256=policy)
    assert made.reopens(held, "p") is reopened


def test_what_waited_under_another_policy_is_asked_anew_but_not_what_was_rejected() -> None:
    held = replace(event("held", "x", 5), details={"code": "document.review"}, policy_sha256="p")
    assert reviews([], ANYBODY).reopens(held, "q")
    assert not reviews([("rejected", "anna")], ANYBODY).reopens(held, "q")


@pytest.mark.parametrize(
    ("code", "vendor", "held"),
    [
        ("privileged", "acme", True),
        ("privileged", "beta", True),
        ("wrong-vendor", "acme", True),
        ("wrong-vendor", "beta", False),
    ],
)
def test_a_rejected_original_stays_whatever_the_profile_and_for_every_vendor_but_a_wrong_one(
    code: str, vendor: str, held: bool, tmp_path: Path
) -> None:
    made = Reviews([event("rejected", "anna", 1, code=code)], vendor, ANYBODY)
    if held:
        with pytest.raises(ReviewRejectedError):
            made.decisions(tmp_path, "another-profile", SOURCE)
    else:
        assert made.decisions(tmp_path, "another-profile", SOURCE) is None


def test_a_rejection_is_told_in_place_of_why_the_document_waited() -> None:
    waiting = Held("d1", "document.review", "waits", "review it", (), "ACME-000001")
    told = reviews([("rejected", "anna")], ANYBODY).told(waiting)
    assert (told.code, told.control_number) == ("document.review_rejected", "ACME-000001")
    assert reviews([], ANYBODY).told(waiting) == waiting


@pytest.fixture
def decided() -> Decisions:
    """Mark Income is nobody, and Bluebird is a client."""
    return Decisions(
        "d1",
        DIGESTS.reading(UNITS),
        DIGESTS.findings([MARK, JANE]),
        frozenset({DIGESTS.value("mark income")}),
        (BLUEBIRD,),
    )


def kept(records: Path, decided: Decisions) -> tuple[Path, Reviews]:
    digest = decisions_log.keep(records, decided)
    [path] = (records / "reviews").iterdir()
    return path, Reviews([event("reviewed", "anna", 1, digest=digest)], "acme", ANYBODY)


def test_decisions_are_kept_without_text_and_come_back_as_they_were(
    tmp_path: Path, decided: Decisions
) -> None:
    path, made = kept(tmp_path, decided)
    assert made.decisions(tmp_path, "d1", SOURCE) == decided
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes().lower()
    assert not [word for word in (b"mark", b"income", b"bluebird", b"jane") if word in content]


def test_decisions_that_were_changed_or_removed_hold_the_document(
    tmp_path: Path, decided: Decisions
) -> None:
    path, made = kept(tmp_path, decided)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"added":[', b'"added": ['))
    with pytest.raises(ReviewChangedError):
        made.decisions(tmp_path, "d1", SOURCE)
    path.unlink()
    with pytest.raises(ReviewChangedError):
        made.decisions(tmp_path, "d1", SOURCE)


def test_what_was_dropped_stays_and_what_was_added_goes(decided: Decisions) -> None:
    findings = Applied(decided, DIGESTS).to_findings(UNITS, (MARK, JANE))
    assert [(f.entity, TEXT[f.start : f.end]) for f in findings] == [
        ("PERSON", "Jane Doe"),
        ("ORGANIZATION", "Bluebird"),
    ]
    assert Applied(None, DIGESTS).to_findings(UNITS, (MARK,)) == (MARK,)


@pytest.mark.parametrize(
    ("units", "findings"),
    [
        ((replace(UNITS[0], text=TEXT + " "), UNITS[1]), (MARK, JANE)),
        (UNITS[:1], (MARK, JANE)),
        (UNITS, (MARK,)),
        (UNITS, (MARK, JANE, JANE_AGAIN)),
        (UNITS, (MARK, replace(JANE, entity="ORGANIZATION"))),
    ],
)
def test_a_document_that_reads_otherwise_than_its_reviewer_saw_is_held(
    decided: Decisions, units: tuple[TextUnit, ...], findings: tuple[Finding, ...]
) -> None:
    with pytest.raises(ReviewStaleError):
        Applied(decided, DIGESTS).to_findings(units, findings)


class Sees:
    """A detector that finds the same whatever it is given."""

    fingerprint = "f"

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings

    def find(self, units: Sequence[TextUnit]) -> tuple[Finding, ...]:
        return self.findings


def test_a_dropped_value_is_no_leak_and_an_added_one_is(decided: Decisions) -> None:
    applied = Applied(decided, DIGESTS)
    listed = Finding("u1", 0, 11, "PARTY", 0.9, "m")
    detector = applied.to_detector(Sees(MARK, JANE, listed))
    # Whom the matter's list names goes, whatever a reviewer thinks.
    assert detector.find(UNITS) == (JANE, listed)
    batch = Seeker([FoundValue("PERSON", "Mark Income"), FoundValue("PERSON", "Jane Doe")])
    seeker = applied.to_seeker(batch, UNITS, keep_citations=True)
    sought = {(v.entity, v.text) for v in seeker.values}
    assert sought == {("PERSON", "Jane Doe"), ("ORGANIZATION", "Bluebird")}
    assert [v.text for v in applied.values(UNITS)] == ["Bluebird"]


PROFILE = RedactionProfile(
    name="p",
    sha256="0" * 64,
    language="en",
    entities={"PERSON": EntityRule(Operator.REMOVE)},
)


@pytest.mark.parametrize(
    ("asked", "rule", "places"),
    [
        (Gate.OPEN, ReviewRule(below=1.0), None),
        (Gate.FINDINGS, ReviewRule(), None),
        (Gate.FINDINGS, ReviewRule(below=0.4), None),
        (Gate.FINDINGS, ReviewRule(below=0.5), ("page 1: PERSON",)),
        (Gate.FINDINGS, ReviewRule(entities=frozenset({"PERSON"})), ("page 1: PERSON",)),
        (Gate.FINDINGS, ReviewRule(entities=frozenset({"URL"})), None),
        (Gate.SAMPLE, ReviewRule(), ()),
        (Gate.ALL, ReviewRule(below=0.5), ("page 1: PERSON",)),
    ],
)
def test_a_document_waits_for_a_person_where_policy_or_profile_ask_for_one(
    asked: Gate, rule: ReviewRule, places: tuple[str, ...] | None
) -> None:
    plan = decide(UNITS, [MARK, JANE], PROFILE, KEY)
    if places is None:
        require_no_review(asked, rule, plan, UNITS)
        return
    with pytest.raises(ReviewRequiredError) as caught:
        require_no_review(asked, rule, plan, UNITS)
    assert caught.value.places == places


def test_a_sample_is_about_a_tenth_and_always_the_same() -> None:
    sample = Release(review="sample")
    drawn = [gate(sample, KEY, f"d{n}") for n in range(1000)]
    assert 60 < drawn.count(Gate.SAMPLE) < 140
    assert drawn == [gate(sample, KEY, f"d{n}") for n in range(1000)]
    assert drawn != [gate(sample, bytes([1]) * 32, f"d{n}") for n in range(1000)]
    assert {gate(Release(review="all"), KEY, "d"), gate(Release(), KEY, "d")} == {
        Gate.ALL,
        Gate.FINDINGS,
    }


@pytest.mark.parametrize(
    ("login", "parent", "euid", "sudo", "wanted"),
    [
        ("1", "bash", "0", "2", "daemon"),
        ("4294967295", "sudo", "0", "2", "bin"),
        ("4294967295", "sudo", "2", "2", "root"),
        ("4294967295", "bash", "0", "2", "root"),
        ("4294967295", "sudo", "0", "two", "root"),
        ("", "bash", "2", "", "root"),
        ("77777777", "bash", "2", "", "uid-77777777"),
    ],
)
def test_the_account_is_what_kernel_and_sudo_say_and_not_the_environment(  # noqa: PLR0917
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    login: str,
    parent: str,
    euid: str,
    sudo: str,
    wanted: str,
) -> None:
    for name in ("self", str(os.getppid())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(f"Name:\t{parent}\nUid:\t2\t{euid}\t2\t2\n")
    (tmp_path / "self" / "loginuid").write_text(login)
    monkeypatch.setattr(accounts, "_PROC", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("LOGNAME", "USER", "SUDO_USER"):
        monkeypatch.setenv(name, "mallory")
    monkeypatch.setenv("SUDO_UID", sudo)
    assert accounts.account() == wanted
