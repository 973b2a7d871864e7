"""Killed anywhere, the same recall, or `expire`, ends where an undisturbed one would have."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from handoff.custody.appending import SqlLedger
from handoff.custody.rotation import load_verifier_keys
from handoff.pipeline.expiring import expire
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_reader, verify_log
from handoff.pipeline.recalling import How, recall
from handoff.pipeline.recalling_state import taken_back
from handoff.storage import embedded
from handoff.storage.client import BucketApi
from tests.delivered import Batch, Delivered, use_logins

pytestmark = pytest.mark.real
CLOCK = SystemClock()
HOW = How("privilege")
CHANGES = ("delete_object", "put_bucket_policy", "put_object")
DRIVER = str(Path(__file__).with_name("die_at.py"))
RECALL = ("recall", "--reason", "privilege")
ROOT = Path(__file__).resolve().parents[2]


class Killed(BaseException):
    """The process ends here, as far as one can be ended from inside."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, what: str, number: int, moment: str) -> Iterator[None]:
    """Die before or after the n-th append to the log, or the n-th change of the bucket."""
    count = itertools.count()

    def deadly(function: Callable[..., Any], counts: Callable[..., bool]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            mine = next(count) if counts(*args) else -1
            if mine == number and moment == "before":
                raise Killed
            result = function(*args, **kwargs)
            if mine == number:
                raise Killed
            return result

        return wrapped

    with monkeypatch.context() as patch:
        if what == "append":
            patch.setattr(SqlLedger, "append", deadly(SqlLedger.append, lambda *_: True))
        else:
            changes = deadly(BucketApi.call, lambda _, operation, *__: operation in CHANGES)
            patch.setattr(BucketApi, "call", changes)
        yield


@pytest.fixture(scope="module")
def there(
    seaweedfs: embedded.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Delivered]:
    directory = tmp_path_factory.mktemp("recall")
    with pytest.MonkeyPatch.context() as patch:
        use_logins(seaweedfs, directory, patch)
        yield Delivered(Home(directory / "home"), seaweedfs).make()


def assert_all_gone(there: Delivered, batch: Batch) -> None:
    """Nothing is readable or left but the notice, once; nothing stays in the policy."""
    assert there.readable("acme", list(batch.keys.values())) == []
    notices = [f"{batch.batch_id}/clawback-batch.json.{kind}" for kind in ("age", "sig")]
    assert [key for key in there.listed("acme") if key.startswith(batch.batch_id)] == notices
    assert there.versions(batch.batch_id) == 2
    counted = Counter(there.kinds(batch.batch_id))
    assert counted["recall.finished"] == 1
    assert counted["clawback.noticed"] == 1
    assert counted["delivery.recalled"] >= len(batch.numbers)
    assert "TakenBack" not in there.bucket_policy()


@pytest.mark.slow
@pytest.mark.parametrize(("what", "moment"), [("append", "before"), ("change", "before")])
def test_a_recall_killed_at_any_step_is_finished_by_the_same_command(
    there: Delivered, monkeypatch: pytest.MonkeyPatch, what: str, moment: str
) -> None:
    for number in itertools.count():
        batch = there.deliver(1)
        try:
            with dying(monkeypatch, what, number, moment):
                recall(there.home, CLOCK, batch.batch_id, HOW)
        except Killed:
            kinds = there.kinds(batch.batch_id)
            if kinds and "recall.finished" not in kinds:
                # From the intent on, provisioning denies it too.
                with open_reader(there.home) as reader:
                    assert taken_back(reader, "acme")
            recall(there.home, CLOCK, batch.batch_id, HOW)
            assert_all_gone(there, batch)
        else:
            assert_all_gone(there, batch)
            break
    assert number >= 5
    verify_log(there.home, load_verifier_keys(there.home.keys)).require_ok()


def test_cron_finishes_a_recall_that_nobody_took_up_again(
    there: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = there.deliver(2)
    with pytest.raises(Killed), dying(monkeypatch, "append", 1, "before"):
        recall(there.home, CLOCK, batch.batch_id, HOW)
    # Somebody provisions meanwhile: what the log says was taken back stays denied.
    there.provision()
    assert there.readable("acme", list(batch.keys.values())) == []
    [done] = expire(there.home, CLOCK)
    assert not done.remaining
    assert there.versions(batch.batch_id) == 0


def test_a_real_kill_in_the_middle_of_deleting_is_taken_up(
    there: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = there.deliver(2)
    process = subprocess.run(
        [sys.executable, DRIVER, "change", "3", "after", *RECALL, batch.batch_id],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HANDOFF_HOME": str(there.home.root)},
        capture_output=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert 0 < there.versions(batch.batch_id) < 4
    assert there.readable("acme", list(batch.keys.values())) == []
    recall(there.home, CLOCK, batch.batch_id, HOW)
    assert_all_gone(there, batch)
