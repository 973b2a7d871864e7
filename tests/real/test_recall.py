"""What was taken back cannot be read by the vendor, on real servers, locked or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handoff.errors import (
    ClockError,
    CredentialsError,
    LegalHoldError,
    StillReadableError,
    UnknownReferenceError,
    UsageError,
)
from handoff.model import EventDraft
from handoff.pipeline.batch import History
from handoff.pipeline.expiring import expire, preview
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger
from handoff.pipeline.logkeeping import place_hold
from handoff.pipeline.recalling import How, recall
from handoff.pipeline.recalling_state import access_in_force
from handoff.sealing.seal import open_bytes
from handoff.storage import embedded
from handoff.storage.audit import audit
from tests.ceph import Ceph
from tests.delivered import Delivered, use_logins

Server = embedded.Server | Ceph
pytestmark = pytest.mark.real
CLOCK = SystemClock()
TRIED = How("privilege", as_profile="acme")
TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)


class Shifted:
    """A clock that is so many days off."""

    def __init__(self, days: int) -> None:
        self._by = timedelta(days=days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._by


@pytest.fixture(scope="module", params=["seaweedfs", "ceph"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def there(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Delivered:
    use_logins(server, tmp_path, monkeypatch)
    return Delivered(Home(tmp_path / "home"), server)


@pytest.fixture
def here(seaweedfs: embedded.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Delivered:
    """For what does not depend on how a server judges access."""
    use_logins(seaweedfs, tmp_path, monkeypatch)
    return Delivered(Home(tmp_path / "home"), seaweedfs).make()


@pytest.mark.parametrize("lock", ["", "governance", "compliance"])
def test_a_recalled_batch_is_unreadable_to_the_vendor_locked_or_not(
    there: Delivered, lock: str
) -> None:
    there.lock = lock
    there.make()
    batch, other = there.deliver(2), there.deliver(1)
    keys = [*batch.keys.values(), f"{batch.batch_id}/manifest.json.age"]
    assert len(there.readable("acme", keys)) == 3
    done = recall(there.home, CLOCK, batch.batch_id, TRIED)
    assert there.readable("acme", keys) == []
    assert not set(keys) & set(there.listed("acme"))
    assert len(done.remaining) == (4 if lock else 0)
    assert all(taken.until for taken in done.remaining)
    assert lock or not any(there.versions(key) for key in keys)
    assert [d["tried_as"] for d in there.details("recall.proven")] == ["vendor"]
    assert [d["listing"] for d in there.details("recall.proven")] == ["hidden"]
    assert len(there.readable("acme", list(other.keys.values()))) == 1
    assert there.provision().changes == ()
    # Neither a later provision nor a later recall lifts it.
    recall(there.home, CLOCK, batch.batch_id, TRIED)
    assert there.readable("acme", keys) == []
    policy = there.policy()
    found = audit(policy.bucket, "acme", access_in_force(there.home, policy))
    assert found.findings == ()


def test_one_document_is_taken_back_and_the_others_stay(there: Delivered, tmp_path: Path) -> None:
    there.make()
    batch = there.deliver(3)
    number = batch.numbers[1]
    notice = tmp_path / "notice.txt"
    done = recall(there.home, CLOCK, f"{number}.txt", How("privilege", "acme", notice=notice))
    assert [taken.item.control_number for taken in done.taken] == [number]
    assert there.readable("acme", list(batch.keys.values())) == [
        batch.keys[batch.numbers[0]],
        batch.keys[batch.numbers[2]],
    ]
    assert number in notice.read_text()
    assert "502(b)" in notice.read_text()
    key = f"{batch.batch_id}/clawback-{number}.json.age"
    sealed = there.client("acme").get_object(Bucket=there.bucket, Key=key)["Body"].read()
    assert number in open_bytes(sealed, [there.identity]).decode()
    assert there.kinds(batch.batch_id) == [
        "recall.intended",
        "delivery.denied",
        "delivery.recalled",
        "recall.proven",
        "recall.finished",
        "clawback.intended",
        "clawback.noticed",
    ]
    before = there.kinds(batch.batch_id)
    assert recall(there.home, CLOCK, number, TRIED).taken == []
    assert there.kinds(batch.batch_id) == before


def test_a_legal_hold_blocks_destruction_and_not_denial(there: Delivered) -> None:
    there.make()
    batch = there.deliver(1, matter="2026-0417")
    place_hold(there.home, CLOCK, "2026-0417", "", "docket-1")
    with pytest.raises(LegalHoldError):
        recall(there.home, CLOCK, batch.batch_id, TRIED)
    assert there.kinds(batch.batch_id) == []
    done = recall(there.home, CLOCK, batch.batch_id, How("privilege", "acme", deny_only=True))
    assert len(done.remaining) == 3
    assert there.versions(batch.batch_id) >= 3
    assert there.readable("acme", list(batch.keys.values())) == []


def test_what_is_past_its_day_goes_and_what_is_retained_is_denied_until_then(
    there: Delivered,
) -> None:
    there.lock = "governance"
    there.make()
    gone, stays = there.deliver(2, expires=YESTERDAY), there.deliver(1, expires=TODAY)
    keys = list(gone.keys.values())
    assert [d.target.batch_id for d in preview(there.home, CLOCK)] == [gone.batch_id]
    assert there.kinds(gone.batch_id) == []
    [retained] = expire(there.home, CLOCK)
    assert retained.remaining
    assert there.readable("acme", keys) == []
    assert there.provision().changes == ()
    before = there.kinds(gone.batch_id)
    assert [done.remaining for done in expire(there.home, CLOCK)] == [True]
    assert there.kinds(gone.batch_id) == before
    [done] = expire(there.home, CLOCK, bypass=True)
    assert not done.remaining
    assert there.versions(gone.batch_id) == 0
    assert there.kinds(gone.batch_id).count("delivery.expired") == 2
    assert list(expire(there.home, CLOCK)) == []
    assert there.readable("acme", list(stays.keys.values())) == list(stays.keys.values())
    assert there.provision().changes == ()


def test_a_recalled_document_goes_once_retention_ends(there: Delivered) -> None:
    there.lock = "governance"
    there.make()
    batch = there.deliver(2)
    number = batch.numbers[0]
    assert recall(there.home, CLOCK, number, TRIED).remaining
    assert [done.remaining for done in expire(there.home, CLOCK)] == [True]
    assert [done.remaining for done in expire(there.home, CLOCK, bypass=True)] == [False]
    assert there.versions(batch.keys[number]) == 0
    assert list(expire(there.home, CLOCK)) == []
    assert there.kinds(batch.batch_id)[-2:] == ["delivery.recalled", "recall.finished"]
    assert there.provision().changes == ()


def test_nothing_on_legal_hold_expires(here: Delivered) -> None:
    batch = here.deliver(1, matter="2026-0417", expires=YESTERDAY)
    place_hold(here.home, CLOCK, "2026-0417", "", "docket-1")
    [done] = expire(here.home, CLOCK)
    assert done.due.held
    assert done.remaining
    assert here.versions(batch.batch_id) == 3


def test_a_clock_that_was_set_back_or_ahead_deletes_nothing(here: Delivered) -> None:
    batch = here.deliver(1)
    for days in (-1, 400):
        with pytest.raises(ClockError):
            list(expire(here.home, Shifted(days)))
    assert here.versions(batch.batch_id) == 3
    assert here.kinds(batch.batch_id) == []


def test_a_document_sealed_anew_is_taken_back_under_every_key_it_ever_lay(
    there: Delivered,
) -> None:
    there.make()
    batch = there.deliver(2)
    number = batch.numbers[0]
    former, anew = batch.keys[number], f"{batch.batch_id}/{'5' * 40}.age"
    # Got and put, not copied: Ceph 18 does not copy what is encrypted at rest.
    sealed = there.client().get_object(Bucket=there.bucket, Key=former)["Body"].read()
    there.client().put_object(Bucket=there.bucket, Key=anew, Body=sealed)
    with open_ledger(there.home, CLOCK) as ledger:
        products = {"ciphertext": f"sha256:{'0' * 64}"}
        draft = EventDraft("delivery.intended", batch.batch_id, batch.doc_ids[number])
        where = {"control_number": number, "object_key": anew}
        confirmed = replace(draft, kind="delivery.confirmed")
        ledger.append(
            [replace(d, products=products, details=dict(where)) for d in (draft, confirmed)]
        )
    recall(there.home, CLOCK, number, TRIED)
    assert there.readable("acme", [former, anew]) == []
    assert there.versions(former) == there.versions(anew) == 0
    assert there.provision().changes == ()


def test_one_document_of_an_unfinished_batch_is_not_taken_back_alone_but_the_batch_is(
    here: Delivered,
) -> None:
    batch = here.deliver(1, closed=False)
    with pytest.raises(UsageError):
        recall(here.home, CLOCK, batch.numbers[0], TRIED)
    recall(here.home, CLOCK, batch.batch_id[:12], TRIED)
    assert here.versions(batch.keys[batch.numbers[0]]) == 0
    with open_ledger(here.home, CLOCK) as ledger:
        history = History(ledger, "acme")
        assert list(history.unfinished()) == []
        assert history.settled(batch.doc_ids[batch.numbers[0]], "") is not None


def test_a_reference_that_names_nothing_or_too_much_is_refused(here: Delivered) -> None:
    here.deliver(1)
    here.deliver(1)
    for reference in ("", "b", "ACME-000009", "nothing"):
        with pytest.raises(UnknownReferenceError):
            recall(here.home, CLOCK, reference, TRIED)


def test_a_profile_that_is_not_here_is_said_before_anything_is_done(here: Delivered) -> None:
    batch = here.deliver(1)
    with pytest.raises(CredentialsError):
        recall(here.home, CLOCK, batch.batch_id, How("privilege", as_profile="nobody"))
    assert here.kinds(batch.batch_id) == []
    assert here.versions(batch.batch_id) == 3


def test_a_hold_of_the_stores_own_is_said_and_what_can_still_be_read_is_an_error(
    here: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = replace(here, lock="governance", name="beta", bucket=f"{here.bucket}-beta").make()
    batch = locked.deliver(2)
    key = batch.keys[batch.numbers[0]]
    locked.client().put_object_legal_hold(Bucket=locked.bucket, Key=key, LegalHold={"Status": "ON"})
    done = recall(here.home, CLOCK, batch.batch_id, How("privilege", "acme", bypass=True))
    assert [(taken.item.object_key, taken.legal_hold) for taken in done.remaining] == [(key, True)]
    assert locked.details("delivery.retained")[0]["legal_hold"] is True
    assert locked.readable("acme", [key]) == []
    # Tried with a login that can read by version, the firm's own: that is no proof.
    monkeypatch.setattr("handoff.storage.attempt.time.sleep", lambda _: None)
    with pytest.raises(StillReadableError):
        recall(here.home, CLOCK, batch.batch_id, How("privilege", "owner"))
    assert locked.kinds(batch.batch_id)[-1] == "delivery.retained"


def test_the_vendor_is_told_of_a_recall_and_that_it_was_not_undoes_nothing(here: Delivered) -> None:
    class Told(list[tuple[str, str]]):
        def told(self, _batch_id: str, state: str, detail: str) -> None:
            self.append((state, detail))

    with here.policy_file.open("a") as file:
        file.write("notification: {email: [intake@acme.example]}\n")
    config, told = here.home.config_file, Told()
    config.write_text("mail: {host: 127.0.0.1, port: 1, sender: handoff@firm.example}\n")
    batch = here.deliver(2)
    done = recall(here.home, CLOCK, batch.batch_id, TRIED, reporter=told)  # type: ignore[arg-type]
    assert done.untold is not None
    assert here.readable("acme", list(batch.keys.values())) == []
    config.unlink()
    again = recall(here.home, CLOCK, batch.batch_id, TRIED, reporter=told)  # type: ignore[arg-type]
    assert again.untold is None
    assert told[0] == ("failed", "notify.unreachable")
    state, text = told[1]
    assert state == "by_hand"
    assert f"{batch.batch_id}/clawback-batch.json.age" in text
    assert batch.numbers[0] not in text
