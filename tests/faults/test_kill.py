"""Killed anywhere, the next run of the same command ends in the same delivered set."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from handoff.custody.rotation import load_verifier_keys
from handoff.model import Manifest
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader, verify_log
from handoff.sealing.manifest import decode
from handoff.sealing.seal import open_bytes
from tests.firm import Firm

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
    home = Home(firm.home)
    verified = verify_log(home, load_verifier_keys(home.keys))
    verified.require_ok()
    assert verified.sealed
    assert list(home.spool.iterdir()) == []
    assert sent_twice(home) == []


def sent_twice(home: Home) -> list[str]:
    """Documents for which the log has more than one confirmed delivery."""
    with open_reader(home) as reader:
        confirmed = Counter(e.doc_id for e in reader.events(kinds=["delivery.confirmed"]))
    return [doc_id for doc_id, times in confirmed.items() if times > 1]


def sibling(firm: Firm, name: str) -> Firm:
    """The same firm before it sent anything, with the same keys and a bucket of its own."""
    directory = firm.directory / name
    shutil.copytree(firm.home, directory / "home")
    made = Firm(directory, firm.server, identity=firm.identity)
    made.write_policy()
    made.provision()
    return made


def phase(firm: Firm) -> str:
    """How far a send came, by what stands in the log."""
    with open_reader(Home(firm.home)) as reader:
        kinds = {event.kind for event in reader.events()}
    reached = [name for kind, name in PHASES.items() if kind in kinds]
    return reached[-1] if reached else "opening"


def killed_everywhere(firm: Firm, kind: str, batch: Path) -> Iterator[tuple[str, Firm]]:
    """A firm for each point that a send came to and was killed at, and the phase it was in.

    The points are before and after the first call of this kind, and every so many calls later.
    """
    for number in itertools.count(step=EVERY.get(kind, 1)):
        for moment in ("before", "after"):
            there = sibling(firm, f"{number}-{moment}")
            ended = there.run(kind, str(number), moment, *SEND, batch, driver=DRIVER)
            if ended.code == -signal.SIGKILL:
                yield phase(there), there
                continue
            assert ended.code == 3, ended.stderr
            if moment == "before":
                return  # there is no such call any more; one that fails comes to no "after"


# What the log has of each phase first.
PHASES = {
    "batch.opened": "reading",
    "document.found": "finding",
    "document.sealed": "uploading",
    "batch.closed": "closing",
    "manifest.intended": "announced",
    "manifest.delivered": "ending",
}
OUTSIDE = {"opening", "closing", "ending"}
CALLS = {
    # What changes the log, the bucket and the home: every single one, for one document.
    "append": {"opening", *PHASES.values()},
    "put": {"uploading", "announced"},
    "checkpoint": {"closing", "ending"},
    "write": {"opening", "closing"},
}
MOMENTS = {
    # What the process that sends does to the disk between that, while five documents are sent.
    "fsync": OUTSIDE | {"uploading"},
    "replace": OUTSIDE | {"uploading"},
    "unlink": {"opening", "uploading"},
    # How it works with its workers.
    "submit": {"reading", "finding"},
    "collect": {"reading", "finding", "uploading"},
}
"""The phases that are hit for certain."""
STEPS = ("sniff", "check", "pack", "settle", "recheck", "seal")
"""What a worker does with a document, while the other is at work on its own."""
EVERY = {"fsync": 9, "replace": 4, "unlink": 6, "submit": 3, "collect": 4}
EVERY |= dict.fromkeys(STEPS, 3)
"""Of these not every one is a point, but one in so many: the first and the last of four tasks."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*MOMENTS, *STEPS])
def test_killed_in_any_phase_the_next_run_ends_in_the_same_delivered_set(
    connected: Firm, kind: str
) -> None:
    batch = batch_of(connected.directory, DOCUMENTS)
    phases = Counter[str]()
    undisturbed = sibling(connected, "undisturbed")
    finish(undisturbed, batch)
    reference = delivered_set(undisturbed)
    for reached, firm in killed_everywhere(connected, kind, batch):
        phases[reached] += 1
        finish(firm, batch)
        assert delivered_set(firm) == reference
    assert len(reference) == len(DOCUMENTS) - 1
    assert phases.keys() >= MOMENTS.get(kind, set())
    assert phases.total() >= 3


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS)
def test_killed_around_each_call_that_changes_anything_the_next_run_finishes(
    connected: Firm, call: str
) -> None:
    batch = batch_of(connected.directory, {k: DOCUMENTS[k] for k in ("letter.txt", "held.bin")})
    phases = Counter[str]()
    for reached, firm in killed_everywhere(connected, call, batch):
        phases[reached] += 1
        finish(firm, batch)
        assert len(delivered_set(firm)) == 1
    assert phases.keys() == CALLS[call]
    assert phases.total() >= 4
