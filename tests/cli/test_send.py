"""`handoff send` as cron and a paralegal use it: again and again, with more files, two at once."""

from __future__ import annotations

import fcntl
import json
import random
import signal
import subprocess
from pathlib import Path

import pytest

from tests.firm import Firm, Result
from tests.programs import ROOT

pytestmark = pytest.mark.real

DIE_AT = str(ROOT / "tests" / "faults" / "die_at.py")


@pytest.fixture
def batch(connected: Firm) -> Path:
    """Two letters that can be delivered."""
    directory = connected.directory / "batch"
    directory.mkdir()
    (directory / "a.txt").write_text("Dear Johnathan Sorensen,\n\nyour file is closed.\n")
    (directory / "b.txt").write_text("Mr Johnathan Sorensen telephoned twice.\n")
    return directory


def send(firm: Firm, *arguments: str | Path) -> Result:
    return firm.run("send", *arguments, "--vendor", "acme", "--json")


def states(result: Result) -> list[tuple[str, str]]:
    return sorted((d["control_number"], d["state"]) for d in result.of("document"))


def test_a_finished_batch_sent_again_says_so_and_does_nothing(connected: Firm, batch: Path) -> None:
    first = send(connected, batch)
    assert (first.code, states(first)) == (
        0,
        [("ACME-000001", "delivered"), ("ACME-000002", "delivered")],
    )
    objects = connected.objects()
    second = send(connected, batch)
    assert (second.code, states(second)) == (
        0,
        [("ACME-000001", "already_delivered"), ("ACME-000002", "already_delivered")],
    )
    assert "nothing was sent" in connected.run("send", batch, "--vendor", "acme").stderr
    assert connected.objects() == objects


def test_only_what_is_new_goes_out_the_next_night(connected: Firm, batch: Path) -> None:
    send(connected, batch)
    before = connected.objects()
    (batch / "c.txt").write_text("Maria Delgado wrote back.\n")
    (batch / "held.bin").write_bytes(b"\x7fELF" + bytes(60))
    night = send(connected, batch)
    assert night.code == 3
    assert ("ACME-000003", "delivered") in states(night)
    assert len(connected.objects()) == len(before) + 3
    later = send(connected, batch)
    assert (later.code, len(connected.objects())) == (3, len(before) + 3)
    assert [state for _, state in states(later)].count("held") == 1
    listed = connected.run("custody", "list", "--json").of("batch")
    assert [b["state"] for b in listed] == ["closed", "closed"]


def test_again_sends_once_more_as_a_batch_of_its_own(connected: Firm, batch: Path) -> None:
    send(connected, batch)
    again = send(connected, batch, "--again")
    assert states(again) == [("ACME-000003", "delivered"), ("ACME-000004", "delivered")]
    assert len(connected.objects()) == 8
    assert states(send(connected, batch))[0][1] == "already_delivered"


def test_the_same_person_has_the_same_number_in_every_document(
    connected: Firm, batch: Path
) -> None:
    send(connected, batch)
    output = connected.directory / "package"
    output.mkdir()
    for key, data in connected.objects().items():
        (output / key.rpartition("/")[2]).write_bytes(data)
    identity = connected.directory / "identity.txt"
    identity.write_text(connected.identity.encode())
    opened = connected.directory / "opened"
    result = connected.run("open", output, "-i", identity, "-o", opened)
    assert result.code == 0, result.stderr
    texts = [(opened / f"ACME-00000{n}.txt").read_text() for n in (1, 2)]
    assert all("[PERSON-1]" in text for text in texts)
    assert "Sorensen" not in "".join(texts)


def test_a_begun_batch_is_finished_though_a_file_has_gone(connected: Firm, batch: Path) -> None:
    send_it = ("send", batch, "--vendor", "acme")
    killed = connected.run("put", "0", "after", *send_it, driver=DIE_AT)
    assert killed.code == -signal.SIGKILL, killed.stderr
    # One for certain; the other may have been on its way beside it.
    assert len(connected.objects()) in {1, 2}
    (batch / "a.txt").unlink()
    result = send(connected, batch)
    assert len([s for _, s in states(result)]) == 2
    [listed] = connected.run("custody", "list", "--json").of("batch")
    assert listed["state"] == "closed"
    assert listed["delivered"] + listed["held"] == 2
    assert len(connected.objects()) == listed["delivered"] + 2


def test_a_path_that_does_not_exist_stops_the_run_before_it_begins(
    connected: Firm, batch: Path
) -> None:
    result = send(connected, batch, connected.directory / "unmounted")
    error = json.loads(result.stderr)
    assert (result.code, error["code"]) == (4, "batch.input_missing")
    assert connected.objects() == {}
    assert connected.run("custody", "list", "--json").of("batch") == []


def test_the_second_of_two_runs_waits_if_told_to(connected: Firm, batch: Path) -> None:
    with (connected.home / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert send(connected, batch).code == 75
        waiting = connected.start("send", batch, "--vendor", "acme", "--wait")
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(3)
    waiting.communicate(timeout=120)
    assert waiting.returncode == 0


def test_verify_fails_loudly_after_any_byte_of_the_log_is_changed(
    connected: Firm, batch: Path
) -> None:
    send(connected, batch)
    database = connected.home / "custody" / "custody.db"
    whole = database.read_bytes()
    assert connected.run("custody", "verify").code == 0
    rng = random.Random(7)
    for position in [0, 18, len(whole) - 1, *rng.sample(range(len(whole)), 5)]:
        database.write_bytes(
            whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]
        )
        result = connected.run("custody", "verify")
        assert result.code in range(50, 60), (position, result)
        assert "Traceback" not in result.stderr
    database.write_bytes(whole)
    assert connected.run("custody", "verify").code == 0


def test_a_dry_run_sends_and_logs_nothing(connected: Firm, batch: Path) -> None:
    result = send(connected, batch, "--dry-run")
    assert result.code == 0
    assert [line["redactions"] for line in result.of("document")] == [{"PERSON": 1}] * 2
    assert connected.objects() == {}
    assert connected.run("custody", "list", "--json").of("batch") == []
