"""What is sent is what was sealed, in parts that S3 accepts."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from handoff.errors import IntegrityError, SpoolError
from handoff.storage.client import Transfer
from handoff.storage.payload import MAX_PARTS, prepare

TRANSFER = Transfer(threshold=100, part_size=40)


def spooled(directory: Path, content: bytes) -> tuple[Path, str]:
    path = directory / "sealed"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("size", "parts"), [(0, 1), (1, 1), (100, 1), (101, 3), (120, 3), (121, 4)]
)
def test_the_parts_make_up_the_file(tmp_path: Path, size: int, parts: int) -> None:
    content = os.urandom(size)
    payload = prepare("k", *spooled(tmp_path, content), TRANSFER)
    assert len(payload.digests) == parts
    assert b"".join(payload.part(n) for n in range(parts)) == content


def test_the_checksum_of_a_whole_file_is_its_digest(tmp_path: Path) -> None:
    path, sha256 = spooled(tmp_path, b"sealed")
    assert base64.b64decode(prepare("k", path, sha256, TRANSFER).checksum).hex() == sha256


def test_the_checksum_of_parts_is_the_digest_of_their_digests(tmp_path: Path) -> None:
    """What SeaweedFS and AWS report for two parts of 5 MiB of `y`."""
    content = b"y" * (10 << 20)
    payload = prepare(
        "k", *spooled(tmp_path, content), Transfer(threshold=1 << 20, part_size=5 << 20)
    )
    assert payload.checksum == "eClJ1P/EVWqn+B164A/KTTKM0KMiiT73C7QS4lceQ70=-2"


def test_a_file_has_never_more_parts_than_s3_takes(tmp_path: Path) -> None:
    content = os.urandom(MAX_PARTS * 3 + 1)
    payload = prepare("k", *spooled(tmp_path, content), Transfer(threshold=1, part_size=1))
    assert len(payload.digests) <= MAX_PARTS
    assert payload.part_size == 4


def test_a_file_that_changes_after_it_was_hashed_is_not_sent(tmp_path: Path) -> None:
    path, sha256 = spooled(tmp_path, b"x" * 110)
    payload = prepare("k", path, sha256, TRANSFER)
    path.write_bytes(b"x" * 70 + b"y" + b"x" * 39)
    assert payload.part(0) == b"x" * 40
    with pytest.raises(IntegrityError):
        payload.part(1)


def test_a_file_that_goes_while_it_is_sent_is_an_error_of_the_spool(tmp_path: Path) -> None:
    path, sha256 = spooled(tmp_path, b"x" * 110)
    payload = prepare("k", path, sha256, TRANSFER)
    path.unlink()
    with pytest.raises(SpoolError):
        payload.part(0)


@pytest.mark.parametrize("sha256", ["", "0" * 64, "x"])
def test_a_file_with_another_digest_than_told_is_not_prepared(tmp_path: Path, sha256: str) -> None:
    path, _ = spooled(tmp_path, b"sealed")
    with pytest.raises(IntegrityError):
        prepare("k", path, sha256, TRANSFER)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SpoolError):
        prepare("k", tmp_path, "0" * 64, TRANSFER)
