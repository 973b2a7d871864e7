"""The home's guard and lock, and identifiers that say nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.errors import NotInitializedError, PermissionsError, RunLockedError, UsageError
from handoff.pipeline import ids
from handoff.pipeline.home import Home
from handoff.pipeline.initialising import initialise

KEY = bytes(range(32))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    list(initialise(made))
    return made


def test_a_home_is_made_once_and_private(home: Home) -> None:
    assert list(initialise(home)) == []
    assert home.require() is home
    modes = {path: path.stat().st_mode & 0o777 for path in home.root.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} <= {0o600, 0o644}
    assert all(m == 0o600 for p, m in modes.items() if p.is_file() and p.suffix != ".pub")


def test_no_home_and_an_open_home_are_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(NotInitializedError):
        Home(tmp_path / "none").require()
    home.spool.chmod(0o755)
    with pytest.raises(PermissionsError) as caught:
        home.require()
    assert f"chmod 700 {home.spool}" in caught.value.hint


def test_the_second_run_is_locked_out_until_the_first_lets_go(home: Home) -> None:
    with home.locked(wait=False), pytest.raises(RunLockedError), home.locked(wait=False):
        pass
    with home.locked(wait=False):
        pass


@given(st.lists(st.text(max_size=8), min_size=2, max_size=4, unique=True))
def test_ids_tell_parts_apart_wherever_they_are_cut(parts: list[str]) -> None:
    joined = [parts[0] + parts[1], *parts[2:]]
    made = ids.batch_id(KEY, "acme", "0" * 64, parts, 0)
    assert made != ids.batch_id(KEY, "acme", "0" * 64, joined, 0)
    assert made == ids.batch_id(KEY, "acme", "0" * 64, reversed(parts), 0)


def test_ids_depend_on_the_key_the_vendor_the_profile_and_the_copy() -> None:
    made = {
        ids.document_id(KEY, "acme", "p", "x", 1),
        ids.document_id(KEY[::-1], "acme", "p", "x", 1),
        ids.document_id(KEY, "beta", "p", "x", 1),
        ids.document_id(KEY, "acme", "q", "x", 1),
        ids.document_id(KEY, "acme", "p", "y", 1),
        ids.document_id(KEY, "acme", "p", "x", 2),
    }
    assert len(made) == 6
    assert ids.source_digest(KEY, "x") != ids.source_digest(KEY[::-1], "x")


def test_object_keys_are_fresh_and_under_the_batch() -> None:
    keys = {ids.object_key("b1") for _ in range(100)}
    assert len(keys) == 100
    assert all(key.startswith("b1/") and key.endswith(".age") for key in keys)


def test_a_name_that_is_no_text_has_an_id_too() -> None:
    made = {
        ids.document_id(KEY, "acme", "0" * 64, f"unread:{name}", 1)
        for name in ("\udcff.txt", "\udcfe.txt", "x.txt")
    }
    assert len(made) == 3


@pytest.mark.parametrize("inside", [".", "home", "home/keys", "home/keys/batch.key", "link"])
def test_the_home_is_never_part_of_a_batch(home: Home, tmp_path: Path, inside: str) -> None:
    (tmp_path / "link").symlink_to(home.keys)
    (tmp_path / "batch").mkdir()
    home.require_apart([tmp_path / "batch"])
    with pytest.raises(UsageError):
        home.require_apart([tmp_path / "batch", tmp_path / inside])
