"""The log's key: made once, kept private, refused when it is not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from handoff.custody.logkey import generate_log_key, load_log_key, load_verifier_key
from handoff.errors import CustodyKeyError, CustodyKeyExistsError, PermissionsError

NAME = "firm.example/custody"


def test_a_key_comes_back_as_it_was_made(tmp_path: Path) -> None:
    made = generate_log_key(tmp_path, NAME)
    assert load_log_key(tmp_path).verifier == made.verifier == load_verifier_key(tmp_path)
    assert load_log_key(tmp_path).sign(b"m") == made.sign(b"m")


def test_both_files_are_private_and_nothing_else_is_left(tmp_path: Path) -> None:
    generate_log_key(tmp_path, NAME)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes == {"custody-log.key": 0o600, "custody-log.vkey": 0o600}


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    first = generate_log_key(tmp_path, NAME)
    with pytest.raises(CustodyKeyExistsError):
        generate_log_key(tmp_path, NAME)
    assert load_log_key(tmp_path).verifier == first.verifier
    assert len(list(tmp_path.iterdir())) == 2


def test_the_secret_is_in_no_repr(tmp_path: Path) -> None:
    key = generate_log_key(tmp_path, NAME)
    secret = (tmp_path / "custody-log.key").read_text().split("+", 4)[4].strip()
    assert len(secret) > 40
    assert secret not in repr(key) + repr(vars(key))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x7fb"])
def test_a_name_that_no_note_can_carry_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CustodyKeyError):
        generate_log_key(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    generate_log_key(tmp_path, NAME)
    (tmp_path / "custody-log.key").chmod(mode)
    with pytest.raises(PermissionsError):
        load_log_key(tmp_path)


def test_a_missing_key_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(CustodyKeyError, match="missing"):
        load_log_key(tmp_path)
    with pytest.raises(CustodyKeyError, match="missing"):
        load_verifier_key(tmp_path)


@pytest.mark.parametrize("name", ["custody-log.key", "custody-log.vkey"])
def test_every_changed_byte_of_a_key_file_is_noticed(tmp_path: Path, name: str) -> None:
    made = generate_log_key(tmp_path, NAME)
    path = tmp_path / name
    good = path.read_bytes().rstrip()
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x81]) + good[at + 1 :])
        with pytest.raises(CustodyKeyError):
            _ = load_log_key(tmp_path) if name.endswith(".key") else load_verifier_key(tmp_path)
    path.write_bytes(good)
    assert load_log_key(tmp_path).verifier == made.verifier
