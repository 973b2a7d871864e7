"""Intake: everything in the batch becomes an item, and nothing tricks it into reading more."""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import socket
import subprocess
from pathlib import Path

import pytest

from handoff.documents.base import Limits
from handoff.documents.intake import IntakeItem, display, read_bytes, scan
from handoff.errors import (
    ChangedError,
    DocumentError,
    EmptyError,
    InputMissingError,
    LimitError,
    NothingToSendError,
    UnreadableError,
    UnsupportedTypeError,
)

LIMITS = Limits(input_bytes=1000)


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    root = tmp_path / "batch"
    (root / "sub").mkdir(parents=True)
    (root / "b.txt").write_text("bee")
    (root / "a.txt").write_text("ay")
    (root / "sub" / "c.txt").write_text("sea")
    return root


def _only(path: Path, batch: Path, limits: Limits = LIMITS) -> IntakeItem:
    return next(item for item in scan([batch], limits) if item.path == path)


def _problem(path: Path, batch: Path) -> DocumentError:
    problem = _only(path, batch).problem
    assert problem is not None
    return problem


def test_a_directory_is_walked_in_the_same_order_every_time(batch: Path) -> None:
    items = scan([batch], LIMITS)
    assert [item.name for item in items] == ["a.txt", "b.txt", "sub/c.txt"]
    assert items[0].sha256 == hashlib.sha256(b"ay").hexdigest()
    assert scan([batch], LIMITS) == items


def test_files_and_directories_mix_and_nothing_comes_twice(batch: Path) -> None:
    items = scan([batch / "b.txt", batch, batch / "b.txt"], LIMITS)
    assert [item.name for item in items] == ["b.txt", "a.txt", "sub/c.txt"]


def test_an_empty_batch_is_nothing_to_send(tmp_path: Path) -> None:
    with pytest.raises(NothingToSendError):
        scan([tmp_path], LIMITS)


def test_a_link_out_of_the_batch_is_held_and_says_so(batch: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (batch / "link.txt").symlink_to(tmp_path / "secret.txt")
    problem = _problem(batch / "link.txt", batch)
    assert isinstance(problem, UnreadableError)
    assert "leads out of the batch" in problem.message


def test_a_linked_directory_is_not_walked(batch: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.txt").write_text("x")
    (batch / "dir").symlink_to(outside)
    assert isinstance(_problem(batch / "dir", batch), UnreadableError)
    assert len(scan([batch], LIMITS)) == 4


def test_a_link_within_the_batch_is_read(batch: Path) -> None:
    (batch / "link.txt").symlink_to("sub/c.txt")
    item = next(item for item in scan([batch], LIMITS) if item.name == "link.txt")
    assert read_bytes(item) == b"sea"


@pytest.mark.parametrize("target", ["nowhere", "loop"])
def test_a_link_that_leads_nowhere_is_held(batch: Path, target: str) -> None:
    (batch / "loop").symlink_to(target)
    assert isinstance(_problem(batch / "loop", batch), UnreadableError)


def test_a_pipe_is_held_without_waiting(batch: Path) -> None:
    os.mkfifo(batch / "pipe")
    assert "named pipe" in _problem(batch / "pipe", batch).message


def test_a_socket_is_held(batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(batch)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")
        assert "socket" in _problem(batch / "sock", batch).message


def test_a_device_is_held() -> None:
    item = scan([Path("/dev/null")], LIMITS)[0]
    assert item.problem is not None
    assert "device" in item.problem.message


def test_an_unreadable_file_is_held(batch: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (batch / "a.txt").chmod(0)
    assert isinstance(_problem(batch / "a.txt", batch), UnreadableError)


def test_a_path_that_does_not_exist_refuses_the_whole_input_without_naming_it(batch: Path) -> None:
    with pytest.raises(InputMissingError, match="path 2 of 2") as caught:
        scan([batch, batch / "nope.txt"], LIMITS)
    assert "nope" not in caught.value.message


def test_zero_bytes_are_held(batch: Path) -> None:
    (batch / "z.txt").touch()
    assert isinstance(_problem(batch / "z.txt", batch), EmptyError)


def test_size_is_judged_before_reading(batch: Path) -> None:
    with (batch / "huge.txt").open("wb") as stream:
        stream.truncate(3_000_000_000)
    assert isinstance(_problem(batch / "huge.txt", batch), LimitError)


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "~$brief.docx", ".~lock.brief.odt#"])
def test_litter_is_held_not_skipped(batch: Path, name: str) -> None:
    (batch / name).write_bytes(b"x")
    assert isinstance(_problem(batch / name, batch), UnsupportedTypeError)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("--help.txt", "--help.txt"),
        ("a\x1b[31mred\n.txt", "a\\x1b[31mred\\n.txt"),
        ("right\u202eleft.txt", "right\\u202eleft.txt"),
        ("back\\slash", "back\\\\slash"),
        ("Größe.txt", "Größe.txt"),
    ],
)
def test_odd_names_are_read_and_shown_safely(batch: Path, name: str, shown: str) -> None:
    (batch / name).write_bytes(b"x")
    item = _only(batch / name, batch)
    assert read_bytes(item) == b"x"
    assert item.display_name() == shown


