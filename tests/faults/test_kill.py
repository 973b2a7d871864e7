"""Killed anywhere, the next run of the same command ends in the same delivered set."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from handoff.model import Manifest
from handoff.sealing.manifest import decode
from handoff.sealing.seal import open_bytes
from tests.firm import Firm

KILLS = 20
SEED = 20261124

pytestmark = pytest.mark.real

DOCUMENTS = {
    "letter.txt": "Dear Johnathan Sorensen,\n\nyour claim 4:21-cv-01234 is with Maria Delgado.\n",
    "note.md": "# Note\n\nMaria Delgado telephoned from +1 415 555 0132.\n",
    "people.csv": "name,e-mail\nJohnathan Sorensen,j.sorensen@example.com\n",
    "mail.eml": "From: Maria Delgado <m.delgado@example.com>\nTo: j.sorensen@example.com\n"
    "Subject: Johnathan Sorensen\nMIME-Version: 1.0\nContent-Type: text/plain\n\nSee you.\n",
    "held.bin": "\x7fELF\x00\x01\x02",
}
DRIVER = str(Path(__file__).with_name("die_at.py"))
SEND = ("send", "--vendor", "acme")
ROOT = Path(__file__).resolve().parents[2]


def batch_of(directory: Path, documents: dict[str, str]) -> Path:
    """A directory with these documents."""
    batch = directory / "batch"
    batch.mkdir()
    for name, text in documents.items():
        (batch / name).write_text(text)
    return batch


def manifest_of(firm: Firm) -> Manifest:
    """The one manifest in the bucket, opened with the vendor's identity."""
    objects = firm.objects()
    [sealed] = [data for key, data in objects.items() if key.endswith("/manifest.json.age")]
    return decode(open_bytes(sealed, [firm.identity]))


def delivered_set(firm: Firm) -> dict[str, str]:
    """What the vendor can open: digests of documents by control number, all of them checked."""
    objects = firm.objects()
    manifest = manifest_of(firm)
    found = {}
    for entry in manifest.entries:
        sealed = objects.pop(entry.object_key)
        assert hashlib.sha256(sealed).hexdigest() == entry.ciphertext_sha256
        plain = open_bytes(sealed, [firm.identity])
        found[entry.control_number] = hashlib.sha256(plain).hexdigest()
        assert found[entry.control_number] == entry.sha256
    # Nothing lies in the bucket that the manifest does not name, so nothing was sent twice.
    assert {key.rpartition("/")[2] for key in objects} == {"manifest.json.age", "manifest.json.sig"}
    return found


def finish(firm: Firm, batch: Path) -> None:
    """The next run of the same command ends as an undisturbed one would have."""
    result = firm.run("send", batch, "--vendor", "acme", "--json")
    assert result.code == 3, result.stderr
    states = [line["state"] for line in result.of("document")]
    assert states.count("held") == 1
    assert len(states) == len(list(batch.iterdir()))
    verified = firm.run("custody", "verify", "--json")
    assert verified.code == 0, verified.stdout + verified.stderr
    assert verified.of("verification")[0]["sealed"]
    assert list((firm.home / "spool").iterdir()) == []
    assert sent_twice(firm) == []


def sent_twice(firm: Firm) -> list[str]:
    """Documents for which the log has more than one confirmed delivery."""
    [batch] = firm.run("custody", "list", "--json").of("batch")
    events = firm.run("custody", "show", batch["batch_id"], "--json").of("event")
    documents = [e["doc_id"] for e in events if e["kind"] == "delivery.confirmed"]
    return [doc_id for doc_id in documents if documents.count(doc_id) > 1]


def sibling(firm: Firm, number: int) -> Firm:
    """The same firm before it sent anything, with the same keys and a bucket of its own."""
    directory = firm.directory / str(number)
    shutil.copytree(firm.home, directory / "home")
    made = Firm(directory, firm.server, identity=firm.identity)
    made.write_policy()
    assert firm.server
    arn = firm.server.principal("acme")
    assert made.run("vendor", "provision", "acme", "--principal", arn).code == 0
    return made


@pytest.mark.slow
def test_killed_at_random_moments_the_next_run_ends_in_the_same_delivered_set(
    connected: Firm,
) -> None:
    batch = batch_of(connected.directory, DOCUMENTS)
    undisturbed = sibling(connected, 0)
    begun = time.monotonic()
    finish(undisturbed, batch)
    longest = time.monotonic() - begun
    reference = delivered_set(undisturbed)
    assert len(reference) == len(DOCUMENTS) - 1
    rng = random.Random(SEED)
    killed = 0
    for number in range(1, KILLS + 1):
        firm = sibling(connected, number)
        process = firm.start("send", batch, "--vendor", "acme", "--json")
        time.sleep(rng.uniform(0.2, longest))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        finish(firm, batch)
        assert delivered_set(firm) == reference
    # If most runs had ended before their kill, the test would have shown nothing.
    assert killed > KILLS // 2


CALLS = ["append", "put", "checkpoint", "write"]


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS)
def test_killed_around_each_call_that_changes_anything_the_next_run_finishes(
    connected: Firm, call: str
) -> None:
    batch = batch_of(connected.directory, {k: DOCUMENTS[k] for k in ("letter.txt", "held.bin")})
    points = 0
    for number in range(100):
        firm = sibling(connected, number)
        moment = "before" if number % 2 == 0 else "after"
        process = subprocess.run(
            [sys.executable, DRIVER, call, str(number // 2), moment, *SEND, str(batch)],
            env=firm.environment() | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
        if process.returncode != -signal.SIGKILL:
            assert process.returncode == 3, process.stderr
            break
        points += 1
        finish(firm, batch)
        assert len(delivered_set(firm)) == 1
    assert points >= 4
