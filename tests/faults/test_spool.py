"""The spool is shared by all vendors, and what it loses is made anew."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from handoff.sealing.manifest import decode
from handoff.sealing.seal import open_bytes
from tests.firm import Firm, Result

pytestmark = pytest.mark.real

DRIVER = str(Path(__file__).with_name("die_at.py"))


def killed_before_the_manifest_went(firm: Firm) -> Path:
    """A batch whose document is delivered and whose manifest waits in the spool."""
    batch = firm.directory / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text("Dear Johnathan Sorensen,\n\nhello.\n")
    send_it = ("send", batch, "--vendor", "acme")
    killed = firm.run("put", "1", "before", *send_it, driver=DRIVER)
    assert killed.code == -signal.SIGKILL, killed.stderr
    assert len(list((firm.home / "spool").iterdir())) == 2
    return batch


def send(firm: Firm, batch: Path, *more: str, vendor: str = "acme") -> Result:
    return firm.run("send", batch, "--vendor", vendor, "--json", *more)


def assert_whole(firm: Firm) -> None:
    """One document and the manifest that names it, signed, and nothing else."""
    objects = firm.objects()
    [manifest] = [data for key, data in objects.items() if key.endswith("/manifest.json.age")]
    [entry] = decode(open_bytes(manifest, [firm.identity])).entries
    assert entry.object_key in objects
    assert len(objects) == 3
    assert list((firm.home / "spool").iterdir()) == []


def test_a_delivery_to_another_vendor_leaves_what_waits_in_the_spool(connected: Firm) -> None:
    batch = killed_before_the_manifest_went(connected)
    waiting = {path.name for path in (connected.home / "spool").iterdir()}
    other = connected.policy.read_text().replace(connected.bucket, f"{connected.bucket}-b")
    connected.policy.with_name("beta.yaml").write_text(
        other.replace("name: acme", "name: beta", 1).replace("ACME", "BETA")
    )
    assert connected.run("vendor", "provision", "beta").code == 0
    other_batch = connected.directory / "other"
    other_batch.mkdir()
    (other_batch / "note.txt").write_text("For Rosa Delgado.\n")
    assert send(connected, other_batch, vendor="beta").code == 0
    assert {path.name for path in (connected.home / "spool").iterdir()} == waiting
    assert send(connected, batch).code == 0
    assert_whole(connected)


def test_a_spool_that_was_lost_costs_nothing(connected: Firm) -> None:
    batch = killed_before_the_manifest_went(connected)
    for path in (connected.home / "spool").iterdir():
        path.unlink()
    assert send(connected, batch).code == 0
    assert_whole(connected)
