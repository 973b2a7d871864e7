"""The restore drill, as typed: sent without recovery keys, opened with two of three shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firm import Firm

pytestmark = pytest.mark.real


def test_sending_needs_no_private_recovery_key_and_two_of_three_shares_open_what_was_sent(
    connected: Firm, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Johnathan Sorensen,\n\nyour claim is with Maria Delgado.\n")
    shares = tmp_path / "shares"
    split = ("keys", "split", "--threshold", "2", "--shares", "3", "-o", shares)
    assert connected.run(*split).code == 0
    first, second, third = sorted(shares.iterdir())
    assert connected.run("keys", "offline", "--share", first, "--share", second).code == 0
    assert not list((connected.home / "keys").glob("recovery-[xp]*"))
    sent = connected.run("send", letter, "--vendor", "acme", "--json")
    assert sent.code == 0, sent.stderr
    package = tmp_path / "package"
    package.mkdir()
    for key, data in connected.objects().items():
        (package / key.rpartition("/")[2]).write_bytes(data)
    refused = connected.run("open", package, "-o", tmp_path / "none")
    assert refused.code == 32
    assert "sealing.keys_offline" in refused.stderr
    assert "keys combine" in refused.stderr
    assert connected.run("keys", "combine", second, third).code == 0
    opened = connected.run("open", package, "-o", tmp_path / "opened")
    assert opened.code == 0, opened.stderr
    [document] = (tmp_path / "opened").glob("ACME-*.txt")
    assert "Sorensen" not in document.read_text()
