"""The commands that split the recovery keys, take them away, and bring them back."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from handoff.cli.keys import command
from handoff.errors import (
    HandoffError,
    KeyExistsError,
    KeyFileError,
    KeysOfflineError,
    SharesError,
    UsageError,
)
from handoff.pipeline.home import Home
from handoff.pipeline.initialising import initialise
from handoff.pipeline.recovering import go_offline, restore_shares, write_shares
from handoff.sealing import recovery


def call(home: Home, *arguments: str | Path) -> None:
    """Run `handoff keys` as the command line does; raises what it ends with."""
    given = [*map(str, arguments), "--home", str(home.root)]
    CliRunner().invoke(command, given, catch_exceptions=False, standalone_mode=False)


def test_split_offline_combine_with_the_commands_as_they_are_typed(
    home: Home, tmp_path: Path
) -> None:
    before = recovery.load_identities(home.keys)
    out = tmp_path / "shares"
    call(home, "split", "--threshold", "2", "--shares", "3", "-o", out)
    shares = sorted(out.iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in shares] == [0o600] * 3
    call(home, "offline", "--share", shares[0], "--share", shares[2])
    assert recovery.are_offline(home.keys)
    call(home, "combine", shares[1], shares[2])
    assert recovery.load_identities(home.keys) == before


def test_shares_restore_the_keys_elsewhere_for_one_command(home: Home, tmp_path: Path) -> None:
    before = recovery.load_identities(home.keys)
    shares = [path.read_bytes() for path in write_shares(home, 2, 2, tmp_path / "shares")]
    go_offline(home, tmp_path / "stick", [])
    restored = restore_shares(home, shares, tmp_path / "memory")
    assert [path.parent for path in restored] == [tmp_path / "memory"] * 2
    assert recovery.load_identities(tmp_path / "memory") == before
    assert recovery.are_offline(home.keys)


def test_keys_are_not_removed_while_nothing_shows_that_they_are_elsewhere(
    home: Home, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other")
    list(initialise(other))
    foreign = [path.read_bytes() for path in write_shares(other, 2, 2, tmp_path / "shares")]
    refused: list[tuple[Path | None, list[bytes], type[HandoffError]]] = [
        (None, [], UsageError),
        (home.records / "copy", [], UsageError),
        (None, foreign, SharesError),
        (None, foreign[:1], SharesError),
    ]
    for target, shares, error in refused:
        with pytest.raises(error):
            go_offline(home, target, shares)
        assert recovery.load_identities(home.keys).files()
    with pytest.raises(KeyFileError, match="not the recovery key"):
        restore_shares(home, foreign, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_there_or_gone_already_is_said(home: Home, tmp_path: Path) -> None:
    shares = [path.read_bytes() for path in write_shares(home, 2, 2, tmp_path / "shares")]
    with pytest.raises(KeyExistsError):
        restore_shares(home, shares, None)
    with pytest.raises(KeyExistsError):
        write_shares(home, 2, 2, tmp_path / "shares")
    go_offline(home, None, shares)
    with pytest.raises(KeysOfflineError):
        go_offline(home, None, shares)
    with pytest.raises(KeysOfflineError):
        write_shares(home, 2, 3, tmp_path / "more")
