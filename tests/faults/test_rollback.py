"""A custody log that was replaced by an older copy of itself is noticed before anything is sent."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.firm import Firm

pytestmark = pytest.mark.real


def batch_of(firm: Firm, name: str) -> Path:
    batch = firm.directory / name
    batch.mkdir()
    (batch / f"{name}.txt").write_text(f"Dear Johnathan Sorensen,\n\nnumber {name}.\n")
    return batch


def restore(firm: Firm, what: str) -> None:
    shutil.rmtree(firm.home / what)
    shutil.copytree(firm.directory / "backup" / what, firm.home / what)


@pytest.fixture
def sent(connected: Firm) -> Firm:
    """A firm with a backup, which sent a batch after it was made."""
    shutil.copytree(connected.home, connected.directory / "backup")
    batch = batch_of(connected, "one")
    assert connected.run("send", batch, "--vendor", "acme").code == 0
    return connected


def test_the_records_show_that_the_log_is_older(sent: Firm) -> None:
    before = sent.objects()
    restore(sent, "custody")
    # By itself the older log is whole; the manifest among the records contradicts it.
    verified = sent.run("custody", "verify")
    assert (verified.code, "the manifest of batch" in verified.stdout) == (57, True)
    ended = sent.run("send", batch_of(sent, "two"), "--vendor", "acme")
    assert (ended.code, "[custody.fork]" in ended.stderr) == (58, True)
    assert sent.run("doctor").code == 58
    assert sent.objects() == before


def test_the_bucket_shows_that_the_whole_home_is_older(sent: Firm) -> None:
    before = sent.objects()
    restore(sent, "custody")
    restore(sent, "records")
    ended = sent.run("send", sent.directory / "one", "--vendor", "acme")
    assert (ended.code, "[storage.object_exists]" in ended.stderr) == (46, True)
    assert sent.objects() == before
    assert sent.run("custody", "list", "--json").of("batch") == []
