"""The whole program over a network that fails: nothing lost, nothing twice, and honest words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from handoff.errors import StorageError, StoreBusyError, StoreUnreachableError
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.recalling import How, recall
from handoff.storage import embedded
from handoff.storage import withdraw as withdrawal
from handoff.storage.client import Transfer
from tests.delivered import Delivered, use_logins
from tests.firm import Firm, Result

pytestmark = pytest.mark.real
CLOCK = SystemClock()
HOW = How("privilege")
HURRIED = str(Path(__file__).with_name("hurried.py"))
BOUND = 40
"""Requests after which a command must have given up: every one has its own limit of time."""


@pytest.fixture
def there(
    seaweedfs: embedded.Server, proxy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Delivered:
    """A vendor whose bucket is reached through the proxy by the firm, and directly by the test."""
    use_logins(seaweedfs, tmp_path, monkeypatch)
    hurried = Transfer(attempts=4, connect_timeout=2, read_timeout=2)
    monkeypatch.setattr(withdrawal, "TRANSFER", hurried)
    return Delivered(Home(tmp_path / "home"), seaweedfs, via=proxy.endpoint).make()


@pytest.mark.parametrize(
    "trouble",
    [
        ("delay", " /", 3, 0.2),
        ("reset", "PUT .*policy", 1, 100),
        ("lose", "PUT .*policy", 1),
        ("lose", "DELETE", 2),
        ("busy", "DELETE", 2),
        ("busy", " /", 2),
        ("truncate", "GET .*versions", 1),
        ("truncate", "GET .*policy", 1),
        ("lose", "PUT .*clawback", 1),
    ],
    ids=lambda trouble: "-".join(map(str, trouble)),
)
def test_a_recall_survives_a_passing_trouble(
    there: Delivered, proxy: Any, trouble: tuple[Any, ...]
) -> None:
    batch = there.deliver(1)
    proxy.spoil(*trouble)
    recall(there.home, CLOCK, batch.batch_id, HOW)
    assert there.readable("acme", list(batch.keys.values())) == []
    assert there.versions(batch.batch_id) == 2
    assert Counter(there.kinds(batch.batch_id))["delivery.recalled"] == 1
    assert "TakenBack" not in there.bucket_policy()


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (("busy", "DELETE", 1000), StoreBusyError),
        (("busy", "PUT .*policy", 1000), StoreBusyError),
        (("truncate", "GET .*versions", 1000), StoreBusyError),
        (("garbage", "GET .*versions", 1000), StoreUnreachableError),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_a_recall_under_a_lasting_trouble_says_so_and_is_finished_later(
    there: Delivered, proxy: Any, trouble: tuple[Any, ...], error: type[StorageError]
) -> None:
    batch = there.deliver(1)
    proxy.spoil(*trouble)
    asked = len(proxy.requests)
    with pytest.raises(error) as caught:
        recall(there.home, CLOCK, batch.batch_id, HOW)
    assert len(proxy.requests) - asked < BOUND
    assert "planted" not in str(caught.value)
    kinds = there.kinds(batch.batch_id)
    assert kinds[0] == "recall.intended"
    assert not {"delivery.recalled", "recall.finished"} & set(kinds)
    proxy.forgive()
    recall(there.home, CLOCK, batch.batch_id, HOW)
    assert there.readable("acme", list(batch.keys.values())) == []
    assert there.versions(batch.batch_id) == 2


@pytest.fixture
def behind(connected: Firm, proxy: Any) -> tuple[Firm, Path]:
    """A firm that reaches its vendor's bucket through the proxy, and a batch of two documents."""
    connected.write_policy(endpoint=proxy.endpoint)
    batch = connected.directory / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text("Dear Johnathan Sorensen, your claim is with Maria Delgado.")
    (batch / "note.txt").write_text("Maria Delgado telephoned from +1 415 555 0132.")
    return connected, batch


def hurried(firm: Firm, *arguments: str | Path) -> Result:
    """The program, giving up sooner."""
    return firm.run(*arguments, driver=HURRIED)


def versions(firm: Firm) -> list[str]:
    """The last part of the key of every version, markers included."""
    found = firm.client().list_object_versions(Bucket=firm.bucket)
    listed = [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]
    return [entry["Key"].rpartition("/")[2] for entry in listed]


def test_a_send_survives_latency_resets_lost_and_truncated_answers(
    behind: tuple[Firm, Path], proxy: Any
) -> None:
    firm, batch = behind
    proxy.spoil("delay", " /", 3, 0.2)
    proxy.spoil("reset", r"PUT .*\.age", 1, 100)
    proxy.spoil("lose", r"PUT .*\.age", 1)
    proxy.spoil("truncate", r"PUT .*manifest\.json\.sig", 1)
    proxy.spoil("busy", r"PUT .*manifest\.json\.age", 1)
    result = firm.run("send", "--vendor", "acme", batch, "--json")
    assert result.code == 0, result.stderr
    found = versions(firm)
    assert len(found) == len(set(found)) == 4
    events = firm.run("custody", "timeline", "--json").of("event")
    assert Counter(e["kind"] for e in events)["delivery.confirmed"] == 2


def test_a_send_under_lasting_503s_or_beside_a_second_writer_ends_with_its_cause(
    behind: tuple[Firm, Path], proxy: Any
) -> None:
    firm, batch = behind
    proxy.spoil("busy", "PUT", 1000)
    result = hurried(firm, "send", "--vendor", "acme", batch)
    assert result.code == StoreBusyError.exit_code, result.stderr
    assert "wait a few minutes" in result.stderr + result.stdout
    assert versions(firm) == []
    proxy.forgive()

    def write() -> None:
        path = proxy.requests[-1].split()[1]
        key = path.partition(f"/{firm.bucket}/")[2].partition("?")[0]
        firm.client().put_object(Bucket=firm.bucket, Key=key, Body=b"theirs")

    proxy.spoil("first", r"PUT .*manifest\.json\.age", 1, write)
    result = hurried(firm, "send", "--vendor", "acme", batch)
    assert result.code == 46, result.stderr
    assert "who else writes into this bucket" in result.stderr
    found = versions(firm)
    assert len(found) == len(set(found)) == 4
    assert b"theirs" in firm.objects().values()