def test_names_that_are_no_utf8_are_read_and_shown_safely(batch: Path) -> None:
    raw = os.fsencode(batch) + b"/caf\xe9.txt"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    item = _only(Path(os.fsdecode(raw)), batch)
    assert read_bytes(item) == b"x"
    assert item.display_name() == "caf\\udce9.txt"
    item.display_name().encode("utf-8")
    assert display("plain") == "plain"


def test_a_repr_shows_no_name(batch: Path) -> None:
    assert "a.txt" not in repr(scan([batch], LIMITS)[0])


def test_an_item_crosses_a_process_boundary(batch: Path) -> None:
    (batch / "z.txt").touch()
    for item in scan([batch], LIMITS):
        copy = pickle.loads(pickle.dumps(item))  # noqa: S301 - our own bytes
        assert (copy.path, copy.sha256) == (item.path, item.sha256)
        assert type(copy.problem) is type(item.problem)


def test_a_changed_file_is_noticed_by_time(batch: Path) -> None:
    item = _only(batch / "a.txt", batch)
    (batch / "a.txt").write_text("xy")
    os.utime(batch / "a.txt", ns=(1, 1))
    with pytest.raises(ChangedError):
        read_bytes(item)


def test_a_changed_file_is_noticed_by_its_bytes(batch: Path) -> None:
    item = _only(batch / "a.txt", batch)
    before = (batch / "a.txt").stat()
    (batch / "a.txt").write_text("xy")
    os.utime(batch / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ChangedError):
        read_bytes(item)


def test_a_file_swapped_for_a_link_is_not_followed(batch: Path) -> None:
    item = _only(batch / "a.txt", batch)
    (batch / "a.txt").unlink()
    (batch / "a.txt").symlink_to("b.txt")
    with pytest.raises(UnreadableError):
        read_bytes(item)


def test_a_vanished_file_is_held(batch: Path) -> None:
    item = _only(batch / "a.txt", batch)
    (batch / "a.txt").unlink()
    with pytest.raises(UnreadableError):
        read_bytes(item)


def test_directories_nested_deeper_than_calls_and_names_too_long_are_no_error(
    tmp_path: Path,
) -> None:
    depth = 1500
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.txt").write_text("deep")
    finally:
        os.chdir(before)
    [item] = scan([tmp_path], Limits())
    # Deeper than Python's own rmtree can go.
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)
    assert item.name == "d/" * depth + "x.txt"


def test_what_may_not_be_looked_at_is_held_not_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x")
    (tmp_path / "b.txt").write_text("y")
    real = os.lstat

    def forbidden(path: Path | str, **more: int) -> os.stat_result:
        if str(path).endswith("x.txt"):
            raise PermissionError(errno.EACCES, "no")
        return real(path, **more)

    monkeypatch.setattr(os, "lstat", forbidden)
    monkeypatch.setattr(Path, "lstat", forbidden)
    held, good = scan([tmp_path], Limits())
    assert held.problem is not None
    assert held.problem.code == "document.unreadable"
    assert good.problem is None
